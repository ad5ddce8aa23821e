"""What both languages can say. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from local.aws.bedrock.planner.asked import Lines
from local.aws.bedrock.planner.intents import Call, Row, Topic
from local.aws.bedrock.planner.results import Result

Known = Mapping[str, Row]
PERIODS = ("modified", "created", "opened")


class Wording(Protocol):
    """One language. A file is always written as its handle."""

    def heading(self, call: Call, result: Result, today: date | None, known: Known) -> str:
        """Say how many of what was found, and in which period."""

    def which(self) -> str:
        """Ask which of several files is meant."""

    def facts(self, facts: Sequence[str]) -> str:
        """Say what is known of a row's file."""

    def closing(self, call: Call, result: Result) -> str:
        """Say where it was searched, and whether there is more."""

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for, where, and what else was tried."""

    def close(self) -> str:
        """Introduce what is not what was asked for."""

    def advice(self, result: Result) -> str:
        """Say what may be tried next."""

    def notes(self, result: Result) -> list[str]:
        """Say what a tool has noted."""

    def fact(self, handle: str, label: str, value: str) -> str:
        """Say the one detail of a file that was asked for."""

    def no_folder(self, handle: str, shared: str) -> str:
        """Say that a file is in no folder that the person can see; `shared`: when and by whom it was shared."""

    def no_folder_fact(self) -> str:
        """Say the same as one of a row's facts."""

    def details_heading(self, handle: str, *, is_rest: bool) -> str:
        """Introduce the details of a file."""

    def detail(self, label: str, value: str) -> str:
        """Say one detail of a file."""

    def reading(self, handle: str, lines: Lines) -> str:
        """Introduce what is quoted from a file, and say that this is no summary."""

    def read_on(self, result: Result) -> str:
        """Say how much of the file was read, and what was left out."""

    def not_connected(self) -> str:
        """Say that Drive is not connected."""

    def failed(self, result: Result, *, which: bool) -> str:
        """Say that a tool could not answer; `which`: because it did not know which of several files is meant."""

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""


def period_of(call: Call, key: str) -> tuple[date | None, date | None, str]:
    """Return the first and last day of an argument such as `2026-11-09..2026-11-15`, or else its words."""
    text = text_of(call, key).strip()
    first, dots, last = text.partition("..")
    days = _day(first), _day(last if dots else first)
    is_read = bool(text) and (days[0] or not first) and (days[1] or not last)
    return (*days, "") if is_read else (None, None, text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def text_of(call: Call, key: str) -> str:
    """Return a tool argument that should be text."""
    value = call.arguments.get(key, "")
    return value if isinstance(value, str) else ""


def folder_name(call: Call) -> str:
    """Return the folder of a call: its handle or URL as it is, or the name or path that the person gave."""
    return text_of(call, "folder")
