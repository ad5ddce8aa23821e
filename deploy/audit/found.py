"""The lines that were asked for, in order: in a temporary database, so that any number of them fits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter

from deploy.audit.lines import AuditLine

__all__ = ["Found", "Summary", "found_lines"]

_COLUMNS = [field.name for field in fields(AuditLine)]
_AT_ONCE = 1000

_values = attrgetter(*_COLUMNS)


@dataclass(frozen=True, slots=True)
class Summary:
    """What one person did. `files` counts those in answers, as often as they came; `named` files that calls named."""

    who: str
    first: str
    last: str
    lines: int
    calls: int
    files: int
    named: int


class Found:
    """Lines, sorted by time; lines of one moment in the order in which they came."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(f"CREATE TABLE lines ({', '.join(_COLUMNS)})")

    def keep(self, lines: Iterator[AuditLine]) -> None:
        """Take all of `lines`, a thousand at a time."""
        marks = ", ".join("?" for _ in _COLUMNS)
        while some := [_values(line) for line in islice(lines, _AT_ONCE)]:
            self._database.executemany(f"INSERT INTO lines VALUES ({marks})", some)  # noqa: S608 - our own column names

    def __len__(self) -> int:
        """How many there are."""
        [(count,)] = self._database.execute("SELECT COUNT(*) FROM lines")
        return int(count)

    def __iter__(self) -> Iterator[AuditLine]:
        """Yield them in order."""
        for row in self._database.execute("SELECT * FROM lines ORDER BY time, rowid"):
            yield AuditLine(*row)

    def summaries(self) -> list[Summary]:
        """Return one for each person, in the order in which they came."""
        rows = self._database.execute(
            "SELECT who, MIN(time), MAX(time), COUNT(*), SUM(event = 'drive_call'), SUM(files),"
            " COUNT(DISTINCT NULLIF(file, '')) FROM lines GROUP BY who ORDER BY MIN(time), who"
        )
        return [Summary(*row) for row in rows]


@contextmanager
def found_lines() -> Iterator[Found]:
    """Open an empty one. An unnamed database of SQLite lies in memory while it is small, then in a file without a name.

    https://sqlite.org/inmemorydb.html#temp_db
    """
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        yield Found(database)
