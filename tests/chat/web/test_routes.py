"""What the web chat answers over HTTP, above all what it refuses."""

import json
import socket
from dataclasses import replace

import httpx
import pytest

from tests.callback.browser import Browser
from tests.chat.web.conftest import QUICK
from tests.chat.web.scripted import Page, RefusedError

HERE = "conversation-1"
CHANGES = [
    ("POST", "/agui"),
    ("PATCH", f"/chat/api/conversations/{HERE}"),
    ("DELETE", f"/chat/api/conversations/{HERE}"),
    ("POST", f"/chat/api/conversations/{HERE}/stop"),
    ("POST", "/chat/api/disconnect"),
]
LOOKS = ["/chat/api/conversations", f"/chat/api/conversations/{HERE}", "/chat/api/runs/run-1", "/chat/api/connections"]


def send(page, method, path, body=None, **headers):
    return page.browser.client.send(page.request(method, path, body, **headers))


def test_the_page_is_for_who_is_signed_in_and_comes_back_after_that(chat, agent):
    browser = Browser(chat.settings.callback_url)
    chat.browsers.append(browser)
    page = browser.go(f"/chat/c/{HERE}")
    assert (page.status_code, page.url.path) == (200, f"/chat/c/{HERE}")
    start = json.loads(page.text.partition('id="start">')[2].partition("</script>")[0])
    assert start["me"]["csrf"] == Page(browser).me["csrf"]
    assert (start["language"], start["conversations"], start["banner"]) == ("en", [], "")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert browser.go("/").url.path == "/chat"


def test_the_page_holds_the_conversations_and_nothing_of_theirs_ends_its_script(alice):
    alice.ask(HERE, "</script><script>alert(1)</script>")
    page = alice.browser.get("/chat", accept_language="ja")
    start = json.loads(page.text.partition('id="start">')[2].partition("</script>")[0])
    assert [one["id"] for one in start["conversations"]] == [HERE]
    assert start["language"] == "ja"


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/connections", "/chat/../x", "", f"/chat/c/{HERE}\n"]
)
def test_signing_in_leads_back_to_the_chat_and_nowhere_else(chat, to):
    browser = Browser(chat.settings.callback_url)
    chat.browsers.append(browser)
    first = browser.get(f"/chat/sign-in?{httpx.QueryParams({'to': to})}")
    assert browser.follow(first).url.path == "/chat"


def test_signing_in_leads_back_to_the_conversation(chat):
    browser = Browser(chat.settings.callback_url)
    chat.browsers.append(browser)
    assert browser.follow(browser.get(f"/chat/sign-in?to=/chat/c/{HERE}")).url.path == f"/chat/c/{HERE}"


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_request_without_the_value_of_our_page_changes_nothing(alice, agent, method, path):
    for value in ("", "wrong", alice.me["csrf"][:-1]):
        answer = send(alice, method, path, {}, x_csrf=value)
        assert (answer.status_code, answer.json()["code"]) == (403, "forged")
    assert send(alice, method, path, {}, origin="https://evil.example").status_code == 403
    assert send(alice, method, path, {}, sec_fetch_site="cross-site").status_code == 403
    assert not agent.invocations


@pytest.mark.parametrize(("method", "path"), [*CHANGES, *(("GET", path) for path in [*LOOKS, "/chat/api/me"])])
def test_who_is_not_signed_in_gets_nothing(chat, alice, agent, method, path):
    alice.browser.drop_cookies("__Host-")
    answer = send(alice, method, path, {} if method != "GET" else None)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
    assert not agent.invocations


