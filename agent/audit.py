"""One JSON line for each Drive call, disconnect, deletion and refusal: who, what, outcome, counts, milliseconds.

Who somebody is, and which file a call names, are keyed hashes: lines of one person can be put together, and nobody is
found by hashing addresses. No contents, no names, no token. Every field is told in docs/audit.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # importing it for real would load Google's client before the first /ping
    from tools.google.drive_api import DriveCall

VERSION = 1
LONGEST_WORD = 64

Event = Literal["drive_call", "disconnected", "conversation_forgotten", "request_refused"]
Outcome = Literal["ok", "refused", "failed"]

audit_logger = logging.getLogger("drive_agent.audit")

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class AuditedCaller:
    """Who a request is for, as the audit spells it. `who` is empty where nobody is known."""

    who: str = ""
    key: str = field(default="", repr=False)

    @classmethod
    def of(cls, caller_key: str, audit_key: str) -> AuditedCaller:
        """Name a caller: always the same 16 characters for one person, in both services; nobody's without the key."""
        return cls(_keyed_hash(audit_key, caller_key), audit_key)

    def file(self, file_id: str) -> str:
        """Name a file in the same way; the word in front keeps it from ever being anybody's `who`."""
        return _keyed_hash(self.key, f"file|{file_id}")


NOBODY = AuditedCaller()

# Set for each request and inherited by the threads of tools.
current_caller: ContextVar[AuditedCaller] = ContextVar("current_caller", default=NOBODY)


def record_drive_call(call: DriveCall) -> None:
    """Write the line of one Drive call."""
    caller = current_caller.get()
    outcome: Outcome = "ok" if call.outcome == "ok" else "refused" if call.is_refused else "failed"
    reason = "" if call.outcome == "ok" else _as_code(call.outcome)
    more: dict[str, str | int] = {"method": _bounded(call.method), "files": call.files}
    if call.file_id:
        more["file"] = caller.file(call.file_id)
    _write("drive_call", caller.who, outcome, reason, call.elapsed_ms, more)


def record_refusal(code: str, caller: AuditedCaller, started: float) -> None:
    """Write the line of a request that was refused; `started` is its `time.monotonic()`."""
    _write("request_refused", caller.who, "refused", code, _ms_since(started))


@contextmanager
def watch(event: Event) -> Iterator[None]:
    """Write one line at the end of the block: `ok`, or `failed` with what was raised."""
    started, reason = time.monotonic(), "unfinished"
    try:
        yield
        reason = ""
    except Exception as error:
        reason = _as_code(type(error).__name__)
        raise
    finally:
        who = current_caller.get().who
        _write(event, who, "failed" if reason else "ok", reason, _ms_since(started))


def _write(
    event: Event, who: str, outcome: Outcome, reason: str, ms: int, more: dict[str, str | int] | None = None
) -> None:
    line: dict[str, str | int] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "version": VERSION,
        "service": "agent",
        "event": event,
        "who": who,
        "outcome": outcome,
        "reason": _bounded(reason),
        "ms": ms,
    }
    audit_logger.info("%s", json.dumps(line | (more or {})))


def _keyed_hash(key: str, text: str) -> str:
    # A file's id may be the model's, and no UTF-8.
    message = text.encode(errors="surrogatepass")
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:16]


def _as_code(class_name: str) -> str:
    """`FileNotVisibleError` → `file_not_visible`, as the callback service spells its reasons."""
    return _WORD_BOUNDARY.sub("_", class_name).lower().removesuffix("_error")


def _bounded(word: str) -> str:
    return word[:LONGEST_WORD]


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


__all__ = ["NOBODY", "AuditedCaller", "audit_logger", "current_caller", "record_drive_call", "record_refusal", "watch"]
