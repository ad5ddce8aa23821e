"""What is known of access tokens, in this process's memory alone: bounded, safe in any thread, no token kept."""

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["Remembered"]

Value = TypeVar("Value")

_MOST = 4096  # a token lives an hour


class Remembered(Generic[Value]):
    """Values by secrets, of which only a SHA-256 is kept; what was asked for longest ago is forgotten first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[bytes, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def claim(self, value: Value, *secrets: str) -> Value:
        """Keep `value` for `secrets` unless there is one; return the one that is there now."""
        key = _key(secrets)
        with self._lock:
            kept = self._values.setdefault(key, value)
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)
            return kept

    def find(self, *secrets: str) -> Value | None:
        """Return what is kept for `secrets`, or None."""
        key = _key(secrets)
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def forget(self, *secrets: str) -> None:
        """Let go of what is kept for `secrets`."""
        with self._lock:
            self._values.pop(_key(secrets), None)


def _key(secrets: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\0".join(secrets).encode()).digest()