def test_sentences_are_in_the_browsers_language(alice):
    japanese = send(alice, "GET", f"/chat/api/conversations/{HERE}", accept_language="ja").json()
    english = send(alice, "GET", f"/chat/api/conversations/{HERE}").json()
    assert english["error"] == "This conversation does not exist any more."
    assert japanese["code"] == english["code"]
    assert japanese["error"] != english["error"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"threadId": "short"}, 400, "bad_request"),
        ({"threadId": "x" * 65}, 400, "bad_request"),
        ({"threadId": "../../etc/passwd"}, 400, "bad_request"),
        ({"threadId": None}, 400, "bad_request"),
        ({"runId": "with/slash"}, 400, "bad_request"),
        ({"runId": "x" * 129}, 400, "bad_request"),
        ({"messages": []}, 400, "bad_request"),
        ({"messages": "hello"}, 400, "bad_request"),
        ({"messages": [{"role": "user", "content": "  "}]}, 400, "bad_request"),
        ({"forwardedProps": {"timezone": 7}}, 400, "bad_request"),
        ({"messages": [{"role": "user", "content": "x" * 32_001}]}, 413, "too_long"),
        ({"messages": [{"role": "user", "content": "\U0001f600" * 17_000}]}, 413, "too_long"),
        ({"state": "x" * 600_000}, 413, "too_long"),
    ],
)
def test_a_request_that_is_none_is_refused_with_a_sentence(alice, agent, changes, status, code):
    answer = send(alice, "POST", "/agui", alice.input(HERE, "One") | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["error"]
    assert not agent.invocations
    assert alice.api("GET", "/chat/api/conversations") == {"conversations": []}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_object_is_refused(alice, content):
    request = alice.request("POST", "/agui", {})
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    answer = alice.browser.client.post(request.url, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_only_json_is_read(alice):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = send(alice, "POST", "/agui", alice.input(HERE, "One"), content_type=kind)
        assert answer.status_code == 400


def test_a_body_that_does_not_come_is_not_waited_for(make_chat, chat, alice):
    chat.stop()
    slow = make_chat(replace(QUICK, body_s=0.1))
    page = slow.page()
    request = page.request("POST", "/agui", {})
    lines = ["POST /agui HTTP/1.1", "Content-Length: 100", "Connection: close"]
    lines += [
        f"{name}: {value}" for name, value in request.headers.items() if name not in {"content-length", "connection"}
    ]
    with socket.create_connection(("127.0.0.1", slow.stage.server.port), timeout=5) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n{").encode())
        assert b" 400 " in line.recv(4096)


@pytest.mark.parametrize("path", [f"/chat/api/conversations/{HERE}?before=", "/chat/api/runs/run-1?after=-1"])
def test_a_number_is_a_number(alice, path):
    alice.ask(HERE, "One", run="run-1")
    for value in ("x", "-1", "9" * 40, "1.5", "٣"):
        answer = send(alice, "GET", path.partition("=")[0] + f"={value}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/api", 404),
        ("GET", "/chat/api/nothing", 404),
        ("DELETE", "/chat/api/conversations/one/two/three", 404),
        ("PUT", f"/chat/api/conversations/{HERE}", 405),
        ("POST", "/chat/api/me", 405),
        ("HEAD", "/chat/api/me", 405),
        ("GET", "/agui", 405),
        ("OPTIONS", "/agui", 405),
    ],
)
def test_a_request_that_there_is_not_is_answered_in_json(alice, method, path, status):
    answer = send(alice, method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    if method != "HEAD":
        assert answer.json()["code"] == "bad_request"
        assert "docs/web.md" in answer.json()["detail"]


@pytest.mark.parametrize("of", ["short", "x" * 65, "conversation-1%00"])
def test_an_id_that_is_none_names_no_conversation(alice, of):
    with pytest.raises(RefusedError) as refused:
        alice.conversation(of)
    assert refused.value.status == 404


def test_an_event_stream_is_neither_kept_nor_held_back(alice):
    with alice.stream("POST", "/agui", alice.input(HERE, "One")) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"


def test_connections_are_shown_and_taken_back(alice, agent):
    [none] = alice.api("GET", "/chat/api/connections")["connections"]
    assert none == {"provider": "google-drive", "connected": False, "account": ""}
    agent.bound = list(agent.access_tokens)
    [one] = alice.api("GET", "/chat/api/connections")["connections"]
    assert one == {"provider": "google-drive", "connected": True, "account": "alice@gmail.example"}
    assert alice.api("POST", "/chat/api/disconnect") == {"status": "disconnected"}
    assert agent.invocations[-1].payload["action"] == "disconnect"
    assert agent.bound == []


def test_an_agent_that_fails_is_an_error_in_json(alice, agent):
    agent.answers["status"] = (500, "broken")
    answer = send(alice, "GET", "/chat/api/connections")
    assert (answer.status_code, answer.json()["code"]) == (502, "agent_failed")
    agent.answers["disconnect"] = (200, {"error": "Google says no.", "type": "error", "code": "drive_failed"})
    answer = send(alice, "POST", "/chat/api/disconnect")
    assert (answer.json()["code"], answer.json()["detail"]) == ("agent_failed", "Google says no.")
    japanese = send(alice, "POST", "/chat/api/disconnect", accept_language="ja")
    assert not japanese.json()["error"].isascii()


def test_the_pages_files_are_served_and_nothing_beside_them(alice):
    script = alice.browser.get("/chat/static/chat.js")
    assert (script.status_code, script.headers["cache-control"]) == (200, "no-cache")
    assert alice.browser.get("/chat/static/chat.js", if_none_match=script.headers["etag"]).status_code == 304
    for path in ("..%2fpage.py", "%2e%2e/page.py", "nothing.js", "..%2fwords%2fen.toml"):
        assert alice.browser.get(f"/chat/static/{path}").status_code == 404


def test_a_store_that_fails_takes_no_question(chat, alice, agent):
    chat.line.is_cut = True
    answer = send(alice, "POST", "/agui", alice.input(HERE, "One"))
    assert (answer.status_code, answer.json()["code"]) == (503, "state_unavailable")
    chat.line.is_cut = False
    assert not agent.invocations
    assert alice.run(HERE, "One")[-1]["type"] == "RUN_FINISHED"
