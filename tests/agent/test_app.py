"""The Runtime contract over real HTTP, with a scripted model, Drive and vault."""

import asyncio
import base64
import json
import socket
import threading
from datetime import datetime

import boto3
import httpx
import pytest
from bedrock_agentcore.services.identity import IdentityClient
from strands.storage import InMemoryStorage

from agent.app import create_app
from agent.body import MAX_BODY_BYTES
from agent.build import Service, build
from agent.errors import SettingsError
from agent.settings import Settings
from agent.store import ConversationStore
from tests.support.drive import SECRET_URL, TOKEN, WIDE_URL, MemoryDrive, MemoryTokens, file
from tests.support.model import ScriptedModel, call, say
from tests.support.reading import Reading
from tests.support.serve import serve
from tools.errors import DriveUnavailableError, ScopeNotGrantedError
from tools.google.drive_api import FilePage
from tools.scopes import CONTENT_SCOPE, METADATA_SCOPE

SESSION = "chat-0123456789abcdef0123456789abcdef"
SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
LOCAL = {"DRIVE_AGENT_MODE": "local", "DRIVE_AGENT_CONNECT_URL": "https://c.example/connect/google-drive"}
CLOUD = {**LOCAL, "DRIVE_AGENT_MODE": "cloud", "DRIVE_AGENT_RETURN_URL": "https://c.example/callback"}


def bearer(subject):
    claims = base64.urlsafe_b64encode(json.dumps({"iss": "i", "sub": subject}).encode()).decode().rstrip("=")
    return {"authorization": f"Bearer e30.{claims}.sample", "WorkloadAccessToken": "sample-workload-token"}


def at_nine(zone):
    return datetime(2026, 11, 20, 9, tzinfo=zone)


class NamesOnly(MemoryDrive):
    """A Drive that refuses what the narrow scope does not open."""

    def drives(self, access_token):
        raise ScopeNotGrantedError("no")


class Agent:
    def __init__(self, *turns, environ=LOCAL, granted=True, storage=None):
        self.model = ScriptedModel(*turns)
        self.drive = NamesOnly(pages=[FilePage([file("Q3 budget")], "", incomplete=False)])
        self.tokens = MemoryTokens(granted=granted)
        self.storage = storage or InMemoryStorage()

        def build(settings):
            store = ConversationStore(self.storage)
            self.service = Service(
                settings, model=self.model, store=store, api=self.drive, tokens=self.tokens, now=at_nine
            )
            return self.service

        self.app = create_app(Settings.load(environ), build)

    def __enter__(self):
        self._serving = serve(self.app)
        self.url = self._serving.__enter__()
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)
        return self

    def __exit__(self, *error):
        self.http.close()
        self._serving.__exit__(*error)

    def post(self, payload, *, session=SESSION, headers=None):
        named = {SESSION_HEADER: session} if session else {}
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.http.post("/invocations", content=body, headers=named | (headers or {}))


def events(response):
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_ping_answers():
    with Agent() as agent:
        assert agent.http.get("/ping").json()["status"] == "Healthy"


def test_a_turn_streams_the_wire_contract():
    with Agent([call("search_files", words="budget")], [say("One file.")]) as agent:
        sent = events(agent.post({"prompt": "find the budget"}))
    assert [event.get("type", "text") for event in sent] == ["tool", "tool", "files", "text", "done"]
    assert sent[3] == {"event": {"contentBlockDelta": {"delta": {"text": "One file."}}}}
    assert sent[2]["files"][0]["name"] == "Q3 budget"
    assert "error" not in {key for event in sent for key in event}


def test_consent_is_asked_for_in_text_and_as_one_event():
    with Agent([call("search_files")], granted=False) as agent:
        sent = events(agent.post({"prompt": "find the budget"}))
    assert [event.get("type", "text") for event in sent] == ["tool", "text", "auth_required", "done"]
    link = f"https://c.example/connect/google-drive?session={SESSION}"
    assert sent[2]["auth_url"] == link
    assert link in sent[1]["event"]["contentBlockDelta"]["delta"]["text"]
    assert sent[3]["stop_reason"] == "consent_required"


