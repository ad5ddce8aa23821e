"""A real folder of this machine as somebody's My Drive, read live and never written.

Every call walks the folder anew. Symbolic links are not followed and not shown, names that start with a dot are
left out, and a file is opened only when its real path is still inside. Ids are digests of relative paths.
"""

import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from local.google.items import FOLDER, Item, Library, make_id, root_id

__all__ = ["FolderError", "RealFolder", "open_inside", "pieces", "text_of"]

_MAX_ITEMS = 20_000
_MAX_DEPTH = 100  # Drive allows no more levels of folders either
_MAX_TEXT_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_TEXT_TYPES = ("text/", "application/json", "application/xml", "application/yaml", "application/toml")
# What the platform's own table may not know.
_TYPES = {".md": "text/markdown", ".yaml": "application/yaml", ".yml": "application/yaml", ".toml": "application/toml"}


class FolderError(Exception):
    """The file is not, or no longer, a plain file inside the folder."""


@dataclass(frozen=True, slots=True)
class RealFolder:
    """`top` is the folder, its links resolved; `owner` the account whose My Drive it becomes."""

    top: Path
    owner: str
    max_items: int = _MAX_ITEMS

    def merged_into(self, library: Library) -> Library:
        """`library` where the owner's own Drive is this folder, and nothing else is shown to them."""
        kept = {key: item for key, item in library.items.items() if not self._is_replaced(item)}
        drives = {
            key: drive
            for key, drive in library.drives.items()
            if all(member.email != self.owner for member in drive.members)
        }
        kept = {key: item for key, item in kept.items() if item.drive_id is None or item.drive_id in drives}
        found, is_complete = self._walk()
        return Library(kept | found, drives, is_complete)

    def _is_replaced(self, item: Item) -> bool:
        return item.owner == self.owner or any(grant.email == self.owner for grant in item.permissions)

    def _walk(self) -> tuple[dict[str, Item], bool]:
        root = root_id(self.owner)
        made = _time(self.top.stat().st_mtime)
        found = {root: Item(root, "My Drive", FOLDER, None, self.owner, made, made)}
        waiting = [(self.top, root, 0)]
        while waiting:
            folder, parent, depth = waiting.pop()
            if depth > _MAX_DEPTH:
                return found, False
            for entry in _entries(folder):
                if len(found) > self.max_items:
                    return found, False
                item = self._item(entry, parent)
                if item is None:
                    continue
                found[item.id] = item
                if item.mime_type == FOLDER:
                    waiting.append((Path(entry.path), item.id, depth + 1))
        return found, True

    def _item(self, entry: os.DirEntry[str], parent: str) -> Item | None:
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError:
            return None  # gone since the folder was read
        is_folder = stat.S_ISDIR(facts.st_mode)
        if not is_folder and not stat.S_ISREG(facts.st_mode):
            return None
        path = Path(entry.path)
        changed = _time(facts.st_mtime)
        return Item(
            id=make_id("folder", str(path.relative_to(self.top))),
            name=entry.name,
            mime_type=FOLDER if is_folder else _mime_type(path),
            parent=parent,
            owner=self.owner,
            created=changed,
            modified=changed,
            modified_by=self.owner,
            # The nearest thing to "opened" that a file system keeps; many mount without it.
            viewed={} if is_folder else {self.owner: _time(max(facts.st_atime, facts.st_mtime))},
            path=path,
            path_size_bytes=facts.st_size,
        )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            shown = [each for each in entries if not each.name.startswith(".") and not each.is_symlink()]
    except OSError:
        return  # gone, or not ours to read
    yield from sorted(shown, key=lambda entry: entry.name)


def _mime_type(path: Path) -> str:
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(f"file{suffix}")[0] or "application/octet-stream"


def open_inside(path: Path) -> BinaryIO:
    """Open a file that a walk has found. Raises `FolderError` when it is no longer a plain file there.

    A folder on the way may have become a link since the walk: where the path really leads is compared.
    """
    try:
        if path.resolve(strict=True) != path:
            raise FolderError("outside")
        # O_NONBLOCK: opening what has become a named pipe must not wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FolderError("gone") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FolderError("not a file")
    return os.fdopen(descriptor, "rb")


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content of an open file in pieces; closes it."""
    with file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece


def text_of(item: Item) -> str:
    """What full text search finds in an item: a seed's text, or a small text file's content."""
    if item.path is None or item.mime_type == FOLDER:
        return item.text
    if item.path_size_bytes > _MAX_TEXT_BYTES or not item.mime_type.startswith(_TEXT_TYPES):
        return ""
    try:
        with open_inside(item.path) as file:
            return file.read(_MAX_TEXT_BYTES).decode("utf-8", "replace")
    except FolderError:
        return ""
