"""The calls at the wire: a real HTTP server that answers as Drive does, one scripted answer a request."""

import logging
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.google import batch_answer, batch_calls, google_error, scripted_google
from tools.errors import (
    AccessTokenRejectedError,
    AnswerTooLargeError,
    DailyLimitError,
    DriveBusyError,
    DriveForbiddenError,
    DriveRejectedError,
    DriveUnavailableError,
    DriveUnreadableError,
    ExportTooLargeError,
    FileNotVisibleError,
    FilePermissionError,
    NotDownloadableError,
    QuotaSpentError,
    ScopeNotGrantedError,
    StalePageTokenError,
    TransientToolError,
)
from tools.files import PLACE_FIELDS, Permission, SharedDrive
from tools.google.drive_api import Account, DriveApi
from tools.google.quota import CAPACITY_UNITS

A, B, C, D = (f"sample-file-id-{letter}" for letter in "abcd")
ONE = "sample-file-id-1"
OK = (200, {"files": [{"id": "1", "name": "Q3 budget", "mimeType": "application/pdf"}]}, {})


@pytest.fixture
def google():
    with scripted_google() as server:
        yield server


@pytest.fixture
def slept():
    return []


@pytest.fixture
def calls():
    return []


@pytest.fixture
def api(google, slept, calls):
    return DriveApi(google.root, f"{google.root}/revoke", sleep=slept.append, record=calls.append)


def sent(request):
    return {key: values[0] for key, values in parse_qs(urlsplit(request.path).query, keep_blank_values=True).items()}


def page(api, **values):
    return api.list_page("sample-token", **({"query": "trashed = false", "order": "", "page_size": 5} | values))


def test_a_listing_asks_for_every_drive_with_a_small_field_mask(api, google):
    google.answers = [(200, {"files": [], "nextPageToken": "n", "incompleteSearch": True}, {})]
    answer = page(api, order="modifiedTime desc")
    asked = google.asked[0]
    parameters = sent(asked)
    assert urlsplit(asked.path).path == "/drive/v3/files"
    assert asked.headers["authorization"] == "Bearer sample-token"
    assert parameters["corpora"] == "allDrives"
    assert parameters["supportsAllDrives"] == parameters["includeItemsFromAllDrives"] == "true"
    assert parameters["fields"].startswith("nextPageToken,incompleteSearch,files(id,name,")
    assert (answer.next_page_token, answer.incomplete) == ("n", True)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (google_error(401, "authError"), AccessTokenRejectedError),
        (google_error(403, "insufficientPermissions"), ScopeNotGrantedError),
        (
            (
                403,
                {"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}},
                {},
            ),
            ScopeNotGrantedError,
        ),
        (google_error(403, "insufficientScopes"), ScopeNotGrantedError),
        (google_error(403, "domainPolicy"), DriveForbiddenError),
        (google_error(403, "dailyLimitExceeded"), DailyLimitError),
        (google_error(400, "invalid", location="pageToken"), StalePageTokenError),
        (google_error(404, "notFound"), FileNotVisibleError),
        (google_error(400, "invalid"), DriveRejectedError),
    ],
)
def test_each_refusal_has_its_own_error_and_is_not_repeated(api, google, slept, answer, error):
    google.answers = [answer, OK]
    with pytest.raises(error):
        page(api)
    assert len(google.asked) == 1
    assert slept == []


@pytest.mark.parametrize(
    "answer",
    [
        google_error(429, "rateLimitExceeded"),
        google_error(403, "userRateLimitExceeded"),
        (500, {"error": {"code": 500, "errors": [{"reason": "backendError"}]}}, {}),
        (502, b"<html>Bad Gateway</html>", {"content-type": "text/html"}),
    ],
)
def test_what_passes_is_tried_again(api, google, slept, answer):
    google.answers = [answer, OK]
    assert page(api).files[0].name == "Q3 budget"
    assert len(slept) == 1