@pytest.mark.parametrize(
    ("payload", "session", "status", "code"),
    [
        (b'{"prompt": ', SESSION, 400, "invalid_json"),
        (b"\xff\xfe", SESSION, 400, "invalid_json"),
        (b"[" * 100_000, SESSION, 400, "invalid_json"),
        (b'{"prompt": ' + b"[" * 900 + b"]" * 900 + b"}", SESSION, 400, "invalid_json"),
        ({"prompt": ""}, SESSION, 400, "empty_prompt"),
        ({"prompt": "x" * 40_000}, SESSION, 413, "prompt_too_long"),
        ({"prompt": "x" * 1_000_000}, SESSION, 413, "request_too_large"),
        ({"action": "explode"}, SESSION, 400, "unknown_action"),
        ([1], SESSION, 400, "bad_request"),
        ({"prompt": "hi"}, None, 400, "invalid_session"),
        ({"prompt": "hi"}, "a", 400, "invalid_session"),
        ({"prompt": "hi"}, "a" * 10_000, 400, "invalid_session"),
        ({"prompt": "hi"}, "../../../../../../../etc/passwd-long-enough", 400, "invalid_session"),
    ],
)
def test_bad_input_gets_a_sentence_and_the_next_good_request_works(payload, session, status, code):
    with Agent([say("Hello.")]) as agent:
        refused = agent.post(payload, session=session)
        assert (refused.status_code, refused.json()["code"], refused.json()["type"]) == (status, code, "error")
        assert refused.json()["error"].endswith((".", ")."))
        assert events(agent.post({"prompt": "hi"}))[-1]["stop_reason"] == "end_turn"


