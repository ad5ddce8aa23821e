"""Files as text for the model and as cards for a person. Pure.

What comes out of Drive is data: names are cut to a line of printable characters, so that a name can change nothing but
the text that is shown. The model sees handles (`[3]`), never ids or links; a card's link is Drive's own `webViewLink`.
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tools.files import File
from tools.query import KINDS

MAX_NAME = 200

_TYPE_NAMES = {
    exact: kind
    for kind in (
        "archive",
        "text",
        "form",
        "pdf",
        "presentation",
        "spreadsheet",
        "document",
        "folder",
        "shortcut",
    )
    for exact in KINDS[kind]
}
_PREFIX_NAMES = {"image/": "image", "video/": "video", "audio/": "audio", "text/": "text"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The result of one list or search, with everything an honest answer needs.

    `examined` counts the files looked at where a filter is ours and not Drive's; 0 where Drive filtered alone.
    `capped` means that looking stopped at our limit before Drive's list ended. `by_last_change` means that a filter
    looked at who changed a file last, or when, which is all that Drive tells.
    """

    looked_for: str
    searched: str
    files: Sequence[File]
    more: bool = False
    incomplete: bool = False
    examined: int = 0
    capped: bool = False
    by_last_change: bool = False
    show_viewed: bool = False


def type_name(mime_type: str) -> str:
    """Return the everyday name of a MIME type: `spreadsheet`, `pdf`, `image`, … or `file`."""
    if mime_type in _TYPE_NAMES:
        return _TYPE_NAMES[mime_type]
    for prefix, name in _PREFIX_NAMES.items():
        if mime_type.startswith(prefix):
            return name
    return "drawing" if mime_type.endswith(".drawing") else "file"


def one_line(text: str) -> str:
    """Make `text` safe to show: one line of at most 200, without control, bidi, zero-width or private characters."""
    kept = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(character for character in kept if unicodedata.category(character)[0] != "C")
    kept = " ".join(kept.split())
    return kept if len(kept) <= MAX_NAME else kept[: MAX_NAME - 1] + "…"


def render(listing: Listing, handles: Sequence[int], zone: ZoneInfo) -> str:
    """Return the compact text that the model reads; `handles` number the files, in order."""
    lines = [
        f"Looked for: {listing.looked_for}",
        f"Searched: {listing.searched}",
        f"Found: {_found(listing)}",
    ]
    if listing.examined:
        lines.append(
            f"Note: Drive has no filter for that person, so I looked through {_count(listing.examined, 'file')}."
        )
    if listing.capped:
        lines.append("Note: I stopped there; the files after them in this order were not checked. Narrow the filters.")
    if listing.by_last_change:
        lines.append("Note: Drive knows only the last change of a file; one that was changed again since is not here.")
    if listing.incomplete:
        lines.append("Note: Drive says it could not search everything (incompleteSearch).")
    lines += [f"[{handle}] {_row(file, listing, zone)}" for handle, file in zip(handles, listing.files, strict=True)]
    return "\n".join(lines)


def card(file: File) -> dict[str, Any]:
    """Return what a front end shows of a file; times are RFC 3339, the link is Drive's."""
    shown: dict[str, Any] = {"name": one_line(file.name), "type": type_name(file.mime_type)}
    if file.link.startswith("https://"):
        shown["link"] = file.link
    if file.modified:
        shown["modified"] = file.modified.isoformat()
    if file.owner and file.owner.name:
        shown["owner"] = one_line(file.owner.name)
    return shown


def _found(listing: Listing) -> str:
    shown = len(listing.files)
    if not shown:
        return "nothing so far" if listing.capped or listing.more or listing.incomplete else "nothing"
    if listing.more:
        return f"{_count(shown, 'file')} shown, there are more"
    if listing.capped or listing.incomplete:
        return f"{_count(shown, 'file')} shown, perhaps not all"
    return f"{_count(shown, 'file')}, all shown"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _row(file: File, listing: Listing, zone: ZoneInfo) -> str:
    # Quoted and escaped, so that no name can pass for another column or another row.
    parts = [json.dumps(one_line(file.name), ensure_ascii=False), type_name(file.mime_type)]
    if listing.show_viewed and file.viewed:
        parts.append(f"opened {_day(file.viewed, zone)}")
    if file.modified:
        changed = f"changed {_day(file.modified, zone)}"
        parts.append(
            f"{changed} by {_column(file.changed_by.name)}" if file.changed_by and file.changed_by.name else changed
        )
    if file.owner and file.owner.name and not file.owner.is_me:
        parts.append(f"owner {_column(file.owner.name)}")
    elif file.drive_id:
        parts.append("in a shared drive")
    return " | ".join(parts)


def _column(name: str) -> str:
    return one_line(name).replace("|", "/")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    try:
        return moment.astimezone(zone).date().isoformat()
    except OverflowError:  # at either end of the calendar
        return moment.date().isoformat()


__all__ = [
    "Listing",
    "card",
    "one_line",
    "render",
    "type_name",
]
