"""Faults on demand, as Google's own client meets them."""

import json
import time
from pathlib import Path

import httpx
import pytest
from googleapiclient.errors import HttpError

from local.google.faults import KINDS


@pytest.fixture
def admin(standin):
    with standin.http() as http:
        yield http


@pytest.fixture
def fault(admin):
    def add(kind, **more):
        response = admin.post("/_standin/faults", json={"target": "drive", "kind": kind, **more})
        assert response.status_code == 200, response.text

    return add


@pytest.fixture
def get(standin, sign_in):
    """A plain GET of the list: what came over the wire, with nobody's interpretation."""
    headers = {"authorization": f"Bearer {sign_in()['access_token']}"}

    def ask(**parameters):
        with standin.http(timeout=5) as http:
            return http.get("/drive/v3/files", params=parameters, headers=headers)

    return ask


def names(page):
    return [file["name"] for file in page["files"]]


@pytest.mark.parametrize(
    ("kind", "more", "status", "reason", "location"),
    [
        ("bad_query", {}, 400, "invalid", "q"),
        ("export_too_large", {}, 403, "exportSizeLimitExceeded", None),
        ("unauthorized", {}, 401, "authError", "Authorization"),
        ("status", {"status": 500}, 500, "backendError", None),
        ("status", {"status": 504}, 504, "backendError", None),
        ("status", {"status": 409}, 409, "invalid", None),
        ("status", {"status": 499}, 499, "invalid", None),
    ],
)
def test_an_error_has_the_body_that_drive_gives_it(fault, get, kind, more, status, reason, location):
    fault(kind, **more)
    response = get()
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["errors"][0]["reason"]) == (status, status, reason)
    assert error["errors"][0].get("location") == location
    assert get().status_code == 200


@pytest.mark.parametrize(
    ("shape", "reason", "detail"),
    [
        ("a", "insufficientPermissions", None),
        ("b", None, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        ("c", "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    ],
)
def test_a_missing_scope_has_three_shapes(admin, fault, get, shape, reason, detail):
    admin.post("/_standin/switches", json={"scope_error": shape})
    fault("scope")
    response = get()
    error = response.json()["error"]
    assert response.status_code == 403
    assert response.headers["www-authenticate"].startswith('Bearer realm="https://accounts.google.com/", error="insuf')
    assert error.get("errors", [{}])[0].get("reason") == reason
    assert error.get("details", [{}])[0].get("reason") == detail


@pytest.mark.parametrize(("kind", "status"), [("html_500", 500), ("html_502", 502), ("html_503", 503)])
def test_errors_may_be_in_html(fault, drive, kind, status):
    alice = drive()
    fault(kind)
    with pytest.raises(HttpError) as caught:
        alice.files().list().execute()
    assert caught.value.status_code == status
    assert caught.value.content.startswith(b"<!DOCTYPE html>")
    assert str(status).encode() in caught.value.content


def test_an_answer_may_be_no_json(fault, drive, get):
    alice = drive()
    fault("not_json", times=2)
    response = get()
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=UTF-8")
    # Google's client hands on what it cannot read as JSON.
    assert alice.files().list().execute().startswith("<!DOCTYPE html>")


def test_an_answer_may_be_other_json(fault, drive):
    alice = drive()
    fault("other_shape")
    assert isinstance(alice.files().list().execute(), list)


def test_an_answer_may_be_half_of_its_json(fault, get):
    whole = get().content
    fault("half_json")
    response = get()
    assert response.status_code == 200
    assert response.content == whole[: len(whole) // 2]


def test_a_connection_may_end_in_the_middle_of_an_answer(fault, get):
    fault("cut_off")
    with pytest.raises(httpx.RemoteProtocolError):
        get()
    assert get().json()["files"]


def test_a_download_may_end_in_the_middle(fault, drive, standin, sign_in):
    alice = drive("alice", "drive.readonly")
    file_id = alice.files().list(q="name = 'Invoices 2025.zip'").execute()["files"][0]["id"]
    headers = {"authorization": f"Bearer {sign_in('alice', 'drive.readonly')['access_token']}"}
    fault("cut_off", method="files.get")
    with standin.http() as http, pytest.raises(httpx.RemoteProtocolError):
        http.get(f"/drive/v3/files/{file_id}", params={"alt": "media"}, headers=headers)
    assert len(alice.files().get_media(fileId=file_id).execute()) > 1_500_000


def test_a_slow_body_comes_whole_and_outlives_a_timeout_for_each_read(fault, get):
    whole = get().json()
    fault("slow_body", seconds=0.2)
    started = time.monotonic()
    response = get()
    assert response.json() == whole
    assert time.monotonic() - started >= 0.2


def test_a_stall_is_a_timeout_for_who_does_not_wait(fault, standin, sign_in):
    headers = {"authorization": f"Bearer {sign_in()['access_token']}"}
    fault("stall", seconds=0.3)
    with standin.http(timeout=0.05) as http, pytest.raises(httpx.ReadTimeout):
        http.get("/drive/v3/files", headers=headers)


def test_a_broken_page_token_leads_to_the_same_page_for_ever(fault, drive):
    files = drive().files()
    fault("same_token", times=None)
    request, seen = files.list(pageSize=5), []
    for _ in range(4):
        page = request.execute()
        seen.append(names(page))
        request = files.list_next(request, page)
    assert seen[0]
    assert seen == [seen[0]] * 4


def test_a_page_token_may_go_stale_and_the_first_page_still_comes(fault, drive):
    files = drive().files()
    fault("stale_page")
    request = files.list(pageSize=5)
    page = request.execute()
    following = files.list_next(request, page)
    with pytest.raises(HttpError) as caught:
        following.execute()
    error = json.loads(caught.value.content)["error"]
    assert (error["code"], error["errors"][0]["location"]) == (400, "pageToken")
    assert names(following.execute())


def test_pages_may_be_shorter_than_asked_for_and_nothing_is_lost(fault, drive):
    files = drive().files()
    expected = names(files.list(pageSize=1000).execute())
    fault("short_page", times=2)
    request, sizes, found = files.list(pageSize=11), [], []
    while request:
        page = request.execute()
        sizes.append(len(page["files"]))
        found += names(page)
        request = files.list_next(request, page)
    assert sizes[:3] == [6, 6, 11]
    assert found == expected


def test_empty_pages_in_a_row_lead_on(fault, drive):
    files = drive().files()
    request = files.list(pageSize=5)
    first = request.execute()
    fault("empty_page", times=3)
    request, empty = files.list_next(request, first), 0
    while not (page := request.execute())["files"]:
        empty += 1
        request = files.list_next(request, page)
    assert empty == 3
    assert not set(names(page)) & set(names(first))


@pytest.mark.parametrize(("kind", "sort"), [("half_json", str), ("not_found", HttpError), ("other_shape", list)])
def test_a_fault_strikes_one_call_of_a_batch(fault, drive, kind, sort):
    alice, answers = drive(), []
    fault(kind, method="files.get")
    batch = alice.new_batch_http_request(callback=lambda _, answer, error: answers.append(error or answer))
    for _ in range(3):
        batch.add(alice.files().get(fileId="root"))
    batch.execute()
    assert [type(answer) for answer in answers] == [sort, dict, dict]


def test_every_kind_of_fault_is_in_the_readme():
    text = (Path(__file__).parents[3] / "local/google/README.md").read_text(encoding="utf-8")
    assert {kind for kinds in KINDS.values() for kind in kinds if f"`{kind}`" not in text} == set()
