"""Waiting for consent: the question that was asked is answered in place, with nothing typed."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.responses import Response

from tests.callback.browser import Browser
from tests.chat.web.conftest import QUICK
from tests.chat.web.scripted import (
    ANSWER,
    DETAILS,
    LINK,
    MESSAGE,
    Beside,
    Gate,
    Page,
    RefusedError,
    asking,
    done,
    read_events,
    said,
    shown,
    text,
    tool,
    types,
)

HERE = "conversation-1"
CONTENTS = "https://www.googleapis.com/auth/drive.readonly"
CARD = {"kind": "consent", "provider": "google", "url": LINK, "message": MESSAGE, "scopes": [DETAILS], "account": None}


class Consent:
    """Whether the person has given it."""

    def __init__(self, agent):
        self.is_there = False
        self.asked = 0
        agent.is_connected = self.look

    def look(self):
        self.asked += 1
        return self.is_there


@pytest.fixture
def consent(agent):
    agent.turns = [[text("Let me look. "), *asking()]]
    return Consent(agent)


@contextmanager
def waiting(page, **members):
    """A run that waits, once it has begun."""
    body = page.input(HERE, resume="resolved", html=True, wait=True, **members)
    with page.stream("POST", "/agui", body) as response:
        assert next(read_events(response))[1]["type"] == "RUN_STARTED"
        yield response


def rest(response):
    return [event for _, event in read_events(response)]


def test_a_turn_that_needs_consent_ends_in_an_interrupt_and_a_card(alice, consent):
    events = alice.ask(HERE, "Where?", run="run-1")
    [interrupt] = events[-1]["outcome"]["interrupts"]
    assert interrupt == {
        "id": "consent-run-1",
        "reason": "oauth_consent",
        "message": MESSAGE,
        "metadata": {"provider": "google", "url": LINK, "scopes": [DETAILS]},
    }
    conversation = alice.conversation(HERE)
    assert (conversation["state"], conversation["run"]) == ("waiting", None)
    [turn] = conversation["turns"]
    assert turn["outcome"] == "waiting"
    assert turn["parts"] == [
        {"kind": "text", "html": "<p>Let me look.</p>", "markdown": "Let me look. "},
        {"kind": "tool", "id": "t1", "label": "Looking", "status": "running"},
        CARD,
    ]
    # Said as text, too, for clients without cards; the page does not show it twice.
    assert said(events).endswith(MESSAGE)
    assert list(shown(events).values()) == [["<p>Let me look.</p>"]]


@pytest.fixture
def patient(make_chat):
    """A chat that hears of consent by announcement alone, within any test."""
    return make_chat(replace(QUICK, ask_s=3600))


def test_the_question_is_answered_as_soon_as_consent_is_announced(patient, agent, consent):
    alice = patient.page("alice")
    alice.ask(HERE, "Where?", run="run-1")
    with waiting(alice, run="run-2") as response:
        assert alice_again(alice).conversation(HERE)["state"] == "waiting"
        assert alice_again(alice).conversation(HERE)["run"] == "run-2"
        consent.is_there = True
        agent.turns = [[tool("running"), tool("done"), text("Here it is."), done()]]
        patient.announce(alice)
        events = rest(response)
    assert types(events)[0] == "drive-agent.connected"
    assert events[0]["value"] == {"account": "alice@gmail.example"}
    assert (said(events), events[-1]["outcome"]) == ("Here it is.", {"type": "success"})
    assert [each.get("prompt") or each["action"] for each in agent.said()] == ["Where?", "resume"]
    turn = alice.turn(HERE)
    assert (turn["n"], turn["question"], turn["outcome"]) == (0, "Where?", "answered")
    assert [part["kind"] for part in turn["parts"]] == ["text", "tool", "consent", "text"]
    assert turn["parts"][1]["status"] == "done"
    assert turn["parts"][2] == CARD | {"account": "alice@gmail.example"}


def test_news_of_somebody_else_or_of_a_disconnection_wakes_nobody_and_names_nobody(patient, consent):
    alice, bob = patient.page("alice"), patient.page("bob")
    alice.ask(HERE, "Where?")
    with waiting(alice) as response:
        patient.announce(bob, "bob@gmail.example")
        patient.announce(alice, "nobody@gmail.example", is_connected=False)
        alice_again(alice).conversation(HERE)  # time enough to ask, for who was woken
        consent.is_there = True
        patient.announce(alice)
        events = rest(response)
    assert events[0]["value"] == {"account": "alice@gmail.example"}
    assert consent.asked == 1
    assert alice.turn(HERE)["parts"][2]["account"] == "alice@gmail.example"


def alice_again(page):
    """The same browser's second tab."""
    return Page(page.browser)


