"""One structured line for each Drive call: who, what, outcome, counts, milliseconds. No contents and no names."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing it for real would load Google's client before the first /ping
    from tools.google.drive_api import DriveCall

audit_logger = logging.getLogger("drive_agent.audit")

# Who a request is for, as `name_in_audit` spells it; set for each request and inherited by the threads of tools.
current_caller: ContextVar[str] = ContextVar("current_caller", default="")


def name_in_audit(caller_key: str, audit_key: str) -> str:
    """Return a short keyed hash of a caller: the same for one person always, and nobody's without the key."""
    return hmac.new(audit_key.encode(), caller_key.encode(), hashlib.sha256).hexdigest()[:16]


def record_drive_call(call: DriveCall) -> None:
    """Write the audit line of one Drive call."""
    audit_logger.info(
        "%s",
        json.dumps(
            {
                "event": "drive_call",
                "caller": current_caller.get(),
                "method": call.method,
                "outcome": call.outcome,
                "files": call.files,
                "elapsed_ms": call.elapsed_ms,
            }
        ),
    )
