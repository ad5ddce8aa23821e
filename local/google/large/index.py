"""Read a large Drive: its items by id, and its search. One connection, used by one thread at a time."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from local.google.items import Item, SharedDrive
from local.google.large.schema import read_drive, read_item
from local.google.large.translate import order_columns, select
from local.google.question import START, Question

__all__ = ["LargeIndex", "LargeItems", "Reader"]

_KEPT_ITEMS = 8192


class Reader:
    """The tables behind a connection. `shift`: microseconds to add to the tables' times."""

    def __init__(self, connection: sqlite3.Connection, shift: int) -> None:
        self.shift = shift
        self._connection = connection
        self._lock = threading.Lock()

    def rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Every row of an answer."""
        with self._lock:
            return self._connection.execute(statement, arguments).fetchall()

    def drives(self) -> dict[str, SharedDrive]:
        """Every shared drive."""
        rows = self.rows("SELECT id, body FROM drives")
        return {str(key): read_drive(str(key), str(body), self.shift) for key, body in rows}

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


class LargeItems(Mapping[str, Item]):
    """The items of a large Drive, read when they are asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._get = lru_cache(maxsize=_KEPT_ITEMS)(self._read)

    def _read(self, item_id: str) -> Item | None:
        rows = self._reader.rows("SELECT body FROM items WHERE id = ?", (item_id,))
        return read_item(item_id, str(rows[0][0]), self._reader.shift) if rows else None

    def __getitem__(self, item_id: str) -> Item:
        item = self._get(item_id)
        if item is None:
            raise KeyError(item_id)
        return item

    def __iter__(self) -> Iterator[str]:
        return (str(item_id) for (item_id,) in self._reader.rows("SELECT id FROM items ORDER BY position"))

    def __len__(self) -> int:
        return int(str(self._reader.rows("SELECT count(*) FROM items")[0][0]))


class LargeIndex:
    """Search in the tables: see `items.Index`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kinds = [str(kind) for (kind,) in reader.rows("SELECT DISTINCT mime_type FROM files")]

    def find(self, question: Question, after: int, limit: int) -> list[tuple[int, str]]:
        """Positions and ids of the next files after a position. Raises `TooDeepError`."""
        last = self._place(question, after) if after != START else None
        wanted = select(question, shift=self._reader.shift, kinds=self._kinds, after=last, limit=limit)
        return [(int(str(at)), str(item_id)) for at, item_id in self._reader.rows(wanted.text, wanted.arguments)]

    def _place(self, question: Question, position: int) -> Sequence[object]:
        columns = ", ".join(column for column, _ in order_columns(question.order))
        statement = f"SELECT {columns} FROM files WHERE position = ?"  # noqa: S608 - our own words
        return self._reader.rows(statement, (position,))[0]

    def usage_bytes(self) -> tuple[int, int]:
        """The size of the person's own files, and of those in the trash."""
        statement = "SELECT total(size), total(size * is_trashed) FROM files WHERE is_mine"
        ((used, trashed),) = self._reader.rows(statement)
        return int(float(str(used))), int(float(str(trashed)))
