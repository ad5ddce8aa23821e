"""How the seeds are written down: a shelf for each My Drive and shared drive, a row for each item. Pure data types.

Folders along a row's path are made when they are first named; a row of kind FOLDER gives one its own
attributes. Times are in the small language of `moments.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.google.items import FOLDER, NATIVE, SHORTCUT, Permission

__all__ = [
    "AUDIO",
    "CSV",
    "DOC",
    "DOCX",
    "DRAWING",
    "FOLDER",
    "FORM",
    "JPEG",
    "MARKDOWN",
    "PDF",
    "PNG",
    "PPTX",
    "SHEET",
    "SHORTCUT",
    "SLIDES",
    "TEXT",
    "VIDEO",
    "XLSX",
    "ZIP",
    "Row",
    "Shelf",
    "read",
    "write",
]

DOC = f"{NATIVE}document"
SHEET = f"{NATIVE}spreadsheet"
SLIDES = f"{NATIVE}presentation"
FORM = f"{NATIVE}form"
DRAWING = f"{NATIVE}drawing"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PDF = "application/pdf"
ZIP = "application/zip"
TEXT = "text/plain"
CSV = "text/csv"
MARKDOWN = "text/markdown"
PNG = "image/png"
JPEG = "image/jpeg"
VIDEO = "video/mp4"
AUDIO = "audio/mpeg"


@dataclass(frozen=True, slots=True)
class Row:
    """One item.

    `changed` and `by`: when, and by whom (default: the shelf's keeper). `opened`: when the keeper opened it
    last; `opened_by` says so for others. `shared`: permissions beside the owner's, given `shared_when` and good
    for `shared_for` from now (empty: for ever). `target` names another row as `owner or drive / folder / name`, or
    anything that does not exist: a broken shortcut. `text` of a spreadsheet: see `office.sheets`.
    """

    name: str
    kind: str
    folder: str = ""
    changed: str = "30d"
    by: str = ""
    created: str = "300d"
    opened: str = ""
    opened_by: Mapping[str, str] = field(default_factory=dict)
    starred: bool = False
    trashed: bool = False
    shared: tuple[Permission, ...] = ()
    shared_when: str = "60d"
    shared_for: str = ""
    text: str = ""
    repeat: int = 1
    padding_bytes: int = 0
    description: str = ""
    target: tuple[str, str, str] | None = None
    can_download: bool = True
    can_access_via_gen_ai: bool = True


@dataclass(frozen=True, slots=True)
class Shelf:
    """A My Drive (`drive` empty) or a shared drive (its name) with the person whose view the rows tell."""

    keeper: str
    rows: tuple[Row, ...]
    drive: str = ""
    members: tuple[Permission, ...] = ()

    @property
    def key(self) -> str:
        """What ids and shortcut targets call this shelf."""
        return self.drive or self.keeper


def read(email: str) -> Permission:
    """Let somebody read."""
    return Permission("reader", email)


def write(email: str) -> Permission:
    """Let somebody change."""
    return Permission("writer", email)
