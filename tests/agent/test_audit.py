"""The trail of who opened what."""

import json

from agent.audit import current_caller, name_in_audit, record_drive_call
from tests.support.world import ALICE, BOB
from tools.google.drive_api import DriveCall


def test_every_drive_call_leaves_one_line_that_names_nobody(caplog):
    caplog.set_level("INFO", logger="drive_agent.audit")
    current_caller.set("0123456789abcdef")
    record_drive_call(DriveCall(method="files.list", outcome="ok", files=3, elapsed_ms=12))
    assert [json.loads(record.message) for record in caplog.records] == [
        {
            "event": "drive_call",
            "caller": "0123456789abcdef",
            "method": "files.list",
            "outcome": "ok",
            "files": 3,
            "elapsed_ms": 12,
        }
    ]


def test_a_person_in_the_audit_is_a_keyed_hash():
    names = {
        name_in_audit(ALICE.key, "sample-key"),
        name_in_audit(ALICE.key, "other-key"),
        name_in_audit(BOB.key, "sample-key"),
    }
    assert len(names) == 3
    assert name_in_audit(ALICE.key, "sample-key") in names
