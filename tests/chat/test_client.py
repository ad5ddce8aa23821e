import asyncio
import gzip
import json
import socket
import ssl
import threading
from urllib.parse import quote

import httpx
import pytest

from chat.callers import DirectCaller, IamCaller, JwtCaller
from chat.client import http_client
from chat.errors import BrokenOffError, ChatError, RefusedError, SignInNeededError, UnreachableError
from chat.events import AuthRequired, Done, Failure, Notice, Text, ToolProgress

from .conftest import ARN, DONE, Answer, Stepping, as_json, as_person, sse, text

SESSION = "chat-0123456789abcdef0123456789abcdef"


def test_a_turn_goes_out_as_the_runtime_wants_it(runtime, client):
    runtime.answer(Answer(sse(text("Hi"), DONE)))
    events = list(client.turn(SESSION, "which files?", "Asia/Tokyo", "ja-JP"))
    assert events == [Text("Hi"), Done("end_turn", {"inputTokens": 3}, {"total_ms": 5})]
    (asked,) = runtime.asked
    assert asked.path == f"/runtimes/{quote(ARN, safe='')}/invocations?qualifier=DEFAULT"
    where = {"timezone": "Asia/Tokyo", "locale": "ja-JP", "client": "terminal"}
    assert asked.body == {"prompt": "which files?"} | where
    assert asked.headers["Authorization"] == "Bearer sample-bearer"
    assert asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] == SESSION


def test_direct_mode_goes_to_the_agent_itself_without_a_bearer_token(runtime):
    runtime.answer(Answer(sse(DONE)))
    with Stepping(DirectCaller(runtime.url)) as client:
        list(client.resume(SESSION))
    (asked,) = runtime.asked
    assert (asked.path, asked.body) == ("/invocations", {"action": "resume"})
    assert "Authorization" not in asked.headers


def test_events_arrive_while_the_agent_is_still_writing(runtime, client):
    may_go_on = threading.Event()

    def wait_before_the_end(index):
        if index == 1:
            assert may_go_on.wait(5)

    runtime.answer(Answer(sse(text("first"), DONE), before_chunk=wait_before_the_end))
    events = client.turn(SESSION, "?")
    assert next(events) == Text("first")
    may_go_on.set()
    assert isinstance(next(events), Done)
    assert list(events) == []


def test_a_stream_cut_into_single_bytes_with_comments_and_crlf_is_read(runtime, client):
    body = b": hello\r\n\r\n" + b"".join(sse(text("日本語"), DONE)).replace(b"\n", b"\r\n")
    runtime.answer(Answer([bytes([byte]) for byte in body]))
    assert next(client.turn(SESSION, "?")) == Text("日本語")


def test_a_json_answer_to_a_turn_is_one_event(runtime, client):
    runtime.answer(
        as_json({"error": "This conversation belongs to somebody else.", "type": "error", "code": "not_owner"})
    )
    assert list(client.turn(SESSION, "?")) == [Failure("This conversation belongs to somebody else.", "not_owner")]


def test_a_connection_that_breaks_in_the_middle_is_not_tried_again(runtime, client, slept):
    runtime.answer(Answer(sse(text("Half an ans")), is_cut=True))
    events = client.turn(SESSION, "?")
    assert next(events) == Text("Half an ans")
    with pytest.raises(BrokenOffError, match="middle of the answer"):
        next(events)
    assert (len(runtime.asked), slept) == (1, [])


def test_a_connection_that_breaks_before_an_answer_is_not_tried_again_for_the_question_may_have_come(
    runtime, client, slept
):
    runtime.answer(Answer(hangs_up=True))
    with pytest.raises(BrokenOffError, match="before an answer"):
        list(client.turn(SESSION, "?"))
    assert (len(runtime.asked), slept) == (1, [])


def test_no_connection_is_used_twice_for_it_may_be_closed_under_the_second_question(runtime, client):
    runtime.answer(Answer(sse(DONE), stays=True))
    for _ in range(2):
        list(client.turn(SESSION, "?"))
    first, second = runtime.asked
    assert first.port != second.port