def test_retry_after_is_honoured_and_a_long_one_is_told_instead_of_waited_for(api, google, slept):
    google.answers = [
        google_error(429, "rateLimitExceeded", retry_after="3"),
        google_error(429, "rateLimitExceeded", retry_after="9"),
    ]
    with pytest.raises(DriveBusyError) as raised:
        page(api)
    assert slept == [3.0]
    assert raised.value.retry_after_s == 9


def test_a_rate_limit_that_stays_ends_after_three_tries(api, google):
    google.answers = [google_error(429, "rateLimitExceeded")] * 3
    with pytest.raises(DriveBusyError):
        page(api)
    assert len(google.asked) == 3


def test_an_answer_that_is_no_json_is_an_outage(api, google):
    google.answers = [(200, b"<html>captive portal</html>", {})] * 3
    with pytest.raises(DriveUnavailableError):
        page(api)


@pytest.mark.parametrize("body", [b'{"files": [{"name": "\xff"}]}', b'{"files"'])
def test_a_body_that_cannot_be_read_is_an_outage(api, google, body):
    google.answers = [(200, body, {})] * 3
    with pytest.raises(DriveUnavailableError):
        page(api)


def test_a_body_that_is_cut_short_is_tried_again_on_a_new_connection(api, google):
    google.answers = [(200, b'{"files": []}', {"content-length": "999", "connection": "close"}), OK]
    assert page(api).files


def test_a_date_to_come_back_at_is_read_on_googles_clock(api, google, slept):
    dates = {"date": "Fri, 20 Nov 2026 10:00:00 GMT", "retry_after": "Fri, 20 Nov 2026 10:00:04 GMT"}
    google.answers = [google_error(503, "backendError", **dates), OK]
    page(api)
    assert slept == [4.0]


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "Fri, 99 Nov 2026 10:00:00 GMT", ""])
def test_a_strange_retry_after_does_no_harm(api, google, slept, text):
    google.answers = [google_error(429, "rateLimitExceeded", retry_after=text), OK]
    page(api)
    assert len(slept) == 1
    assert 0 < slept[0] < 2


def test_a_closed_port_is_an_outage(slept):
    api = DriveApi("http://127.0.0.1:9/", "http://127.0.0.1:9/revoke", sleep=slept.append)
    with pytest.raises(DriveUnavailableError):
        page(api)
    assert len(slept) == 2


def test_a_redirect_does_not_carry_the_token_elsewhere(api, google):
    google.answers = [(302, b"", {"location": f"http://localhost:{google.server_port}/drive/v3/steal"}), OK]
    with pytest.raises(DriveRejectedError):
        page(api)
    assert len(google.asked) == 1


def test_every_call_is_recorded_with_outcome_and_count(api, google, calls):
    google.answers = [OK, google_error(404, "notFound")]
    page(api)
    with pytest.raises(FileNotVisibleError):
        api.get("sample-token", ONE)
    assert [(call.method, call.outcome, call.files) for call in calls] == [
        ("files.list", "ok", 1),
        ("files.get", "FileNotVisibleError", 0),
    ]
    assert [call.is_refused for call in calls] == [False, True]


def test_a_failure_that_is_no_answer_of_googles_is_not_recorded_as_a_refusal(api, google, calls):
    google.answers = [google_error(500, "backendError")] * 3
    with pytest.raises(DriveUnavailableError):
        page(api)
    assert [(call.outcome, call.is_refused) for call in calls] == [("DriveUnavailableError", False)]


