"""The last requests, for tests and for the curious. Holds no header, query, body or token."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 500


@dataclass(frozen=True)
class Entry:
    """One answered request; `path` is without the query, `at` is ISO 8601.

    `is_forced`: GetResourceOauth2Token with `forceAuthentication`, which discards what the vault holds.
    """

    at: str
    method: str
    path: str
    service: str
    operation: str
    status: int
    is_forced: bool = False


class Journal:
    """A ring of entries."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, entry: Entry) -> None:
        """Note an answered request; the oldest is forgotten beyond `KEPT`."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return [asdict(entry) for entry in self._entries]
