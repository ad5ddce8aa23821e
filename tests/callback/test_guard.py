import json
import logging
import re
from typing import Any

import pytest
from key_value.aio.wrappers.base import BaseWrapper

from callback.web.guard import SECURITY_HEADERS
from tests.callback.browser import code, form_fields, heading
from tests.callback.conftest import csrf

CONNECT = "/connect/google-drive"


class BrokenStore(BaseWrapper):
    async def get(self, key: str, *, collection: str | None = None) -> dict[str, Any] | None:
        raise ConnectionError


POSTS = [CONNECT, "/connections/disconnect", "/sign-in", "/sign-out"]


@pytest.mark.parametrize(
    "address",
    ["/", "/connect/google-drive", "/connect/google-drive/continue", "/connections", "/connected", "/disconnected",
     "/callback", "/sign-in", "/sign-in/callback",
     "/signed-out", "/healthz", "/static/style.css", "/no-such-page", "/connect/google-drive?session=bad"],
)  # fmt: skip
def test_every_answer_has_the_security_headers(service, alice, address):
    for browser in (alice, service.browser()):
        answer = browser.get(address)
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert "strict-transport-security" not in answer.headers, "there is no https on a desk"


def test_the_policy_allows_no_script_and_no_frame(service):
    policy = service.browser().get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_pages_have_no_inline_script_or_style_and_say_their_language(service, alice, cloud):
    pages = [alice.get(path) for path in ("/", CONNECT, "/connections", "/callback", "/no-such-page")]
    pages.append(service.browser().get("/signed-out"))
    pages.append(alice.press(alice.get(CONNECT), CONNECT))
    for page in pages:
        assert '<html lang="en">' in page.text
        assert len(re.findall(r"<h1>", page.text)) == 1
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page.text, re.IGNORECASE)
        assert 'name="viewport"' in page.text


def test_an_unexpected_failure_is_a_page_with_the_headers(service, alice, caplog):
    service.start(store=BrokenStore())
    with caplog.at_level(logging.CRITICAL):
        answer = alice.get("/connections")
    assert (answer.status_code, heading(answer)) == (500, "Something went wrong")
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_in_the_cloud_https_is_made_to_stick_and_there_is_no_second_name(service, environ):
    service.start(mode="cloud", callback_url="https://drive.example.com")
    client = service.browser().client
    address = f"http://127.0.0.1:{service.stage.server.port}/"
    for host in ("drive.example.com", "drive.example.com:443", "DRIVE.example.com"):
        answer = client.get(address, headers={"host": host})
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    for host in ("localhost", "127.0.0.1", "drive.example.com:80", "drive.example.com.evil.example"):
        assert client.get(address, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "", "localhost:{port}.evil.example"])
def test_a_request_under_a_foreign_name_is_refused(service, alice, cloud, host):
    named = host.format(port=service.stage.server.port)
    for path in ("/", "/healthz", CONNECT, "/callback"):
        answer = alice.client.get(f"{service.origin}{path}", headers={"host": named})
        assert (answer.status_code, heading(answer)) == (400, "Wrong address")


def test_the_other_name_of_this_machine_leads_to_the_right_one(service):
    port = service.stage.server.port
    client = service.browser().client
    answer = client.get(f"http://127.0.0.1:{port}{CONNECT}?session=local-dev-session&x=%2F%2Fevil")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{service.origin}{CONNECT}?session=local-dev-session&x=%2F%2Fevil"
    assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    odd = client.get(f"http://127.0.0.1:{port}//evil.example/x")
    assert odd.headers["location"] == f"{service.origin}//evil.example/x"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("value", ["", "wrong", "é", None])
def test_a_form_without_the_right_csrf_value_does_nothing(service, alice, cloud, path, value):
    fields = {"who": "local"} | ({"csrf": value} if value is not None else {})
    answer = alice.post(path, fields)
    assert (answer.status_code, heading(answer)) == (403, "Please load the page again")
    assert "alice@example.com" in alice.get("/").text
    assert cloud.invocations == []


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:1"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
    ],
)
def test_a_form_from_another_site_does_nothing_even_with_the_right_value(service, alice, cloud, path, headers):
    answer = alice.post(path, {"csrf": csrf(alice.get("/")), "who": "local"}, **headers)
    assert (answer.status_code, heading(answer)) == (403, "Please load the page again")
    assert "alice@example.com" in alice.get("/").text
    assert cloud.invocations == []


def test_a_csrf_value_of_another_session_is_worth_nothing(service, alice, cloud):
    bob = service.browser("bob")
    answer = alice.post(CONNECT, form_fields(bob.get(CONNECT), CONNECT))
    assert answer.status_code == 403
    assert {asked.payload["action"] for asked in cloud.invocations} == {"status"}, "bob's page, and nothing else"