def test_the_record_of_a_call_names_the_file_that_the_call_names(api, google, calls):
    google.answers = [OK]
    page(api)
    google.answers = [(200, {"id": ONE, "name": "One", "mimeType": "application/pdf"}, {})]
    api.get("sample-token", ONE)
    google.answers = [(200, {"permissions": []}, {})]
    api.permissions("sample-token", ONE)
    google.answers = [(200, b"exported", {})]
    api.export("sample-token", ONE, "text/plain")
    google.answers = [(200, b"contents", {})]
    api.download("sample-token", ONE[::-1], max_bytes=100)
    google.answers = [(200, {"drives": []}, {})]
    api.drives("sample-token")
    assert [(call.method, call.file_id) for call in calls] == [
        ("files.list", ""),
        ("files.get", ONE),
        ("permissions.list", ONE),
        ("files.export", ONE),
        ("files.get_media", ONE[::-1]),
        ("drives.list", ""),
    ]


def test_neither_the_query_nor_the_token_is_logged(api, google, caplog):
    caplog.set_level(logging.DEBUG, logger="tools")
    google.answers = [google_error(500, "backendError"), google_error(400, "invalid")]
    with pytest.raises(DriveRejectedError) as raised:
        page(api, query="name contains 'canary'")
    assert "canary" not in caplog.text + str(raised.value) + repr(raised.value.__cause__)
    assert "sample-token" not in caplog.text


def test_a_long_query_is_sent_as_a_form(api, google):
    google.answers = [OK]
    page(api, query="name contains '" + "x" * 3000 + "'")
    assert google.asked[0].command == "POST"
    assert google.asked[0].headers["x-http-method-override"] == "GET"


def test_revoking_sends_the_token_as_a_form_and_takes_an_unknown_one_for_done(api, google):
    google.answers = [(200, {}, {}), (400, {"error": "invalid_token"}, {}), *[(503, {}, {})] * 3]
    api.revoke("sample-token")
    assert google.asked[0].body == "token=sample-token"
    api.revoke("sample-token")
    with pytest.raises(DriveUnavailableError):
        api.revoke("sample-token")


def raw_file(file_id, **values):
    return {"id": file_id, "name": f"name of {file_id}", "mimeType": "application/pdf", **values}


def found(*left_out):
    def answer(file_id):
        if file_id in left_out:
            return google_error(404, "notFound")
        return (200, raw_file(file_id, parents=["up"]), {})

    return batch_answer(answer)


# Listing


def test_a_listing_without_an_order_sends_none_and_one_of_a_shared_drive_names_it(api, google):
    google.answers = [OK, OK]
    page(api)
    page(api, drive_id="0AB", page_token="t", page_size=7)
    assert {"orderBy", "pageToken", "driveId"}.isdisjoint(sent(google.asked[0]))
    parameters = sent(google.asked[1])
    assert (parameters["corpora"], parameters["driveId"]) == ("drive", "0AB")
    assert (parameters["pageToken"], parameters["pageSize"]) == ("t", "7")
    assert parameters["supportsAllDrives"] == parameters["includeItemsFromAllDrives"] == "true"


def test_a_long_query_arrives_whole(api, google):
    google.answers = [OK]
    query = " or ".join(f"name contains '{'ü' * 20}{number}'" for number in range(60))
    page(api, query=query, order="name")
    form = parse_qs(google.asked[0].body)
    assert urlsplit(google.asked[0].path).query == ""
    assert (form["q"], form["orderBy"], form["corpora"]) == ([query], ["name"], ["allDrives"])


@pytest.mark.parametrize(("status", "reason"), [(400, "badRequest"), (403, "forbidden")])
def test_a_full_text_search_that_was_to_be_sorted_is_our_mistake_and_nobodys_policy(api, google, status, reason):
    message = "Sorting is not supported for queries with fullText terms. Results are always in descending relevance"
    google.answers = [google_error(status, reason, message=message, location="orderBy")]
    with pytest.raises(DriveRejectedError):
        page(api)


@pytest.mark.parametrize("body", [[], {"files": 3}, {"files": [], "nextPageToken": 3}, None])
def test_json_of_another_shape_is_unreadable_and_no_crash(api, google, body):
    google.answers = [(200, body, {})] * 3
    with pytest.raises(DriveUnreadableError):
        page(api)


