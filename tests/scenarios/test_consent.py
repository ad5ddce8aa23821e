"""Consent missing, given, refused, left unfinished; the answer comes by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo import choose_account, sign_in
from tests.scenarios.conftest import FIND

BOTH = "find the budget and list my recent files"
NAMES = "https://www.googleapis.com/auth/drive.metadata.readonly"
LIST = {"toolUse": {"name": "list_files", "input": {}}}


def is_recent(text):
    return text.endswith("Z") and abs(datetime.now(UTC) - datetime.fromisoformat(text)) < timedelta(minutes=10)


def forced(world):
    """When AgentCore Identity was made to discard a grant, as far as its journal goes back."""
    return {entry["at"] for entry in world.aws("GET", "/_standin/requests")["requests"] if entry["is_forced"]}


def connection(talk):
    [found] = talk.action("status")["connections"]
    return found


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
    status = talk.action("status")
    assert is_recent(status["connections"][0].pop("last_used"))
    assert status == {
        "connections": [
            {
                "provider": "google-drive",
                "connected": True,
                "insufficient": False,
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
    assert connection(talk)["connected"] is False
    assert len(talk.ask(FIND).auth_urls) == 1


@pytest.mark.parametrize("kind", ["status", "html_502", "invalid_token"])
def test_where_google_does_not_revoke_nobody_is_told_that_they_are_disconnected(world, kind):
    talk = world.connected()
    world.google("POST", "/_standin/faults", target="revoke", kind=kind, times=20)
    told = talk.action("disconnect")
    assert told["code"] == "drive_failed"
    assert told["error"].endswith(("again in a minute.", "https://myaccount.google.com/connections"))
    assert "status" not in told
    assert talk.ask(FIND).file_names, "nothing was taken away, and it can be tried again"
    world.google("DELETE", "/_standin/faults")
    assert talk.action("disconnect") == {"status": "disconnected"}
    assert len(talk.ask(FIND).auth_urls) == 1


def test_an_access_token_that_expired_heals_without_a_forced_flow_and_without_a_link(world):
    """No consent every hour."""
    talk = world.connected()
    before = forced(world)
    for _ in range(3):
        world.google("POST", "/_standin/expire", account=world.alice.google.email)
        world.aws("POST", "/_standin/vault/expire")
        reply = talk.ask(FIND)
        assert reply.file_names
        assert reply.auth_urls == []
    assert forced(world) - before == set()


def test_however_many_tools_meet_a_revoked_grant_at_once_one_flow_is_forced_and_one_link_shown(world):
    talk = world.connected()
    world.google("POST", "/_standin/revoke", account=world.alice.google.email)
    world.google("POST", "/_standin/faults", target="drive", kind="stall", seconds=0.2, times=8)
    world.aws("POST", "/_standin/model-script", turns=[[LIST] * 6])
    before = forced(world)
    [link] = talk.ask("list my files in six ways").auth_urls
    assert len(forced(world) - before) == 1
    for _ in range(3):
        assert talk.resume().auth_urls == [link]
    assert len(forced(world) - before) == 1, "waiting forces nothing"
    world.consent(link)
    answer = talk.resume()
    assert [event["status"] for event in answer.of_type("tool")].count("done") == 6


def test_a_grant_without_drives_scopes_is_noticed_kept_for_the_page_and_asked_for_again(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    world.google("POST", "/_standin/faults", target="auth", kind="fewer_scopes")
    before = forced(world)
    world.consent(link)
    for _ in range(3):
        asked = talk.resume()
        assert (asked.auth_urls, asked.error, asked.stop_reason) == ([link], "", "consent_required")
        found = connection(talk)
        assert (found["connected"], found["insufficient"], found["missing_scopes"]) == (False, True, [NAMES])
    assert len(world.talk().ask(FIND).auth_urls) == 1
    assert forced(world) - before == set()
    world.consent(link)
    assert len(forced(world) - before) == 1, "by the button"
    assert talk.resume().file_names
    assert connection(talk)["insufficient"] is False


def test_two_links_of_two_conversations_need_one_consent(world):
    first, second = world.talk(), world.talk()
    links = [talk.ask(FIND).auth_urls[0] for talk in (first, second)]
    assert links[0] != links[1]
    world.consent(links[0])
    for talk in (first, second):
        answer = talk.resume()
        assert answer.file_names
        assert answer.auth_urls == []


def test_two_links_that_are_both_on_their_way_are_both_brought_to_an_end(world):
    talks = [world.talk(), world.talk()]
    browsers = [world.to_google(talk.ask(FIND).auth_urls[0]) for talk in talks]
    before = forced(world)
    for browser in browsers:
        assert browser.press("Allow").status == 200
    for talk in talks:
        assert talk.resume().file_names
    assert forced(world) - before == set()
    assert len(world.vault()) == 1


def test_a_conversation_tells_its_owner_where_it_began_and_asks_nobody(world):
    talk = world.talk()
    talk.send({"prompt": FIND, "client": "slack"})
    asked, looked = world.calls("GetResourceOauth2Token"), len(world.model_requests())
    told = talk.action("conversation")
    assert is_recent(told["conversation"].pop("started"))
    assert told == {"conversation": {"client": "slack"}, "pending": True, "scopes": [NAMES]}
    world.stack.kill_agent()
    world.stack.start_agent()
    assert talk.action("conversation")["conversation"]["client"] == "slack"
    nobodys = world.talk()
    assert nobodys.action("conversation") == {"conversation": None, "pending": False, "scopes": [NAMES]}
    stranger = world.talk(world.bob, runtime_session=talk.runtime_session)
    assert stranger.action("conversation")["code"] == "not_owner"
    assert world.calls("GetResourceOauth2Token") - asked == set()
    assert len(world.model_requests()) == looked
    taken = world.talk(world.bob, runtime_session=nobodys.runtime_session)
    assert taken.ask("hello").error == "", "to ask was not to begin"