def test_a_body_without_a_length_is_limited_too():
    def chunks():
        for _ in range(MAX_BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    with Agent() as agent:
        refused = agent.http.post("/invocations", content=chunks(), headers={SESSION_HEADER: SESSION})
    assert refused.status_code == 413


def test_outside_local_mode_a_call_without_workload_token_is_refused_before_anything_happens():
    with Agent([say("no")], environ=CLOUD) as agent:
        headers = {"authorization": bearer("alice")["authorization"]}
        assert events(agent.post({"prompt": "hi"}, headers=headers))[0]["code"] == "no_identity"
        assert agent.post({"action": "connect"}, headers=headers).json()["code"] == "no_identity"
        assert agent.model.requests == []
        assert agent.tokens.asked == []


def test_another_persons_conversation_answers_with_an_error_to_everything():
    with Agent([call("search_files")], environ=CLOUD, granted=False) as agent:
        agent.post({"prompt": "find my salary"}, headers=bearer("alice"))
        asked = len(agent.tokens.asked)
        for payload in (
            {"prompt": "hi"},
            {"action": "resume"},
            {"action": "connect", "state": "s"},
            {"action": "status"},
            {"action": "conversation"},
            {"action": "cancel"},
            {"action": "disconnect"},
            {"action": "forget"},
            {"threadId": "t", "runId": "r", "messages": [{"id": "m", "role": "user", "content": "hi"}]},
        ):
            answer = agent.post(payload, headers=bearer("bob"))
            assert "not_owner" in answer.text
            assert "salary" not in answer.text
        assert len(agent.tokens.asked) == asked
        assert len(agent.model.requests) == 1


def test_connect_hands_out_agentcores_url_with_the_state_and_the_session_uri():
    with Agent(granted=False) as agent:
        answer = agent.post({"action": "connect", "state": "sample-state"}).json()
    assert answer == {
        "status": "auth_required",
        "auth_url": SECRET_URL,
        "session_uri": "urn:ietf:params:oauth:request_uri:canary",
        "scopes": [METADATA_SCOPE],
    }
    assert agent.tokens.asked == [{"state": "sample-state", "discard": False}]


def test_connect_says_who_is_connected_already():
    with Agent() as agent:
        answer = agent.post({"action": "connect"}).json()
    assert answer == {
        "status": "connected",
        "account": {"email": "alice@gmail.example", "name": "Alice Archer"},
        "scopes": [METADATA_SCOPE],
    }


def test_a_forced_connect_discards_what_is_stored():
    with Agent() as agent:
        assert agent.post({"action": "connect", "force": True}).json()["status"] == "auth_required"
    assert [question for question in agent.tokens.asked if question.get("discard")] == [{"state": "", "discard": True}]


def test_connecting_does_not_make_anybody_the_owner():
    with Agent([say("Hello.")], environ=CLOUD) as agent:
        agent.post({"action": "connect"}, headers=bearer("bob"))
        assert events(agent.post({"prompt": "hi"}, headers=bearer("alice")))[-1]["type"] == "done"


def test_status_tells_what_is_connected_and_pending():
    with Agent([call("search_files")], granted=False) as agent:
        agent.post({"prompt": "find"})
        answer = agent.post({"action": "status"}).json()
    connection = {
        "provider": "google-drive",
        "connected": False,
        "insufficient": False,
        "account": None,
        "scopes": [],
        "missing_scopes": [METADATA_SCOPE],
        "last_used": None,
    }
    assert answer == {"connections": [connection], "pending": True}


class ReadingAgent(Agent):
    """The app in front of a conversation that needs contents."""

    def __init__(self, *turns, **values):
        self.reading = Reading(*turns, **values)
        self.app = create_app(Settings.load(LOCAL), lambda _: self.reading)


def test_a_turn_that_waits_for_contents_is_told_by_status_and_connect_asks_for_them():
    with ReadingAgent([call("read")], [say("It says so.")]) as agent:
        [status] = agent.post({"action": "status"}).json()["connections"]
        assert (status["scopes"], status["missing_scopes"]) == ([METADATA_SCOPE], [])
        asked = events(agent.post({"prompt": "read it"}))[-2]
        assert (asked["type"], asked["scopes"]) == ("auth_required", [CONTENT_SCOPE])
        [status] = agent.post({"action": "status"}).json()["connections"]
        assert (status["connected"], status["scopes"]) == (True, [METADATA_SCOPE])
        assert status["missing_scopes"] == [CONTENT_SCOPE]
        answer = agent.post({"action": "connect", "state": "s", "scopes": [CONTENT_SCOPE]}).json()
        assert (answer["status"], answer["auth_url"], answer["scopes"]) == ("auth_required", WIDE_URL, [CONTENT_SCOPE])
        agent.reading.tokens.consent((CONTENT_SCOPE,))
        [status] = agent.post({"action": "status"}).json()["connections"]
        assert (status["scopes"], status["missing_scopes"]) == ([CONTENT_SCOPE], [])
        answer = agent.post({"action": "connect", "state": "s"}).json()
        assert (answer["status"], answer["scopes"]) == ("connected", [CONTENT_SCOPE])
        assert events(agent.post({"action": "resume"}))[-1]["stop_reason"] == "end_turn"


def test_connect_does_nothing_where_the_person_was_told_of_less_than_is_needed():
    with ReadingAgent([call("read")]) as agent:
        agent.post({"prompt": "read it"})
        asked = list(agent.reading.tokens.asked)
        answer = agent.post({"action": "connect", "state": "s", "scopes": [METADATA_SCOPE]}).json()
        assert answer == {"status": "confirm", "scopes": [CONTENT_SCOPE]}
        assert agent.reading.tokens.asked == asked


def test_who_was_told_of_more_than_is_needed_is_asked_for_no_more_than_that():
    with ReadingAgent([call("look")], granted=False) as agent:
        agent.post({"prompt": "list"})
        answer = agent.post({"action": "connect", "state": "s", "scopes": [CONTENT_SCOPE]}).json()
        assert (answer["auth_url"], answer["scopes"]) == (SECRET_URL, [METADATA_SCOPE])


def test_who_connects_anew_is_asked_for_what_they_were_told_contents_included():
    with ReadingAgent() as agent:
        agent.reading.tokens.consent((CONTENT_SCOPE,))
        told = {"action": "connect", "force": True, "scopes": [CONTENT_SCOPE, "https://scope.example/other"]}
        answer = agent.post(told).json()
        assert (answer["status"], answer["auth_url"], answer["scopes"]) == ("auth_required", WIDE_URL, [CONTENT_SCOPE])
        assert agent.reading.tokens.vault == {}


def test_who_connects_anew_is_never_asked_for_contents_where_they_are_switched_off():
    with ReadingAgent(contents=False) as agent:
        answer = agent.post({"action": "connect", "force": True, "scopes": [CONTENT_SCOPE]}).json()
        assert (answer["auth_url"], answer["scopes"]) == (SECRET_URL, [METADATA_SCOPE])


def test_who_connects_anew_and_was_told_of_less_than_a_waiting_turn_needs_is_told_of_that_first():
    with ReadingAgent([call("read")]) as agent:
        agent.post({"prompt": "read it"})
        answer = agent.post({"action": "connect", "force": True, "scopes": [METADATA_SCOPE]}).json()
        assert answer == {"status": "confirm", "scopes": [CONTENT_SCOPE]}
        assert agent.reading.tokens.granted


def test_a_question_counts_as_use_and_the_page_that_tells_of_it_does_not():
    def last_used():
        return agent.post({"action": "status"}).json()["connections"][0]["last_used"]

    with Agent([call("search_files")], [say("Here.")]) as agent:
        asked = agent.drive._asked
        agent.drive._asked = lambda *token, **call: (asked(*token, **call), agent.service.last_used.note())
        assert (last_used(), last_used()) == (None, None)
        events(agent.post({"prompt": "find"}))
        assert last_used() == "2026-11-20T09:00:00Z"
        assert len(asyncio.run(agent.storage.list("used/"))) == 1


BEGUN = {"client": "terminal", "started": "2026-11-20T09:00:00Z"}


def test_a_conversation_tells_where_and_when_it_began_and_what_its_link_asks_for():
    with Agent([call("search_files")], granted=False) as agent:
        agent.post({"prompt": "find", "client": "terminal"})
        answer = agent.post({"action": "conversation"}).json()
        assert answer == {"conversation": BEGUN, "pending": True, "scopes": [METADATA_SCOPE]}
    with Agent(storage=agent.storage) as again:
        assert again.post({"action": "conversation"}).json() == answer, "after a restart, too"
        again.post({"action": "resume", "client": "web"})
        assert again.post({"action": "conversation"}).json()["conversation"] == BEGUN


def test_a_conversation_is_told_of_without_a_question_to_anybody():
    with Agent([call("search_files")], granted=False) as agent:
        agent.post({"prompt": "find", "client": "terminal"})
        before = len(agent.tokens.asked), len(agent.drive.calls), len(agent.model.requests)
        agent.post({"action": "conversation"})
        assert (len(agent.tokens.asked), len(agent.drive.calls), len(agent.model.requests)) == before


def test_a_conversation_that_nobody_has_begun_is_told_of_as_none_and_stays_nobodys():
    with Agent([say("Hello.")], environ=CLOUD) as agent:
        answer = agent.post({"action": "conversation"}, headers=bearer("bob")).json()
        assert answer == {"conversation": None, "pending": False, "scopes": [METADATA_SCOPE]}
        assert asyncio.run(agent.storage.list("")) == []
        assert events(agent.post({"prompt": "hi"}, headers=bearer("alice")))[-1]["type"] == "done"
        told = agent.post({"action": "conversation"}, headers=bearer("bob")).json()
        assert told["code"] == "not_owner"
        assert "conversation" not in told


def test_a_conversation_from_before_its_beginning_was_kept_goes_on():
    with Agent([say("one")], [say("two")]) as agent:
        agent.post({"prompt": "hi"})
        assert agent.post({"action": "conversation"}).json()["conversation"] == BEGUN | {"client": ""}
        [key] = asyncio.run(agent.storage.list("owner/"))
        owner = asyncio.run(agent.storage.read(key)).partition(b"\n")[0]
        asyncio.run(agent.storage.write(key, owner))
    with Agent([say("two")], storage=agent.storage) as again:
        assert events(again.post({"prompt": "again", "client": "web"}))[-1]["stop_reason"] == "end_turn"
        told = again.post({"action": "conversation"}).json()
        assert told["conversation"] == {"client": "", "started": None}


def test_a_turn_that_waits_for_contents_says_so_before_its_link_is_pressed():
    with ReadingAgent([call("read")]) as agent:
        assert agent.post({"action": "conversation"}).json()["scopes"] == [METADATA_SCOPE]
        agent.post({"prompt": "read it"})
        told = agent.post({"action": "conversation"}).json()
        assert (told["pending"], told["scopes"]) == (True, [CONTENT_SCOPE])


def test_status_tells_a_grant_that_covers_nothing_we_use_from_none():
    with Agent() as agent:
        agent.drive.errors = [ScopeNotGrantedError("no")] * 2
        [told] = agent.post({"action": "status"}).json()["connections"]
        assert (told["connected"], told["insufficient"], told["account"]) == (False, True, None)


def test_a_permission_that_could_not_be_taken_back_is_said_and_not_called_disconnected():
    with Agent() as agent:
        agent.drive.revoke = lambda _: False
        answer = agent.post({"action": "disconnect"}).json()
        assert answer["code"] == "drive_failed"
        assert "still connected" in answer["error"]
        assert "status" not in answer


def test_disconnect_revokes_at_google_and_discards():
    with Agent() as agent:
        assert agent.post({"action": "disconnect"}).json() == {"status": "disconnected"}
        assert agent.drive.revoked == [TOKEN]
        assert agent.post({"action": "status"}).json()["connections"][0]["connected"] is False


def test_a_failing_drive_is_a_sentence_in_an_action_too():
    with Agent() as agent:
        agent.drive.errors = [DriveUnavailableError("internal words")]
        answer = agent.post({"action": "status"})
    assert (answer.status_code, answer.json()["code"]) == (200, "drive_failed")
    assert "try again" in answer.json()["error"]


def test_a_resume_in_a_conversation_that_nobody_began_says_so():
    with Agent() as agent:
        assert [event["type"] for event in events(agent.post({"action": "resume"}))] == ["notice", "done"]


def test_cancel_stops_the_turn_that_is_running():
    release = threading.Event()

    with Agent([call("search_files")], [say("never said")]) as agent:
        agent.drive.list_page = lambda *_, **__: release.wait(10) and FilePage([], "", incomplete=False)
        with agent.http.stream(
            "POST", "/invocations", json={"prompt": "find"}, headers={SESSION_HEADER: SESSION}
        ) as running:
            lines = running.iter_lines()
            assert json.loads(next(lines).removeprefix("data: "))["status"] == "running"
            assert agent.post({"action": "cancel"}).json() == {"cancelled": True}
            release.set()
            rest = [json.loads(line.removeprefix("data: ")) for line in lines if line]
        assert rest[-1]["stop_reason"] == "cancelled"
        assert agent.post({"action": "cancel"}).json() == {"cancelled": False}
        assert len(agent.model.requests) == 1


def test_the_text_of_an_unexpected_failure_stays_here():
    def build(_settings):
        raise RuntimeError(f"canary {SECRET_URL}")

    app = create_app(Settings.load(LOCAL), build)
    with serve(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        for payload in ({"prompt": "hi"}, {"action": "status"}):
            answer = http.post("/invocations", json=payload, headers={SESSION_HEADER: SESSION})
            assert "canary" not in answer.text
            assert '"internal"' in answer.text


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    app = create_app(Settings.load({**LOCAL, "DRIVE_AGENT_STATE": str(tmp_path / "file" / "state")}), Service)
    with serve(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        answer = http.post("/invocations", json={"prompt": "hi"}, headers={SESSION_HEADER: SESSION})
        assert "DRIVE_AGENT_STATE" in answer.text


def test_a_setting_that_is_wrong_is_said_and_the_process_lives_on():
    def build(_settings):
        raise SettingsError("DRIVE_AGENT_MODEL must be <provider>:<model id>.")

    app = create_app(Settings.load(LOCAL), build)
    with serve(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        answer = http.post("/invocations", json={"prompt": "hi"}, headers={SESSION_HEADER: SESSION})
        assert "DRIVE_AGENT_MODEL" in answer.text
        assert http.get("/ping").status_code == 200


def test_half_a_surrogate_pair_in_a_prompt_does_not_poison_the_conversation():
    with Agent([say("one")], [say("two")]) as agent:
        assert events(agent.post(b'{"prompt": "find \\ud83d"}'))[-1]["type"] == "done"
        assert events(agent.post({"prompt": "again"}))[-1]["type"] == "done"
        assert agent.model.requests[-1]["messages"][0]["content"][0]["text"] == "find ?"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8080"},
        {"origin": "http://evil.example:8080"},
        {"host": "127.0.0.1.evil.example"},
        {"origin": "null"},
        {"host": "[bad"},
        {"host": "evil.example@localhost"},
        {"host": "localhost:80:evil.example"},
        {"origin": "http://localhost/@evil.example"},
    ],
)
def test_in_local_mode_a_web_page_cannot_ask_in_the_name_of_the_person_at_this_computer(headers):
    with Agent([say("secret")]) as agent:
        answer = agent.post({"prompt": "list my files"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_local")
        assert agent.model.requests == []


def test_behind_the_runtime_the_host_is_whatever_it_is():
    with Agent([say("hi")], environ=CLOUD) as agent:
        answer = agent.post({"prompt": "hi"}, headers={**bearer("alice"), "host": "container-17.internal:8080"})
        assert events(answer)[-1]["type"] == "done"


def test_a_pipelined_request_is_not_served_as_the_one_before_it():
    with Agent([say("for alice")], [say("for nobody")], environ=CLOUD) as agent:
        named = "".join(f"{name}: {value}\r\n" for name, value in bearer("alice").items())
        body = json.dumps({"prompt": "hi"})
        common = f"Host: x\r\n{SESSION_HEADER}: {SESSION}\r\nContent-Length: {len(body)}\r\n"
        requests = "".join(
            f"POST /invocations HTTP/1.1\r\n{common}{extra}\r\n{body}" for extra in (named, "Connection: close\r\n")
        )
        port = int(agent.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(requests.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        assert "no_identity" in answer
        assert len(agent.model.requests) == 1


def test_clients_of_the_sdk_do_not_wait_for_minutes(tmp_path, monkeypatch):
    """A stalled AgentCore Identity would hold a conversation for as long as the SDK's own client waits."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # what `build` sets is the whole process's
    build(Settings.load({**LOCAL, "DRIVE_AGENT_STATE": str(tmp_path)}))
    client = IdentityClient("us-west-2").dp_client
    assert client.meta.config.read_timeout == 10
    assert client.meta.config.retries["total_max_attempts"] == 2
    client.close()