def test_an_answer_of_more_than_twenty_megabytes_is_not_read(api, google):
    google.answers = [(200, b"{", {"content-length": str(21 * 1024 * 1024)})]
    with pytest.raises(AnswerTooLargeError):
        page(api)
    assert len(google.asked) == 1


# One file


def test_a_file_is_asked_for_with_its_details_and_its_resource_key(api, google):
    google.answers = [(200, raw_file(ONE, description="d", resourceKey="0-key"), {})] * 3
    assert api.get("sample-token", ONE, resource_key="0-key").description == "d"
    api.get("sample-token", ONE)
    api.get("sample-token", ONE, resource_key="k,f-2/other\r\nx: y")
    keyed, plain, odd = google.asked
    assert keyed.headers["x-goog-drive-resource-keys"] == f"{ONE}/0-key"
    assert "x-goog-drive-resource-keys" not in plain.headers
    assert "x-goog-drive-resource-keys" not in odd.headers
    assert urlsplit(plain.path).path == f"/drive/v3/files/{ONE}"
    assert sent(plain)["supportsAllDrives"] == "true"
    assert "capabilities(" in sent(plain)["fields"]


@pytest.mark.parametrize("file_id", ["", ".", "..", "a/b", "a?alt=media", "a%2fb", "a b", "ä", "a\n"])
def test_what_cannot_be_an_id_is_not_sent_anywhere(api, google, file_id):
    for ask in (api.get, api.permissions, lambda *args: api.export(*args, "text/plain")):
        with pytest.raises(FileNotVisibleError):
            ask("sample-token", file_id)
    with pytest.raises(FileNotVisibleError):
        api.download("sample-token", file_id, max_bytes=9)
    assert api.get_many("sample-token", [file_id]) == {}
    assert google.asked == []


# Many files


def test_many_files_are_one_batch_to_the_same_host_with_paths_only(api, google, calls):
    google.answers = [found(B)]
    files = api.get_many("sample-token", [A, B, C, A])
    assert list(files) == [A, C]
    assert files[C].parent_id == "up"
    (asked,) = google.asked
    assert (asked.command, asked.path) == ("POST", "/batch/drive/v3")
    assert asked.headers["authorization"] == "Bearer sample-token"
    lines = batch_calls(asked.body)
    assert [line.split("?")[0] for line in lines.values()] == [f"GET /drive/v3/files/{name}" for name in (A, B, C)]
    for line in lines.values():
        parameters = parse_qs(urlsplit(line.split()[1]).query)
        assert (parameters["fields"], parameters["supportsAllDrives"]) == ([PLACE_FIELDS], ["true"])
    assert "://" not in asked.body
    assert "sample-token" not in asked.body
    assert [(call.method, call.outcome, call.files) for call in calls] == [("files.get batch", "ok", 2)]


def test_batches_hold_a_hundred_files_and_a_single_one_left_over_goes_alone(api, google):
    google.answers = [found(), found(), (200, raw_file("sample-file-id-200"), {})]
    wanted = [f"sample-file-id-{number}" for number in range(201)]
    assert list(api.get_many("sample-token", wanted)) == wanted
    assert [len(batch_calls(asked.body)) for asked in google.asked[:2]] == [100, 100]
    assert google.asked[2].path.startswith("/drive/v3/files/sample-file-id-200?")


def test_no_files_are_no_call_and_one_is_a_plain_get(api, google):
    assert api.get_many("sample-token", []) == {}
    google.answers = [(200, raw_file(A), {}), google_error(404, "notFound"), google_error(403, "domainPolicy")]
    assert api.get_many("sample-token", [A])[A].id == A
    assert api.get_many("sample-token", [B]) == {}
    with pytest.raises(DriveForbiddenError):
        api.get_many("sample-token", [C])
    assert [asked.command for asked in google.asked] == ["GET"] * 3


