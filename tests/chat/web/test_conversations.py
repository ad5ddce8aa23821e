"""What a person has in the list: found again, renamed, deleted; and nothing of anybody else's."""

import pytest
from starlette.responses import Response

from chat.web.line import runtime_session
from tests.chat.web.scripted import Beside, Gate, Page, RefusedError, done, read_events, said, text, until_said

HERE = "conversation-1"


def refusal(call, *args, **members):
    with pytest.raises(RefusedError) as refused:
        call(*args, **members)
    return refused.value.status, refused.value.body["code"]


def listed(page):
    return [
        (one["id"], one["title"], one["state"]) for one in page.api("GET", "/chat/api/conversations")["conversations"]
    ]


def test_conversations_are_listed_with_the_newest_first(chat, alice, agent):
    alice.ask("conversation-1", "First\nquestion")
    chat.clock.forward(seconds=1)
    alice.ask("conversation-2", "Second")
    chat.clock.forward(seconds=1)
    gate = Gate()
    agent.turns = [[gate, done()]]
    with alice.stream("POST", "/agui", alice.input("conversation-1", "Third")):
        assert listed(alice) == [("conversation-1", "First question", "running"), ("conversation-2", "Second", "idle")]
        gate.open()


def test_a_long_first_question_makes_a_short_title(alice):
    alice.ask(HERE, "Which of the many files " * 20)
    assert listed(alice) == [(HERE, "Which of the many files Which of the many files Which of…", "idle")]


def test_a_conversation_can_be_renamed(chat, alice):
    alice.ask("conversation-1", "One")
    chat.clock.forward(seconds=1)
    alice.ask("conversation-2", "Two")
    path = "/chat/api/conversations/conversation-1"
    renamed = alice.api("PATCH", path, {"title": "  The\nbudget\u202e  of \x1b 2026 "})
    assert (renamed["id"], renamed["title"]) == ("conversation-1", "The budget of 2026")
    assert [title for _, title, _ in listed(alice)] == ["Two", "The budget of 2026"]
    assert alice.conversation("conversation-1")["title"] == "The budget of 2026"
    alice.ask("conversation-1", "More")
    assert [title for _, title, _ in listed(alice)] == ["The budget of 2026", "Two"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "bad_request"),
        (" \n", "bad_request"),
        (7, "bad_request"),
        ("x" * 121, "title_too_long"),
        ("\U0001f600" * 100, "title_too_long"),
    ],
)
def test_a_title_is_one_short_line(alice, title, code):
    alice.ask(HERE, "One")
    assert refusal(alice.api, "PATCH", f"/chat/api/conversations/{HERE}", {"title": title})[1] == code


def test_a_conversation_is_forgotten_by_the_agent_first_and_then_here(chat, alice, agent):
    alice.ask(HERE, "One")
    assert alice.api("DELETE", f"/chat/api/conversations/{HERE}") is None
    assert agent.said()[-1] == {"action": "forget"}
    assert len(set(agent.runtime_sessions())) == 1
    assert listed(alice) == []
    assert refusal(alice.conversation, HERE) == (404, "no_conversation")
    assert not [place for place in chat.kept if place[0].startswith("chat-") and place[0] != "chat-indexes"]
    alice.ask(HERE, "Anew")
    assert [turn["question"] for turn in alice.conversation(HERE)["turns"]] == ["Anew"]


@pytest.mark.parametrize(
    "answer", [lambda: Response(status_code=424), {"error": "Not yours.", "type": "error", "code": "not_owner"}]
)
def test_a_conversation_that_the_agent_does_not_forget_is_not_half_deleted(alice, agent, answer):
    alice.ask(HERE, "One")
    before = alice.conversation(HERE)
    agent.actions["forget"] = answer
    assert refusal(alice.api, "DELETE", f"/chat/api/conversations/{HERE}") == (502, "unreachable")
    assert alice.conversation(HERE) == before
    assert listed(alice) == [(HERE, "One", "idle")]
    assert alice.ask(HERE, "Two")[-1]["type"] == "RUN_FINISHED"


def test_a_conversation_that_is_being_answered_can_be_deleted(alice, agent):
    gate = Gate()
    agent.turns = [[text("Half"), gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "One")) as response:
        until_said(response, "Half")
        assert Page(alice.browser).api("DELETE", f"/chat/api/conversations/{HERE}") is None
        assert [event for _, event in read_events(response)][-1]["outcome"] == {"type": "cancelled"}
    gate.open()
    assert refusal(alice.conversation, HERE) == (404, "no_conversation")
    assert listed(alice) == []


