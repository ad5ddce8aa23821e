"""Files as text for the model and as cards for a person. Pure.

What comes out of Drive is data: names are cut to a line of printable characters, so that a name can change nothing but
the text that is shown. The model sees handles (`[3]`), never ids or links; a card's link is Drive's own `webViewLink`.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tools.files import File, Person
from tools.query import KINDS

MAX_NAME = 200
_MAX_PATH_NAME = 60
_MAX_PATH_NAMES = 6

Column = Literal["opened", "created", "shared", "size", "trash"]

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
class Close:
    """What wider searches found where the search itself found nothing.

    `tried` says in words what each was, and what came of it; `files` are those of the last. `advice` is for the model.
    """

    tried: Sequence[str]
    files: Sequence[File] = ()
    advice: str = ""
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The result of one list or search, with everything an honest answer needs.

    `has_more`: there are certainly more; `label` then names the list for `more_files`. `shown_before` counts what it
    has shown already. `is_partial`: there may be more, because looking stopped early. `folder` is set where all files
    are directly in one folder. `paths` tell where each folder is, by its id; `folders` are the folders themselves.
    """

    looked_for: str
    searched: str
    files: Sequence[File]
    has_more: bool = False
    is_partial: bool = False
    notes: Sequence[str] = ()
    columns: frozenset[Column] = frozenset()
    folder: File | None = None
    folders: Sequence[File] = ()
    paths: Mapping[str, str] = field(default_factory=dict)
    close: Close | None = None
    label: str = ""
    shown_before: int = 0

    @property
    def all_files(self) -> list[File]:
        """Everything that needs a number, in the order in which it is shown."""
        listed = [*self.files, *(self.close.files if self.close else ()), *self.folders]
        return list({file.id: file for file in listed}.values())


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
    return _cut(kept, MAX_NAME)


def path_text(names: Sequence[str]) -> str:
    """Return a path as people write it; of a very deep one, its beginning and its end."""
    shown = [_cut(one_line(name), _MAX_PATH_NAME) for name in names]
    if len(shown) > _MAX_PATH_NAMES:
        shown = [*shown[:2], "…", *shown[-3:]]
    return " / ".join(shown)


def quoted(text: str) -> str:
    """Return `text` as a JSON string of one line, so that no name can pass for another column or another row."""
    return json.dumps(one_line(text), ensure_ascii=False)