def test_a_proxy_of_the_environment_sees_nothing_that_stays_on_this_machine(runtime, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    runtime.answer(Answer(sse(DONE)))
    with Stepping(DirectCaller(runtime.url), slept=[]) as client:
        assert list(client.turn(SESSION, "?"))
    assert http_client("https://runtime.example").trust_env


def test_certificates_that_were_loaded_already_are_the_ones_that_count(runtime):
    class Noted(ssl.SSLContext):
        used = 0

        def wrap_bio(self, *args, **members):
            Noted.used += 1
            return super().wrap_bio(*args, **members)

    async def ask():
        url = runtime.url.replace("http:", "https:")
        async with http_client(url, verify=Noted(ssl.PROTOCOL_TLS_CLIENT)) as http:
            with pytest.raises(httpx.TransportError):
                await http.post(url)

    asyncio.run(ask())
    assert Noted.used == 1


def test_a_stream_that_ends_without_its_end_is_said(runtime, client):
    runtime.answer(Answer(sse(text("Half an ans"))))
    with pytest.raises(BrokenOffError, match="before its end"):
        list(client.turn(SESSION, "?"))


@pytest.mark.parametrize(
    "last",
    [
        {"type": "notice", "message": "Nothing is waiting."},
        {"type": "auth_required", "provider": "google-drive", "auth_url": "https://c", "message": "m", "scopes": []},
    ],
)
def test_a_notice_or_a_question_for_consent_may_end_a_stream(runtime, client, last):
    runtime.answer(Answer(sse(last)))
    assert isinstance(list(client.resume(SESSION))[-1], Notice | AuthRequired)


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503, 504])
def test_passing_refusals_are_tried_again_with_growing_pauses(runtime, client, slept, status):
    refused = as_json({"message": "raw words"}, status)
    runtime.answer(refused, refused, refused, Answer(sse(DONE)))
    assert len(list(client.turn(SESSION, "?"))) == 1
    assert slept == [0.5, 1.0, 2.0]


def test_a_runtime_that_does_not_become_ready_is_said_to_be_starting(runtime, client):
    runtime.answer(as_json({"message": "raw words of the Runtime"}, 503))
    with pytest.raises(RefusedError, match="make up") as caught:
        list(client.turn(SESSION, "?"))
    assert "raw words" not in caught.value.user_message


def test_a_refusal_that_does_not_pass_is_given_up_after_four_attempts(runtime, client, slept):
    runtime.answer(as_json({"message": "raw words of the Runtime"}, 429))
    with pytest.raises(RefusedError, match="Too many requests") as caught:
        list(client.turn(SESSION, "?"))
    assert caught.value.is_passing
    assert (len(runtime.asked), len(slept)) == (4, 3)


@pytest.mark.parametrize(
    ("value", "pause"), [("7", 7.0), ("9999", 20.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.5), ("²", 0.5)]
)
def test_the_servers_wish_to_wait_is_granted_within_reason(runtime, client, slept, value, pause):
    runtime.answer(as_json({}, 429, **{"Retry-After": value.encode("utf-8").decode("latin-1")}), Answer(sse(DONE)))
    list(client.turn(SESSION, "?"))
    assert slept == [pause]


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, RefusedError, "type /new"),
        (401, SignInNeededError, "drive-agent sign-in"),
        (403, RefusedError, "does not accept this sign-in"),
        (404, RefusedError, "DRIVE_AGENT_RUNTIME_ARN"),
        (424, RefusedError, "its log says why"),
        (402, RefusedError, "quota"),
        (418, RefusedError, "418"),
    ],
)
def test_final_refusals_are_said_at_once_in_our_own_words(runtime, client, slept, status, kind, said):
    runtime.answer(as_json({"message": "raw words of the Runtime"}, status))
    with pytest.raises(kind, match=said) as caught:
        list(client.turn(SESSION, "?"))
    assert "raw words" not in caught.value.user_message
    assert (len(runtime.asked), slept) == (1, [])


def test_the_agents_own_sentence_is_preferred(runtime, client):
    runtime.answer(as_json({"error": "The question is too long.", "type": "error", "code": "prompt_too_long"}, 400))
    with pytest.raises(RefusedError, match="The question is too long"):
        list(client.turn(SESSION, "?"))


def test_where_nobody_listens_the_stack_is_named(slept):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    with (
        Stepping(as_person(f"http://127.0.0.1:{port}", "x"), slept=slept) as client,
        pytest.raises(UnreachableError, match="make up"),
    ):
        list(client.turn(SESSION, "?"))
    assert len(slept) == 3


def test_silence_ends_with_a_sentence(runtime):
    may_go_on = threading.Event()
    runtime.answer(Answer(sse(text("a"), DONE), before_chunk=lambda index: index and may_go_on.wait(5)))
    with Stepping(as_person(runtime.url, "x"), timeout=httpx.Timeout(2, read=0.1)) as client:
        events = client.turn(SESSION, "?")
        next(events)
        with pytest.raises(BrokenOffError, match="silent"):
            next(events)
        may_go_on.set()


def test_the_bearer_is_asked_before_every_attempt(runtime, slept):
    runtime.answer(as_json({}, 503), Answer(sse(DONE)))
    with Stepping(as_person(runtime.url, "first", "second"), slept=slept) as client:
        list(client.turn(SESSION, "?"))
    assert [asked.headers["Authorization"] for asked in runtime.asked] == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("token", ["", "a\nX-Evil: 1", "a b", "é"])
def test_a_damaged_token_is_not_sent(runtime, token):
    with Stepping(as_person(runtime.url, token)) as client, pytest.raises(SignInNeededError):
        list(client.turn(SESSION, "?"))
    assert runtime.asked == []