def test_files_of_a_batch_that_failed_for_now_are_asked_again_alone(api, google, slept):
    def first(file_id):
        if file_id == B:
            return google_error(429, "rateLimitExceeded", retry_after="2")
        if file_id == C:
            return google_error(403, "userRateLimitExceeded")
        return (200, raw_file(file_id), {})

    google.answers = [batch_answer(first, leave_out={D}), found()]
    assert set(api.get_many("sample-token", [A, B, C, D])) == {A, B, C, D}
    again = batch_calls(google.asked[1].body).values()
    assert [line.split("?")[0][-1] for line in again] == ["b", "c", "d"]
    assert slept == [2.0]


def test_files_that_keep_failing_are_an_error_and_not_missing(api, google):
    google.answers = [batch_answer(lambda _: (503, "<html>", {}))] * 3
    with pytest.raises(DriveUnavailableError):
        api.get_many("sample-token", [A, B])
    assert len(google.asked) == 3


@pytest.mark.parametrize("reason", ["insufficientFilePermissions", "appNotAuthorizedToFile", "forbidden"])
def test_a_file_of_a_batch_that_is_refused_to_the_person_is_missing(api, google, reason):
    google.answers = [batch_answer(lambda name: (200, raw_file(name), {}) if name == A else google_error(403, reason))]
    assert list(api.get_many("sample-token", [A, B])) == [A]


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (google_error(401, "authError"), AccessTokenRejectedError),
        (google_error(403, "domainPolicy"), DriveForbiddenError),
        (google_error(403, "accessNotConfigured"), DriveForbiddenError),
        (google_error(403, "dailyLimitExceeded"), DailyLimitError),
        (google_error(400, "invalid"), DriveRejectedError),
    ],
)
def test_a_refusal_that_would_meet_every_file_fails_the_batch_wherever_it_stands(api, google, refusal, error):
    google.answers = [batch_answer(lambda _: refusal), refusal]
    for _ in range(2):
        with pytest.raises(error):
            api.get_many("sample-token", [A, B])
    assert len(google.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"files": []}, {}),
        (200, b"--x--", {"content-type": "multipart/mixed"}),
        (200, b"", {"content-type": "multipart/mixed; boundary=x"}),
        batch_answer(lambda _: (200, "no json", {})),
        batch_answer(lambda _: (200, "[]", {})),
    ],
)
def test_an_answer_that_is_no_batch_is_asked_for_again_and_then_unreadable(api, google, answer):
    google.answers = [answer] * 3
    with pytest.raises(DriveUnreadableError):
        api.get_many("sample-token", [A, B])


# Access and shared drives


def test_everybody_with_access_is_told_over_all_pages_but_for_deleted_accounts(api, google):
    ben = {"type": "user", "role": "writer", "displayName": "Ben", "emailAddress": "ben@gmail.example"}
    google.answers = [
        (200, {"permissions": [ben, {**ben, "deleted": True}], "nextPageToken": "p2"}, {}),
        (200, {"permissions": [{"type": "anyone", "role": "reader"}]}, {}),
    ]
    assert api.permissions("sample-token", ONE) == [
        Permission(type="user", role="writer", name="Ben", email="ben@gmail.example"),
        Permission(type="anyone", role="reader"),
    ]
    first, second = map(sent, google.asked)
    assert urlsplit(google.asked[0].path).path == f"/drive/v3/files/{ONE}/permissions"
    assert (first["supportsAllDrives"], first["pageSize"], second["pageToken"]) == ("true", "100", "p2")
    assert "pageToken" not in first


def test_who_may_not_know_who_has_access_is_told_so(api, google):
    google.answers = [google_error(403, "insufficientFilePermissions")]
    with pytest.raises(FilePermissionError):
        api.permissions("sample-token", ONE)


