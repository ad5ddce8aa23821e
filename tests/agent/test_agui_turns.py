"""AG-UI over real HTTP: a `RunAgentInput` is a turn, and what comes back is AG-UI."""

import json
import subprocess
import sys

import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter

from tests.agent.test_app import CLOUD, SESSION, SESSION_HEADER, Agent, bearer, events
from tests.support.model import call, say

EVENT = TypeAdapter(Event)
LINK = f"https://c.example/connect/google-drive?session={SESSION}"


def run(words="find the budget", number=1, **values):
    messages = [{"id": "m1", "role": "user", "content": words}] if words else []
    return {"threadId": "any-thread", "runId": f"run-{number}", "messages": messages, **values}


def answers(status):
    return {"resume": [{"interruptId": "consent-run-1", "status": status}]}


def said(response):
    found = events(response)
    for event in found:
        EVENT.validate_python(event)
    assert found[0]["type"] == "RUN_STARTED"
    assert (found[0]["threadId"], found[0]["runId"]) == ("any-thread", found[0]["runId"])
    return found


def text(found):
    return "".join(event["delta"] for event in found if event["type"] == "TEXT_MESSAGE_CONTENT")


def outcome(found):
    assert found[-1]["type"] == "RUN_FINISHED"
    return found[-1]["outcome"]["type"]


def test_a_question_in_ag_ui_is_answered_in_ag_ui():
    with Agent([call("search_files", words="budget")], [say("One file.")]) as agent:
        found = said(agent.post(run()))
    kinds = [event["type"] for event in found]
    tool = ["TOOL_CALL_START", "TOOL_CALL_END", "CUSTOM", "TOOL_CALL_RESULT", "CUSTOM"]
    cards = ["CUSTOM"]
    message = ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"]
    assert kinds == ["RUN_STARTED", *tool, *cards, *message, "RUN_FINISHED"]
    assert text(found) == "One file."
    assert outcome(found) == "success"
    assert agent.model.requests[0]["messages"][0]["content"] == [{"text": "find the budget"}]


def test_consent_is_an_interrupt_and_its_resume_answers_the_question_that_was_asked():
    with Agent([call("search_files")], [say("Here.")], granted=False) as agent:
        asked = said(agent.post(run()))
        assert outcome(asked) == "interrupt"
        [interrupt] = asked[-1]["outcome"]["interrupts"]
        assert (interrupt["id"], interrupt["metadata"]["url"]) == ("consent-run-1", LINK)
        assert interrupt["message"] == text(asked)
        again = said(agent.post(run(number=2, **answers("resolved"))))
        assert outcome(again) == "interrupt", "not yet"
        assert len(agent.model.requests) == 1
        agent.tokens.granted = True
        answered = said(agent.post(run(number=3, **answers("resolved"))))
        assert (outcome(answered), text(answered)) == ("success", "Here.")
        waited = next(event["toolCallId"] for event in asked if event["type"] == "TOOL_CALL_START")
        got = next(event["toolCallId"] for event in answered if event["type"] == "TOOL_CALL_RESULT")
        assert got == waited, "the call that a client shows as waiting gets its result"
        assert len(agent.model.requests) == 2


@pytest.mark.parametrize("status", ["resolved", "cancelled"])
def test_an_interrupt_that_was_answered_already_ends_well_and_asks_no_model(status):
    with Agent([say("Hello.")]) as agent:
        agent.post(run("hi"))
        late = said(agent.post(run(number=2, **answers(status))))
        assert (outcome(late), late[-1]["result"]["stopReason"]) == ("success", "nothing_pending")
        assert len(agent.model.requests) == 1


@pytest.mark.parametrize("status", ["resolved", "cancelled"])
def test_an_answer_to_an_interrupt_begins_no_conversation(status):
    with Agent() as agent:
        late = said(agent.post(run(**answers(status))))
        assert late[-1]["result"]["stopReason"] == "nothing_pending"
        assert agent.post({"action": "conversation"}).json()["conversation"] is None


