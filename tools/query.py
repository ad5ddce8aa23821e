"""Turn a `FileFilter` into a Drive `q` expression. Pure.

In: every field is optional; times are timezone-aware datetimes.
Out: a `q` string; trashed files are excluded; every `or` group stands in parentheses, because Drive gives `and` and
`or` the same precedence, left to right.
Raises: `InvalidFilterError` for words without a letter or digit, a day of the wrong form, or days out of order.
Literals escape the backslash first, then the single quote:
https://developers.google.com/workspace/drive/api/guides/search-files
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tools.errors import InvalidFilterError

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"

_GOOGLE = "application/vnd.google-apps."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = (f"{_OFFICE}wordprocessingml.document", "application/msword")
_EXCEL = (f"{_OFFICE}spreadsheetml.sheet", "application/vnd.ms-excel")
_POWERPOINT = (f"{_OFFICE}presentationml.presentation", "application/vnd.ms-powerpoint")

# Everyday name -> exact MIME types, or a prefix that ends in "/".
KINDS: dict[str, tuple[str, ...]] = {
    "any": (),
    "folder": (FOLDER,),
    "document": (f"{_GOOGLE}document", *_WORD, "application/vnd.oasis.opendocument.text", "application/rtf"),
    "spreadsheet": (
        f"{_GOOGLE}spreadsheet",
        *_EXCEL,
        "application/vnd.oasis.opendocument.spreadsheet",
        "text/csv",
    ),
    "presentation": (
        f"{_GOOGLE}presentation",
        *_POWERPOINT,
        "application/vnd.oasis.opendocument.presentation",
    ),
    "pdf": ("application/pdf",),
    "image": ("image/", f"{_GOOGLE}drawing"),
    "video": ("video/", f"{_GOOGLE}vid"),
    "audio": ("audio/",),
    "form": (f"{_GOOGLE}form",),
    "word": _WORD,
    "excel": _EXCEL,
    "powerpoint": _POWERPOINT,
    "text": ("text/",),
    "archive": (
        "application/zip",
        "application/x-zip-compressed",
        "application/x-7z-compressed",
        "application/gzip",
        "application/x-tar",
    ),
    "shortcut": (SHORTCUT,),
}

_WITHOUT_PLURAL = {"audio", "text", "word", "excel", "powerpoint"}

MAX_WORDS = 20  # Drive documents no limit for q; this keeps it far below any that was ever reported


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What to look for. Empty fields do not narrow.

    words: each must start a word of the file's name. kind: a key of `KINDS`. owner_email: an address, or "me".
    folder_id: direct children only. modified_from is inclusive, modified_before exclusive. is_opened: by this person.
    """

    words: str = ""
    kind: str = "any"
    owner_email: str = ""
    folder_id: str = ""
    modified_from: datetime | None = None
    modified_before: datetime | None = None
    is_opened: bool = False


def plural_kind(kind: str) -> str:
    """Return the everyday name of several files of a kind."""
    return kind if kind in _WITHOUT_PLURAL else f"{kind}s"


def literal(text: str) -> str:
    """Quote `text` as a Drive string literal. Control characters, which no name search can match, are dropped."""
    clean = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    escaped = clean.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def build_query(wanted: FileFilter) -> str:
    """Return the `q` for `wanted`, never empty."""
    terms = [*_name_terms(wanted.words), *_kind_terms(wanted.kind)]
    if wanted.owner_email:
        terms.append(f"{literal(wanted.owner_email)} in owners")
    if wanted.folder_id:
        terms.append(f"{literal(wanted.folder_id)} in parents")
    if wanted.modified_from:
        terms.append(f"modifiedTime >= '{_rfc3339(wanted.modified_from)}'")
    if wanted.modified_before:
        terms.append(f"modifiedTime < '{_rfc3339(wanted.modified_before)}'")
    if wanted.is_opened:  # files without a viewedByMeTime compare with nothing
        terms.append("viewedByMeTime > '1970-01-01T00:00:00Z'")
    terms.append("trashed = false")
    return " and ".join(terms)


def day_range(first: str, last: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Turn two inclusive days (`YYYY-MM-DD`, either may be empty) of a time zone into [start, end)."""
    try:
        start = _midnight(_day(first, "modified_from"), zone) if first else None
        end = _midnight(_day(last, "modified_to") + timedelta(days=1), zone) if last else None
    except OverflowError:
        raise InvalidFilterError("modified_from and modified_to: leave a day out for an open end.") from None
    if start and end and start >= end:
        raise InvalidFilterError("modified_to is before modified_from. Call again with the days in order.")
    return start, end


def _name_terms(words: str) -> list[str]:
    if not words.strip():
        return []
    split = [word for word in words.split() if any(character.isalnum() for character in word)]
    if not split:
        raise InvalidFilterError(
            "words holds no letter or digit, which Drive cannot search for. Call again with words of the name."
        )
    return [f"name contains {literal(word)}" for word in split[:MAX_WORDS]]


def _kind_terms(kind: str) -> list[str]:
    try:
        types = KINDS[kind]
    except KeyError:
        raise InvalidFilterError(f"kind must be one of: {', '.join(KINDS)}.") from None
    if not types:
        return []
    alternatives = [f"mimeType {'contains' if name.endswith('/') else '='} {literal(name)}" for name in types]
    return [alternatives[0] if len(alternatives) == 1 else f"({' or '.join(alternatives)})"]


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidFilterError(f"{field} must be a day such as 2026-11-09.") from None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)  # overflows here, if at all


def _rfc3339(moment: datetime) -> str:
    # Drive reads a time without an offset as UTC; we always send UTC, spelled out.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
