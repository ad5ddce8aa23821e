"""What an audit line is, and which lines are asked for. Pure.

In: one line of a file or log, with or without something before the JSON (`docker logs`, CloudWatch).
Out: an `AuditLine`, or a `Skipped` that says why it is none. The fields are those of docs/audit.md.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "AuditLine",
    "Skipped",
    "Wanted",
    "account_hash",
    "as_line_time",
    "file_hash",
    "is_hash",
    "parse",
    "printable",
    "whos",
]

VERSION = 1
LONGEST_WORD = 64
_MOST = 2**53

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_HASH = re.compile(r"[0-9a-f]{16}")
_DECODER = json.JSONDecoder()


class Skipped(StrEnum):
    """Why a line is not in a report."""

    FOREIGN = "not the audit's"
    TORN = "torn"
    VERSION = "of another version of the audit"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event. `time` is UTC to the millisecond, of fixed length, so that texts sort as times do."""

    time: str
    service: str
    event: str
    who: str
    outcome: str
    reason: str
    ms: int
    method: str = ""
    files: int = 0
    file: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lines from `start` on and before `end`, both as `as_line_time` spells them; `None` leaves the rest open."""

    start: str
    end: str
    whos: frozenset[str] | None = None
    file: str | None = None
    account: str | None = None

    def has(self, line: AuditLine) -> bool:
        """Say whether a line is asked for."""
        return (
            self.start <= line.time < self.end
            and (self.whos is None or line.who in self.whos)
            and (self.file is None or line.file == self.file)
            and (self.account is None or line.account == self.account)
        )


def parse(text: str) -> AuditLine | Skipped:
    """Read one line.

    The last beginning of an audit line in it counts: where a full disk has torn a line, the next may follow on it. No
    value can look like a beginning, because JSON escapes the quotes in it.
    """
    start = text.rfind('{"time"')
    if start < 0:  # another tool may have sorted the keys
        start = text.find("{") if '"who"' in text else -1
    if start < 0:
        return Skipped.FOREIGN
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return Skipped.TORN
    if not isinstance(value, dict) or text[end:].strip() or not {"time", "event", "who", "outcome"} <= value.keys():
        return Skipped.FOREIGN
    if value.get("version") != VERSION:
        return Skipped.VERSION
    return _checked(value) or Skipped.FOREIGN


def as_line_time(moment: datetime) -> str:
    """Spell a moment with a time zone as lines spell theirs, rounded up: a line has milliseconds only."""
    utc = moment.astimezone(UTC)
    if utc.microsecond % 1000:
        utc += timedelta(microseconds=1000 - utc.microsecond % 1000)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whos(audit_key: str, issuer: str, subject: str) -> frozenset[str]:
    """Return what the audit calls a person. Without an issuer: the user id of a backend, or of a local agent."""
    kinds = ("jwt",) if issuer else ("user", "local")
    keys = [hashlib.sha256(json.dumps([kind, issuer, subject]).encode()).hexdigest() for kind in kinds]
    return frozenset(_keyed_hash(audit_key, key) for key in keys)


def file_hash(audit_key: str, file_id: str) -> str:
    """Return what the audit calls a file of Drive."""
    return _keyed_hash(audit_key, f"file|{file_id}")


def account_hash(audit_key: str, address: str) -> str:
    """Return what the audit calls a Google account, by its e-mail address in any case."""
    return _keyed_hash(audit_key, f"account|{address.lower()}")


def is_hash(text: str) -> bool:
    """Whether this is what the audit calls a person, a file or a Google account."""
    return _HASH.fullmatch(text) is not None


def printable(text: str) -> str:
    """Return `text` without what could move a terminal's cursor."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _checked(value: dict[str, Any]) -> AuditLine | None:  # any JSON object
    words = [value.get(name, "") for name in ("service", "event", "outcome", "reason", "method")]
    hashes = [value["who"], value.get("file", ""), value.get("account", "")]
    numbers = [value.get(name, 0) for name in ("ms", "files")]
    is_ours = (
        isinstance(value["time"], str)
        and _TIME.fullmatch(value["time"])
        and all(isinstance(word, str) for word in [*words, *hashes])
        and all(not one or is_hash(one) for one in hashes)
        and all(type(number) is int and 0 <= number < _MOST for number in numbers)
    )
    if not is_ours:
        return None
    service, event, outcome, reason, method = (printable(word[:LONGEST_WORD]) for word in words)
    who, file, account = hashes
    ms, files = numbers
    return AuditLine(value["time"], service, event, who, outcome, reason, ms, method, files, file, account)


def _keyed_hash(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:16]
