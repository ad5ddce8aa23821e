"""What the agent's answer is made of, as a front end reads it. Pure.

In: the data of one server-sent event, or a JSON body.
Out: an event, or None for something this version does not know, which is skipped.
The writing side is the agent's; the contract between them is in the documentation of the wire.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, TypeAlias

# Any: JSON that somebody else wrote, looked at member by member.
_Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True)
class ToolProgress:
    """A tool starts or ends. `status`: running, done or failed; `label` is for people."""

    id: str
    name: str
    label: str
    status: str


@dataclass(frozen=True)
class FileCard:
    """One file. `modified` is ISO 8601; what is unknown is empty."""

    name: str
    type: str = ""
    link: str = ""
    path: str = ""
    modified: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Files:
    """Files that a tool found."""

    files: tuple[FileCard, ...]


@dataclass(frozen=True)
class AuthRequired:
    """The turn waits for consent behind `auth_url`, which the message may name, too."""

    provider: str
    auth_url: str = field(repr=False)
    message: str = field(repr=False)
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """Something to know that is not part of the answer."""

    message: str


@dataclass(frozen=True)
class Done:
    """The turn is over."""

    stop_reason: str
    usage: Mapping[str, object]
    timings: Mapping[str, object]


@dataclass(frozen=True)
class Failure:
    """The turn failed; `message` is a sentence for a person."""

    message: str
    code: str


Event: TypeAlias = Text | ToolProgress | Files | AuthRequired | Notice | Done | Failure


def parse(data: str) -> Event | None:
    """Read the data of one event."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return Text(value)
    return from_object(value) if isinstance(value, dict) else None


def from_object(value: _Json) -> Event | None:
    """Read one event that is already JSON."""
    if "error" in value:
        return Failure(_text(value, "error") or "Something went wrong.", _text(value, "code"))
    if "event" in value:
        delta = _object(_object(_object(value, "event"), "contentBlockDelta"), "delta")
        return Text(_text(delta, "text")) if "text" in delta else None
    return _typed(value)


def to_object(event: Event) -> dict[str, Any]:
    """Write an event in the form of the wire: what `from_object` reads. What is empty in a file card is left out."""
    match event:
        case Text():
            return {"event": {"contentBlockDelta": {"delta": {"text": event.text}}}}
        case Failure():
            return {"error": event.message, "type": "error", "code": event.code}
        case Files():
            cards = [{name: value for name, value in asdict(card).items() if value} for card in event.files]
            return {"type": "files", "files": cards}
        case _:
            members = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(event).items()}
            return {"type": _TYPES[type(event)]} | members


_TYPES: Mapping[type, str] = {
    ToolProgress: "tool",
    AuthRequired: "auth_required",
    Notice: "notice",
    Done: "done",
}


def _typed(value: _Json) -> Event | None:
    match value.get("type"):
        case "tool":
            return ToolProgress(_text(value, "id"), _text(value, "name"), _text(value, "label"), _text(value, "status"))
        case "files":
            return Files(tuple(_card(card) for card in _list(value, "files") if isinstance(card, dict)))
        case "auth_required":
            scopes = tuple(scope for scope in _list(value, "scopes") if isinstance(scope, str))
            return AuthRequired(_text(value, "provider"), _text(value, "auth_url"), _text(value, "message"), scopes)
        case "notice":
            return Notice(_text(value, "message"))
        case "done":
            return Done(_text(value, "stop_reason"), _numbers(value, "usage"), _numbers(value, "timings"))
    return None


def _card(value: _Json) -> FileCard:
    return FileCard(
        name=_text(value, "name"),
        type=_text(value, "type"),
        link=_text(value, "link"),
        path=_text(value, "path"),
        modified=_text(value, "modified"),
        owner=_text(value, "owner"),
    )


def _text(value: _Json, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _object(value: _Json, key: str) -> _Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _numbers(value: _Json, key: str) -> _Json:
    return {
        name: found for name, found in _object(value, key).items() if type(found) in {int, float} and isfinite(found)
    }


def _list(value: _Json, key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []
