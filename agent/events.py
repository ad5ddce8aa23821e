"""What happens in a turn, as values. Pure. `agent.wire` writes them down; front ends read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, in order."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """A tool call began or ended. `label` says in words what it does."""

    id: str
    name: str
    label: str
    status: Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Files:
    """File cards of one tool call, in the order of the answer's list: name, type, link?, modified?, owner?."""

    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AuthRequired:
    """The turn waits for consent. One a turn, whatever the number of tools that wait."""

    provider: str
    auth_url: str
    message: str
    scopes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the person should know beside the answer."""

    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn failed; the conversation goes on. `message` is a sentence for a person."""

    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """The turn ended. Times are milliseconds, usage is tokens."""

    stop_reason: str
    usage: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, int] = field(default_factory=dict)


Event = Text | ToolProgress | Files | AuthRequired | Notice | Failed | Done

# The answer to a resume where no turn waits for consent.
NOTHING_PENDING: tuple[Event, ...] = (Notice("Nothing is waiting. Ask a question."), Done("nothing_pending"))