def test_shared_drives_are_listed_over_all_pages(api, google):
    google.answers = [
        (200, {"drives": [{"id": "1", "name": "Design"}], "nextPageToken": "p2"}, {}),
        (200, {"drives": [{"id": "2", "name": "Team Finance"}]}, {}),
    ]
    assert api.drives("sample-token") == [SharedDrive("1", "Design"), SharedDrive("2", "Team Finance")]
    assert sent(google.asked[0])["pageSize"] == "100"


def test_pages_that_never_end_are_an_error_and_not_a_part_of_the_truth(api, google):
    google.answers = [(200, {"drives": [], "nextPageToken": "same"}, {})] * 9
    with pytest.raises(DriveUnreadableError):
        api.drives("sample-token")
    assert len(google.asked) == 2
    google.answers = [(200, {"permissions": [], "nextPageToken": f"p{number}"}, {}) for number in range(200)]
    with pytest.raises(DriveUnreadableError):
        api.permissions("sample-token", ONE)
    assert len(google.asked) == 102


# Contents


def test_an_export_is_the_bytes_that_google_made(api, google, calls):
    google.answers = [(200, b"\xef\xbb\xbfRoadmap", {"content-type": "text/plain"})]
    assert api.export("sample-token", ONE, "text/plain") == b"\xef\xbb\xbfRoadmap"
    assert urlsplit(google.asked[0].path).path == f"/drive/v3/files/{ONE}/export"
    assert sent(google.asked[0])["mimeType"] == "text/plain"
    assert [(call.method, call.files) for call in calls] == [("files.export", 1)]


def test_a_download_of_just_the_size_allowed_is_whole(api, google):
    google.answers = [(200, b"x" * 1000, {"content-type": "application/pdf"}), (200, b"", {})]
    assert api.download("sample-token", ONE, max_bytes=1000, resource_key="0-k") == b"x" * 1000
    asked = google.asked[0]
    assert sent(asked) == {"alt": "media", "supportsAllDrives": "true"}
    assert asked.headers["x-goog-drive-resource-keys"] == f"{ONE}/0-k"
    assert asked.headers["accept-encoding"] == "identity"
    assert api.download("sample-token", ONE, max_bytes=1000) == b""


def test_a_download_that_says_it_is_larger_is_not_begun(api, google):
    google.answers = [(200, b"x", {"content-length": "1001"})]
    with pytest.raises(AnswerTooLargeError) as raised:
        api.download("sample-token", ONE, max_bytes=1000)
    assert raised.value.max_bytes == 1000


