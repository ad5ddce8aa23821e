"""What was asked of the stand-in lately, for tests to look at. State, and the ASGI layer that writes it.

Secrets are kept as digests only: enough to see that two requests carried the same one.
"""

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any  # entries are shown as JSON
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Journal", "JournalLayer", "digest", "note"]

_KEEP = 500
_SECRET_PARAMETERS = frozenset({"access_token", "id_token", "refresh_token", "token", "code", "client_secret"})
_NOTES = "standin_notes"


def digest(secret: str) -> str:
    """A short fingerprint: the first 16 hexadecimal digits of SHA-256."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


@dataclass(slots=True)
class Journal:
    """The last 500 requests, oldest first."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEEP))

    def reset(self) -> None:
        """Forget them."""
        self.entries.clear()


def note(scope: Scope, **notes: Any) -> None:
    """Add something to the entry of the request being answered."""
    scope.setdefault("state", {}).setdefault(_NOTES, {}).update(notes)


def _query(raw: bytes) -> str:
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, digest(value) if name in _SECRET_PARAMETERS else value) for name, value in pairs])


def _authorization(headers: Mapping[bytes, bytes]) -> str | None:
    value = headers.get(b"authorization", b"").decode("latin-1")
    return digest(value.partition(" ")[2]) if value else None


@dataclass(frozen=True, slots=True)
class JournalLayer:
    """Write down every request but those to the stand-in's own routes."""

    app: ASGIApp
    journal: Journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the entry is made when it comes in and gets its status with the answer."""
        if scope["type"] != "http" or scope["path"].startswith("/_standin"):
            await self.app(scope, receive, send)
            return
        entry: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["path"],
            "query": _query(scope["query_string"]),
            "authorization": _authorization(dict(scope["headers"])),
            "status": None,
        }
        self.journal.entries.append(entry)
        notes: dict[str, Any] = {}
        scope.setdefault("state", {})[_NOTES] = notes

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.update(notes, status=message["status"])
            await send(message)

        await self.app(scope, receive, send_noting)
