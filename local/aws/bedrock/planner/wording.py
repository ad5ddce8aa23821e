"""What both languages can say. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from local.aws.bedrock.planner.intents import Call, Row, Topic
from local.aws.bedrock.planner.results import Result


class Wording(Protocol):
    """One language."""

    def heading(self, call: Call, result: Result, today: date | None, known: Sequence[Row]) -> str:
        """Say how many of what was found, and in which period."""

    def closing(self, result: Result) -> str:
        """Say where it was searched, and whether there is more."""

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for and where."""

    def failed(self, result: Result) -> str:
        """Say that a tool could not answer."""

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""


def as_date(value: object) -> date | None:
    """Read a tool argument that should be a day."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def text_of(call: Call, key: str) -> str:
    """Return a tool argument that should be text."""
    value = call.arguments.get(key, "")
    return value if isinstance(value, str) else ""


def folder_name(folder: str, known: Sequence[Row]) -> str:
    """Return the name behind a handle, and any other folder as it is."""
    return next((row.name for row in known if row.handle == folder), folder)


def is_file(folder: str, known: Sequence[Row]) -> bool:
    """Tell whether a handle stands for something that is not a folder."""
    return any(row.handle == folder and row.facts[:1] != ("folder",) for row in known)
