"""Server-side browser sessions and open flows, in a key-value store.

A browser holds random 256-bit handles only. The store holds records under the SHA-256 of a handle, so that reading
the store gives nobody a session; the records themselves are encrypted with DRIVE_AGENT_SESSION_KEY.

The store is any `AsyncKeyValue` of py-key-value-aio: a folder by default, DynamoDB where there are several processes.
Read-modify-write is serialised by a lock per key inside this process. `Flows.consume` rests on `delete` telling
exactly one caller that it deleted something: the folder store (SQLite) and DynamoDB (`ReturnValues=ALL_OLD`) do so
over several processes, too.
"""

import asyncio
import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from key_value.aio.protocols.key_value import AsyncKeyValue
from key_value.aio.stores.disk import DiskStore
from key_value.aio.wrappers.encryption import FernetEncryptionWrapper
from pydantic import TypeAdapter, ValidationError

from callback.binding import FLOW_LIFE
from callback.records import BrowserSession, Flow, Person, sha256

# OWASP session management: idle and absolute limits. A consent takes minutes; a working day is the most.
IDLE_LIFE = timedelta(minutes=30)
ABSOLUTE_LIFE = timedelta(hours=8)
# `seen` is written at most this often: a page view should not cost a write.
TOUCH_EVERY = timedelta(minutes=1)

RecordT = TypeVar("RecordT", BrowserSession, Flow)


def new_handle() -> str:
    """256 random bits in 43 characters that fit a cookie and a URL."""
    return secrets.token_urlsafe(32)


def open_folder(folder: Path) -> DiskStore:
    """The embedded store, to be used as an async context manager, by the thread that serves alone.

    It keeps one SQLite connection for each thread that uses it and closes only the one of the thread that leaves it.
    The folder is made readable for this user only.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return DiskStore(directory=folder)


def encrypted(store: AsyncKeyValue, session_key: str) -> AsyncKeyValue:
    """Wrap a store so that what it holds is encrypted. After a change of the key, old records count as missing."""
    # The key is long and random (checked in `settings`), so a fast key derivation is enough: RFC 5869.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"drive-agent callback sessions").derive(
        session_key.encode()
    )
    fernet = Fernet(base64.urlsafe_b64encode(derived))
    return FernetEncryptionWrapper(store, fernet=fernet, raise_on_decryption_error=False)


class _Records(Generic[RecordT]):
    """Typed records of one collection, by handle."""

    def __init__(self, store: AsyncKeyValue, collection: str, record: type[RecordT]) -> None:
        self._store = store
        self._collection = collection
        self._adapter: TypeAdapter[RecordT] = TypeAdapter(record)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, handle: str) -> asyncio.Lock:
        return self._locks.setdefault(sha256(handle), asyncio.Lock())

    async def get(self, handle: str) -> RecordT | None:
        stored: Mapping[str, Any] | None = await self._store.get(sha256(handle), collection=self._collection)
        if stored is None:
            return None
        try:
            return self._adapter.validate_python(stored)
        except ValidationError:
            # Written by another version of this service: to be started again, not to be guessed at.
            return None

    async def put(self, handle: str, record: RecordT, life: timedelta) -> None:
        # TTLs tidy up the store; whether a record is too old is judged by its own times.
        value = self._adapter.dump_python(record, mode="json")
        await self._store.put(sha256(handle), value, collection=self._collection, ttl=life.total_seconds())

    async def delete(self, handle: str) -> bool:
        return await self._store.delete(sha256(handle), collection=self._collection)


class Sessions:
    """Browser sessions. Every method takes the handle from the cookie."""

    def __init__(self, store: AsyncKeyValue) -> None:
        self._records = _Records(store, "sessions", BrowserSession)

    async def begin(self, now: datetime, person: Person | None = None) -> tuple[str, BrowserSession]:
        """Make a new session, with a new handle and a new CSRF value."""
        handle = new_handle()
        browser_session = BrowserSession(created=now, seen=now, csrf=new_handle(), person=person)
        await self._records.put(handle, browser_session, IDLE_LIFE)
        return handle, browser_session

    async def find(self, handle: str, now: datetime) -> BrowserSession | None:
        """The live session of a handle, or None. Reading it keeps it alive up to its absolute end."""
        browser_session = await self._records.get(handle)
        if browser_session is None or not _is_live(browser_session, now):
            return None
        if now - browser_session.seen < TOUCH_EVERY:
            return browser_session
        return await self.change(handle, now, lambda current: current)

    async def change(
        self, handle: str, now: datetime, change: Callable[[BrowserSession], BrowserSession]
    ) -> BrowserSession | None:
        """Replace the session by `change(session)`. Two tabs of one browser do not lose each other's changes."""
        async with self._records.lock(handle):
            browser_session = await self._records.get(handle)
            if browser_session is None or not _is_live(browser_session, now):
                return None
            changed = replace(change(browser_session), seen=now)
            await self._records.put(handle, changed, IDLE_LIFE)
            return changed

    async def rotate(self, old_handle: str | None, now: datetime, person: Person) -> tuple[str, BrowserSession]:
        """Sign a person in: a new handle, so that a handle planted before the sign-in is worth nothing after it."""
        if old_handle is not None:
            await self._records.delete(old_handle)
        return await self.begin(now, person)

    async def end(self, handle: str) -> None:
        """Sign out."""
        await self._records.delete(handle)


class Flows:
    """Open authorizations. Handles are the values of flow cookies."""

    def __init__(self, store: AsyncKeyValue) -> None:
        self._records = _Records(store, "flows", Flow)

    async def open(self, flow: Flow) -> str:
        """Keep a flow for ten minutes and return its handle."""
        handle = new_handle()
        await self._records.put(handle, flow, FLOW_LIFE)
        return handle

    async def find(self, handle: str) -> Flow | None:
        """Look at a flow without using it up."""
        return await self._records.get(handle)

    async def consume(self, handle: str) -> bool:
        """Use a flow up. True for exactly one caller, also when two arrive at once."""
        async with self._records.lock(handle):
            return await self._records.delete(handle)


def _is_live(browser_session: BrowserSession, now: datetime) -> bool:
    return now - browser_session.seen < IDLE_LIFE and now - browser_session.created < ABSOLUTE_LIFE
