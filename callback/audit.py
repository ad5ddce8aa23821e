"""One JSON line for each sign-in, flow and refusal: what happened to whom, how it ended, how long it took.

A user is a short keyed hash: lines of one person can be put together, and nobody can be found by hashing e-mail
addresses. Nothing else about a person, and no token, URI, state or cookie, goes in.
"""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from callback.errors import CallbackError
from callback.records import Person

Event = Literal["sign_in", "sign_out", "consent_started", "consent_completed"]

audit_logger = logging.getLogger("callback.audit")


@dataclass
class Entry:
    """The line being prepared. A route that learns who it is fills `person` in."""

    person: Person | None


class Audit:
    """Writes audit lines. `key` is any secret that stays the same while lines are to be compared."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(f"drive-agent audit|{key}".encode()).digest()

    @contextmanager
    def watch(self, event: Event, person: Person | None) -> Iterator[Entry]:
        """Log one line at the end of the block: `ok`, or `refused` / `failed` with the error's code."""
        entry, started = Entry(person), time.monotonic()
        outcome, reason = "failed", "internal"
        try:
            yield entry
            outcome, reason = "ok", ""
        except CallbackError as error:
            outcome, reason = ("failed" if error.status >= 500 else "refused"), error.code  # noqa: PLR2004 - HTTP
            raise
        finally:
            ms = round((time.monotonic() - started) * 1000)
            line = {"event": event, "user": self._short(entry.person), "outcome": outcome, "reason": reason, "ms": ms}
            audit_logger.info("%s", json.dumps(line))

    def _short(self, person: Person | None) -> str:
        if person is None:
            return "-"
        return hmac.new(self._key, person.key.encode(), hashlib.sha256).hexdigest()[:12]
