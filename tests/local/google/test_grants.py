"""Rules of consents and tokens that no HTTP is needed for."""

from datetime import UTC, datetime, timedelta

import pytest

from local.google.asks import is_loopback_url, read_ask
from local.google.faults import Fault, FaultError, Faults
from local.google.grants import Grants, TokenError
from local.google.paging import PageTokenError, fingerprint, make, read

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DRIVE = "https://www.googleapis.com/auth/drive.readonly"
ASK = read_ask(
    {
        "client_id": "c",
        "redirect_uri": "http://localhost:1/cb",
        "response_type": "code",
        "scope": f"{DRIVE} email",
        "access_type": "offline",
        "prompt": "consent",
    },
    frozenset({DRIVE}),
)


def _redeem(grants, now=NOW):
    code = grants.allow(ASK, "alice@gmail.example", frozenset(ASK.scopes), now)
    return grants.redeem(code, client_id="c", client_secret="s", redirect_uri=ASK.redirect_uri, verifier="", now=now)


def test_short_scope_names_become_googles_long_ones():
    assert ASK.scopes == (DRIVE, "https://www.googleapis.com/auth/userinfo.email")


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.9.9.9:8/x", "https://[::1]/", "http://app.localhost/"]
)
def test_addresses_of_this_machine_are_loopback(url):
    assert is_loopback_url(url)


@pytest.mark.parametrize(
    "url", ["", "localhost", "//localhost/", "http://10.0.0.1/", "http://a@localhost/", "http://[::1"]
)
def test_other_addresses_are_not(url):
    assert not is_loopback_url(url)


def test_an_access_token_lives_for_3599_seconds():
    grants = Grants()
    issued = _redeem(grants)
    assert grants.access(issued.access_token, NOW + timedelta(seconds=3598)) is not None
    assert grants.access(issued.access_token, NOW + timedelta(seconds=3599)) is None


def test_the_oldest_of_more_than_a_hundred_refresh_tokens_is_dropped():
    grants = Grants()
    issued = [_redeem(grants).refresh_token for _ in range(101)]
    with pytest.raises(TokenError, match="expired or revoked"):
        grants.refresh(issued[0], client_id="c", scopes=frozenset(), now=NOW)
    assert grants.refresh(issued[1], client_id="c", scopes=frozenset(), now=NOW)


def test_refreshing_may_narrow_the_scopes_and_never_widen_them():
    grants = Grants()
    refresh_token = _redeem(grants).refresh_token
    narrow = grants.refresh(refresh_token, client_id="c", scopes=frozenset({DRIVE}), now=NOW)
    assert narrow.access.scopes == {DRIVE}
    with pytest.raises(TokenError):
        grants.refresh(refresh_token, client_id="c", scopes=frozenset({"openid"}), now=NOW)


def test_a_refresh_token_is_useless_to_another_client():
    grants = Grants()
    refresh_token = _redeem(grants).refresh_token
    with pytest.raises(TokenError):
        grants.refresh(refresh_token, client_id="other", scopes=frozenset(), now=NOW)


def test_a_page_token_is_bound_to_person_and_request_and_lives_six_hours():
    bound = fingerprint("alice", {"q": "x", "pageSize": "10", "fields": "files"})
    assert bound == fingerprint("alice", {"q": "x", "pageSize": "99", "pageToken": "t"})
    token = make(20, bound, NOW, b"key")
    assert read(token, bound, NOW, b"key") == 20
    for other in (fingerprint("bob", {"q": "x"}), fingerprint("alice", {"q": "y"})):
        with pytest.raises(PageTokenError):
            read(token, other, NOW, b"key")
    with pytest.raises(PageTokenError):
        read(token, bound, NOW + timedelta(hours=7), b"key")
    for forged in ("", "x", "~!!~", "~!!~AAAA", token[:-6], "é"):
        with pytest.raises(PageTokenError):
            read(forged, bound, NOW, b"key")


def test_faults_strike_as_often_as_asked_and_stalls_add_up():
    faults = Faults()
    faults.add(Fault("drive", "stall", times=None, seconds=0.5))
    faults.add(Fault("drive", "throttle", times=2, method="files.list"))
    faults.add(Fault("drive", "not_found"))
    kinds = [faults.strike("drive", method) for method in ("files.list", "files.get", "files.list", "files.list")]
    assert [struck.kind for struck in kinds] == ["throttle", "not_found", "throttle", ""]
    assert {struck.stall_seconds for struck in kinds} == {0.5}
    assert faults.strike("token").stall_seconds == 0


@pytest.mark.parametrize(
    "values",
    [
        {"target": "moon", "kind": "status"},
        {"target": "drive", "kind": "flood"},
        {"target": "token", "kind": "scope"},
        {"target": "drive", "kind": "status", "status": 200},
        {"target": "drive", "kind": "status", "times": 0},
        {"target": "drive", "kind": "stall", "seconds": -1},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(values):
    with pytest.raises(FaultError):
        Fault(**values)