def test_a_browser_that_hides_its_origin_from_everybody_can_still_press_buttons(service, alice):
    answer = alice.post(CONNECT, form_fields(alice.get(CONNECT), CONNECT), origin="null")
    assert answer.headers["refresh"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"csrf": "x"}'),
        ("text/plain", b"csrf=x"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nx\r\n--b--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"csrf=x&csrf=y"),
        ("application/x-www-form-urlencoded", b"csrf=" + b"x" * 20_000),
    ],
)
def test_anything_but_a_small_plain_form_is_refused(service, alice, kind, body):
    headers = {"content-type": kind, "origin": service.origin}
    answer = alice._send(
        alice.client.build_request("POST", f"{service.origin}{CONNECT}", content=body, headers=headers)
    )
    assert (answer.status_code, heading(answer)) == (400, "This link is not complete")


def test_one_audit_line_for_each_step_and_no_secret_in_any_log(service, cloud, caplog):
    with caplog.at_level(logging.DEBUG, logger="callback"):
        alice = service.browser("alice")
        flow = service.start_flow(alice)
        handles = {cookie.value for cookie in alice.jar}
        service.come_back(alice, *flow)
        service.come_back(service.browser(), *flow)
        bob = service.browser("bob")
        cloud.answers["connect"] = (200, {"error": "No.", "type": "error", "code": "not_owner"})
        bob.press(bob.get(CONNECT), CONNECT)
        alice.press(alice.get("/"), "/sign-out")
    ours = [record for record in caplog.records if record.name.startswith("callback")]
    lines = [json.loads(record.getMessage()) for record in ours if record.name == "callback.audit"]
    assert [(line["event"], line["outcome"], line["reason"]) for line in lines] == [
        ("sign_in", "ok", ""),
        ("consent_started", "ok", ""),
        ("consent_returned", "ok", ""),
        ("consent_completed", "ok", ""),
        ("account_checked", "ok", ""),
        ("consent_completed", "refused", "not_signed_in"),
        ("sign_in", "ok", ""),
        ("consent_started", "refused", "agent_not_owner"),
        ("sign_out", "ok", ""),
    ]
    alices, bobs = lines[0]["who"], lines[6]["who"]
    assert [line["who"] for line in lines] == [*[alices] * 5, "", bobs, bobs, alices]
    assert all(re.fullmatch("[0-9a-f]{16}|", line["who"]) and line["ms"] >= 0 for line in lines)
    everything = "\n".join(record.getMessage() for record in ours)
    for secret in {*cloud.secrets_seen, *handles, "example.com", "alice", "oidc"}:
        assert secret not in everything


@pytest.mark.parametrize(
    ("site", "headers", "passes"),
    [
        ("none", {}, True),
        ("same-origin", {}, True),
        ("cross-site", {"sec_fetch_mode": "navigate"}, True),
        ("same-site", {"sec_fetch_mode": "navigate"}, True),
        ("cross-site", {"sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"}, False),
        ("cross-site", {"sec_fetch_mode": "no-cors", "sec_fetch_dest": "script"}, False),
        ("cross-site", {"sec_fetch_mode": "cors", "sec_fetch_dest": "empty"}, False),
        ("same-site", {"sec_fetch_mode": "cors", "sec_fetch_dest": "empty"}, False),
        ("cross-site", {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}, False),
        ("same-origin", {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}, False),
        ("none", {"sec_fetch_mode": "navigate", "sec_fetch_dest": "object"}, False),
    ],
)
def test_another_sites_page_gets_ours_only_as_a_window_of_its_own(service, alice, site, headers, passes):
    for address in ("/connections", "/", "/static/style.css"):
        answer = alice.get(address, site, **headers)
        assert (answer.status_code == 200) == passes
        assert ("alice" in answer.text) == (passes and address != "/static/style.css")


def test_the_guard_alone_refuses_a_post_of_another_site(service):
    answer = service.browser().post("/no-such-page", {}, origin=service.origin, sec_fetch_site="cross-site")
    assert (answer.status_code, code(answer)) == (403, "forged_request"), "before anybody looks which page it is"


def test_a_refused_departure_is_in_the_audit(service, alice, caplog):
    with caplog.at_level(logging.INFO, logger="callback.audit"):
        alice.get("/connect/google-drive/continue?flow=0123456789abcdef")
    [line] = [json.loads(record.getMessage()) for record in caplog.records if record.name == "callback.audit"]
    assert (line["event"], line["reason"]) == ("request_refused", "unknown_flow")
    assert line["who"]


def test_a_button_of_a_page_from_before_a_sign_out_leads_to_signing_in(service, alice):
    page = alice.get("/connections")
    alice.press(alice.get("/"), "/sign-out")
    answer = alice.post("/connections/disconnect", {"csrf": csrf(page)})
    assert (answer.status_code, code(answer)) == (403, "sign_in_again")
