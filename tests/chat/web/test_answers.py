"""Questions and their answers over HTTP: as they come, as they are kept, and as others follow them."""

import gc
import socket
import ssl
import time
import weakref
from dataclasses import replace

import httpx
import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter
from starlette.responses import Response, StreamingResponse

from chat.web.limits import Limits
from chat.web.transcripts import Transcripts
from tests.chat.web.conftest import QUICK
from tests.chat.web.scripted import (
    ANSWER,
    FOUND,
    Beside,
    Gate,
    Page,
    RefusedError,
    done,
    read_events,
    said,
    shown,
    text,
    tool,
    types,
    until_said,
)

HERE = "conversation-1"


def until(check, what="it never happened"):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if (found := check()) or found == []:
            return found
        time.sleep(0.005)
    raise AssertionError(what)


def test_an_answer_comes_as_events_and_is_kept_as_a_turn(alice, agent):
    at_once = "".join(each["event"]["contentBlockDelta"]["delta"]["text"] for each in ANSWER if "event" in each)
    agent.turns = [[*ANSWER[:3], text(at_once), ANSWER[-1]]]
    events = alice.ask(HERE, "Where is the budget?", timezone="Asia/Tokyo", locale="ja", run="run-1")
    assert types(events) == [
        "RUN_STARTED",
        "TOOL_CALL_START",
        "TOOL_CALL_END",
        "drive-agent.tool",
        "TOOL_CALL_RESULT",
        "drive-agent.tool",
        "drive-agent.files",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "drive-agent.html",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    link = '<a href="https://docs.google.com/d/1" target="_blank" rel="noopener noreferrer nofollow">Q3 budget</a>'
    [blocks] = shown(events).values()
    assert blocks == [f"<p>Found {link}.</p>", "<p>That is all.</p>"]
    assert agent.said() == [
        {"prompt": "Where is the budget?", "client": "web", "timezone": "Asia/Tokyo", "locale": "ja"}
    ]
    conversation = alice.conversation(HERE)
    [turn] = conversation.pop("turns")
    assert conversation == {"id": HERE, "title": "Where is the budget?", "state": "idle", "run": None, "earlier": False}
    assert turn | {"asked": ""} == {
        "n": 0,
        "run": "run-1",
        "asked": "",
        "question": "Where is the budget?",
        "outcome": "answered",
        "parts": [
            {"kind": "tool", "id": "t1", "label": "Looking", "status": "done"},
            {"kind": "files", "files": FOUND["files"]},
            {"kind": "text", "html": "\n".join(blocks), "markdown": said(events)},
        ],
    }


def test_a_client_of_the_protocol_alone_gets_the_protocol_alone(alice):
    events = alice.run(HERE, "Where is the budget?")
    assert not shown(events)
    for event in events:
        TypeAdapter(Event).validate_python(event)


def test_every_event_has_a_number_and_anybody_goes_on_from_any_of_them(alice):
    alice.ask(HERE, "Where?", run="run-1")
    everything = alice.follow("run-1")
    numbers = [seq for seq, _ in everything]
    assert numbers == sorted(set(numbers))
    assert alice.follow("run-1", numbers[4]) == everything[5:]
    assert alice.follow("run-1", numbers[-1]) == []


def test_a_question_is_kept_before_it_is_sent(chat, alice, agent):
    gate = Gate()
    agent.turns = [[gate]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Do not lose this")):
        assert gate.is_reached.wait(5)
        chat.crash()
        turn = alice.turn(HERE)
    gate.open()
    assert (turn["question"], turn["outcome"], turn["parts"]) == ("Do not lose this", "cut_off", [])


def test_an_answer_is_kept_as_it_grows_and_begins_anew_after_a_crash(chat, alice, agent):
    gate = Gate()
    agent.turns = [[tool("running"), tool("done"), text("The first half"), gate], ANSWER]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", html=True)):
        assert gate.is_reached.wait(5)
        until(lambda: "first half" in str([vars(part) for part in stored(chat, alice).parts]))
        chat.crash()
    assert [part["kind"] for part in alice.turn(HERE)["parts"]] == ["tool", "text"]
    assert alice.turn(HERE)["outcome"] == "cut_off"
    assert alice.conversation(HERE)["state"] == "idle"
    assert alice.api("GET", "/chat/api/conversations")["conversations"][0]["state"] == "idle"
    events = alice.run(HERE, resume="resolved", html=True, wait=True)
    gate.open()
    assert events[-1]["outcome"] == {"type": "success"}
    assert [payload.get("action") for payload in agent.said()] == [None, "resume"]
    turn = alice.turn(HERE)
    assert (turn["n"], turn["outcome"]) == (0, "answered")
    assert [part.get("markdown") for part in turn["parts"] if part["kind"] == "text"] == [said(events)]
    assert "first half" not in str(turn)


def stored(chat, page):
    """What another process reads of the turn."""
    transcripts = Transcripts(chat.app.state.door)

    async def read():
        person = chat.person(page)
        return await transcripts.last_turn(person, await transcripts.head(person, HERE))

    return chat.stage.server.run(read())


def test_a_service_that_ends_in_order_leaves_what_was_said_as_cut_off(chat, alice, agent):
    gate = Gate()
    agent.turns = [[text("Half of it"), gate]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until_said(response, "Half of it")
        chat.restart()
    gate.open()
    turn = alice.turn(HERE)
    assert (turn["outcome"], [part["markdown"] for part in turn["parts"]]) == ("cut_off", ["Half of it"])


def test_a_run_that_cannot_go_on_stays_cut_off(chat, alice, agent):
    gate = Gate()
    agent.turns = [[text("Half of it"), gate], lambda: Response(status_code=424)]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until_said(response, "Half of it")
        chat.restart()
    gate.open()
    events = alice.run(HERE, resume="resolved")
    assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", "agent_failed")
    turn = alice.turn(HERE)
    assert (turn["outcome"], [part["markdown"] for part in turn["parts"]]) == ("cut_off", ["Half of it"])


def test_a_question_that_the_agent_has_nothing_left_of_is_asked_again(chat, alice, agent):
    gate = Gate()
    nothing = [{"type": "notice", "message": "Nothing is waiting."}, done("nothing_pending")]
    agent.turns = [[text("Half of it"), gate], nothing, [text("All of it"), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until_said(response, "Half of it")
        chat.restart()
    gate.open()
    assert said(alice.run(HERE, resume="resolved")) == "All of it"
    assert [payload.get("action") or payload["prompt"] for payload in agent.said()] == ["Where?", "resume", "Where?"]
    [turn] = alice.conversation(HERE)["turns"]
    assert (turn["outcome"], [part["markdown"] for part in turn["parts"]]) == ("answered", ["All of it"])


def test_a_run_goes_on_when_the_browser_goes_away(alice, agent):
    gate = Gate()
    agent.turns = [[text("One. "), gate, text("Two."), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", run="run-1")) as response:
        assert next(read_events(response))[1]["type"] == "RUN_STARTED"
    assert alice.conversation(HERE)["run"] == "run-1"
    assert alice.conversation(HERE)["state"] == "running"
    gate.open()
    assert said([event for _, event in alice.follow("run-1")]) == "One. Two."
    assert agent.left == 0
    assert alice.turn(HERE)["outcome"] == "answered"


def test_a_browser_that_goes_away_is_noticed_at_once(chat, alice, agent):
    gate = Gate()
    agent.turns = [[gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", run="run-1")) as response:
        next(read_events(response))
        run = chat.run(alice, "run-1")
        assert run.log.followers == 1
    until(lambda: run.log.followers == 0)
    gate.open()


def test_ten_followers_see_the_same_and_one_that_does_not_read_slows_nobody(chat, alice, agent):
    gate, page = Gate(), "word " * 4000
    agent.turns = [[gate, *[text(f"{page}\n\n") for _ in range(30)], done()]]
    asking = Beside(alice.ask, HERE, "Everything", run="run-1")
    assert gate.is_reached.wait(5)
    slow = socket.create_connection(("127.0.0.1", chat.stage.server.port))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    request = alice.request("GET", "/chat/api/runs/run-1")
    lines = [
        f"GET {request.url.path} HTTP/1.1",
        f"Host: {request.url.netloc.decode()}",
        f"Cookie: {request.headers['cookie']}",
    ]
    slow.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    followers = [Beside(follow_alone, alice, "run-1") for _ in range(10)]
    run = chat.run(alice, "run-1")
    until(lambda: run.log.followers == 12)
    gate.open()
    events = asking.result()
    for follower in followers:
        assert said(follower.result()) == said(events)
        assert shown(follower.result()) == shown(events)
    slow.close()
    assert events[-1]["type"] == "RUN_FINISHED"


def follow_alone(page, run):
    """With a client of its own: httpx's is not for several threads at once."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        request = page.request("GET", f"/chat/api/runs/{run}")
        with client.stream("GET", request.url, headers=request.headers) as response:
            return [event for _, event in read_events(response)]


def test_more_followers_than_anybody_needs_are_refused(make_chat, agent):
    alice, gate = make_chat(replace(QUICK, followers=1)).page(), Gate()
    agent.turns = [[gate, done()]]
    asked = alice.input(HERE, "Where?", run="run-1")
    with alice.stream("POST", "/agui", asked), pytest.raises(RefusedError) as refused:
        alice.follow("run-1")
    gate.open()
    assert (refused.value.status, refused.value.body["code"]) == (429, "too_many")


def test_one_run_at_a_time_works_on_a_conversation(alice, agent):
    gate = Gate()
    agent.turns = [[gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "One?")):
        assert gate.is_reached.wait(5)
        for members in ({"question": "Two?"}, {"resume": "resolved"}):
            with pytest.raises(RefusedError) as refused:
                alice.run(HERE, **members)
            assert (refused.value.status, refused.value.body["code"]) == (409, "busy")
        gate.open()
    assert len(agent.said()) == 1


def test_a_run_that_is_sent_twice_is_one_run(alice, agent):
    gate = Gate()
    agent.turns = [[gate, text("Here."), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", run="run-1")):
        assert gate.is_reached.wait(5)
        again = Beside(alice.run, HERE, "Where?", run="run-1")
        gate.open()
        assert said(again.result()) == "Here."
    assert len(agent.said()) == 1
    with pytest.raises(RefusedError) as refused:
        alice.run("conversation-2", "Where?", run="run-1")
    assert refused.value.status == 400


def test_a_person_has_a_few_runs_at_once_and_no_more(make_chat, agent):
    chat = make_chat(Limits(runs=2))
    alice, gate = chat.page("alice"), Gate()
    agent.turns = [[gate, done()], [gate, done()]]
    with (
        alice.stream("POST", "/agui", alice.input("conversation-1", "a")),
        alice.stream("POST", "/agui", alice.input("conversation-2", "b")),
    ):
        with pytest.raises(RefusedError) as refused:
            alice.run("conversation-3", "c")
        assert (refused.value.status, refused.value.body["code"]) == (429, "too_many")
        assert chat.page("bob").run("conversation-3", "d")[-1]["type"] == "RUN_FINISHED"
        gate.open()


def test_what_another_process_works_on_is_not_worked_on_here(chat, alice, agent):
    gate = Gate()
    agent.turns = [[text("Half"), gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", run="run-1")):
        assert gate.is_reached.wait(5)
        chat.start()
        conversation = alice.conversation(HERE)
        assert (conversation["run"], conversation["state"]) == ("run-1", "running")
        for path, body in (("/chat/api/runs/run-1", None), ("/agui", alice.input(HERE, "Two?"))):
            with pytest.raises(RefusedError) as refused, alice.stream("POST" if body else "GET", path, body):
                pass
            assert refused.value.body["code"] == ("busy" if body else "no_run")
        assert alice.api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": True}
        assert agent.said()[-1] == {"action": "cancel"}
    gate.open()
    until(lambda: alice.turn(HERE)["outcome"] == "answered")


def test_stopping_keeps_what_was_said(alice, agent):
    gate = Gate()
    agent.turns = [[tool("running"), text("So far. "), gate, done("cancelled")]]

    def cancelled():
        gate.open()
        return Response('{"cancelled": true}', media_type="application/json")

    agent.actions["cancel"] = cancelled
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until_said(response, "So far. ")
        assert Page(alice.browser).api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": True}
        events = [event for _, event in read_events(response)]
    assert events[-1]["outcome"] == {"type": "cancelled"}
    turn = alice.turn(HERE)
    assert turn["outcome"] == "stopped"
    assert [part.get("markdown") or part["status"] for part in turn["parts"]] == ["failed", "So far. "]
    assert alice.conversation(HERE)["state"] == "idle"
    assert alice.api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": False}


def test_stopping_an_agent_that_does_not_listen_ends_the_run_all_the_same(make_chat, agent):
    chat = make_chat(Limits(stop_s=0.1, keep_s=0.05))
    alice, gate = chat.page(), Gate()
    agent.turns = [[text("So far."), gate, done()]]
    agent.actions["cancel"] = lambda: Response(status_code=424)
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until_said(response, "So far.")
        assert Page(alice.browser).api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": True}
        events = [event for _, event in read_events(response)]
    assert events[-1]["outcome"] == {"type": "cancelled"}
    until(lambda: agent.left == 1)
    gate.open()
    assert alice.turn(HERE)["outcome"] == "stopped"


@pytest.mark.parametrize(
    ("script", "code", "kinds"),
    [
        (lambda: Response(status_code=424), "agent_failed", ["error"]),
        (lambda: Response(status_code=404), "agent_failed", ["error"]),
        ([text("Half")], "broken_off", ["text", "error"]),
        ([text("Half"), None], "broken_off", ["text", "error"]),
        (
            [text("Half"), {"error": "The model is away.", "type": "error", "code": "model_unavailable"}],
            "model_unavailable",
            ["text", "error"],
        ),
    ],
)
def test_a_turn_that_fails_says_why_and_the_next_one_works(alice, agent, script, code, kinds):
    agent.turns = [script]
    events = alice.ask(HERE, "Where?")
    assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", code)
    turn = alice.turn(HERE)
    assert (turn["outcome"], [part["kind"] for part in turn["parts"]]) == ("failed", kinds)
    assert turn["parts"][-1]["message"] == events[-1]["message"]
    assert alice.ask(HERE, "Again?")[-1]["type"] == "RUN_FINISHED"
    assert [turn["n"] for turn in alice.conversation(HERE)["turns"]] == [0, 1]


def test_a_run_takes_no_longer_than_any_turn_may(make_chat, agent):
    chat = make_chat(Limits(run_s=0.1))
    alice, gate = chat.page(), Gate()
    agent.turns = [[text("Half"), gate, done()]]
    assert alice.run(HERE, "Where?")[-1]["code"] == "broken_off"
    gate.open()


def test_an_answer_without_end_is_ended(chat, alice, agent):
    gate, page = Gate(), "word " * 20_000
    agent.turns = [[*[text(page) for _ in range(50)], gate]]
    events = alice.run(HERE, "Everything")
    gate.open()
    assert events[-1]["code"] == "answer_too_long"
    assert agent.said()[-1] == {"action": "cancel"}
    turn = alice.turn(HERE)
    assert turn["outcome"] == "failed"
    assert [part.get("code") for part in turn["parts"]] == ["answer_too_long", "answer_too_long"]


def test_an_agent_that_does_not_hear_of_it_does_not_hold_the_end_up(make_chat, agent):
    alice, gate, page = make_chat(replace(QUICK, stop_s=0.1)).page(), Gate(), "word " * 20_000

    async def silence():
        await gate.pass_through()
        yield b"{}"

    agent.turns = [[*[text(page) for _ in range(50)], gate]]
    agent.actions["cancel"] = lambda: StreamingResponse(silence(), media_type="application/json")
    assert alice.run(HERE, "Everything")[-1]["code"] == "answer_too_long"
    assert not gate.is_open.is_set()
    gate.open()


def test_a_run_that_is_sent_once_more_after_its_end_is_not_asked_twice(make_chat, agent):
    alice = make_chat(replace(QUICK, linger_s=0.01, elsewhere_s=0)).page()
    alice.run(HERE, "Where?", run="run-1")
    until_gone(alice, "run-1")
    with pytest.raises(RefusedError) as refused:
        alice.run(HERE, "Where?", run="run-1")
    assert refused.value.body["code"] == "busy"
    assert len(agent.said()) == 1


def until_gone(page, run):
    def is_gone():
        try:
            page.follow(run)
        except RefusedError as refused:
            return refused.body["code"] == "no_run"
        return False

    until(is_gone)


def test_nothing_is_kept_in_memory_of_a_run_whose_end_everybody_could_read(make_chat, agent):
    chat, gate = make_chat(replace(QUICK, linger_s=0.01, elsewhere_s=0)), Gate()
    alice = chat.page()
    agent.turns = [[gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?", run="run-1")) as response:
        left = weakref.ref(chat.run(alice, "run-1"))
        gate.open()
        list(read_events(response))
    until_gone(alice, "run-1")

    def is_gone():
        gc.collect()
        return left() is None

    until(is_gone)


class Noted(ssl.SSLContext):
    """Certificates of which is known whether somebody has looked at them."""

    used = 0

    def wrap_bio(self, *args, **members):
        self.used += 1
        return super().wrap_bio(*args, **members)


def test_the_agent_is_asked_with_the_certificates_that_the_service_has_loaded(make_chat, agent):
    chat = make_chat(replace(QUICK, stop_s=0.05), AWS_ENDPOINT_URL=agent.url.replace("http:", "https:"))
    chat.tls = Noted(ssl.PROTOCOL_TLS_CLIENT)
    chat.restart()
    alice = chat.page()
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")):
        until(lambda: chat.tls.used > 0)
        Page(alice.browser).api("POST", f"/chat/api/conversations/{HERE}/stop")


def test_a_silent_stream_shows_that_it_is_alive(make_chat, agent):
    chat = make_chat(Limits(keep_alive_s=0.02))
    alice = chat.page()
    agent.turns = [[0.2, done()]]
    assert types(alice.run(HERE, "Where?")).count("comment") >= 3


def test_text_is_sent_at_most_once_in_each_step(make_chat, agent):
    chat = make_chat(Limits(pace_s=0.05))
    alice = chat.page()
    pieces = [each for number in range(60) for each in (text("word"), 0.005)]
    agent.turns = [[*pieces, done()]]
    events = alice.ask(HERE, "Where?", run="run-1")
    assert said(events) == "word" * 60
    assert 2 <= types(events).count("TEXT_MESSAGE_CONTENT") <= 15
    assert types(events).count("drive-agent.html") > 1
    # Who comes later finds only the drawing that stands for all of them.
    later = [event for _, event in alice.follow("run-1")]
    assert types(later).count("drive-agent.html") == 1
    assert shown(later) == shown(events)


def test_halves_of_characters_harm_nothing(alice, agent):
    agent.turns = [[tool("running") | {"label": "half \ud83d"}, text("half \ud83d"), done()]]
    events = alice.ask(HERE, "half \ud83d")
    assert events[-1]["type"] == "RUN_FINISHED"
    assert alice.turn(HERE)["question"] == "half ?"
