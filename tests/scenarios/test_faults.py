"""What goes wrong in an ordinary week: each is said in a sentence, and the conversation goes on."""

import time

import pytest

from tests.scenarios.conftest import FIND


def fault(world, where, **values):
    getattr(world, where)("POST", "/_standin/faults", **values)


@pytest.mark.parametrize("kind", ["throttle", "rate_limit", "html_502"])
def test_a_passing_hiccup_of_drive_is_not_even_noticed(world, kind):
    talk = world.connected()
    fault(world, "google", target="drive", kind=kind, times=1)
    reply = talk.ask(FIND)
    assert reply.file_names
    assert reply.stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "throttle", "times": 3}, "asks us to slow down"),
        ({"kind": "status", "status": 503, "times": 3}, "not answer"),
        ({"kind": "domain_policy", "times": 1}, "refused"),
        ({"kind": "not_found", "times": 1}, "exist"),
    ],
)
def test_a_drive_that_stays_away_is_explained_and_the_next_question_works(world, values, says):
    talk = world.connected()
    fault(world, "google", target="drive", **values)
    reply = talk.ask(FIND)
    assert reply.stop_reason == "end_turn"
    assert reply.file_names == []
    assert says in reply.text
    assert [event["status"] for event in reply.of_type("tool")][-1] == "failed"
    assert talk.ask(FIND).file_names


def test_an_expired_access_token_is_refreshed_without_a_word(world):
    talk = world.connected()
    world.google("POST", "/_standin/expire", account="alice@gmail.example")
    world.aws("POST", "/_standin/vault/expire")
    assert talk.ask(FIND).file_names


def test_a_single_401_asks_the_vault_again_and_not_the_person(world):
    talk = world.connected()
    fault(world, "google", target="drive", kind="unauthorized", times=1)
    assert talk.ask(FIND).file_names


def test_a_grant_revoked_at_google_is_asked_for_once_and_heals(world):
    talk = world.connected()
    world.google("POST", "/_standin/revoke", account="alice@gmail.example")
    asked = talk.ask("find the budget and list my recent files")
    assert len(asked.auth_urls) == 1
    world.consent(asked.auth_urls[0])
    assert len(talk.resume().of_type("files")) == 2


def test_an_incomplete_search_is_said(world):
    talk = world.connected()
    fault(world, "google", target="drive", kind="incomplete", times=1)
    assert "could not search everything" in talk.ask(FIND).text


@pytest.mark.parametrize("turn", [{"fault": "server_error"}, {"fault": "stream_error"}])
def test_a_model_that_fails_is_explained_and_the_next_question_works(world, turn):
    talk = world.connected()
    world.aws("POST", "/_standin/model-script", turns=[turn] * 4)
    reply = talk.ask(FIND)
    assert "again" in reply.error
    assert "Traceback" not in str(reply.events)
    world.aws("DELETE", "/_standin/model-script")
    assert talk.ask(FIND).file_names


def test_a_model_that_is_throttled_once_is_tried_again(world):
    talk = world.connected()
    world.aws("POST", "/_standin/model-script", turns=[{"fault": "throttle"}])
    assert talk.ask(FIND).file_names


@pytest.mark.parametrize(("kind", "times"), [("throttle", 6), ("error", 6)])
def test_an_identity_service_that_fails_is_explained_and_the_next_question_works(world, kind, times):
    talk = world.connected()
    fault(world, "aws", target="GetResourceOauth2Token", kind=kind, times=times)
    reply = talk.ask(FIND)
    assert reply.auth_urls == []
    assert reply.file_names == []
    assert reply.text
    world.aws("DELETE", "/_standin/faults")
    assert talk.ask(FIND).file_names


def test_an_identity_service_that_refuses_names_the_operator(world):
    talk = world.connected()
    fault(world, "aws", target="GetResourceOauth2Token", kind="access_denied", times=1)
    assert talk.ask(FIND).stop_reason == "end_turn"
    assert talk.ask(FIND).file_names


def test_a_completion_that_fails_is_told_in_the_browser_and_can_be_begun_again(world):
    talk = world.talk()
    link = talk.ask(FIND).auth_urls[0]
    browser = world.to_google(link)
    fault(world, "aws", target="CompleteResourceTokenAuth", kind="access_denied", times=1)
    page = browser.press("Allow")
    assert page.status >= 400
    assert world.vault() == []
    world.consent(link, browser=browser)
    assert talk.resume().file_names


def test_google_refusing_the_code_is_told_in_the_browser(world):
    talk = world.talk()
    browser = world.to_google(talk.ask(FIND).auth_urls[0])
    fault(world, "google", target="token", kind="invalid_grant", times=1)
    page = browser.press("Allow")
    assert page.status >= 400
    assert "nothing" in page.main.lower() or "again" in page.main.lower()
    assert world.vault() == []


def test_a_running_turn_can_be_stopped_and_the_next_one_works(world):
    talk = world.connected()
    slow = [{"text": "word " * 400}]
    world.aws("POST", "/_standin/model-script", turns=[{"content": slow, "delay_s": 0.05}])
    started = time.monotonic()
    events = talk.stream({"prompt": "tell me everything"})
    next(events)
    stopper = world.talk(runtime_session=talk.runtime_session)
    assert stopper.action("cancel") == {"cancelled": True}
    rest = list(events)
    assert rest[-1]["stop_reason"] == "cancelled"
    assert time.monotonic() - started < 5
    world.aws("DELETE", "/_standin/model-script")
    assert talk.ask(FIND).file_names


def test_a_client_that_goes_away_does_not_block_the_conversation(world):
    talk = world.connected()
    slow = [{"text": "word " * 400}]
    world.aws("POST", "/_standin/model-script", turns=[{"content": slow, "delay_s": 0.05}])
    events = talk.stream({"prompt": "tell me everything"})
    next(events)
    events.close()
    world.aws("DELETE", "/_standin/model-script")
    started = time.monotonic()
    assert talk.ask(FIND).file_names
    assert time.monotonic() - started < 5
