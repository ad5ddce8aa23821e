"""From Google's refusals to our errors, each shape that has been seen."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import errors
from tools.errors import ToolError, TransientToolError
from tools.google.refusals import failure, read_refusal, retry_after_s

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "errors", "details", "reason"]), inner),
)


def refusal(code, *reasons, message="no", location="", **more):
    items = [{"reason": reason, "location": location, "message": message} for reason in reasons]
    return code, json.dumps({"error": {"code": code, "message": message, "errors": items, **more}}).encode()


def grpc(code, reason, **more):
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return code, json.dumps({"error": {"code": code, "message": "no", "details": details, **more}}).encode()


SCOPE = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
SHAPES = [
    (refusal(401, "authError"), "AccessTokenRejectedError"),
    (grpc(401, "CREDENTIALS_MISSING", status="UNAUTHENTICATED"), "AccessTokenRejectedError"),
    ((401, b""), "AccessTokenRejectedError"),
    (refusal(403, "insufficientPermissions"), "ScopeNotGrantedError"),
    (grpc(403, SCOPE, status="PERMISSION_DENIED"), "ScopeNotGrantedError"),
    (refusal(403, "insufficientPermissions", details=[{"reason": SCOPE}]), "ScopeNotGrantedError"),
    (refusal(403, "insufficientScopes"), "ScopeNotGrantedError"),
    (refusal(403, "userRateLimitExceeded"), "DriveBusyError"),
    (refusal(403, "rateLimitExceeded"), "DriveBusyError"),
    (refusal(429, "rateLimitExceeded"), "DriveBusyError"),
    (grpc(429, "RATE_LIMIT_EXCEEDED", status="RESOURCE_EXHAUSTED"), "DriveBusyError"),
    (grpc(403, "x", status="RESOURCE_EXHAUSTED"), "DriveBusyError"),
    ((429, b"<html>"), "DriveBusyError"),
    (refusal(403, "dailyLimitExceeded"), "DailyLimitError"),
    (refusal(429, "dailyLimitExceeded", "rateLimitExceeded"), "DailyLimitError"),
    (refusal(403, "exportSizeLimitExceeded"), "ExportTooLargeError"),
    (refusal(403, "fileNotDownloadable"), "NotDownloadableError"),
    (refusal(403, "fileNotExportable"), "NotDownloadableError"),
    (refusal(403, "cannotDownloadAbusiveFile"), "NotDownloadableError"),
    (refusal(403, "insufficientFilePermissions"), "FilePermissionError"),
    (refusal(403, "appNotAuthorizedToFile"), "FilePermissionError"),
    (refusal(403, "domainPolicy"), "DriveForbiddenError"),
    (refusal(403, "sharingRateLimitExceeded"), "DriveForbiddenError"),
    (refusal(403, "storageQuotaExceeded"), "DriveForbiddenError"),
    ((403, b"<html>"), "DriveForbiddenError"),
    (refusal(404, "notFound"), "FileNotVisibleError"),
    (refusal(400, "invalid", location="pageToken"), "StalePageTokenError"),
    (refusal(400, "invalid", location="q"), "DriveRejectedError"),
    (refusal(410, "gone"), "DriveRejectedError"),
    ((302, b""), "DriveRejectedError"),
    ((408, b""), "DriveTimeoutError"),
    (refusal(500, "backendError"), "DriveUnavailableError"),
    ((502, b"<html>Bad Gateway</html>"), "DriveUnavailableError"),
    ((503, b""), "DriveUnavailableError"),
]


@pytest.mark.parametrize(("answer", "name"), SHAPES, ids=[f"{each[0][0]}-{each[1]}" for each in SHAPES])
def test_each_refusal_has_its_own_error_with_a_sentence_and_a_hint(answer, name):
    error = failure(answer[0], {}, answer[1], NOW)
    assert type(error) is getattr(errors, name)
    assert error.user_message.endswith(".")
    assert str(error).endswith(".")


@pytest.mark.parametrize("status", [400, 403])
def test_sorting_a_full_text_search_is_rejected_by_its_message(status):
    message = "Sorting is not supported for queries with fullText terms. Results are always in descending order."
    _, body = refusal(status, "forbidden", message=message, location="orderBy")
    error = failure(status, {}, body, NOW)
    assert type(error) is errors.DriveRejectedError
    assert "without an order" in str(error)


def test_a_missing_scope_is_known_by_its_header_alone():
    header = 'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="x"'
    assert isinstance(failure(403, {"www-authenticate": header}, b"", NOW), errors.ScopeNotGrantedError)


@given(st.integers(300, 599), st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_body_is_there_is_an_error_for_it(status, body):
    error = failure(status, {}, body, NOW)
    assert isinstance(error, ToolError)
    assert type(error).user_message


@given(st.text(min_size=1), st.sampled_from([400, 401, 403, 404, 429, 500]))
def test_nothing_that_google_wrote_but_its_identifiers_is_repeated(text, status):
    canary = f"canary {text}"
    _, body = refusal(status, canary, message=canary, location=canary)
    assert "canary" not in str(failure(status, {}, body, NOW))
    assert read_refusal(body).reasons == frozenset()


def test_a_body_nested_without_end_says_nothing():
    assert read_refusal(b'{"error":' * 100_000).reasons == frozenset()


@given(st.integers(0, 100_000))
def test_seconds_and_dates_say_the_same(seconds):
    server = NOW + timedelta(hours=3)  # its clock counts, not ours
    until = format_datetime(server + timedelta(seconds=seconds), usegmt=True)
    date = format_datetime(server, usegmt=True)
    assert retry_after_s({"retry-after": str(seconds)}, NOW) == seconds
    assert retry_after_s({"retry-after": until, "date": date}, NOW) == seconds
    ours = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s({"retry-after": ours}, NOW) == seconds


@given(st.text() | st.just("Fri, 20 Nov 2026 10:00:00"))
def test_any_other_text_is_no_wait_or_one_that_is_not_negative(text):
    for headers in ({"retry-after": text}, {"retry-after": "Fri, 20 Nov 2026 10:00:00 GMT", "date": text}):
        wait_s = retry_after_s(headers, NOW)
        assert wait_s is None or wait_s >= 0


def test_only_what_passes_carries_a_wait():
    busy = failure(429, {"retry-after": "5"}, b"", NOW)
    assert isinstance(busy, TransientToolError)
    assert busy.retry_after_s == 5
    assert failure(503, {}, b"", NOW).retry_after_s is None
