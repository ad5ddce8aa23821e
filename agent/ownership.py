"""The record of whose a conversation is and how it began, and moments as text. Pure.

A record is the owner's key, and on a second line JSON with `client` and `started`. Records from before there was a
second line hold the key alone.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a conversation began: in which kind of front end ("" where unknown), and when (None where unknown)."""

    client: str = ""
    started: datetime | None = None


def write_record(owner: str, beginning: Beginning) -> bytes:
    """Return the record. `owner` is one line."""
    said = {"client": beginning.client, "started": moment_text(beginning.started)}
    return f"{owner}\n{json.dumps(said)}".encode()


def read_record(record: bytes) -> tuple[str, Beginning]:
    """Return the owner and the beginning. What a record does not say, for it is old or damaged, is unknown."""
    owner, _, said = record.partition(b"\n")
    try:
        values = json.loads(said)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        values = {}
    client = values.get("client")
    beginning = Beginning(client if isinstance(client, str) else "", read_moment(values.get("started")))
    return owner.decode("utf-8", "replace"), beginning


def moment_text(moment: datetime | None) -> str | None:
    """Return a timezone-aware moment in UTC, to the second: `2026-11-20T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def read_moment(text: object) -> datetime | None:
    """Return the moment that `moment_text` wrote; None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


__all__ = ["Beginning", "moment_text", "read_moment", "read_record", "write_record"]