def count(number: int, noun: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def render(listing: Listing, numbers: Mapping[str, int], zone: ZoneInfo) -> str:
    """Return the compact text that the model reads; `numbers` are the handles, by file id."""
    lines = [
        f"Looked for: {listing.looked_for}",
        f"Searched: {listing.searched}",
        f"Found: {_found(listing)}",
        *(f"Note: {note}" for note in listing.notes),
    ]
    if listing.folder:
        lines.append(f"In: {_folder(listing.folder, listing, numbers)}")
    lines += [row(file, listing, numbers, zone) for file in listing.files]
    if listing.close:
        lines += _close(listing.close, listing, numbers, zone)
    others = [folder for folder in listing.folders if folder is not listing.folder]
    if others:
        lines += ["Folders:", *(_folder(folder, listing, numbers) for folder in others)]
    return "\n".join(lines)


def row(file: File, listing: Listing, numbers: Mapping[str, int], zone: ZoneInfo) -> str:
    """Return one file's line: its handle, its name and the facts that matter here."""
    shows = listing.columns
    parts = [f"[{numbers[file.id]}] {quoted(file.name)}", kind_of(file)]
    if "opened" in shows and file.viewed:
        parts.append(f"opened {day(file.viewed, zone)}")
    if "created" in shows and file.created:
        parts.append(f"created {day(file.created, zone)}")
    if file.modified and not file.is_folder:
        parts.append(f"changed {day(file.modified, zone)}{_by(file.changed_by)}")
    if file.owner and file.owner.name and not file.owner.is_me:
        parts.append(f"owner {column(file.owner.name)}")
    has_place = file.parent_id in listing.paths or listing.folder is not None
    if file.shared_with_me and ("shared" in shows or not has_place):
        parts.append(f"shared with you {day(file.shared_with_me, zone)}{_by(file.shared_by)}")
    if "size" in shows and file.size_bytes is not None:
        parts.append(size(file.size_bytes))
    if "trash" in shows and file.is_trashed:
        parts.append("in the trash")
    if file.parent_id in listing.paths and listing.folder is None:
        parts.append(f"in [{numbers[file.parent_id]}]")
    return " | ".join(parts)


def card(file: File, path: str = "") -> dict[str, Any]:
    """Return what a front end shows of a file; times are RFC 3339, the link is Drive's."""
    shown: dict[str, Any] = {"name": one_line(file.name), "type": type_name(file.mime_type)}
    if file.link.startswith("https://"):
        shown["link"] = file.link
    if path:
        shown["path"] = path
    if file.modified:
        shown["modified"] = file.modified.isoformat()
    if file.owner and file.owner.name:
        shown["owner"] = one_line(file.owner.name)
    return shown


def kind_of(file: File) -> str:
    """Return the everyday kind of a file; of a shortcut, also of what it leads to."""
    kind = type_name(file.mime_type)
    return f"{kind} to a {type_name(file.target_mime_type)}" if file.is_shortcut and file.target_mime_type else kind


def column(name: str) -> str:
    """Return a person's name as a part of a row."""
    return one_line(name).replace("|", "/")


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Return the day of a moment in the person's time zone."""
    try:
        return moment.astimezone(zone).date().isoformat()
    except OverflowError:  # at either end of the calendar
        return moment.date().isoformat()


def size(size_bytes: int) -> str:
    """Return a size as people read it: `840 bytes`, `1.2 MB`; thousands are 1,000 as Drive counts them."""
    number, unit = float(size_bytes), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if number < 1000:  # noqa: PLR2004 - as said above
            break
        number, unit = number / 1000, larger
    return f"{number:.0f} {unit}" if unit in {"bytes", "KB"} else f"{number:.1f} {unit}"


def _close(close: Close, listing: Listing, numbers: Mapping[str, int], zone: ZoneInfo) -> list[str]:
    lines = [f"Tried: {'; '.join(close.tried)}"] if close.tried else []
    if close.files:
        lines.append(
            f"Close: {'the first ' if close.has_more else ''}{count(len(close.files), 'file')}, not what was asked for"
        )
        lines += [row(file, listing, numbers, zone) for file in close.files]
    return [*lines, f"Try next: {close.advice}"] if close.advice else lines


def _folder(folder: File, listing: Listing, numbers: Mapping[str, int]) -> str:
    path = listing.paths.get(folder.id) or one_line(folder.name)
    return f"[{numbers[folder.id]}] {json.dumps(path, ensure_ascii=False)}"


def _found(listing: Listing) -> str:
    shown, before = len(listing.files), listing.shown_before
    noun = "more file" if before else "file"
    further = f': more_files("{listing.label}")' if listing.label else ""
    if listing.has_more:
        return f"{count(shown, noun)} shown, there are more{further}"
    if listing.is_partial:
        return (f"{count(shown, noun)} shown, perhaps not all" if shown else "nothing so far") + further
    if before:
        return f"{count(shown, noun) if shown else 'nothing more'}; all {before + shown:,} are shown now"
    return f"{count(shown, noun)}, all shown" if shown else "nothing"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _by(person: Person | None) -> str:
    return f" by {column(person.name)}" if person and person.name else ""


__all__ = [
    "Close",
    "Column",
    "Listing",
    "card",
    "column",
    "count",
    "day",
    "kind_of",
    "one_line",
    "path_text",
    "quoted",
    "render",
    "row",
    "size",
    "type_name",
]
