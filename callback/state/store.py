"""Encrypted, typed records in a key-value store, and the opening of that store.

The store is any `AsyncKeyValue` of py-key-value-aio: a folder by default, DynamoDB where there are several processes
(`callback.state.dynamodb`). It holds records under the SHA-256 of a handle, so that reading it gives nobody a handle,
and what it holds is encrypted with DRIVE_AGENT_SESSION_KEY. A record is bound to its place, and one that is not
encrypted counts as missing, as does one that is damaged: whoever can write into the store can neither plant a record
nor move one to another handle.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import TypeAdapter, ValidationError

from callback.records import sha256
from callback.settings import Settings
from callback.state.dynamodb import DynamoDbStore
from callback.state.entries import AddingStore, ManagedEntry
from callback.state.folder import FolderStore

__all__ = ["Records", "Sealed", "encrypted", "open_store"]

RecordT = TypeVar("RecordT")

_SEALED = "sealed"


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[AddingStore]:
    """Open the store that DRIVE_AGENT_CALLBACK_STATE names, for as long as the block lasts.

    Raises: `SettingsError` when the folder cannot be written, or the table is not there, not as it must be, or not
    allowed.
    """
    if settings.state_table is None:
        async with FolderStore(settings.state_dir) as folder:
            yield folder
        return
    table = DynamoDbStore(settings.state_table, settings.region, settings.dynamodb_endpoint_url)
    await table.check()
    try:
        yield table
    finally:
        table.close()


class Sealed:
    """A store that keeps JSON values encrypted, each one bound to its collection and key."""

    def __init__(self, store: AddingStore, fernet: Fernet) -> None:
        self._store = store
        self._fernet = fernet

    async def get(self, collection: str, key: str) -> Any | None:  # Any: JSON, validated by `Records`
        """The value; None where there is none that this service has put there under its present key."""
        sealed = (await self._store.get(key, collection=collection) or {}).get(_SEALED)
        if not isinstance(sealed, str):
            return None
        try:
            opened = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError):
            return None
        return opened["value"] if opened["place"] == [collection, key] else None

    async def put(self, collection: str, key: str, value: object, life: timedelta) -> None:
        """Keep a JSON value for a while."""
        sealed = self._sealed(collection, key, value)
        await self._store.put(key, sealed, collection=collection, ttl=life.total_seconds())

    def _sealed(self, collection: str, key: str, value: object) -> dict[str, str]:
        text = json.dumps({"place": [collection, key], "value": value})
        return {_SEALED: self._fernet.encrypt(text.encode()).decode("ascii")}

    async def add(self, collection: str, key: str, value: object, life: timedelta, now: datetime) -> bool:
        """Keep a JSON value for a while where there is none. True for exactly one caller, over all processes."""
        entry = ManagedEntry(value=self._sealed(collection, key, value), created_at=now, expires_at=now + life)
        return await self._store.add(key, entry, collection=collection)

    async def delete(self, collection: str, key: str) -> bool:
        """Remove a value. True for exactly one caller, over all processes that share the store."""
        return await self._store.delete(key, collection=collection)


def encrypted(store: AddingStore, session_key: str) -> Sealed:
    """Encrypt what a store holds. After a change of the key, old records count as missing."""
    # The key is long and random (checked in `settings`), so a fast key derivation is enough: RFC 5869.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"drive-agent callback sessions").derive(
        session_key.encode()
    )
    return Sealed(store, Fernet(base64.urlsafe_b64encode(derived)))


class Records(Generic[RecordT]):
    """Typed records of one collection, by handle (or by any other text that names one record)."""

    def __init__(self, store: Sealed, collection: str, record: type[RecordT]) -> None:
        self._store = store
        self._collection = collection
        self._adapter: TypeAdapter[RecordT] = TypeAdapter(record)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, handle: str) -> asyncio.Lock:
        """One lock for each handle, for read-modify-write inside this process. It is not reentrant."""
        return self._locks.setdefault(sha256(handle), asyncio.Lock())

    async def get(self, handle: str) -> RecordT | None:
        """The record, or None."""
        stored = await self._store.get(self._collection, sha256(handle))
        if stored is None:
            return None
        try:
            return self._adapter.validate_python(stored)
        except ValidationError:
            # Written by another version of this service: to be started again, not to be guessed at.
            return None

    async def put(self, handle: str, record: RecordT, life: timedelta) -> None:
        """Keep a record. `life` tidies up the store; whether a record is too old is judged by its own times."""
        value = self._adapter.dump_python(record, mode="json")
        await self._store.put(self._collection, sha256(handle), value, life)

    async def add(self, handle: str, record: RecordT, life: timedelta) -> bool:
        """Keep a record where there is none. True for exactly one caller, also over several processes."""
        value = self._adapter.dump_python(record, mode="json")
        return await self._store.add(self._collection, sha256(handle), value, life, datetime.now(UTC))

    async def delete(self, handle: str) -> bool:
        """Remove a record. True for exactly one caller, also over several processes."""
        return await self._store.delete(self._collection, sha256(handle))

    async def take(self, handle: str) -> RecordT | None:
        """Remove and return a record, for exactly one caller."""
        record = await self.get(handle)
        return record if record is not None and await self.delete(handle) else None