def test_consent_given_where_nobody_announces_it_is_found_by_asking(alice, agent, consent):
    alice.ask(HERE, "Where?")
    agent.bound = list(agent.access_tokens)
    agent.google_email = "alice.else@gmail.example"
    consent.is_there = True
    agent.turns = [[tool("running"), tool("done"), text("Here it is."), done()]]
    events = alice.wait(HERE)
    assert [event["value"]["account"] for event in events if event.get("name") == "drive-agent.connected"] == [
        "",
        "alice.else@gmail.example",
    ]
    assert said(events) == "Here it is."
    assert alice.turn(HERE)["parts"][2]["account"] == "alice.else@gmail.example"


def test_an_account_that_nobody_names_holds_the_end_up_only_for_a_moment(make_chat, agent, consent):
    alice, gate = make_chat(replace(QUICK, name_s=0.05)).page(), Gate()
    agent.status_gate = gate
    alice.ask(HERE, "Where?")
    consent.is_there = True
    events = alice.wait(HERE)
    assert [event["value"]["account"] for event in events if event.get("name") == "drive-agent.connected"] == [""]
    gate.open()
    assert [part["account"] for part in alice.turn(HERE)["parts"] if part["kind"] == "consent"] == [""]


def test_a_client_that_resumes_by_itself_gets_the_interrupt_again_until_consent_is_there(alice, consent):
    alice.ask(HERE, "Where?")
    again = alice.run(HERE, resume="resolved")
    assert again[-1]["outcome"]["interrupts"][0]["metadata"]["url"] == LINK
    assert "drive-agent.connected" not in types(again)
    assert [part["kind"] for part in alice.turn(HERE)["parts"]] == ["text", "tool", "consent"]
    consent.is_there = True
    events = alice.run(HERE, resume="resolved")
    assert "drive-agent.connected" in types(events)
    assert alice.turn(HERE)["outcome"] == "answered"


def test_somebody_who_never_consents_is_asked_again(make_chat, consent):
    alice = make_chat(replace(QUICK, consent_s=0.1)).page()
    alice.ask(HERE, "Where?")
    events = alice.wait(HERE, run="run-2")
    assert events[-1]["outcome"]["interrupts"][0]["id"] == "consent-run-2"
    assert alice.conversation(HERE)["state"] == "waiting"
    assert alice.turn(HERE)["parts"][-1] == CARD


def test_another_permission_is_asked_for_with_another_card(chat, alice, agent, consent):
    alice.ask(HERE, "Read it")
    with waiting(alice) as response:
        consent.is_there = True
        agent.turns = [[tool("running"), tool("done"), *asking(CONTENTS)]]
        chat.announce(alice)
        events = rest(response)
    assert events[-1]["outcome"]["interrupts"][0]["metadata"]["scopes"] == [CONTENTS]
    turn = alice.turn(HERE)
    assert turn["outcome"] == "waiting"
    cards = [part for part in turn["parts"] if part["kind"] == "consent"]
    assert [(card["scopes"], card["account"]) for card in cards] == [
        ([DETAILS], "alice@gmail.example"),
        ([CONTENTS], None),
    ]


def test_a_wait_ends_with_the_sign_in_and_the_question_stays(chat, alice, agent, consent):
    alice.ask(HERE, "Where?")
    with waiting(alice) as response:
        page = alice.browser.get("/connections")
        assert page.status_code == 200
        alice.browser.press(page, "/sign-out")
        events = rest(response)
    assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", "sign_in")
    again = chat.page("alice")
    assert again.conversation(HERE)["state"] == "waiting"
    consent.is_there = True
    assert said(again.wait(HERE)).startswith("Found")


def test_a_wait_without_a_token_ends_with_the_sign_in_too(make_chat, agent, consent):
    chat = make_chat(DRIVE_AGENT_LOCAL_AGENT_URL=agent.url)
    browser = Browser(chat.settings.callback_url)
    chat.browsers.append(browser)
    browser.press(browser.go("/chat"), "/sign-in", who="local")
    page = Page(browser)
    assert page.me["name"] == "the person at this computer"
    page.ask(HERE, "Where?")
    with waiting(page) as response:
        browser.press(browser.get("/connections"), "/sign-out")
        assert rest(response)[-1]["code"] == "sign_in"
    assert "authorization" not in agent.invocations[-1].headers


def test_an_agent_that_fails_meanwhile_loses_no_question(alice, agent, consent):
    alice.ask(HERE, "Where?")
    agent.is_connected = None
    agent.turns = [[{"error": "Google does not answer.", "type": "error", "code": "drive_failed"}]]
    assert alice.wait(HERE)[-1]["code"] == "drive_failed"
    assert alice.conversation(HERE)["state"] == "waiting"
    agent.turns = [lambda: Response(status_code=424)]
    failed = alice.wait(HERE)[-1]
    assert failed["code"] == "agent_failed"
    assert "try again" not in failed["message"].lower()  # it goes on by itself
    assert alice.turn(HERE)["parts"][-1] == CARD
    assert said(alice.wait(HERE)).startswith("Found")


