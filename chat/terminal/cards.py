"""Files as rows, and the message that asks for consent as lines. Pure.

In: what the agent sent, names and owners as other people wrote them, times in ISO 8601.
Out: single lines without anything that a terminal would obey, web addresses or nothing as links, times in the person's
time zone to the minute.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from chat.events import FileCard
from chat.plain import plain_line, plain_link

__all__ = ["FileRow", "consent_lines", "file_row", "has_bare_address", "local_time"]

# The agent never writes an address without a name into an answer, except in the message that asks for consent.
_BARE_ADDRESS = re.compile(r"(?<!\]\()(?<!<)https?://")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as it is shown; what is unknown is empty."""

    name: str
    link: str
    kind: str
    path: str
    modified: str
    owner: str

    @property
    def facts(self) -> tuple[str, ...]:
        """What is known besides the name."""
        return tuple(fact for fact in (self.kind, self.path, self.modified, self.owner) if fact)


def file_row(card: FileCard, zone: tzinfo) -> FileRow:
    """Make a file ready to be shown."""
    return FileRow(
        name=plain_line(card.name),
        link=plain_link(card.link),
        kind=plain_line(card.type),
        path=plain_line(card.path),
        modified=local_time(card.modified, zone),
        owner=plain_line(card.owner),
    )


def local_time(moment: str, zone: tzinfo) -> str:
    """Return `2026-11-12 18:30` for an ISO 8601 time; a day without a time, or anything else, stays as it is."""
    try:
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            return plain_line(moment)
        return found.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return plain_line(moment)


def has_bare_address(text: str) -> bool:
    """Say whether a web address stands in `text` that is no Markdown link."""
    return _BARE_ADDRESS.search(text) is not None


def consent_lines(message: str, auth_url: str) -> tuple[list[str], str, list[str]]:
    """Return the lines before the link, the link, which has a line of its own, and the lines after it."""
    before, _, after = message.partition(auth_url) if auth_url else (message, "", "")
    return _lines(before), plain_link(auth_url), _lines(after)


def _lines(text: str) -> list[str]:
    return [line for line in map(plain_line, text.splitlines()) if line]
