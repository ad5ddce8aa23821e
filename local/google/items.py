"""What a Drive is made of: files, folders, permissions and shared drives, as values. Pure.

Times are timezone-aware. People are e-mail addresses. What differs from person to person (opened, starred,
shared when) hangs at the item, by e-mail, as it does at Google.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from local.google.question import Question

__all__ = [
    "FOLDER",
    "NATIVE",
    "SHORTCUT",
    "Index",
    "Item",
    "Library",
    "Permission",
    "SharedDrive",
    "TooDeepError",
    "make_id",
    "root_id",
]

NATIVE = "application/vnd.google-apps."
FOLDER = f"{NATIVE}folder"
SHORTCUT = f"{NATIVE}shortcut"


@dataclass(frozen=True, slots=True)
class Permission:
    """One grant: `role` is owner, organizer, fileOrganizer, writer, commenter or reader.

    `type` is `user`, `domain` (then with a `domain` and no e-mail) or `anyone` (with neither). `is_discoverable`
    says whether those two may find the file or need its link:
    https://developers.google.com/workspace/drive/api/guides/ref-search-terms (visibility).
    """

    role: str
    email: str | None = None
    type: str = "user"
    domain: str | None = None
    is_discoverable: bool = False
    expires: datetime | None = None

    def reaches(self, email: str) -> bool:
        """Whether it lets this person in."""
        if self.type == "domain":
            return email.endswith(f"@{self.domain}")
        return self.email in {email, None}


@dataclass(frozen=True, slots=True)
class SharedDrive:
    """A shared drive. Its id is also the id of its top folder."""

    id: str
    name: str
    created: datetime
    members: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A file, folder or shortcut.

    `owner` is None in shared drives, `drive_id` is None everywhere else. `text` is what its content says,
    `repeat` times; `padding_bytes` of zeroes follow. `path` is set for files of a real folder. Without
    `can_download` nobody but the owner gets the content; `can_access_via_gen_ai` asks agents to keep off.
    """

    id: str
    name: str
    mime_type: str
    parent: str | None
    owner: str | None
    created: datetime
    modified: datetime
    modified_by: str | None = None
    drive_id: str | None = None
    permissions: tuple[Permission, ...] = ()
    trashed: bool = False
    description: str = ""
    text: str = ""
    repeat: int = 1
    padding_bytes: int = 0
    target: str | None = None
    target_mime_type: str | None = None
    viewed: Mapping[str, datetime] = field(default_factory=dict)
    starred_by: frozenset[str] = frozenset()
    shared: Mapping[str, datetime] = field(default_factory=dict)
    path: Path | None = None
    path_size_bytes: int = 0
    can_download: bool = True
    can_access_via_gen_ai: bool = True

    @property
    def is_native(self) -> bool:
        """Whether this is a Google format, which is exported and not downloaded."""
        return self.mime_type.startswith(NATIVE)


class TooDeepError(Exception):
    """The query is nested too deeply for the index."""


class Index(Protocol):
    """Finds what a look at every file would find, in the same order, and faster. It knows one person's view."""

    def find(self, question: Question, after: int, limit: int) -> Sequence[tuple[int, str]]:
        """Positions and ids of the next files after a position. Raises `TooDeepError`."""

    def usage_bytes(self) -> tuple[int, int]:
        """The size of the person's own files, and of those in the trash."""


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that exists, at one moment. `is_complete` is False when a real folder was too big to walk."""

    items: Mapping[str, Item]
    drives: Mapping[str, SharedDrive]
    is_complete: bool = True
    index: Index | None = None


def make_id(*parts: str) -> str:
    """An id that looks like Drive's and is the same at every start: a digest of where the item is."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return "1" + base64.urlsafe_b64encode(digest).decode()[:32]


def root_id(email: str) -> str:
    """The id behind the alias `root` for the owner of this My Drive."""
    return "0A" + make_id("root", email)[1:15] + "Uk9PVA"
