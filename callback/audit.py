"""One JSON line for each sign-in, sign-out, flow, disconnect and refusal: who, what, how it ended, how long it took.

Who somebody is is a keyed hash: lines of one person can be put together, those of the agent included, and nobody is
found by hashing addresses. No name, token, URI, state or cookie goes in. Every field is told in docs/audit.md.
"""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from callback.errors import CallbackError, ForgedRequestError
from callback.records import Person

__all__ = ["Audit", "Entry", "audit_logger"]

VERSION = 1
LONGEST_WORD = 64

Event = Literal["sign_in", "sign_out", "consent_started", "consent_completed", "disconnected"]
Outcome = Literal["ok", "refused", "failed"]

audit_logger = logging.getLogger("callback.audit")


@dataclass
class Entry:
    """The line being prepared. A route that learns who it is fills `person` in."""

    person: Person | None


class Audit:
    """Writes audit lines. `key` is the agent's DRIVE_AGENT_AUDIT_KEY, so that both name a person alike."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    @contextmanager
    def watch(self, event: Event, person: Person | None) -> Iterator[Entry]:
        """Write one line at the end of the block: `ok`, or `refused` / `failed` with the error's code.

        A forged request is nobody's attempt at anything: it is left to `refused`, wherever it was found out.
        """
        entry, started = Entry(person), time.monotonic()
        outcome: Outcome = "failed"
        reason, is_forged = "internal", False
        try:
            yield entry
            outcome, reason = "ok", ""
        except CallbackError as error:
            outcome, reason = ("failed" if error.status >= 500 else "refused"), error.code  # noqa: PLR2004 - HTTP
            is_forged = isinstance(error, ForgedRequestError)
            raise
        finally:
            if not is_forged:
                self._write(event, entry.person, outcome, reason, round((time.monotonic() - started) * 1000))

    def returned(self, person: Person | None) -> None:
        """Write the line of a consent that has come back and fits, before AWS is asked to bind it."""
        self._write("consent_returned", person, "ok", "", 0)

    def account_checked(self, person: Person, email: str, concern: str, *, is_refused: bool) -> None:
        """Write which account was connected, as a keyed hash of its address, and what there is to say about it."""
        hashed = hmac.new(self._key, f"account|{email.lower()}".encode(), hashlib.sha256).hexdigest()[:16]
        outcome: Outcome = "refused" if is_refused else "ok"
        self._write("account_checked", person, outcome, concern, 0, account=hashed if email else "")

    def refused(self, error: CallbackError, person: Person | None = None) -> None:
        """Write the line of a request that is nobody's attempt; `person` is whose browser it came from, where known."""
        self._write("request_refused", person, "refused", error.code, 0)

    def _write(self, event: str, person: Person | None, outcome: Outcome, reason: str, ms: int, **more: str) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "version": VERSION,
            "service": "callback",
            "event": event,
            "who": self._who(person),
            "outcome": outcome,
            "reason": reason[:LONGEST_WORD],
            "ms": ms,
        } | more
        audit_logger.info("%s", json.dumps(line))

    def _who(self, person: Person | None) -> str:
        if person is None:
            return ""
        return hmac.new(self._key, person.key.encode(), hashlib.sha256).hexdigest()[:16]
