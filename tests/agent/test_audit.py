"""The trail of who opened what."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audit import NOBODY, AuditedCaller, Event, current_caller, record_drive_call, watch
from tests.agent.test_app import CLOUD, Agent, bearer
from tests.support.model import say
from tests.support.world import ALICE, BOB
from tools.errors import DriveUnavailableError
from tools.google.drive_api import DriveCall

KEY = "sample-key"
AUDITED = AuditedCaller.of(ALICE.key, KEY)
FILE = "1SampleIdOfAFileInDrive_0123456789"


@pytest.fixture
def lines(caplog):
    """The audit lines of this test so far."""
    caplog.set_level("INFO", logger="drive_agent.audit")
    return lambda: [json.loads(record.message) for record in caplog.records if record.name == "drive_agent.audit"]


@pytest.fixture
def _alice():
    token = current_caller.set(AUDITED)
    yield
    current_caller.reset(token)


@pytest.mark.usefixtures("_alice")
def test_every_drive_call_leaves_one_line_that_names_nobody(lines):
    record_drive_call(DriveCall(method="files.list", outcome="ok", files=3, elapsed_ms=12))
    [line] = lines()
    written = datetime.fromisoformat(line.pop("time"))
    assert timedelta() <= datetime.now(UTC) - written < timedelta(minutes=1)
    assert line == {
        "version": 1,
        "service": "agent",
        "event": "drive_call",
        "who": AUDITED.who,
        "outcome": "ok",
        "reason": "",
        "ms": 12,
        "method": "files.list",
        "files": 3,
    }


@pytest.mark.usefixtures("_alice")
def test_a_file_that_a_call_names_is_a_keyed_hash_of_its_id(lines):
    record_drive_call(DriveCall("files.get", "ok", 1, 5, file_id=FILE))
    [line] = lines()
    assert line["file"] == AUDITED.file(FILE)
    assert re.fullmatch("[0-9a-f]{16}", line["file"])
    assert FILE not in json.dumps(line)


@pytest.mark.usefixtures("_alice")
@pytest.mark.parametrize(
    ("error", "is_refused", "outcome", "reason"),
    [
        ("FileNotVisibleError", True, "refused", "file_not_visible"),
        ("DriveUnavailableError", False, "failed", "drive_unavailable"),
        ("unfinished", False, "failed", "unfinished"),
    ],
)
def test_a_refusal_by_google_is_told_from_a_failure(lines, error, is_refused, outcome, reason):
    record_drive_call(DriveCall("files.get", error, 0, 5, is_refused))
    assert [(line["outcome"], line["reason"]) for line in lines()] == [(outcome, reason)]


def test_a_person_is_the_same_always_and_another_with_another_key():
    names = {AuditedCaller.of(caller.key, key).who for caller in (ALICE, BOB) for key in (KEY, "other-key")}
    assert len(names) == 4
    assert AuditedCaller.of(ALICE.key, KEY).who in names


def test_a_file_is_named_alike_for_everybody_and_never_as_a_person():
    assert AuditedCaller.of(ALICE.key, KEY).file(FILE) == AuditedCaller.of(BOB.key, KEY).file(FILE)
    assert AUDITED.file(ALICE.key) != AUDITED.who
    assert AUDITED.file("\ud800")  # a model can write what is no UTF-8


def test_the_key_is_in_no_representation():
    assert KEY not in repr(AUDITED)
    assert FILE not in repr(DriveCall("files.get", "ok", 1, 5, file_id=FILE))


@given(st.text(), st.text())
def test_whatever_goes_in_a_line_is_one_line_of_json_with_an_end(method, outcome):
    written = []
    from agent import audit

    handler = type("Keep", (audit.logging.Handler,), {"emit": lambda _, record: written.append(record.getMessage())})()
    audit.audit_logger.addHandler(handler)
    audit.audit_logger.setLevel("INFO")
    try:
        record_drive_call(DriveCall(method * 9, outcome * 9, 1, 1, file_id=method))
    finally:
        audit.audit_logger.removeHandler(handler)
        audit.audit_logger.setLevel("NOTSET")
    [line] = written
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 2048
    assert json.loads(line)["event"] == "drive_call"


@pytest.mark.usefixtures("_alice")
def test_what_is_watched_ends_ok_or_with_what_was_raised(lines):
    with watch("disconnected"):
        pass
    with pytest.raises(DriveUnavailableError), watch("disconnected"):
        raise DriveUnavailableError("no")
    told = [(line["event"], line["who"], line["outcome"], line["reason"]) for line in lines()]
    assert told == [
        ("disconnected", AUDITED.who, "ok", ""),
        ("disconnected", AUDITED.who, "failed", "drive_unavailable"),
    ]


def test_a_request_of_nobody_and_one_for_a_conversation_of_somebody_else_are_in_the_audit(lines):
    with Agent(say("hello"), environ=CLOUD | {"DRIVE_AGENT_AUDIT_KEY": KEY}) as agent:
        agent.post({"prompt": "hi"}, headers=bearer("alice"))
        agent.post({"prompt": "hi"}, headers=bearer("bob"))
        agent.post({"action": "status"}, headers=bearer("bob"))
        agent.post({"prompt": "hi"})
        agent.post({"prompt": ""}, headers=bearer("bob"))  # badly written, refused to nobody
    told = [line for line in lines() if line["event"] == "request_refused"]
    bob = AuditedCaller.of(type(BOB)("jwt", "i", "bob").key, KEY).who
    assert [(line["who"], line["outcome"], line["reason"]) for line in told] == [
        (bob, "refused", "not_owner"),
        (bob, "refused", "not_owner"),
        (NOBODY.who, "refused", "no_identity"),
    ]


def test_a_disconnect_is_in_the_audit_with_who_it_was(lines):
    with Agent(environ=CLOUD | {"DRIVE_AGENT_AUDIT_KEY": KEY}) as agent:
        assert agent.post({"action": "disconnect"}, headers=bearer("alice")).json() == {"status": "disconnected"}
    told = [(line["who"], line["outcome"]) for line in lines() if line["event"] == "disconnected"]
    assert told == [(AuditedCaller.of(type(ALICE)("jwt", "i", "alice").key, KEY).who, "ok")]


def test_every_event_of_a_line_is_documented():
    documented = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    assert len(get_args(Event)) == 4
    for event in get_args(Event):
        assert re.search(rf"^\| `{event}` \| [^|]*agent", documented, re.MULTILINE), event