def test_a_run_goes_on_where_its_conversation_could_not_be_deleted(alice, agent):
    gate = Gate()
    agent.turns = [[text("Half"), gate, text(" and half"), done()]]
    agent.actions["forget"] = lambda: Response(status_code=424)
    with alice.stream("POST", "/agui", alice.input(HERE, "One")) as response:
        until_said(response, "Half")
        assert refusal(Page(alice.browser).api, "DELETE", f"/chat/api/conversations/{HERE}")[1] == "unreachable"
        assert alice.conversation(HERE)["state"] == "running"
        gate.open()
        assert said([event for _, event in read_events(response)]) == " and half"


def test_knowing_an_id_gives_nothing(chat, alice, agent):
    alice.ask(HERE, "Alice's secret question", run="run-1")
    bob = chat.page("bob")
    assert listed(bob) == []
    assert refusal(bob.conversation, HERE) == (404, "no_conversation")
    assert refusal(bob.follow, "run-1") == (404, "no_run")
    assert refusal(bob.api, "PATCH", f"/chat/api/conversations/{HERE}", {"title": "mine"}) == (404, "no_conversation")
    assert refusal(bob.api, "DELETE", f"/chat/api/conversations/{HERE}") == (404, "no_conversation")
    assert bob.api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": False}
    asked = len(agent.said())
    bob.ask(HERE, "Bob's question", run="run-1")
    assert len(agent.said()) == asked + 1
    assert len(set(agent.runtime_sessions())) == 2
    assert [turn["question"] for turn in bob.conversation(HERE)["turns"]] == ["Bob's question"]
    assert [turn["question"] for turn in alice.conversation(HERE)["turns"]] == ["Alice's secret question"]
    assert alice.me["id"] != bob.me["id"]


def test_a_runs_events_are_for_its_own_person_while_it_runs(chat, alice, agent):
    gate = Gate()
    agent.turns = [[text("Half"), gate, done()]]
    bob = chat.page("bob")
    with alice.stream("POST", "/agui", alice.input(HERE, "One", run="run-1")):
        assert gate.is_reached.wait(5)
        assert refusal(bob.follow, "run-1") == (404, "no_run")
        assert bob.api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": False}
        gate.open()


def test_each_request_to_the_agent_carries_the_persons_own_token(chat, alice, agent):
    bob = chat.page("bob")
    alice.ask(HERE, "One")
    bob.ask(HERE, "Two")
    bearers = [each.headers["authorization"].removeprefix("Bearer ") for each in agent.invocations]
    assert [agent.access_tokens[bearer] for bearer in bearers] == ["alice", "bob"]


def test_a_runtime_session_tells_nothing_and_fits_the_runtime():
    name = runtime_session("secret", "person", "conversation")
    assert name == runtime_session("secret", "person", "conversation")
    assert 33 <= len(name) <= 256
    others = [("other", "person", "conversation"), ("secret", "pers", "onconversation"), ("secret", "person", "other")]
    assert name not in {runtime_session(*other) for other in others}


def test_a_long_conversation_comes_in_pages(alice, agent):
    agent.turns = [[text(f"Answer {number}"), done()] for number in range(35)]
    for number in range(35):
        alice.run(HERE, f"Question {number}")
    page = alice.conversation(HERE)
    assert ([turn["n"] for turn in page["turns"]], page["earlier"]) == (list(range(5, 35)), True)
    page = alice.api("GET", f"/chat/api/conversations/{HERE}?before=5")
    assert ([turn["n"] for turn in page["turns"]], page["earlier"]) == (list(range(5)), False)
    assert page["turns"][4]["parts"][0]["markdown"] == "Answer 4"
    assert alice.api("GET", f"/chat/api/conversations/{HERE}?before=0")["turns"] == []


def test_nothing_of_a_conversation_is_readable_in_the_store(chat, alice):
    alice.ask(HERE, "A very secret question")
    assert "secret" not in str(chat.kept)
    assert HERE not in str(chat.kept)


def test_two_questions_at_the_same_moment_are_one_run(chat, alice, agent):
    gate = Gate()
    agent.turns = [[gate, done()], [gate, done()]]
    pages = [chat.page("alice") for _ in range(4)]
    asking = [Beside(page.run, HERE, f"Question {number}") for number, page in enumerate(pages)]
    assert gate.is_reached.wait(5)
    gate.open()
    outcomes = []
    for each in asking:
        try:
            outcomes.append(each.result()[-1]["type"])
        except RefusedError as refused:
            outcomes.append(refused.body["code"])
    assert len(agent.said()) == outcomes.count("RUN_FINISHED")
    assert set(outcomes) <= {"RUN_FINISHED", "busy"}
    assert [turn["n"] for turn in alice.conversation(HERE)["turns"]] == list(range(outcomes.count("RUN_FINISHED")))
