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
    "no_more",
    "which_one",
]
Step = Literal["", "get_file", "read_file", "list_files"]


@dataclass(frozen=True, slots=True)
class Call:
    """One tool to call. `note` is said to the person beside it: what of the question the tool cannot do.

    `then` is the tool to call next, with the one file that this call finds.
    """

    tool: str
    arguments: Mapping[str, Any]
    note: str = ""
    then: Step = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Something to say without a tool."""

    topic: Topic


Intent = Call | Talk


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a tool's result: its handle ("[2]"), name and facts, all as the tool wrote them.

    `folder` is the handle of the folder that it is in, "" where that is not known.
    """

    handle: str
    name: str
    facts: tuple[str, ...] = ()
    folder: str = ""

    @property
    def is_folder(self) -> bool:
        """A folder, or a shared drive, which is opened like one."""
        return self.facts[:1] in {("folder",), ("shared drive",)}


@dataclass(frozen=True, slots=True)
class Memory:
    """What the conversation has so far.

    `rows` are the files as they were listed last, `it` the one that was spoken of last, and `inside` the folder that
    was looked into last, "" for none; `last_calls` were made last and `query` was the last list or search. `has_all`
    says that the last listing does not go on; `reading` is the file and the character to read on from, 0 at its end.
    `pending` is what waits for the person to say which file is meant.
    """

    today: date | None
    rows: Sequence[Row] = field(default_factory=tuple)
    it: Row | None = None
    inside: str = ""
    last_calls: Sequence[Call] = field(default_factory=tuple)
    query: Call | None = None
    has_all: bool = False
    reading: tuple[str, int] | None = None
    not_connected: bool = False
    pending: Step = ""
