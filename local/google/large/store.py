"""Make the file that holds a large Drive, keep it for the next start, and open it together with the seeds.

The file says how it was made; one that was made otherwise is made anew. It is never changed after that: what is
opened is a copy, to which the seeds of this start are added.
"""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from local.google.files import ROLES, Sight, Viewer
from local.google.items import Item, Library, Permission, root_id
from local.google.large import schema
from local.google.large.generate import ANCHOR, OWNER, generate
from local.google.large.index import LargeIndex, LargeItems, Reader

__all__ = ["MAX_FILES", "LargeDrive", "LargeWish", "open_drive", "prepare"]

MAX_FILES = 1_000_000
_FORMAT = 2
_FIRST_GENERATED = 10_000  # positions below are for the seeds, which come first when nothing else decides
_MARKS = "(" + ", ".join("?" * 24) + ")"


@dataclass(frozen=True, slots=True)
class LargeWish:
    """How many files, kept where. The same `seed` makes the same Drive."""

    files: int
    path: Path
    seed: int = 1


@dataclass(frozen=True, slots=True)
class LargeDrive:
    """One person's library with everything in it; `close` removes the copy it is read from."""

    owner: str
    library: Library = field(repr=False)
    reader: Reader = field(repr=False)

    def close(self) -> None:
        """Close it."""
        self.reader.close()


def open_drive(wish: LargeWish, seeds: Library, now: datetime) -> LargeDrive:
    """The large Drive with the seeds, its times told from `now`. Makes the file when it is not there.

    Raises `OSError` and `sqlite3.Error` when the file cannot be read or made.
    """
    prepare(wish)
    shift = schema.microseconds(now) - schema.microseconds(ANCHOR)
    handle, name = tempfile.mkstemp(prefix=wish.path.name, dir=wish.path.parent)
    os.close(handle)
    try:
        shutil.copyfile(wish.path, name)
        reader = Reader(_open_with(Path(name), seeds, shift), shift)
    finally:
        Path(name).unlink()  # the connection keeps it until it is closed
    drives = {**seeds.drives, **reader.drives()}
    return LargeDrive(OWNER, Library(LargeItems(reader), drives, index=LargeIndex(reader)), reader)


def prepare(wish: LargeWish) -> None:
    """Make the file unless it is there, made with the same numbers. Takes about ten seconds for 100,000 files."""
    if not _is_made(wish):
        _make_file(wish)


def _is_made(wish: LargeWish) -> bool:
    if not wish.path.exists():
        return False
    with contextlib.closing(sqlite3.connect(f"{wish.path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            made = connection.execute("SELECT * FROM about").fetchone()
        except sqlite3.DatabaseError:
            return False
    return tuple(made or ()) == (_FORMAT, wish.files, wish.seed)


def _make_file(wish: LargeWish) -> None:
    """Write the file. The same numbers give the same Drive."""
    wish.path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=wish.path.name, dir=wish.path.parent)
    os.close(handle)
    try:
        with contextlib.closing(_connect(Path(name))) as connection:
            made = generate(wish.files, wish.seed)
            connection.executescript(schema.TABLES)
            # The person's own top folder is one of the seeds.
            _write(
                connection, made, (item for item in made.items.values() if item.id != root_id(OWNER)), _FIRST_GENERATED
            )
            connection.executemany("INSERT INTO drives VALUES (?, ?)", map(schema.drive_row, made.drives.values()))
            connection.execute("INSERT INTO about VALUES (?, ?, ?)", (_FORMAT, wish.files, wish.seed))
            connection.executescript(schema.INDEXES)
            connection.commit()
        Path(name).replace(wish.path)
    finally:
        Path(name).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    # Nothing here has to survive a crash: the file gets its name when it is complete, the copy never gets one.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA mmap_size = 1073741824")
    return connection


def _open_with(path: Path, seeds: Library, shift: int) -> sqlite3.Connection:
    connection = _connect(path)
    _write(connection, seeds, seeds.items.values(), 0, shift)
    connection.commit()
    return connection


def _write(connection: sqlite3.Connection, library: Library, items: Iterable[Item], first: int, shift: int = 0) -> None:
    viewer = Viewer(library, OWNER)
    access = _Access(connection)
    numbered = list(enumerate(items, start=first))
    seen = [(at, sight) for at, item in numbered if item.parent and (sight := viewer.see(item.id))]
    add = connection.executemany
    add("INSERT INTO items VALUES (?, ?, ?)", (schema.item_row(at, item, shift) for at, item in numbered))
    rows = (schema.file_row(at, sight, access.number(sight), shift) for at, sight in seen)
    add(f"INSERT INTO files VALUES {_MARKS}", rows)  # noqa: S608 - question marks
    texts = [schema.text_row(at, sight.item) for at, sight in seen]
    add("INSERT INTO names (rowid, name) VALUES (?, ?)", ((at, name) for at, name, *_ in texts))
    add("INSERT INTO texts (rowid, name, description, content) VALUES (?, ?, ?, ?)", texts)
    add("INSERT INTO access VALUES (?, ?, ?)", access.rows())


class _Access:
    """Numbers for sets of permissions: thousands of files have the same."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        (highest,) = connection.execute("SELECT ifnull(max(id), 0) FROM access").fetchone()
        self._first = int(highest) + 1
        self._numbers: dict[tuple[Permission, ...], int] = {}

    def number(self, sight: Sight) -> int:
        return self._numbers.setdefault(sight.grants, self._first + len(self._numbers))

    def rows(self) -> Iterator[tuple[int, str, int]]:
        for grants, number in self._numbers.items():
            for grant in grants:
                if grant.email:
                    yield number, grant.email, ROLES.index(grant.role)
