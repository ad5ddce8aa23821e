"""The record of whose a conversation is and how it began. Pure.

A record is the owner's key, and on a second line JSON with `client` and `started`. Records from before there was a
second line hold the key alone.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from agent.moments import moment_text, read_moment


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


__all__ = ["Beginning", "read_record", "write_record"]
