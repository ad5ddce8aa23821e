"""What the planner can make of a person's words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Language = Literal["en", "ja"]
Topic = Literal[
    "greeting",
    "help",
    "thanks",
    "bye",
    "ok",
    "done",
    "never_mind",
    "refuse",
    "unknown",
    "no_tool",
    "no_date",
    "which_one",
]


@dataclass(frozen=True, slots=True)
class Call:
    """One tool to call. `note` is said to the person beside it: what of the question the tool cannot do."""

    tool: str
    arguments: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Something to say without a tool."""

    topic: Topic


Intent = Call | Talk


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a tool's result: its handle ("[2]"), name and facts, all as the tool wrote them."""

    handle: str
    name: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What the conversation has so far: the files that were listed last, and the last call to a tool."""

    today: date | None
    rows: Sequence[Row] = field(default_factory=tuple)
    last_calls: Sequence[Call] = field(default_factory=tuple)
    not_connected: bool = False
