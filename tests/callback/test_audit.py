"""The trail of the callback service: one line for each step, with who it was, and nothing else about them."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from agent.audit import AuditedCaller
from agent.caller import Caller
from callback.audit import Audit
from callback.errors import BadRequestError, CallbackError
from tests.callback.browser import form_fields
from tests.callback.conftest import csrf

KEY = "sample-audit-key"
CONNECT = "/connect/google-drive"
FIELDS = ["time", "version", "service", "event", "who", "outcome", "reason", "ms"]


@pytest.fixture
def lines(caplog):
    """The audit lines of this test so far."""
    caplog.set_level(logging.INFO, logger="callback.audit")
    return lambda: [json.loads(record.getMessage()) for record in caplog.records if record.name == "callback.audit"]


@pytest.fixture
def told(lines):
    return lambda: [(line["event"], line["outcome"], line["reason"]) for line in lines()]


@pytest.fixture
def service(make_service):
    return make_service(DRIVE_AGENT_AUDIT_KEY=KEY)


def test_a_line_has_the_fields_that_are_documented_in_their_order(service, lines):
    service.browser("alice")
    [line] = lines()
    assert list(line) == FIELDS
    assert (line["version"], line["service"], line["event"]) == (1, "callback", "sign_in")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert timedelta() <= datetime.now(UTC) - datetime.fromisoformat(line["time"]) < timedelta(minutes=1)
    assert 0 <= line["ms"] < 60_000


def test_the_agent_calls_a_person_by_the_same_name(service, cloud, lines):
    service.browser("alice")
    agents = AuditedCaller.of(Caller("jwt", f"{cloud.url}/oidc", "alice-sub").key, KEY)
    assert [line["who"] for line in lines()] == [agents.who]


def test_the_person_in_a_line_depends_on_the_audit_key_and_on_no_other(service, lines):
    """A plain hash of issuer and subject could be guessed by anybody who has the lines."""
    service.browser("alice")
    service.start(session_key="another-sample-key-another-sample-key")
    service.browser("alice")
    service.start(audit_key="another-audit-key")
    service.browser("alice")
    first, again, other = (line["who"] for line in lines())
    assert first == again != other


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", CONNECT, "/connections/disconnect"])
def test_a_form_from_another_site_is_one_line_with_whose_browser_it_was(service, lines, path):
    alice = service.browser("alice")
    alice.post(path, {"csrf": csrf(alice.get("/")), "who": "local"}, origin="https://evil.example")
    signed_in, *rest = lines()
    assert [(line["event"], line["outcome"], line["reason"], line["who"]) for line in rest] == [
        ("request_refused", "refused", "forged_request", signed_in["who"])
    ]


def test_a_request_under_a_foreign_name_is_one_line_of_nobody(service, lines):
    service.browser().client.get(f"{service.origin}/", headers={"host": "evil.example"})
    assert [(line["event"], line["reason"], line["who"]) for line in lines()] == [("request_refused", "wrong_host", "")]


def test_looking_leaves_no_line(service, told):
    alice = service.browser("alice")
    for path in ("/", CONNECT, "/connections", "/no-such-page"):
        alice.get(path)
    assert told() == [("sign_in", "ok", "")]


def test_a_disconnect_from_the_page_is_one_line(service, told, cloud):
    alice = service.browser("alice")
    service.come_back(alice, *service.start_flow(alice))
    cloud.answers["disconnect"] = (200, {"status": "disconnected"})
    alice.post("/connections/disconnect", {"csrf": csrf(alice.get("/connections"))})
    assert told()[-1] == ("disconnected", "ok", "")


def test_a_consent_that_somebody_else_finishes_is_a_line_of_who_came_back(service, lines):
    alice, bob = service.browser("alice"), service.browser("bob")
    service.come_back(bob, *service.start_flow(alice))
    alices, bobs, _, refused = lines()
    assert (refused["event"], refused["outcome"], refused["who"]) == ("consent_completed", "refused", bobs["who"])
    assert alices["who"] != bobs["who"]


def test_a_sign_in_that_fails_is_a_line_of_nobody(service, lines):
    service.browser().get("/sign-in/callback?state=x&code=y")
    assert [(line["event"], line["outcome"], line["who"]) for line in lines()] == [("sign_in", "refused", "")]


class _AwsFailedError(CallbackError):
    status = 502
    code = "identity_failed"


@pytest.mark.parametrize(
    ("raised", "outcome", "reason"),
    [
        (BadRequestError, "refused", "bad_request"),
        (_AwsFailedError, "failed", "identity_failed"),
        (ZeroDivisionError, "failed", "internal"),
    ],
)
def test_how_something_ended_is_told_by_what_was_raised(told, raised, outcome, reason):
    with pytest.raises(raised), Audit(KEY).watch("sign_out", None):
        raise raised
    assert told() == [("sign_out", outcome, reason)]


def test_no_reason_makes_a_second_line_or_a_long_one(caplog, lines):
    caplog.set_level(logging.INFO, logger="callback.audit")
    error = CallbackError()
    error.code = '"}\n{"time": "2026"\u2028\x1b[31m' + "x" * 5000
    Audit(KEY).refused(error)
    [record] = caplog.records
    assert record.getMessage().isprintable()
    assert len(record.getMessage()) < 600
    assert len(lines()[0]["reason"]) == 64


def test_every_step_of_a_consent_is_one_line_of_one_person(service, lines, told):
    alice = service.browser("alice")
    service.come_back(alice, *service.start_flow(alice))
    page = alice.get("/")
    alice.post("/sign-out", form_fields(page, "/sign-out"))
    assert [event for event, _, _ in told()] == [
        "sign_in",
        "consent_started",
        "consent_returned",
        "consent_completed",
        "account_checked",
        "sign_out",
    ]
    assert {outcome for _, outcome, _ in told()} == {"ok"}
    assert len({line["who"] for line in lines()}) == 1