def test_redirects_are_not_followed_with_the_bearer_token(runtime, client):
    runtime.answer(as_json({}, 307, Location=f"{runtime.url}/elsewhere"))
    with pytest.raises(RefusedError, match="307"):
        list(client.turn(SESSION, "?"))
    assert len(runtime.asked) == 1


def test_an_action_is_answered_as_json(runtime, client):
    runtime.answer(as_json({"cancelled": True}))
    assert client.action(SESSION, "cancel") == {"cancelled": True}
    assert client.action(SESSION, "connect", state="s")["cancelled"]
    assert [asked.body for asked in runtime.asked] == [{"action": "cancel"}, {"action": "connect", "state": "s"}]


def test_an_answer_that_is_no_object_is_not_understood(runtime, client):
    runtime.answer(Answer([b"<html>"], content_type="text/html"))
    with pytest.raises(ChatError, match="understood"):
        client.action(SESSION, "status")


def test_running_and_finished_tools_are_told_apart(runtime, client):
    tool = {"type": "tool", "id": "1", "name": "list_files", "label": "Listing …"}
    runtime.answer(Answer(sse(tool | {"status": "running"}, tool | {"status": "done"}, DONE)))
    statuses = [event.status for event in client.turn(SESSION, "?") if isinstance(event, ToolProgress)]
    assert statuses == ["running", "done"]


def test_a_kept_bearer_token_that_is_refused_is_fetched_anew_once(runtime):
    kept = ["sample-old"]

    async def bearer():
        return kept[-1]

    def forget():
        kept.append(f"sample-new-{len(kept)}")
        return True

    with Stepping(JwtCaller(runtime.url, ARN, bearer, forget)) as client:
        runtime.answers = [as_json({"message": "no"}, 401), Answer(sse(text("Here."), DONE))]
        assert list(client.turn("s" * 40, "hello"))
        assert [asked.headers["Authorization"] for asked in runtime.asked] == [
            "Bearer sample-old",
            "Bearer sample-new-1",
        ]
        runtime.answers = [as_json({"message": "no"}, 401)]
        with pytest.raises(SignInNeededError):
            list(client.turn("s" * 40, "hello"))
    assert len(runtime.asked) == 4


def test_a_trusted_backend_names_the_person_twice_and_signs_what_it_sends(runtime):
    signed = []

    async def sign(method, url, headers, body):
        signed.append((method, url, dict(headers), body))
        return {**headers, "Authorization": "AWS4-HMAC-SHA256 sample"}

    runtime.answer(Answer(sse(DONE)))
    with Stepping(IamCaller(runtime.url, ARN, "slack:T1:U1", sign)) as client:
        list(client.turn(SESSION, "which files?"))
    (asked,), ((method, url, headers, body),) = runtime.asked, signed
    assert (method, url) == ("POST", f"{runtime.url}{asked.path}")
    assert json.loads(body) == asked.body
    assert asked.headers["Authorization"] == "AWS4-HMAC-SHA256 sample"
    for name in ("X-Amzn-Bedrock-AgentCore-Runtime-User-Id", "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id"):
        assert asked.headers[name] == headers[name] == "slack:T1:U1"
    assert asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] == SESSION


def test_an_action_whose_answer_comes_drop_by_drop_ends_with_a_sentence(runtime):
    may_go_on = threading.Event()
    slow = Answer([b" "] * 1_000, content_type="application/json", before_chunk=lambda _: may_go_on.wait(0.02))
    runtime.answer(slow)
    with Stepping(as_person(runtime.url, "x"), action_s=0.2) as client, pytest.raises(BrokenOffError, match="silent"):
        client.action(SESSION, "forget")
    may_go_on.set()


def test_what_comes_compressed_is_not_unpacked(runtime, client):
    runtime.answer(
        Answer([gzip.compress(b"[" * 1_000)], content_type="application/json", headers={"Content-Encoding": "gzip"})
    )
    with pytest.raises(BrokenOffError):
        client.action(SESSION, "status")
    assert runtime.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a": "' + b"x" * 1_100_000 + b'"}'])
def test_an_answer_that_is_too_deep_or_too_long_is_not_understood(runtime, client, body):
    runtime.answer(Answer([body], content_type="application/json"))
    with pytest.raises(BrokenOffError):
        client.action(SESSION, "status")


def test_only_numbers_are_kept_of_what_a_turn_took(runtime, client):
    deep = json.loads('{"a":' * 200 + "1" + "}" * 200)
    runtime.answer(Answer(sse(DONE | {"usage": {"inputTokens": 3, "x": deep, "y": True}, "timings": {"z": "soon"}})))
    assert list(client.turn(SESSION, "?")) == [Done("end_turn", {"inputTokens": 3}, {})]