def test_a_download_without_end_stops_at_the_limit(api, google):
    ended = threading.Event()

    def endless(request):
        request.send_response_only(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            ended.set()

    google.answers = [endless]
    with pytest.raises(AnswerTooLargeError):
        api.download("sample-token", ONE, max_bytes=300_000)
    assert ended.wait(5)
    assert len(google.asked) == 1


def test_a_refusal_is_read_even_where_little_content_is_wanted(api, google):
    google.answers = [google_error(403, "insufficientPermissions", message="no" * 500)] * 2
    with pytest.raises(ScopeNotGrantedError):
        api.download("sample-token", ONE, max_bytes=10)


@pytest.mark.parametrize(
    "reason", ["fileNotDownloadable", "fileNotExportable", "cannotDownloadAbusiveFile", "insufficientFilePermissions"]
)
def test_content_that_drive_keeps_back_says_why(api, google, reason):
    google.answers = [google_error(403, reason)] * 2
    for ask in (
        lambda: api.export("sample-token", ONE, "text/plain"),
        lambda: api.download("sample-token", ONE, max_bytes=9),
    ):
        with pytest.raises(NotDownloadableError) as raised:
            ask()
        assert raised.value.reason == reason


def test_a_document_too_large_to_export_has_its_own_error(api, google):
    google.answers = [google_error(403, "exportSizeLimitExceeded")]
    with pytest.raises(ExportTooLargeError):
        api.export("sample-token", ONE, "text/csv")


def test_whose_drive_it_is(api, google):
    google.answers = [(200, {"user": {"displayName": "Alice", "emailAddress": "a@gmail.example"}}, {})]
    assert api.account("sample-token") == Account(email="a@gmail.example", name="Alice")
    google.answers = [(200, {"user": None}, {})] * 3
    with pytest.raises(DriveUnreadableError):
        api.account("sample-token")


def test_a_grant_that_google_refuses_to_revoke_is_not_taken_for_revoked(api, google):
    google.answers = [(400, {"error": "invalid_request", "error_description": "Token is not revocable."}, {})] * 3
    with pytest.raises(DriveUnavailableError):
        api.revoke("sample-token")


# Quota


def test_a_conversation_pays_for_every_request_sent_and_others_do_not(google):
    now = [100.0]
    shared = DriveApi(google.root, f"{google.root}/revoke", sleep=lambda _: None, clock=lambda: now[0])
    api = shared.for_conversation()
    lists = CAPACITY_UNITS // 100
    google.answers = [OK] * (lists - 3)
    for _ in range(lists - 4):
        page(api)
    google.answers = [found(), google_error(503, "backendError"), OK, google_error(503, "backendError")]
    api.get_many("sample-token", [f"sample-file-id-{number}" for number in range(40)])  # 40 files at 5 units: two lists
    page(api)  # sent twice: the last two lists that were left
    with pytest.raises(QuotaSpentError) as raised:
        api.get("sample-token", ONE)
    assert raised.value.wait_s > 0
    before = len(google.asked)
    with pytest.raises(QuotaSpentError):
        page(api)
    assert len(google.asked) == before
    google.answers = [OK, OK, OK, (200, {}, {})]
    page(shared)
    page(shared.for_conversation())
    now[0] += 1  # it refills: one list and a half
    page(api)
    with pytest.raises(QuotaSpentError):
        page(api)
    api.revoke("sample-token")


def test_a_retry_that_the_quota_does_not_cover_is_not_sent(google):
    api = DriveApi(google.root, google.root, sleep=lambda _: None, clock=lambda: 0.0).for_conversation()
    google.answers = [OK] * (CAPACITY_UNITS // 100 - 1) + [google_error(503, "backendError")]
    for _ in range(CAPACITY_UNITS // 100 - 1):
        page(api)
    with pytest.raises(QuotaSpentError):
        page(api)
    assert len(google.asked) == CAPACITY_UNITS // 100


def test_conversations_share_what_was_built(api, google):
    google.answers = [OK, OK]
    page(api.for_conversation())
    first = api._client.files
    page(api.for_conversation())
    assert api.for_conversation()._client.files is first
    assert api.for_conversation()._calls.http is api._calls.http


# What is kept quiet


def test_no_error_says_what_was_looked_for(api, google, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("googleapiclient.discovery", "googleapiclient.http"):  # `agent.logs` keeps these quiet
        caplog.set_level(logging.ERROR, logger=name)
    canary = "canarycanary"
    bodies = [
        google_error(400, canary, message=canary),
        google_error(404, "notFound", message=f"File not found: {canary}."),
        google_error(403, f"{canary} {canary}", message=canary),
        (403, f"<html>{canary}".encode(), {}),
        *[(200, f"<html>{canary}".encode(), {})] * 3,
    ]
    google.answers = bodies
    raised = []
    while google.answers:
        with pytest.raises(Exception) as caught:
            page(api, query=f"name contains '{canary}'")
        error = caught.value
        while error is not None:
            raised += [str(error), repr(error), getattr(error, "user_message", "")]
            error = error.__cause__
    assert canary not in " ".join(raised) + caplog.text


def test_a_connection_that_is_refused_is_told_without_its_address(slept):
    api = DriveApi("http://127.0.0.1:9/", "http://127.0.0.1:9/revoke", sleep=slept.append)
    with pytest.raises(TransientToolError) as raised:
        page(api, query="canary")
    assert "127.0.0.1" not in str(raised.value)
