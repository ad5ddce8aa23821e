"""The stand-in's own routes: what it is, faults, switches, secrets, reset."""

import time

import httpx
import pytest

from local.slack.workspace import APP
from tests.local.slack.conftest import GENERAL, error


def ask(standin, path, method="POST", content=b"{}"):
    return httpx.request(method, f"{standin.url}/_standin{path}", content=content, trust_env=False)


def test_it_says_what_it_is(standin):
    body = ask(standin, "", "GET").json()
    assert (body["service"], body["standin"], body["team_id"]) == ("slack", True, APP.team_id)
    assert "not Slack" in body["message"]


def test_foreign_host_names_are_refused(standin):
    answer = httpx.get(f"{standin.url}/_standin", headers={"host": "slack.attacker.example"}, trust_env=False)
    assert answer.status_code == 421


def post(client):
    return client.chat_postMessage(channel=GENERAL, text="x")


def test_a_rate_limit_says_when_to_come_back(standin, client):
    standin.admin("/faults", target="chat.postMessage", kind="rate_limit", seconds=2, times=2)
    headers = {"authorization": f"Bearer {APP.bot_token}"}
    for _ in range(2):
        answer = httpx.post(
            f"{standin.url}/api/chat.postMessage", json={"channel": GENERAL}, headers=headers, trust_env=False
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        assert answer.json() == {"ok": False, "error": "ratelimited"}
    assert post(client)["ok"]


def test_faults_strike_one_method_or_all_until_cleared(standin, client):
    standin.admin("/faults", target="*", kind="error", error="fatal_error", times=None)
    standin.admin("/faults", target="auth.test", kind="error", error="account_inactive")
    call = client.api_call
    assert error(call, api_method="auth.test") == "fatal_error", "the oldest comes first"
    assert error(call, api_method="users.info") == "fatal_error"
    ask(standin, "/faults", "DELETE")
    assert client.auth_test()["ok"]


def test_an_answer_can_be_lost_although_the_call_was_carried_out(standin):
    standin.admin("/faults", target="chat.postMessage", kind="drop")
    headers = {"authorization": f"Bearer {APP.bot_token}"}
    said = {"channel": GENERAL, "text": "said all the same"}
    answer = httpx.post(f"{standin.url}/api/chat.postMessage", json=said, headers=headers, trust_env=False)
    assert answer.status_code == 502
    assert standin.see("bob")["messages"][-1]["text"] == "said all the same"


def test_slack_can_be_down_and_slow(standin):
    standin.admin("/faults", target="auth.test", kind="status", status=503)
    standin.admin("/faults", target="auth.test", kind="stall", seconds=0.2)
    headers = {"authorization": f"Bearer {APP.bot_token}"}
    began = time.monotonic()
    answer = httpx.post(f"{standin.url}/api/auth.test", headers=headers, trust_env=False)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("path", "method", "content"),
    [
        ("/faults", "POST", b'{"target": "mail", "kind": "error"}'),
        ("/faults", "POST", b'{"target": "auth.test", "kind": "flood"}'),
        ("/faults", "POST", b'{"target": "auth.test", "kind": "error", "times": 0}'),
        ("/faults", "POST", b'{"colour": "red"}'),
        ("/faults", "POST", b"{"),
        ("/faults", "POST", b"[]"),
        ("/switches", "POST", b'{"stream_life": "long"}'),
        ("/app", "PUT", b'{"bot_token": "x"}'),
        ("/pace", "POST", b'{"answer_within_s": "soon"}'),
        ("/sockets", "POST", b'{"do": "dance"}'),
        ("/deliver", "POST", b'{"event_id": "Ev0"}'),
        ("/act", "POST", b'{"as": "mallory", "do": "say"}'),
        ("/act", "POST", b'{"as": "alice", "do": "fly"}'),
        ("/act", "POST", b'{"as": "alice", "do": "say", "channel": "secret", "text": "x"}'),
        ("/act", "POST", b'{"as": "alice", "do": "say", "text": ""}'),
        ("/act", "POST", b'{"as": "alice", "do": "say", "text": "x", "thread_ts": "1.000001"}'),
        ("/act", "POST", b'{"as": "alice", "do": "stop", "thread_ts": "1.000001"}'),
        ("/act", "POST", b'{"as": "carol", "do": "say", "channel": "project-apollo", "text": "x"}'),
    ],
)
def test_what_it_does_not_understand_gets_a_sentence(standin, path, method, content):
    answer = ask(standin, path, method, content)
    assert answer.status_code == 400
    assert len(answer.json()["error"].split()) > 2


def test_every_secret_is_known_and_a_reset_does_not_forget_them(standin):
    client = standin.client(APP.app_token)
    url = client.apps_connections_open(app_token=APP.app_token)["url"]
    standin.admin("/reset")
    kinds = {each["kind"]: each["value"] for each in ask(standin, "/secrets", "GET").json()["secrets"]}
    assert {"bot token", "app token", "signing secret", "client secret", "socket ticket"} <= kinds.keys()
    assert f"ticket={kinds['socket ticket']}" in url or "ticket=" in url


def test_reset_forgets_what_was_said(standin, client):
    post(client)
    standin.admin("/switches", own_events="off")
    standin.admin("/reset")
    assert standin.see("alice")["messages"] == []
    assert ask(standin, "", "GET").json()["switches"]["own_events"] == "on"
