"""A folder as key-value store, over SQLite (diskcache): for one process, or several on one machine.

SQLite blocks, for as long as another process holds its lock, so every call runs in a thread. There are two, each with
a connection of its own, because SQLite closes only the connections of the thread that asks for it: one reads, which
goes on while somebody else writes (WAL), and one writes. py-key-value-aio's own store for diskcache works in the
thread that serves, and tries to delete for as long as the lock is held: https://www.sqlite.org/wal.html
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from diskcache import Cache, Disk, Timeout  # type: ignore[import-untyped]  # it publishes no types
from key_value.aio.stores.base import BaseStore

from callback.service_errors import StateUnavailableError
from callback.state.entries import ManagedEntry, entry_of
from callback.variables import SettingsError

__all__ = ["FolderStore"]

logger = logging.getLogger(__name__)

# How long SQLite waits for another process's lock, and a request for all that is before it.
_LOCK_S = 1.0
_PATIENCE_S = 4.0

_RAW = 1  # diskcache's mode of a value that is in the database as it is

_Answer = TypeVar("_Answer")


class FolderStore(BaseStore):
    """One folder, to be used as an async context manager. It is made for this user only.

    Raises `SettingsError` where it cannot be opened, later `StateUnavailableError` for whatever SQLite cannot do, or
    not soon: a lock that somebody else holds, a full disk, a damaged database.
    """

    def __init__(self, folder: Path, *, lock_s: float = _LOCK_S, patience_s: float = _PATIENCE_S) -> None:
        super().__init__(stable_api=True)
        self._folder, self._lock_s, self._patience_s = folder, lock_s, patience_s
        self._reading, self._writing = (ThreadPoolExecutor(1, thread_name_prefix="sessions") for _ in range(2))
        self._cache: Any = None  # diskcache's, which has no types

    async def __aenter__(self) -> Self:
        """Open the folder."""
        loop = asyncio.get_running_loop()
        try:
            self._cache = await loop.run_in_executor(self._writing, self._open)
            await loop.run_in_executor(self._reading, self._cache.get, "")  # which makes the connection
        except (sqlite3.Error, Timeout, OSError) as error:
            self._end()
            raise SettingsError(
                f"DRIVE_AGENT_CALLBACK_STATE is {str(self._folder)!r}, where no sessions can be kept ({error})."
                " Give it a folder that this process may write to, on a disk that is not full. A damaged cache.db in"
                " it can be deleted: everybody then signs in again."
            ) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the folder."""
        await self.close()

    async def close(self) -> None:
        """Close the connections, each in its own thread."""
        loop = asyncio.get_running_loop()
        for thread in (self._reading, self._writing):
            await loop.run_in_executor(thread, self._cache.close)
        self._end()

    def _open(self) -> Any:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Cache(str(self._folder), timeout=self._lock_s, disk=_InDatabase, eviction_policy="none")

    def _end(self) -> None:
        self._reading.shutdown()
        self._writing.shutdown()

    async def _get_managed_entry(self, *, collection: str, key: str) -> ManagedEntry | None:
        text: object = await self._run(self._reading, self._read, _place(collection, key))
        return entry_of(self._serialization_adapter, text) if isinstance(text, str) else None

    async def _put_managed_entry(self, *, collection: str, key: str, managed_entry: ManagedEntry) -> None:
        text = self._serialization_adapter.dump_json(entry=managed_entry, key=key, collection=collection)
        await self._run(self._writing, self._cache.set, _place(collection, key), text, managed_entry.ttl)

    async def add(self, key: str, entry: ManagedEntry, *, collection: str) -> bool:
        """Put an entry where there is none. True for exactly one caller, over all processes that share the folder."""
        text = self._serialization_adapter.dump_json(entry=entry, key=key, collection=collection)
        return bool(await self._run(self._writing, self._cache.add, _place(collection, key), text, entry.ttl))

    async def _delete_managed_entry(self, *, key: str, collection: str) -> bool:
        return bool(await self._run(self._writing, self._cache.delete, _place(collection, key)))

    def _read(self, place: str) -> object:
        try:
            return self._cache.get(place)
        except sqlite3.OperationalError as error:
            # Not SQLite's but Python's: the text is no UTF-8.
            if hasattr(error, "sqlite_errorcode"):
                raise
            return None

    async def _run(self, thread: ThreadPoolExecutor, call: Callable[..., _Answer], *args: object) -> _Answer:
        """Call something in a thread. What has not begun when patience ends never does."""
        work = thread.submit(self._tidied, call, *args)
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.wrap_future(work)
        except (sqlite3.Error, Timeout, OSError, TimeoutError) as error:
            cause = getattr(error, "sqlite_errorname", type(error).__name__)
            logger.warning("folder=%s cause=%s | the store of the sessions failed", self._folder, cause)
            raise StateUnavailableError from error

    def _tidied(self, call: Callable[..., _Answer], *args: object) -> _Answer:
        try:
            return call(*args)
        except sqlite3.Error:
            # A commit that failed leaves its transaction open, and with it the lock. The next call connects anew.
            with suppress(sqlite3.Error):
                self._cache.close()
            raise


class _InDatabase(Disk):  # type: ignore[misc]  # it has no types
    """Texts, in the database itself. diskcache would also unpickle what somebody has put there, and delete any file."""

    def store(self, value: str, read: bool, key: object = None) -> tuple[int, int, None, str]:  # noqa: ARG002, FBT001 - diskcache's
        """Return what becomes the row: size, mode, file name and value."""
        return 0, _RAW, None, value

    def fetch(self, mode: int, filename: object, value: object, read: bool) -> object:  # noqa: ARG002, FBT001 - diskcache's
        """Return the value of a row; None for all but a text."""
        return value if mode == _RAW else None

    def remove(self, file_path: object) -> None:
        """Remove no file, for there is none."""


def _place(collection: str, key: str) -> str:
    return f"{collection}::{key}"
