"""What was asked of the stand-in lately and what it has delivered, for tests to look at. State.

Secrets are kept as digests only: enough to see that two requests carried the same one.
"""

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any  # entries are shown as JSON

__all__ = ["Journal", "digest"]

_KEEP = 1000
_SECRETS = frozenset({"token", "client_secret", "code", "code_verifier", "refresh_token"})


def digest(secret: str) -> str:
    """A short fingerprint: the first 16 hexadecimal digits of SHA-256."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


def _entries() -> deque[dict[str, Any]]:
    return deque(maxlen=_KEEP)


@dataclass(slots=True)
class Journal:
    """The last 1000 calls of methods and the last 1000 deliveries, oldest first."""

    calls: deque[dict[str, Any]] = field(default_factory=_entries)
    deliveries: deque[dict[str, Any]] = field(default_factory=_entries)

    def reset(self) -> None:
        """Forget them."""
        self.calls.clear()
        self.deliveries.clear()

    def call(self, method: str, arguments: Mapping[str, Any], bearer: str, at: float) -> dict[str, Any]:
        """Note a call when it comes; `ok`, `error` and `status` follow with its answer."""
        shown = {name: digest(str(value)) if name in _SECRETS else value for name, value in arguments.items()}
        entry = {
            "method": method,
            "arguments": shown,
            "bearer": digest(bearer) if bearer else None,
            "at": at,
            "status": None,
        }
        self.calls.append(entry)
        return entry

    def delivery(self, **what: Any) -> None:
        """Note an attempt to deliver something."""
        self.deliveries.append(what)
