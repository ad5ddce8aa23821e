"""The stand-in's own routes: faults, switches, revocation, the journal, reset."""

import json

import pytest
from googleapiclient.errors import HttpError


@pytest.fixture
def admin(standin):
    with standin.http() as http:
        yield http


def fault(admin, **values):
    response = admin.post("/_standin/faults", json=values)
    assert response.status_code == 200, response.text


def error(request):
    with pytest.raises(HttpError) as caught:
        request.execute()
    return caught.value


def test_it_says_what_it_is(admin):
    body = admin.get("/_standin").json()
    assert (body["service"], body["standin"]) == ("google", True)
    assert "not Google" in body["message"]


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("status", 503, "backendError"),
        ("rate_limit", 403, "userRateLimitExceeded"),
        ("throttle", 429, "rateLimitExceeded"),
        ("daily_limit", 403, "dailyLimitExceeded"),
        ("scope", 403, "insufficientPermissions"),
        ("not_found", 404, "notFound"),
        ("domain_policy", 403, "domainPolicy"),
        ("file_forbidden", 403, "insufficientFilePermissions"),
        ("access_not_configured", 403, "accessNotConfigured"),
    ],
)
def test_a_fault_strikes_once_and_looks_as_googles(admin, drive, kind, status, reason):
    alice = drive()
    fault(admin, target="drive", kind=kind)
    caught = error(alice.files().list())
    assert (caught.status_code, json.loads(caught.content)["error"]["errors"][0]["reason"]) == (status, reason)
    assert alice.files().list().execute()["files"]


def test_a_fault_can_be_meant_for_one_method_and_last_until_cleared(admin, drive):
    alice = drive()
    fault(admin, target="drive", kind="status", status=500, method="files.get", times=None)
    assert alice.files().list().execute()
    assert [error(alice.files().get(fileId="root")).status_code for _ in range(3)] == [500, 500, 500]
    admin.delete("/_standin/faults")
    assert alice.files().get(fileId="root").execute()


def test_googles_client_retries_a_throttled_call(admin, drive):
    request = drive().files().list()
    request._rand = lambda: 0  # Google's client waits a random time
    fault(admin, target="drive", kind="throttle")
    assert request.execute(num_retries=1)["files"]


def test_a_bad_gateway_answers_in_html(admin, drive):
    fault(admin, target="drive", kind="html_502")
    caught = error(drive().files().list())
    assert caught.status_code == 502
    assert caught.content.startswith(b"<!DOCTYPE html>")


def test_an_incomplete_search_says_so(admin, drive):
    alice = drive()
    fault(admin, target="drive", kind="incomplete")
    assert alice.files().list().execute()["incompleteSearch"] is True
    assert alice.files().list().execute()["incompleteSearch"] is False


def test_an_empty_page_can_have_a_next_one(admin, drive):
    files = drive().files()
    fault(admin, target="drive", kind="empty_page")
    request = files.list(q="name = 'todo.txt'")
    page = request.execute()
    assert page["files"] == []
    following = files.list_next(request, page).execute()
    assert [file["name"] for file in following["files"]] == ["todo.txt"]


def test_a_stalled_call_is_answered_in_the_end(admin, drive):
    alice = drive()
    fault(admin, target="drive", kind="stall", seconds=0.05)
    assert alice.files().list().execute()["files"]


@pytest.mark.parametrize(("kind", "can_refresh"), [("expire", True), ("revoke", False)])
def test_an_access_token_can_end_in_the_middle(admin, sign_in, exchange, kind, can_refresh):
    tokens = sign_in()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert admin.get("/drive/v3/files", headers=headers).status_code == 200
    fault(admin, target="drive", kind=kind)
    assert [admin.get("/drive/v3/files", headers=headers).status_code for _ in range(2)] == [401, 401]
    again = exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (again.status_code == 200) is can_refresh


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"target": "token", "kind": "status", "status": 503}, 503),
        ({"target": "token", "kind": "invalid_grant"}, 400),
        ({"target": "token", "kind": "invalid_client"}, 401),
        ({"target": "token", "kind": "html_502"}, 502),
    ],
)
def test_the_token_endpoint_fails_on_demand(admin, browser, exchange, values, status):
    code = browser.consent("alice@gmail.example")["code"]
    fault(admin, **values)
    assert exchange(code).status_code == status
    assert exchange(code).status_code == 200


