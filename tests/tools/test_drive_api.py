"""The client at the wire: a real HTTP server that answers as Drive does, one scripted answer a request."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tools.drive_api import DriveApi
from tools.errors import (
    AccessTokenRejectedError,
    DriveBusyError,
    DriveForbiddenError,
    DriveRejectedError,
    DriveUnavailableError,
    FileNotVisibleError,
    ScopeNotGrantedError,
)

OK = (200, {"files": [{"id": "1", "name": "Q3 budget", "mimeType": "application/pdf"}]}, {})


def google_error(status, reason, **headers):
    return (status, {"error": {"code": status, "message": "no", "errors": [{"reason": reason}]}}, headers)


@pytest.fixture
def google():
    """Answers what `answers` holds, in order; keeps what was asked in `asked`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self)
            status, body, headers = self.server.answers.pop(0)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def do_POST(self):
            self.body = self.rfile.read(int(self.headers["content-length"])).decode()
            self.do_GET()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.answers, server.asked = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def calls():
    return []


@pytest.fixture
def api(google, slept, calls):
    root = f"http://127.0.0.1:{google.server_port}"
    return DriveApi(root, f"{root}/revoke", sleep=slept.append, record=calls.append)


def page(api, **values):
    return api.list_page("sample-token", **({"query": "trashed = false", "order": "", "page_size": 5} | values))


def test_a_listing_asks_for_every_drive_with_a_small_field_mask(api, google):
    google.answers = [(200, {"files": [], "nextPageToken": "n", "incompleteSearch": True}, {})]
    answer = page(api, order="modifiedTime desc")
    asked = google.asked[0]
    sent = {key: values[0] for key, values in parse_qs(urlsplit(asked.path).query).items()}
    assert urlsplit(asked.path).path == "/drive/v3/files"
    assert asked.headers["authorization"] == "Bearer sample-token"
    assert sent["corpora"] == "allDrives"
    assert sent["supportsAllDrives"] == sent["includeItemsFromAllDrives"] == "true"
    assert sent["fields"].startswith("nextPageToken,incompleteSearch,files(id,name,")
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
        (google_error(403, "domainPolicy"), DriveForbiddenError),
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


def test_retry_after_is_honoured_up_to_a_limit(api, google, slept):
    limited = google_error(429, "rateLimitExceeded", **{"retry-after": "3"})
    forever = google_error(429, "rateLimitExceeded", **{"retry-after": "900"})
    google.answers = [limited, forever, OK]
    page(api)
    assert slept == [3.0, 8.0]


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


def test_a_strange_retry_after_does_no_harm(api, google, slept):
    google.answers = [google_error(429, "rateLimitExceeded", **{"retry-after": "Fri, 31 Dec 2026 23:59:59 GMT"}), OK]
    page(api)
    assert len(slept) == 1


def test_a_closed_port_is_an_outage(slept):
    api = DriveApi("http://127.0.0.1:9/", "http://127.0.0.1:9/revoke", sleep=slept.append)
    with pytest.raises(DriveUnavailableError):
        page(api)
    assert len(slept) == 2


def test_a_redirect_does_not_carry_the_token_elsewhere(api, google):
    google.answers = [(302, b"", {"location": f"http://localhost:{google.server_port}/steal"}), OK]
    with pytest.raises(DriveRejectedError):
        page(api)
    assert len(google.asked) == 1


def test_every_call_is_recorded_with_outcome_and_count(api, google, calls):
    google.answers = [OK, google_error(404, "notFound")]
    page(api)
    with pytest.raises(FileNotVisibleError):
        api.get("sample-token", "x")
    assert [(call.method, call.outcome, call.files) for call in calls] == [
        ("files.list", "ok", 1),
        ("files.get", "FileNotVisibleError", 0),
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
