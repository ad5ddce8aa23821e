from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.binding import FLOW_LIFE, Accepted, Reason, Refused, Return, is_session_uri, judge, judge_departure, same
from callback.records import Flow, UserProof, sha256

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URN = "urn:ietf:params:oauth:request_uri:"
STATE = "state-of-alices-flow-0123456789abcdefghijkl"
FLOW = Flow(
    state_sha256=sha256(STATE),
    session_uri=f"{URN}alice",
    auth_url="https://agentcore.example/authorize",
    ask="details",
    user_key="https://issuer.example|alice",
    proof=UserProof("userToken", "sample"),
    runtime_session="conversation-0123456789",
    created=NOON,
)
RETURN = Return(state=STATE, session_uri=FLOW.session_uri, user_key=FLOW.user_key, has_flow_cookie=True, flow=FLOW)

states = st.sampled_from([STATE, STATE[:-1] + "m", "", None, "short", "x" * 300, "ünïcödé-0123456789-0123456789"])
uris = st.sampled_from([FLOW.session_uri, f"{URN}bob", URN, "", None, "https://evil.example", f"{URN}ä"])
users = st.sampled_from([FLOW.user_key, "https://issuer.example|bob", "|", None])
flows = st.sampled_from([FLOW, None, replace(FLOW, user_key="https://issuer.example|bob")])
seconds = st.integers(-3600, 3600)


@given(states, uris, users, st.booleans(), flows, seconds)
def test_a_completion_is_accepted_only_when_everything_agrees(state, uri, user, has_cookie, flow, after):
    returned = Return(state=state, session_uri=uri, user_key=user, has_flow_cookie=has_cookie, flow=flow)
    verdict = judge(returned, NOON + timedelta(seconds=after))
    agrees = (
        has_cookie
        and flow is not None
        and state == STATE
        and uri == flow.session_uri
        and user == flow.user_key
        and 0 <= after < FLOW_LIFE.total_seconds()
    )
    assert isinstance(verdict, Accepted) == agrees
    if isinstance(verdict, Accepted):
        assert verdict.flow is flow


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_made_up_state_uri_or_user_is_accepted_or_breaks_the_rules(state, uri, user):
    for returned in (
        replace(RETURN, state=state),
        replace(RETURN, session_uri=uri),
        replace(RETURN, user_key=user),
        replace(RETURN, state=state, session_uri=uri, user_key=user),
    ):
        assert isinstance(judge(returned, NOON), Refused)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": None}, Reason.INCOMPLETE_LINK),
        ({"session_uri": None}, Reason.INCOMPLETE_LINK),
        ({"session_uri": "urn:other:x"}, Reason.INCOMPLETE_LINK),
        ({"user_key": None}, Reason.NOT_SIGNED_IN),
        ({"has_flow_cookie": False}, Reason.OTHER_BROWSER),
        ({"flow": None}, Reason.UNKNOWN_FLOW),
        ({"state": "another-state-that-is-well-formed"}, Reason.OTHER_STATE),
        ({"session_uri": f"{URN}bob"}, Reason.OTHER_SESSION),
        ({"user_key": "https://issuer.example|bob"}, Reason.OTHER_USER),
        ({"flow": replace(FLOW, created=NOON - FLOW_LIFE)}, Reason.EXPIRED),
        ({"flow": replace(FLOW, created=NOON + timedelta(seconds=1))}, Reason.EXPIRED),
    ],
)
def test_each_rule_refuses_with_its_own_reason(change, reason):
    assert judge(replace(RETURN, **change), NOON) == Refused(reason)


def test_the_last_moment_of_ten_minutes_is_in_time():
    assert judge(RETURN, NOON + FLOW_LIFE - timedelta(microseconds=1)) == Accepted(FLOW)


@given(st.text(), st.text())
def test_equality_in_constant_time_is_equality(left, right):
    assert same(left, right) == (left == right)
    assert same(left, left)


@given(st.text(alphabet="abcXYZ019-._~", min_size=1, max_size=80))
def test_every_session_uri_of_awss_pattern_is_taken(tail):
    assert is_session_uri(URN + tail)
    assert not is_session_uri(URN + tail + "\n")
    assert not is_session_uri("x" + URN + tail)


def test_nothing_secret_shows_when_records_are_printed():
    shown = repr(RETURN) + repr(judge(RETURN, NOON))
    assert STATE not in shown
    assert "request_uri" not in shown
    assert "sample" not in shown


@given(users, flows, seconds)
def test_only_who_started_an_open_flow_is_sent_to_its_authorization_url(user, flow, after):
    verdict = judge_departure(flow, user, NOON + timedelta(seconds=after))
    is_theirs = flow is not None and user == flow.user_key and 0 <= after < FLOW_LIFE.total_seconds()
    assert isinstance(verdict, Accepted) == is_theirs
    assert not is_theirs or verdict == Accepted(flow)


@pytest.mark.parametrize(
    ("flow", "user", "after", "reason"),
    [
        (FLOW, None, 0, Reason.NOT_SIGNED_IN),
        (None, FLOW.user_key, 0, Reason.UNKNOWN_FLOW),
        (FLOW, "https://issuer.example|bob", 0, Reason.OTHER_USER),
        (FLOW, FLOW.user_key, 600, Reason.EXPIRED),
        (FLOW, FLOW.user_key, -1, Reason.EXPIRED),
    ],
)
def test_each_refused_departure_has_its_reason(flow, user, after, reason):
    assert judge_departure(flow, user, NOON + timedelta(seconds=after)) == Refused(reason)
