"""One structured line for each Drive call: who, what, outcome, counts, milliseconds. No contents and no names."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing it for real would load Google's client before the first /ping
    from tools.drive_api import DriveCall

audit_logger = logging.getLogger("drive_agent.audit")

# The caller's key (a hash), set for each request and inherited by the worker threads that tools run in.
current_caller: ContextVar[str] = ContextVar("current_caller", default="")


def record_drive_call(call: DriveCall) -> None:
    """Write the audit line of one Drive call."""
    audit_logger.info(
        "%s",
        json.dumps(
            {
                "event": "drive_call",
                "caller": current_caller.get()[:16],
                "method": call.method,
                "outcome": call.outcome,
                "files": call.files,
                "elapsed_ms": call.elapsed_ms,
            }
        ),
    )
