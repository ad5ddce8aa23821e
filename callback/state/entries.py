"""Entries of a key-value store as text, of which somebody else may have made anything. Pure."""

from typing import Protocol

from key_value.aio._utils.managed_entry import ManagedEntry  # what the methods of a BaseStore take and return
from key_value.aio._utils.serialization import SerializationAdapter
from key_value.aio.errors import KeyValueOperationError
from key_value.aio.protocols.key_value import AsyncKeyValue

__all__ = ["AddingStore", "ManagedEntry", "entry_of"]


class AddingStore(AsyncKeyValue, Protocol):
    """A store that can also put an entry where there is none."""

    async def add(self, key: str, entry: ManagedEntry, *, collection: str) -> bool:
        """True for exactly one caller."""


def entry_of(adapter: SerializationAdapter, text: str) -> ManagedEntry | None:
    """Return the entry that a text holds; None for a text that no store of ours has written."""
    try:
        entry = adapter.load_json(json_str=text)
    except (KeyValueOperationError, TypeError, ValueError, RecursionError):
        return None
    # Compared with a time that has a zone, one without is an error.
    return None if entry.expires_at is not None and entry.expires_at.tzinfo is None else entry
