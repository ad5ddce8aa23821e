"""What the web chat keeps of a conversation. Pure.

Kept encrypted in the callback service's store, each record under the person's key and the conversation's id together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

__all__ = [
    "Beat",
    "Claim",
    "ConsentPart",
    "FilesPart",
    "Head",
    "Index",
    "NotePart",
    "Outcome",
    "Part",
    "State",
    "Summary",
    "TextPart",
    "ToolPart",
    "Turn",
    "open_among",
    "title_of",
]

# `running` is written while a turn runs; one whose process is gone reads as `cut_off`.
Outcome = Literal["answered", "stopped", "failed", "waiting", "cut_off", "running"]
State = Literal["idle", "running", "waiting"]

# Three beats that were missed (`limits`): the process is gone, or its store is.
_STALE = timedelta(seconds=15)

_TITLE_OF_QUESTION_CHARS = 60


@dataclass(frozen=True)
class TextPart:
    """Something said, in Markdown."""

    markdown: str = field(repr=False)
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class ToolPart:
    """A tool's work. `label` is for people."""

    id: str
    label: str = field(repr=False)
    status: str
    kind: Literal["tool"] = "tool"


@dataclass(frozen=True)
class FilesPart:
    """Cards of files, with the members of docs/wire.md."""

    files: tuple[dict[str, str], ...] = field(repr=False)
    kind: Literal["files"] = "files"


@dataclass(frozen=True)
class ConsentPart:
    """The question for consent. `account` is how it ended: None while it is open, empty where nobody knows the name.

    `run` has asked it, and so named the interrupt.
    """

    provider: str
    url: str = field(repr=False)
    message: str = field(repr=False)
    scopes: tuple[str, ...]
    account: str | None = field(default=None, repr=False)
    run: str = ""
    kind: Literal["consent"] = "consent"


@dataclass(frozen=True)
class NotePart:
    """Something to know beside the answer, or why there is none."""

    kind: Literal["notice", "error"]
    message: str = field(repr=False)
    code: str = ""


Part: TypeAlias = Annotated[TextPart | ToolPart | FilesPart | ConsentPart | NotePart, Field(discriminator="kind")]


@dataclass(frozen=True)
class Turn:
    """A question and its answer. `n` counts from 0; `run` is the id of the last run that worked on it."""

    n: int
    run: str
    asked: datetime
    question: str = field(repr=False)
    parts: tuple[Part, ...] = ()
    outcome: Outcome = "running"

    @property
    def consent(self) -> ConsentPart | None:
        """What the turn waits for, if it does."""
        open_ones = [part for part in self.parts if isinstance(part, ConsentPart) and part.account is None]
        return open_ones[-1] if self.outcome == "waiting" and open_ones else None

    @property
    def asking_runs(self) -> set[str]:
        """The runs whose interrupt this turn goes on from: who has asked, and who has worked on it last."""
        return {self.run, *(part.run for part in self.parts if isinstance(part, ConsentPart))}


@dataclass(frozen=True)
class Head:
    """A conversation without its turns, of which `first` to `turns` - 1 are kept."""

    id: str
    title: str = field(repr=False)
    created: datetime
    updated: datetime
    state: State = "idle"
    first: int = 0
    turns: int = 0


@dataclass(frozen=True)
class Summary:
    """A conversation in the list."""

    id: str
    title: str = field(repr=False)
    updated: datetime
    state: State


@dataclass(frozen=True)
class Index:
    """A person's conversations, the newest first."""

    conversations: tuple[Summary, ...] = ()

    def with_(self, summary: Summary) -> "Index":
        """The index with this one as it is now."""
        others = (one for one in self.conversations if one.id != summary.id)
        return Index(tuple(sorted((summary, *others), key=lambda one: one.updated, reverse=True)))

    def renamed(self, conversation: str, title: str) -> "Index":
        """The index with another title; everything stays in its place."""
        return Index(tuple(replace(one, title=title) if one.id == conversation else one for one in self.conversations))

    def without(self, *ids: str) -> "Index":
        """The index without some."""
        return Index(tuple(one for one in self.conversations if one.id not in ids))


@dataclass(frozen=True)
class Beat:
    """Which run works on a conversation, and that its process was alive at `at`.

    `is_waiting`: it only waits for consent, and makes way for a question.
    """

    run: str
    at: datetime
    is_waiting: bool = False

    def is_alive(self, now: datetime) -> bool:
        """Whether its process is likely to be there."""
        return now - self.at < _STALE


@dataclass(frozen=True)
class Claim:
    """Which run is about to begin in a conversation."""

    run: str


def open_among(turns: Sequence[Turn]) -> list[Turn]:
    """Those of the last turns that can be gone on with, the newest first. What failed or was stopped ends nothing."""
    found: list[Turn] = []
    for turn in reversed(turns):
        if turn.outcome in {"waiting", "cut_off"}:
            found.append(turn)
        elif turn.outcome not in {"failed", "stopped"}:
            break
    return found


def title_of(question: str) -> str:
    """A conversation's first title: the beginning of its first question, on one line, cut at a blank."""
    words = " ".join(question.split())
    if len(words) <= _TITLE_OF_QUESTION_CHARS:
        return words
    cut = words[:_TITLE_OF_QUESTION_CHARS]
    at_blank = cut.rpartition(" ")[0]
    # Japanese has no blanks, and a first word may be an address.
    return f"{at_blank if len(at_blank) > _TITLE_OF_QUESTION_CHARS // 2 else cut}…"
