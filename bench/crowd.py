"""Many conversations at once in one process, with latencies as in life, against one alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from uuid import uuid4

from bench.client import AgentClient
from bench.figures import Figure, Spread
from bench.rig import AS_IN_LIFE, QUESTION, Latency, Rig

CONVERSATIONS = 50
ROUNDS = 3

_Line = tuple[AgentClient, str]  # a connection and its conversation


def measure(rig: Rig) -> Figure:
    """Open the conversations, then let all of them ask in the same moment, `ROUNDS` times."""
    together, alone = [], []
    with ExitStack() as stack, ThreadPoolExecutor(CONVERSATIONS) as threads:
        headers = rig.runtime_headers()
        lines: list[_Line] = [
            (stack.enter_context(AgentClient(rig.stack.agent_url, headers)), f"bench-{uuid4().hex}")
            for _ in range(CONVERSATIONS)
        ]
        for line in lines:
            _ask(line)
        rig.set_latency(AS_IN_LIFE)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            _ask(lines[0])
            alone.append((time.perf_counter() - started) * 1000)
            together.append(_all_at_once(threads, lines))
        rig.set_latency(Latency())
    return Figure(
        name=f"{CONVERSATIONS} conversations at once, until the last answer",
        unit="ms",
        ours=Spread.of(together),
        baseline=Spread.of(alone),
        budget=1.5,
        note="latencies as in life; stand-ins, agent and askers share this machine's cores",
    )


def _all_at_once(threads: ThreadPoolExecutor, lines: list[_Line]) -> float:
    barrier = Barrier(len(lines) + 1)

    def ask(line: _Line) -> None:
        barrier.wait()
        _ask(line)

    asked = [threads.submit(ask, line) for line in lines]
    barrier.wait()
    started = time.perf_counter()
    for one in asked:
        one.result()
    return (time.perf_counter() - started) * 1000


def _ask(line: _Line) -> None:
    client, runtime_session = line
    client.ask(runtime_session, QUESTION)
