"""Turns that a test has laid down, played instead of the planner's.

`POST /_standin/model-script` takes `{"turns": [turn, …]}`; each HTTP request to a model uses up one turn, so
that a client that retries meets the next one. A turn is a list of content blocks, or an object:

    {"content": [block, …],        what to answer; without it the planner answers
     "delay_s": 0.05,              wait between the chunks of a stream
     "first_byte_s": 0.5,          wait before the first byte
     "fault": "throttle" | "stream_error" | "server_error",
     "times": 3}                   how many requests it holds for (1)

A toolUse block without `toolUseId` gets one. `{"default": turn}` sets the pace of every unscripted turn.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FAULTS = frozenset({"throttle", "stream_error", "server_error"})
_KEYS = frozenset({"content", "delay_s", "first_byte_s", "fault", "times"})
_MAX_SECONDS = 60


class ScriptError(ValueError):
    """A script that cannot be played; `str()` says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How one model call is answered. Times are seconds; `content` None leaves the answer to the planner."""

    content: tuple[Mapping[str, Any], ...] | None = None
    delay_s: float = 0.0
    first_byte_s: float = 0.0
    fault: str = ""


@dataclass(slots=True)
class Script:
    """The queue of turns to play, then the default."""

    turns: deque[Turn] = field(default_factory=deque)
    default: Turn = field(default_factory=Turn)

    def next_turn(self) -> Turn:
        """Take the next turn off the queue."""
        return self.turns.popleft() if self.turns else self.default

    def load(self, body: object) -> None:
        """Append the turns of a script to the queue. Raises `ScriptError`, and then changes nothing."""
        if not isinstance(body, dict) or not body.keys() <= {"turns", "default"}:
            raise ScriptError('a script is {"turns": [turn, …], "default": turn}')
        raw = body.get("turns", [])
        if not isinstance(raw, list):
            raise ScriptError("turns must be a list")
        turns = [turn for item in raw for turn in _turns(item)]
        default = _turns(body["default"] or {})[0] if "default" in body else self.default
        self.turns.extend(turns)
        self.default = default

    def clear(self) -> None:
        """Forget every turn and the default."""
        self.turns.clear()
        self.default = Turn()


def _turns(raw: object) -> list[Turn]:
    if isinstance(raw, list):
        raw = {"content": raw}
    if not isinstance(raw, dict) or not raw.keys() <= _KEYS:
        raise ScriptError(f"a turn is a list of content blocks, or an object with some of: {', '.join(sorted(_KEYS))}")
    fault = raw.get("fault", "")
    if fault and fault not in FAULTS:
        raise ScriptError(f"fault must be one of: {', '.join(sorted(FAULTS))}")
    times = raw.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= 100:
        raise ScriptError("times must be a whole number between 1 and 100")
    turn = Turn(_content(raw.get("content")), _seconds(raw, "delay_s"), _seconds(raw, "first_byte_s"), fault)
    return [turn] * times


def _content(raw: object) -> tuple[Mapping[str, Any], ...] | None:
    if raw is None:
        return None
    if not isinstance(raw, list) or not raw:
        raise ScriptError("content must be a list of at least one block")
    for block in raw:
        if not isinstance(block, dict) or not (_is_text(block) or _is_tool_use(block)):
            raise ScriptError('a block is {"text": …} or {"toolUse": {"name": …, "input": {…}}}')
    return tuple(raw)


def _is_text(block: dict[str, Any]) -> bool:
    return block.keys() == {"text"} and isinstance(block["text"], str) and bool(block["text"])


def _is_tool_use(block: dict[str, Any]) -> bool:
    use = block.get("toolUse")
    return (
        block.keys() == {"toolUse"}
        and isinstance(use, dict)
        and isinstance(use.get("name"), str)
        and isinstance(use.get("input"), dict)
    )


def _seconds(raw: Mapping[str, Any], key: str) -> float:
    value = raw.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_SECONDS:
        raise ScriptError(f"{key} must be a number of seconds between 0 and {_MAX_SECONDS}")
    return float(value)
