"""A warm turn with one tool call: all of ours against a bare Strands loop, at once and with latencies as in life."""

import gc
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.bare_loop import BareLoop
from bench.client import AgentClient
from bench.figures import Figure, Spread
from bench.rig import AS_IN_LIFE, QUESTION, Latency, Rig

# The history stays short of Strands' window of 40 messages, so that every turn of a conversation is of the same kind.
TURNS_A_CONVERSATION = 5

_PARTS = ("model", "drive", "identity", "snapshot")


@dataclass(slots=True)
class _Samples:
    """Milliseconds of each turn, and of the parts of ours."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    parts: list[Counter[str]] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)


def measure(rig: Rig, home: Path) -> list[Figure]:
    """Return the two rows: 60 turns of each without latency, 10 with."""
    timings = home / "timings.jsonl"
    timings.touch()
    with (
        rig.agent("timed-agent", ["-m", "bench.timed_agent", str(timings)]) as timed_url,
        rig.client() as ours,
        rig.client(timed_url) as timed,
        BareLoop(rig.stack.aws_url, rig.stack.google_url, rig.access_token()) as bare,
    ):
        # What was made until now is never garbage: else one look through it would stop a turn of the baseline.
        gc.collect()
        gc.freeze()
        measured = _Measured(rig, ours, bare, timed, timings)
        at_once = measured.figure("warm turn with one tool call", Latency(), conversations=12, budget=1.25)
        in_life = measured.figure("the same as a person feels it", AS_IN_LIFE, conversations=2, budget=None)
        rig.set_latency(Latency())
        gc.unfreeze()
    return [at_once, in_life]


@dataclass(slots=True)
class _Measured:
    rig: Rig
    ours: AgentClient
    bare: BareLoop
    timed: AgentClient
    timings: Path

    def figure(self, name: str, latency: Latency, *, conversations: int, budget: float | None) -> Figure:
        samples = _Samples()
        self.rig.set_latency(latency)
        for number in range(conversations):
            for _ in self._conversation():
                self._turn(samples, ours_first=number % 2 == 0)
        for _ in range(max(1, conversations // 3)):
            self._split(samples)
        waits = f"Identity {latency.identity_s:g} s, Drive {latency.drive_s:g} s, model {latency.model_s:g} s"
        return Figure(
            name=name,
            unit="ms",
            ours=Spread.of(samples.ours),
            baseline=Spread.of(samples.bare),
            budget=budget,
            note=f"latencies: {waits}; the split is that of another process with clocks in it",
            split=split_of(samples.wholes, samples.parts),
        )

    def _conversation(self) -> Iterator[None]:
        """Begin a conversation on both sides, and yield once for each turn to measure in it."""
        self._session = f"bench-{uuid4().hex}"
        self.bare.new_conversation()
        self.ours.ask(self._session, QUESTION)
        self.bare.ask(QUESTION)
        for _ in range(TURNS_A_CONVERSATION):
            yield

    def _turn(self, samples: _Samples, *, ours_first: bool) -> None:
        for is_ours in (ours_first, not ours_first):
            if is_ours:
                samples.ours.append(self.ours.ask(self._session, QUESTION).total_s * 1000)
            else:
                started = time.perf_counter()
                self.bare.ask(QUESTION)
                samples.bare.append((time.perf_counter() - started) * 1000)

    def _split(self, samples: _Samples) -> None:
        session = f"bench-{uuid4().hex}"
        self.timed.ask(session, QUESTION)
        for _ in range(TURNS_A_CONVERSATION):
            begins = self.timings.stat().st_size
            samples.wholes.append(self.timed.ask(session, QUESTION).total_s * 1000)
            samples.parts.append(_parts(self.timings, begins))

    _session: str = ""


def split_of(wholes: list[float], parts: list[Counter[str]]) -> dict[str, float]:
    """Return the median of each part of some turns, and of what no part accounts for."""
    split = {part: Spread.of([turn[part] for turn in parts]).median for part in _PARTS}
    rests = [whole - turn.total() for whole, turn in zip(wholes, parts, strict=True)]
    return split | {"rest": Spread.of(rests).median, "whole": Spread.of(wholes).median}


def _parts(timings: Path, begins: int) -> Counter[str]:
    parts: Counter[str] = Counter()
    with timings.open(encoding="utf-8") as file:
        file.seek(begins)
        for line in file:
            timing = json.loads(line)
            parts[timing["part"]] += timing["ms"]
    return parts
