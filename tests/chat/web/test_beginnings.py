"""What comes between: while a run begins or a conversation is deleted, and where the store fails half-way."""

from dataclasses import replace

import pytest
from starlette.responses import StreamingResponse

from tests.chat.web.conftest import QUICK
from tests.chat.web.scripted import Beside, Gate, Page, RefusedError, asking, done, read_events, said, text, until_said
from tests.chat.web.test_answers import until
from tests.chat.web.test_conversations import listed, refusal

HERE = "conversation-1"
PATH = f"/chat/api/conversations/{HERE}"


def again(page):
    """The same browser's second tab."""
    return Page(page.browser, page.who)


def held_up(chat, what, collection):
    """Have the next such request to the store wait."""
    gate = chat.line.gates[what, collection] = Gate()
    return gate


def test_a_run_is_named_only_together_with_its_turn(chat, alice):
    alice.run(HERE, "One", run="run-1")
    gate = held_up(chat, "put", "chat-heads")
    asking_on = Beside(again(alice).run, HERE, "Two", run="run-2")
    assert gate.is_reached.wait(5)
    conversation = alice.conversation(HERE)
    assert ([turn["run"] for turn in conversation["turns"]], conversation["run"]) == (["run-1"], None)
    gate.open()
    asking_on.result()
    assert [turn["run"] for turn in alice.conversation(HERE)["turns"]] == ["run-1", "run-2"]


