"""Turn a `FileFilter` into a Drive `q` expression. Pure.

In: every field is optional; times are timezone-aware datetimes.
Out: a `q` string; trashed files are excluded; every `or` group stands in parentheses, because Drive gives `and` and
`or` the same precedence, left to right.
Raises: `InvalidFilterError` for words without a letter or digit, or an unknown kind.
Literals escape the backslash first, then the single quote:
https://developers.google.com/workspace/drive/api/guides/search-files
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

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
    "drawing": (f"{_GOOGLE}drawing",),
}

_WITHOUT_PLURAL = {"audio", "text", "word", "excel", "powerpoint"}

MAX_WORDS = 20  # Drive documents no limit for q; this keeps it far below any that was ever reported


Trash = Literal["exclude", "include", "only"]
Span = tuple[datetime | None, datetime | None]  # from a moment on, and before a moment; None is an open end
_ALWAYS: Span = (None, None)


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What to look for. Empty fields do not narrow; all that are set must hold.

    words: each must start a word of the file's name; with `any_word` one of them is enough. exact_name: the whole name,
    as Drive compares it. content: whole words inside the file, in any order. phrase: the same words in this order.
    kind: a key of `KINDS`. owner_email: an address, or "me". parent_ids: directly in one of these folders.
    is_opened: by this person, ever.
    """

    words: str = ""
    any_word: bool = False
    exact_name: str = ""
    content: str = ""
    phrase: str = ""
    kind: str = "any"
    owner_email: str = ""
    parent_ids: tuple[str, ...] = ()
    modified: Span = _ALWAYS
    created: Span = _ALWAYS
    opened: Span = _ALWAYS
    is_opened: bool = False
    is_shared_with_me: bool = False
    is_starred: bool = False
    trash: Trash = "exclude"


def plural_kind(kind: str) -> str:
    """Return the everyday name of several files of a kind."""
    return kind if kind in _WITHOUT_PLURAL else f"{kind}s"


def literal(text: str) -> str:
    """Quote `text` as a Drive string literal. Control characters, which no name search can match, are dropped."""
    clean = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    escaped = clean.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def build_query(wanted: FileFilter) -> str:
    """Return the `q` for `wanted`; empty only where it asks for everything, the trash included."""
    terms = [*_name_terms(wanted), *_full_text_terms(wanted), *_kind_terms(wanted.kind)]
    if wanted.owner_email:
        terms.append(f"{literal(wanted.owner_email)} in owners")
    if wanted.parent_ids:
        terms.append(_any_of([f"{literal(parent)} in parents" for parent in wanted.parent_ids]))
    terms += _span_terms("modifiedTime", wanted.modified)
    terms += _span_terms("createdTime", wanted.created)
    terms += _span_terms("viewedByMeTime", wanted.opened)
    if wanted.is_opened:  # files without a viewedByMeTime compare with nothing
        terms.append("viewedByMeTime > '1970-01-01T00:00:00Z'")
    if wanted.is_shared_with_me:
        terms.append("sharedWithMe = true")
    if wanted.is_starred:
        terms.append("starred = true")
    if wanted.trash != "include":
        terms.append(f"trashed = {'true' if wanted.trash == 'only' else 'false'}")
    return " and ".join(terms)


def searchable_words(text: str) -> list[str]:
    """Return the words that hold a letter or digit, which is all that Drive can search for; at most `MAX_WORDS`."""
    return [word for word in text.split() if any(character.isalnum() for character in word)][:MAX_WORDS]


def _name_terms(wanted: FileFilter) -> list[str]:
    terms = [f"name = {literal(wanted.exact_name)}"] if wanted.exact_name else []
    words = [f"name contains {literal(word)}" for word in _words_of(wanted.words, "words")]
    return [*terms, _any_of(words)] if words and wanted.any_word else [*terms, *words]


def _full_text_terms(wanted: FileFilter) -> list[str]:
    # Double quotes would make a phrase of what stands between them, so none of the person's own gets through.
    terms = []
    if words := _words_of(wanted.content.replace('"', " "), "content"):
        terms.append(f"fullText contains {literal(' '.join(words))}")
    if words := _words_of(wanted.phrase.replace('"', " "), "phrase"):
        phrase = " ".join(words)
        terms.append(f"fullText contains {literal(f'{chr(34)}{phrase}{chr(34)}')}")
    return terms


def _words_of(text: str, field: str) -> list[str]:
    words = searchable_words(text)
    if text.strip() and not words:
        raise InvalidFilterError(
            f"{field} holds no letter or digit, which Drive cannot search for. Call again with other words."
        )
    return words


def _span_terms(term: str, span: Span) -> list[str]:
    start, end = span
    terms = [f"{term} >= '{_rfc3339(start)}'"] if start else []
    return [*terms, f"{term} < '{_rfc3339(end)}'"] if end else terms


def _any_of(alternatives: Sequence[str]) -> str:
    return alternatives[0] if len(alternatives) == 1 else f"({' or '.join(alternatives)})"


def _kind_terms(kind: str) -> list[str]:
    try:
        types = KINDS[kind]
    except KeyError:
        raise InvalidFilterError(f"kind must be one of: {', '.join(KINDS)}.") from None
    if not types:
        return []
    alternatives = [f"mimeType {'contains' if name.endswith('/') else '='} {literal(name)}" for name in types]
    return [_any_of(alternatives)]


def _rfc3339(moment: datetime) -> str:
    # Drive reads a time without an offset as UTC; we always send UTC, spelled out.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