def test_revocation_fails_on_demand(admin, sign_in):
    token = sign_in()["access_token"]
    fault(admin, target="revoke", kind="status", status=500)
    assert [admin.post("/revoke", data={"token": token}).status_code for _ in range(2)] == [500, 200]


def test_the_consent_page_fails_on_demand(admin, browser):
    fault(admin, target="auth", kind="status", status=500)
    fault(admin, target="auth", kind="access_denied")
    assert browser.open().status_code == 500
    assert "error=access_denied" in browser.open().headers["location"]
    assert browser.open().status_code == 200


def test_a_grant_can_be_revoked_or_let_expire_from_outside(admin, sign_in, exchange):
    tokens = sign_in()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert admin.post("/_standin/expire", json={"account": "alice@gmail.example"}).json() == {"expired": 1}
    assert admin.get("/drive/v3/files", headers=headers).status_code == 401
    refreshed = exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status_code == 200
    assert admin.post("/_standin/revoke", json={"account": "alice@gmail.example"}).json() == {"revoked": 1}
    headers = {"authorization": f"Bearer {refreshed.json()['access_token']}"}
    assert admin.get("/drive/v3/files", headers=headers).status_code == 401
    assert exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400


def test_the_journal_tells_what_was_asked_and_keeps_no_secret(admin, sign_in, drive_for):
    tokens = sign_in()
    drive_for(tokens["access_token"]).files().list(q="trashed = false", pageSize=7).execute()
    admin.get("/tokeninfo", params={"access_token": tokens["access_token"]})
    answer = admin.get("/_standin/requests")
    *_, token, listed, info = answer.json()["requests"]
    assert (token["path"], token["grant_type"], token["status"]) == ("/token", "authorization_code", 200)
    assert (listed["method"], listed["path"], listed["drive_method"]) == ("GET", "/drive/v3/files", "files.list")
    assert (listed["params"]["q"], listed["params"]["pageSize"]) == ("trashed = false", "7")
    assert listed["authorization"].startswith("sha256:")
    assert listed["authorization"].replace(":", "%3A") in info["query"]
    assert tokens["access_token"] not in answer.text
    assert tokens["refresh_token"] not in answer.text


def test_the_journal_keeps_the_last_five_hundred(admin):
    for _ in range(505):
        admin.get("/drive/v3/files")
    assert len(admin.get("/_standin/requests").json()["requests"]) == 500


def test_reset_forgets_grants_faults_switches_and_the_journal(admin, sign_in):
    token = sign_in()["access_token"]
    fault(admin, target="drive", kind="status", times=None)
    admin.post("/_standin/switches", json={"scope_error": "a"})
    assert admin.post("/_standin/reset").json() == {"reset": True}
    about = admin.get("/_standin").json()
    assert (about["faults"], about["switches"]["scope_error"]) == ([], "c")
    assert admin.get("/_standin/requests").json() == {"requests": []}
    assert admin.get("/drive/v3/files", headers={"authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/_standin/faults", "not json"),
        ("/_standin/faults", "[]"),
        ("/_standin/faults", "{}"),
        ("/_standin/faults", '{"target": "drive", "kind": "flood"}'),
        ("/_standin/faults", '{"target": "drive", "kind": "status", "status": "many"}'),
        ("/_standin/faults", '{"target": ["drive"], "kind": "status"}'),
        ("/_standin/switches", '{"gravity": "off"}'),
        ("/_standin/switches", '{"scope_error": ["a"]}'),
        ("/_standin/revoke", '{"account": "mallory@attacker.example"}'),
        ("/_standin/expire", '{"account": ["alice"]}'),
    ],
)
def test_a_wish_that_cannot_be_read_is_answered_with_a_sentence(admin, path, content):
    response = admin.post(path, content=content)
    assert response.status_code == 400
    assert response.json()["error"]
