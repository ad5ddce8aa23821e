"""Consent missing, given, refused, left unfinished; the answer comes by itself."""

import pytest

from local.demo import choose_account, sign_in
from tests.scenarios.conftest import FIND

BOTH = "find the budget and list my recent files"


def test_after_consent_the_first_question_is_answered_without_asking_again(world):
    talk = world.talk()
    asked = talk.ask("which spreadsheets did Ben change last week?")
    assert asked.auth_urls == [f"{world.stack.callback_url}/connect/google-drive?session={talk.runtime_session}"]
    assert asked.auth_urls[0] in asked.text
    assert asked.stop_reason == "consent_required"
    page = world.consent(asked.auth_urls[0])
    assert "Connected as alice@gmail.example" in page.main
    answer = talk.resume()
    assert sorted(answer.file_names) == ["Hiring plan", "Q3 budget", "Vendor payments"]
    assert "Ben changed 3 spreadsheets" in answer.text
    assert answer.stop_reason == "end_turn"
    assert talk.action("status") == {
        "connections": [
            {
                "provider": "google-drive",
                "connected": True,
                "account": {"email": "alice@gmail.example", "name": "Alice Archer"},
                "scopes": ["https://www.googleapis.com/auth/drive.metadata.readonly"],
                "missing_scopes": [],
            }
        ],
        "pending": False,
    }


def test_consent_holds_for_the_persons_other_conversations(world):
    world.connected()
    assert world.talk().ask(FIND).stop_reason == "end_turn"


def test_somebody_who_says_no_at_google_can_go_on_and_say_yes_later(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    browser = world.to_google(link)
    page = browser.press("Deny")
    assert page.status == 400
    assert world.vault() == []
    assert talk.resume().auth_urls == [link]
    assert "Google Drive" in talk.ask("never mind, what can you do?").text
    world.consent(talk.ask(FIND).auth_urls[0])
    assert talk.resume().stop_reason == "end_turn"


def test_a_link_that_is_never_finished_is_a_normal_end(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    world.to_google(link)
    assert talk.resume().auth_urls == [link]
    assert talk.ask("hello").error == ""


def test_a_link_never_goes_stale_and_can_be_used_twice(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    world.to_google(link)
    world.consent(link)
    assert talk.resume().stop_reason == "end_turn"
    again = world.browser()
    again.open(link)
    sign_in(again, world.alice)
    page = again.press("Connect")
    assert "alice@gmail.example" in page.main


def test_a_consent_whose_only_box_was_unticked_is_asked_for_again(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    browser = world.to_google(link)
    browser.untick("scope", "https://www.googleapis.com/auth/drive.metadata.readonly")
    browser.press("Allow")
    asked = talk.resume()
    assert asked.auth_urls == [link]
    world.consent(link)
    assert talk.resume().stop_reason == "end_turn"


def test_the_agent_killed_between_question_and_consent_answers_after_its_restart(world):
    talk = world.talk()
    link = talk.ask("which spreadsheets did Ben change last week?").auth_urls[0]
    world.stack.kill_agent()
    world.stack.start_agent()
    world.consent(link)
    assert sorted(talk.resume().file_names) == ["Hiring plan", "Q3 budget", "Vendor payments"]


def test_the_callback_service_killed_during_consent_still_finishes_it(world):
    talk = world.talk()
    browser = world.to_google(talk.ask(FIND).auth_urls[0])
    world.stack.restart_callback()
    assert "Connected as alice@gmail.example" in browser.press("Allow").main
    assert talk.resume().stop_reason == "end_turn"


def test_two_tools_that_wait_at_once_give_one_link_and_both_answers(world):
    talk = world.talk()
    asked = talk.ask(BOTH)
    assert len(asked.auth_urls) == 1
    assert len([event for event in asked.of_type("tool") if event["status"] == "running"]) == 2
    world.consent(asked.auth_urls[0])
    answer = talk.resume()
    assert len(answer.of_type("files")) == 2
    assert [event["status"] for event in answer.of_type("tool")].count("done") == 2


def test_new_words_while_waiting_are_answered_and_the_link_stays_good(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    reply = talk.ask("never mind, what can you do?")
    assert reply.stop_reason == "end_turn"
    assert reply.text
    world.consent(link)
    assert talk.ask(FIND).file_names


def test_new_words_after_consent_are_answered_together_with_the_question(world):
    talk = world.talk()
    world.consent(talk.ask(FIND).auth_urls[0])
    before = len(world.model_requests())
    reply = talk.ask("and list my recent files")
    assert reply.file_names
    last = world.model_requests()[before]["body"]["messages"][-1]["content"]
    assert "toolResult" in last[0]
    assert last[1]["text"] == "and list my recent files"


def test_a_resume_with_nothing_pending_says_so(world):
    assert "Nothing is waiting" in str(world.talk().resume().events)


def test_the_person_at_this_computer_connects_without_signing_in(world):
    talk = world.direct(runtime_session="local-dev-session-of-a-test")
    link = talk.ask(FIND).auth_urls[0]
    browser = world.browser()
    browser.open(link)
    browser.press("Continue as the person at this computer")
    browser.press("Connect")
    choose_account(browser, world.alice)
    assert "Connected as alice@gmail.example" in browser.press("Allow").main
    assert talk.resume().stop_reason == "end_turn"


@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
def test_everybody_gets_their_own_files(world, who):
    person = getattr(world, who)
    talk = world.connected(person)
    assert talk.action("status")["connections"][0]["account"]["email"] == person.google.email


def test_disconnecting_revokes_at_google_and_the_next_question_asks_for_consent(world):
    talk = world.connected()
    assert talk.action("disconnect") == {"status": "disconnected"}
    assert world.vault() == []
    assert any(entry["path"] == "/revoke" for entry in world.google("GET", "/_standin/requests")["requests"])
    assert len(talk.ask(FIND).auth_urls) == 1