def test_who_does_not_want_to_connect_now_says_so_in_their_language():
    with Agent([call("search_files")], [say("Good.")], granted=False) as agent:
        agent.post(run())
        refused = said(agent.post(run(number=2, forwardedProps={"locale": "ja"}, **answers("cancelled"))))
        assert (outcome(refused), text(refused)) == ("success", "Good.")
    content = agent.model.requests[-1]["messages"][-1]["content"]
    assert content[0]["toolResult"]["content"][0]["text"].startswith("Not connected:")
    assert content[1]["text"].endswith("接続したくありません。")


def test_the_conversation_is_the_platforms_session_whatever_the_thread_is_called():
    with Agent([say("one")], [say("two")], [say("three")]) as agent:
        agent.post(run("first"))
        agent.post(run("second", threadId="another-thread"))
        agent.post(run("third"), session=SESSION + "-2")
    first, second, third = (request["messages"] for request in agent.model.requests)
    assert [len(messages) for messages in (first, second, third)] == [1, 3, 1]


def test_where_the_person_is_and_what_asks_for_them_reaches_the_turn():
    props = {"timezone": "Asia/Tokyo", "client": "portal"}
    with Agent([say("Hello.")]) as agent:
        agent.post(run("hi", forwardedProps=props))
        assert agent.post({"action": "conversation"}).json()["conversation"]["client"] == "portal"
    assert "Asia/Tokyo" in agent.model.requests[0]["system"]


@pytest.mark.parametrize(
    ("payload", "status", "code"),
    [
        (run(""), 400, "bad_request"),
        (run(" "), 400, "empty_prompt"),
        (run([{"type": "image", "source": {"type": "url", "value": "https://x.example/a"}}]), 400, "empty_prompt"),
        (run("x" * 40_000), 413, "prompt_too_long"),
        (run(runId=""), 400, "bad_request"),
        (run(threadId=7), 400, "bad_request"),
        (run(resume=[{"status": "resolved"}]), 400, "bad_request"),
        (run(forwardedProps={"timezone": "Mars/Base"}), 400, "bad_request"),
        ({"threadId": "t", "runId": "r"}, 400, "bad_request"),
    ],
)
def test_a_malformed_input_gets_a_sentence_and_the_next_good_one_works(payload, status, code):
    with Agent([say("Hello.")]) as agent:
        refused = agent.post(payload)
        assert (refused.status_code, refused.json()["code"], refused.json()["type"]) == (status, code, "error")
        assert outcome(said(agent.post(run("hi")))) == "success"


def test_a_payload_with_a_prompt_or_an_action_is_ours_whatever_else_it_holds():
    with Agent([say("Hello.")]) as agent:
        assert events(agent.post(run("hi", prompt="ours")))[-1]["type"] == "done"
        assert agent.post(run("hi", action="cancel")).json() == {"cancelled": False}


def test_what_is_refused_and_what_fails_is_a_run_error():
    with Agent([say("Hello.")], RuntimeError("boom"), environ=CLOUD) as agent:
        agent.post({"prompt": "hi"}, headers=bearer("alice"))
        for headers, code in ((bearer("bob"), "not_owner"), ({}, "no_identity"), (bearer("alice"), "internal")):
            found = said(agent.post(run("hi"), headers=headers))
            assert [event["type"] for event in found] == ["RUN_STARTED", "RUN_ERROR"]
            assert found[-1]["code"] == code
            assert "boom" not in json.dumps(found)


def test_a_client_that_leaves_stops_the_turn():
    with Agent([call("search_files")], [say("Hello.")]) as agent:
        list_page = agent.drive.list_page

        def until_it_is_stopped(*args, **values):
            [conversation] = agent.service._held.values()
            assert conversation._cancel.wait(10), "the turn runs on"
            return list_page(*args, **values)

        agent.drive.list_page = until_it_is_stopped
        with agent.http.stream("POST", "/invocations", json=run(), headers={SESSION_HEADER: SESSION}) as reading:
            assert any("TOOL_CALL_START" in line for line in reading.iter_lines())
        next_one = said(agent.post(run("hi", number=2)))
    assert text(next_one) == "Hello.", "which the turn that was left did not ask for"
    assert len(agent.model.requests) == 2


def test_the_protocols_types_are_not_loaded_before_somebody_speaks_it():
    loaded = "import sys, agent.app, agent.build; print([name for name in sys.modules if name.startswith('ag_ui')])"
    out = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