def test_a_page_of_older_turns_names_no_run(alice, agent):
    gate = Gate()
    alice.run(HERE, "One")
    agent.turns = [[gate, done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Two")):
        assert again(alice).api("GET", f"{PATH}?before=1")["run"] is None
        gate.open()


def test_what_is_stopped_while_it_begins_is_never_asked(chat, alice, agent):
    gate = held_up(chat, "put", "chat-heads")
    asking_on = Beside(again(alice).run, HERE, "Where?")
    assert gate.is_reached.wait(5)
    assert alice.api("POST", f"{PATH}/stop") == {"stopped": True}
    gate.open()
    assert asking_on.result()[-1]["outcome"] == {"type": "cancelled"}
    assert agent.said() == []
    assert alice.turn(HERE)["outcome"] == "stopped"
    # The wish was for that run, and for no other.
    assert alice.run(HERE, "Again?")[-1]["outcome"] == {"type": "success"}


def test_a_stop_of_what_could_not_begin_stops_nothing_later(chat, alice):
    gate = held_up(chat, "put", "chat-heads")
    chat.line.broken = {("put", "chat-indexes")}
    asking_on = Beside(again(alice).run, HERE, "Where?")
    assert gate.is_reached.wait(5)
    assert alice.api("POST", f"{PATH}/stop") == {"stopped": True}
    gate.open()
    with pytest.raises(RefusedError):
        asking_on.result()
    chat.line.broken = set()
    assert alice.run(HERE, "Again?")[-1]["outcome"] == {"type": "success"}


def test_a_stop_while_the_agent_is_asked_to_forget_stops_the_run_that_stays(make_chat, agent):
    alice, gate, refusing = make_chat(replace(QUICK, stop_s=0.1)).page(), Gate(), Gate()

    async def slow_refusal():
        await refusing.pass_through()
        yield b'{"status": "kept"}'

    agent.turns = [[text("Half"), gate, done()]]
    agent.actions["forget"] = lambda: StreamingResponse(slow_refusal(), media_type="application/json")
    with alice.stream("POST", "/agui", alice.input(HERE, "One")) as response:
        until_said(response, "Half")
        deleting = Beside(again(alice).api, "DELETE", PATH)
        assert refusing.is_reached.wait(5)
        assert again(alice).api("POST", f"{PATH}/stop") == {"stopped": True}
        refusing.open()
        assert refusal(deleting.result) == (502, "unreachable")
        assert [event for _, event in read_events(response)][-1]["outcome"] == {"type": "cancelled"}
    gate.open()
    assert alice.turn(HERE)["outcome"] == "stopped"


def test_a_question_right_behind_a_card_finds_the_conversation_free(make_chat, agent):
    chat = make_chat(replace(QUICK, keep_s=60, beat_s=60))  # nothing is written down but beginnings and ends
    alice, gate = chat.page(), Gate()
    card = asking()
    agent.turns = [[*card[:-1], gate, card[-1]], [text("Nothing is connected."), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        until(lambda: listed(again(alice))[0][2] == "waiting")
        assert said(again(alice).run(HERE, "What can you do?")) == "Nothing is connected."
        assert [event for _, event in read_events(response)][-1]["type"] == "RUN_FINISHED"
    gate.open()
    first, second = alice.conversation(HERE)["turns"]
    assert (first["outcome"], second["outcome"]) == ("answered", "answered")
    assert first["parts"][-1]["kind"] == "consent"


def test_the_end_of_a_wait_that_makes_way_lets_nobody_else_in(make_chat, agent):
    chat = make_chat(replace(QUICK, ask_s=3600, beat_s=60))
    alice = chat.page()
    agent.turns, agent.is_connected = [asking()], lambda: False
    alice.run(HERE, "Where?")
    with alice.stream("POST", "/agui", alice.input(HERE, resume="resolved", wait=True)) as response:
        next(read_events(response))
        gate = held_up(chat, "put", "chat-beats")
        asking_on = Beside(again(alice).run, HERE, "Two")
        assert gate.is_reached.wait(5)
        assert refusal(again(alice).run, HERE, "Three") == (409, "busy")
        gate.open()
        asking_on.result()
    assert [turn["question"] for turn in alice.conversation(HERE)["turns"]] == ["Where?", "Two"]


def test_runs_that_wait_leave_room_for_questions_and_the_oldest_for_newer_ones(make_chat, agent):
    alice = make_chat(replace(QUICK, runs=1, ask_s=3600)).page()
    agent.is_connected = lambda: False
    for conversation in ("conversation-1", "conversation-2"):
        agent.turns = [asking()]
        alice.run(conversation, "Where?")
    first = alice.stream("POST", "/agui", alice.input("conversation-1", resume="resolved", wait=True))
    second = alice.stream("POST", "/agui", alice.input("conversation-2", resume="resolved", wait=True))
    with first as oldest:
        assert again(alice).run("conversation-3", "Something else?")[-1]["outcome"] == {"type": "success"}
        with second:
            assert [event for _, event in read_events(oldest)][-1]["outcome"] == {"type": "cancelled"}
            assert {one[0]: one[2] for one in listed(again(alice))}["conversation-1"] == "waiting"
            assert again(alice).conversation("conversation-1")["run"] is None
            assert again(alice).conversation("conversation-2")["run"] is not None


@pytest.mark.parametrize("collection", ["chat-turns", "chat-beats", "chat-heads", "chat-indexes"])
def test_a_store_that_fails_while_a_run_begins_leaves_the_conversation_free(chat, alice, agent, collection):
    alice.run(HERE, "One")
    chat.line.broken = {("put", collection)}
    assert refusal(alice.run, HERE, "Two") == (503, "state_unavailable")
    chat.line.broken = set()
    assert alice.conversation(HERE)["state"] == "idle"
    assert alice.run(HERE, "Three")[-1]["outcome"] == {"type": "success"}
    assert len(agent.said()) == 2


def test_a_title_that_is_given_while_a_run_begins_stays(chat, alice):
    alice.run(HERE, "One")
    gate = held_up(chat, "put", "chat-beats")
    asking_on = Beside(again(alice).run, HERE, "Two")
    assert gate.is_reached.wait(5)
    alice.api("PATCH", PATH, {"title": "The budget"})
    gate.open()
    asking_on.result()
    assert (alice.conversation(HERE)["title"], listed(alice)) == ("The budget", [(HERE, "The budget", "idle")])


def test_a_question_that_comes_while_a_conversation_is_deleted_is_refused(chat, alice, agent):
    alice.run(HERE, "One")
    gate = held_up(chat, "get", "chat-heads")
    deleting = Beside(again(alice).api, "DELETE", PATH)
    assert gate.is_reached.wait(5)
    assert refusal(alice.run, HERE, "Two") == (409, "busy")
    gate.open()
    assert deleting.result() is None
    assert listed(alice) == []
    assert [payload.get("action") for payload in agent.said()] == [None, "forget"]


def test_a_conversation_in_which_a_run_begins_is_not_deleted(chat, alice):
    alice.run(HERE, "One")
    gate = held_up(chat, "put", "chat-heads")
    asking_on = Beside(again(alice).run, HERE, "Two")
    assert gate.is_reached.wait(5)
    assert refusal(alice.api, "DELETE", PATH) == (409, "busy")
    gate.open()
    assert asking_on.result()[-1]["outcome"] == {"type": "success"}


def test_what_was_deleted_by_half_can_be_deleted(chat, alice):
    alice.run(HERE, "One")
    chat.line.broken = {("put", "chat-indexes")}
    assert refusal(alice.api, "DELETE", PATH) == (503, "state_unavailable")
    chat.line.broken = set()
    assert listed(alice) == [(HERE, "One", "idle")]
    assert refusal(alice.api, "DELETE", PATH) == (404, "no_conversation")
    assert listed(alice) == []


def test_an_entry_of_the_list_whose_conversation_has_run_out_can_be_deleted_with_its_turns(chat, alice):
    alice.run(HERE, "One")
    for place in [place for place in chat.kept if place[0] == "chat-heads"]:
        del chat.kept[place]
    assert refusal(alice.api, "DELETE", PATH) == (404, "no_conversation")
    assert listed(alice) == []
    assert [place for place in chat.kept if place[0] == "chat-turns"] == []


def test_an_answer_that_grows_in_another_process_brings_nothing_of_a_deleted_conversation_back(chat, alice, agent):
    gate = Gate()
    agent.turns = [[text("Half"), gate, text(" and half"), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "One")) as response:
        assert gate.is_reached.wait(5)
        chat.start()
        assert again(alice).api("DELETE", PATH) is None
        gate.open()
        list(read_events(response))
    assert [place for place in chat.kept if place[0].startswith("chat-") and place[0] != "chat-indexes"] == []