def test_a_question_that_waited_and_that_the_agent_has_lost_is_asked_again(alice, agent, consent):
    alice.ask(HERE, "Where?")
    consent.is_there = True
    agent.turns = [[{"type": "notice", "message": "Nothing is waiting."}, done("nothing_pending")], ANSWER]
    events = alice.wait(HERE)
    assert said(events).startswith("Found")
    assert "drive-agent.connected" in types(events)
    assert agent.said()[-1]["prompt"] == "Where?"
    assert alice.turn(HERE)["outcome"] == "answered"


def test_a_stream_that_breaks_behind_the_card_leaves_the_card(alice, agent):
    agent.turns = [[*asking()[:-1], None]]
    assert alice.ask(HERE, "Where?")[-1]["code"] == "broken_off"
    assert alice.conversation(HERE)["state"] == "waiting"
    assert alice.turn(HERE)["parts"][-1] == CARD
    assert said(alice.wait(HERE)).startswith("Found")


def test_another_question_makes_the_wait_give_way_at_once(make_chat, agent, consent):
    alice = make_chat(replace(QUICK, beat_s=60)).page()  # not only when the wait finds out by itself
    alice.ask(HERE, "Where?")
    with waiting(alice) as response:
        agent.turns = [[text("Nothing is connected."), done()]]
        assert said(Page(alice.browser).ask(HERE, "What can you do?")) == "Nothing is connected."
        assert rest(response)[-1]["outcome"] == {"type": "cancelled"}
    first, second = alice.conversation(HERE)["turns"]
    assert (first["outcome"], second["outcome"]) == ("answered", "answered")
    assert first["parts"][-1] == CARD
    assert alice.conversation(HERE)["state"] == "idle"


def test_somebody_who_does_not_want_to_connect_says_so(alice, agent, consent):
    alice.ask(HERE, "Where?")
    with waiting(alice) as response:
        again = Page(alice.browser)
        assert again.api("POST", f"/chat/api/conversations/{HERE}/stop") == {"stopped": True}
        assert rest(response)[-1]["outcome"] == {"type": "cancelled"}
    assert alice.conversation(HERE)["state"] == "waiting"
    agent.turns = [[text("All right."), done()]]
    assert said(alice.run(HERE, resume="cancelled", locale="ja")) == "All right."
    assert agent.said()[-1]["prompt"] == "今は Google ドライブに接続したくありません。"
    [turn] = alice.conversation(HERE)["turns"]
    assert (turn["outcome"], turn["parts"][-1]["markdown"]) == ("answered", "All right.")


def test_where_nothing_waits_there_is_nothing_to_go_on_with(alice):
    for resume in ("resolved", "cancelled"):
        with pytest.raises(RefusedError) as refused:
            alice.run(HERE, resume=resume)
        assert (refused.value.status, refused.value.body["code"]) == (409, "nothing_waiting")
    alice.ask(HERE, "Where?")
    with pytest.raises(RefusedError):
        alice.run(HERE, resume="resolved")


def test_two_tabs_follow_the_same_wait(chat, alice, agent, consent):
    alice.ask(HERE, "Where?")
    with waiting(alice, run="run-2") as response:
        second = Page(alice.browser)
        with pytest.raises(RefusedError) as refused:
            second.wait(HERE)
        assert refused.value.body["code"] == "busy"
        following = Beside(chat.page("alice").follow, "run-2")
        consent.is_there = True
        chat.announce(alice)
        events = rest(response)
    assert [event for _, event in following.result()][1:] == events
    assert said(events).startswith("Found")


def test_a_conversation_whose_page_was_closed_while_it_waited_is_answered_when_it_is_opened(chat, alice, consent):
    alice.ask(HERE, "Where?")
    with waiting(alice):
        pass
    chat.restart()
    conversation = alice.conversation(HERE)
    assert (conversation["state"], conversation["run"]) == ("waiting", None)
    consent.is_there = True
    assert said(alice.wait(HERE)).startswith("Found")


def test_an_answer_that_is_cut_off_after_consent_begins_anew(chat, alice, agent, consent):
    alice.ask(HERE, "Where?")
    gate = Gate()
    with waiting(alice) as response:
        consent.is_there = True
        agent.turns = [[tool("running"), tool("done"), text("Half"), gate], ANSWER]
        chat.announce(alice)
        while "TEXT_MESSAGE_CONTENT" not in str(next(read_events(response))):
            pass
        chat.restart()
    gate.open()
    assert alice.turn(HERE)["outcome"] == "cut_off"
    assert alice.wait(HERE)[-1]["outcome"] == {"type": "success"}
    assert "Half" not in str(alice.turn(HERE)["parts"])


def test_a_question_takes_over_a_wait_in_another_process(chat, alice, agent, consent):
    alice.ask(HERE, "Where?")
    with waiting(alice) as response:
        chat.start()
        assert alice.conversation(HERE)["state"] == "waiting"
        agent.turns = [[text("Nothing is connected."), done()]]
        assert said(Page(alice.browser).ask(HERE, "What can you do?")) == "Nothing is connected."
        assert rest(response)[-1]["outcome"] == {"type": "cancelled"}
    assert [turn["outcome"] for turn in alice.conversation(HERE)["turns"]] == ["answered", "answered"]
