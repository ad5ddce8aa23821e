"""The tables of a large Drive, and how items and one person's sights of them are written and read. Pure.

Times are microseconds since 1970. A row of `files` is a `Sight`: what search compares and sorts by. A file that was
never opened, shared or changed has the time `NEVER`, so that every column can be compared. What searches compare most
comes first in a row, which SQLite reads from the left. Words are found by FTS5, which is given words that `words.py`
has folded, and so compares exactly what the plain search compares.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any  # JSON

from local.google.contents import size_bytes
from local.google.files import Sight, in_user_corpus
from local.google.items import FOLDER, Item, Permission, SharedDrive
from local.google.ordering import natural_key, recency
from local.google.words import tokens

__all__ = [
    "INDEXES",
    "NEVER",
    "TABLES",
    "drive_row",
    "file_row",
    "folded",
    "item_row",
    "microseconds",
    "natural_bytes",
    "read_drive",
    "read_item",
    "text_row",
]

NEVER = -(1 << 62)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

TABLES = """
CREATE TABLE about (format INTEGER, files INTEGER, seed INTEGER);
CREATE TABLE drives (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE items (position INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT);
CREATE TABLE files (
    position INTEGER PRIMARY KEY, modified INTEGER, viewed INTEGER, in_user INTEGER, is_trashed INTEGER,
    is_folder INTEGER, is_starred INTEGER, is_mine INTEGER, access INTEGER, created INTEGER, changed_by_me INTEGER,
    shared INTEGER, recency INTEGER, size INTEGER, drive_id TEXT, parent TEXT, mime_type TEXT, visibility TEXT,
    target TEXT, target_mime_type TEXT, id TEXT, name TEXT, folded_name TEXT, natural_name BLOB
);
CREATE TABLE access (id INTEGER, email TEXT, rank INTEGER);
CREATE VIRTUAL TABLE names USING fts5(name, content='', detail=none, prefix='1 2 3', tokenize='ascii');
CREATE VIRTUAL TABLE texts USING fts5(name, description, content, content='', tokenize='ascii');
"""

INDEXES = """
CREATE INDEX files_modified ON files (modified DESC);
CREATE INDEX files_kind ON files (mime_type, modified DESC);
CREATE INDEX files_parent ON files (parent, modified DESC);
CREATE INDEX files_drive ON files (drive_id, modified DESC);
CREATE INDEX files_access ON files (access, modified DESC);
CREATE INDEX files_name ON files (name);
CREATE INDEX files_target ON files (target);
CREATE INDEX files_viewed ON files (viewed DESC, modified DESC);
CREATE INDEX files_shared ON files (shared DESC, modified DESC);
CREATE INDEX files_starred ON files (is_starred DESC, modified DESC);
CREATE INDEX files_created ON files (created, modified DESC);
CREATE INDEX files_changed_by_me ON files (changed_by_me DESC, modified DESC);
CREATE INDEX files_recency ON files (recency DESC, modified DESC);
CREATE INDEX files_size ON files (size DESC, modified DESC);
CREATE INDEX files_folded_name ON files (folded_name, modified DESC);
CREATE INDEX files_natural_name ON files (natural_name, modified DESC);
CREATE INDEX files_folders ON files (is_folder DESC, folded_name, modified DESC);
CREATE INDEX files_folders_changed ON files (is_folder DESC, modified DESC);
CREATE INDEX access_email ON access (email, rank);
ANALYZE;
"""

Row = tuple[object, ...]


def microseconds(moment: datetime) -> int:
    """The time as the tables have it."""
    return (moment - _EPOCH) // _MICROSECOND


def _moment(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def natural_bytes(name: str) -> bytes:
    """Bytes that compare as `natural_key` does: texts end with a mark, numbers begin with their number of digits."""
    pieces = []
    for at, piece in enumerate(natural_key(name)):
        if at % 2:
            digits = str(piece).encode()
            pieces.append(len(digits).to_bytes(4) + digits)
        else:
            pieces.append(str(piece).encode().replace(b"\0", b"\0\xff") + b"\0\0")
    return b"".join(pieces)


@lru_cache(maxsize=16_384)
def _folded_line(line: str) -> str:
    return " ".join(tokens(line))


def folded(text: str) -> str:
    """The words of a text with single spaces between them. Words do not reach over the end of a line."""
    return " ".join(filter(None, map(_folded_line, text.splitlines())))


def item_row(position: int, item: Item, shift: int = 0) -> Row:
    """A row of `items`; `shift` is taken off all times."""
    body = (
        item.name,
        item.mime_type,
        item.parent,
        item.owner,
        microseconds(item.created) - shift,
        microseconds(item.modified) - shift,
        item.modified_by,
        item.drive_id,
        _grants(item.permissions, shift),
        int(item.trashed),
        item.description,
        item.text,
        item.repeat,
        item.padding_bytes,
        item.target,
        item.target_mime_type,
        {email: microseconds(time) - shift for email, time in item.viewed.items()},
        sorted(item.starred_by),
        {email: microseconds(time) - shift for email, time in item.shared.items()},
        int(item.can_download),
        int(item.can_access_via_gen_ai),
    )
    return position, item.id, json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def read_item(item_id: str, body: str, shift: int) -> Item:
    """The item of a row of `items`; `shift` is added to all times."""
    (name, mime_type, parent, owner, created, modified, modified_by, drive_id, permissions, *rest) = json.loads(body)
    (trashed, description, text, repeat, padding_bytes, target, target_mime_type, *rest) = rest
    (viewed, starred_by, shared, can_download, can_access_via_gen_ai) = rest
    return Item(
        id=item_id,
        name=name,
        mime_type=mime_type,
        parent=parent,
        owner=owner,
        created=_moment(created + shift),
        modified=_moment(modified + shift),
        modified_by=modified_by,
        drive_id=drive_id,
        permissions=_permissions(permissions, shift),
        trashed=bool(trashed),
        description=description,
        text=text,
        repeat=repeat,
        padding_bytes=padding_bytes,
        target=target,
        target_mime_type=target_mime_type,
        viewed={email: _moment(time + shift) for email, time in viewed.items()},
        starred_by=frozenset(starred_by),
        shared={email: _moment(time + shift) for email, time in shared.items()},
        can_download=bool(can_download),
        can_access_via_gen_ai=bool(can_access_via_gen_ai),
    )


def _grants(permissions: Iterable[Permission], shift: int) -> list[Row]:
    return [
        (
            grant.role,
            grant.email,
            grant.type,
            grant.domain,
            grant.is_discoverable,
            microseconds(grant.expires) - shift if grant.expires else None,
        )
        for grant in permissions
    ]


def _permissions(grants: Iterable[Sequence[Any]], shift: int) -> tuple[Permission, ...]:
    return tuple(
        Permission(role, email, kind, domain, is_discoverable, None if expires is None else _moment(expires + shift))
        for role, email, kind, domain, is_discoverable, expires in grants
    )


def file_row(position: int, sight: Sight, access: int, shift: int = 0) -> Row:
    """A row of `files`; `access` names the permissions that apply to it."""

    def at(moment: datetime | None) -> int:
        return NEVER if moment is None else microseconds(moment) - shift

    item = sight.item
    return (
        position,
        at(item.modified),
        at(sight.viewed),
        in_user_corpus(sight),
        sight.is_trashed,
        item.mime_type == FOLDER,
        sight.is_starred,
        sight.is_mine,
        access,
        at(item.created),
        at(sight.changed_by_me),
        at(sight.shared_with_me),
        at(recency(sight)),
        size_bytes(item) or 0,
        item.drive_id,
        sight.parent,
        item.mime_type,
        sight.visibility,
        item.target,
        item.target_mime_type,
        item.id,
        item.name,
        item.name.casefold(),
        natural_bytes(item.name),
    )


def drive_row(drive: SharedDrive) -> Row:
    """A row of `drives`."""
    body = (drive.name, microseconds(drive.created), _grants(drive.members, 0))
    return drive.id, json.dumps(body, ensure_ascii=False)


def read_drive(drive_id: str, body: str, shift: int) -> SharedDrive:
    """The shared drive of a row of `drives`; `shift` is added to its time."""
    name, created, members = json.loads(body)
    return SharedDrive(drive_id, name, _moment(created + shift), _permissions(members, shift))


def text_row(position: int, item: Item) -> Sequence[object]:
    """A row of `texts`."""
    return position, folded(item.name), folded(item.description), folded(item.text)
