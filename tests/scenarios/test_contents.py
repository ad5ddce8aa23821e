"""The wider scope through the whole stack, in both ways in which AgentCore's vault may keep tokens."""

import pytest

from local.demo import choose_account, sign_in
from tests.scenarios.conftest import FIND

NAMES = "https://www.googleapis.com/auth/drive.metadata.readonly"
CONTENTS = "https://www.googleapis.com/auth/drive.readonly"


@pytest.fixture(params=[False, True], ids=["one token", "keyed by scopes"])
def vaults(world, request):
    world.aws("POST", "/_standin/switches", scopes_in_vault_key=request.param)
    yield world
    for person in (world.alice, world.bob):
        assert world.talk(person).action("disconnect") == {"status": "disconnected"}
    assert world.vault() == []
    world.aws("POST", "/_standin/switches", scopes_in_vault_key=False)


def ask_for_contents(world, talk):
    turns = [[{"toolUse": {"name": "list_shared_drives", "input": {}}}]]
    world.aws("POST", "/_standin/model-script", turns=turns)
    return talk.ask("which shared drives are there?")


def connection(talk):
    [found] = talk.action("status")["connections"]
    return found["scopes"], found["missing_scopes"]


def test_contents_are_asked_for_when_first_needed_and_the_answer_comes_by_itself(vaults):
    world = vaults
    talk = world.connected()
    assert connection(talk) == ([NAMES], [])
    asked = ask_for_contents(world, talk)
    [link] = asked.auth_urls
    assert link.endswith(f"?session={talk.runtime_session}&ask=contents")
    assert asked.of_type("auth_required")[0]["scopes"] == [CONTENTS]
    assert connection(talk) == ([NAMES], [CONTENTS])
    assert talk.resume().auth_urls == [link]
    page = world.consent(link)
    assert "See the names, details and contents of your files" in page.main
    assert connection(talk) == ([CONTENTS], [])
    answer = talk.resume()
    assert answer.stop_reason == "end_turn"
    assert answer.auth_urls == []
    assert talk.ask(FIND).file_names


def test_who_leaves_the_wider_link_alone_goes_on_with_names(vaults):
    world = vaults
    talk = world.connected()
    link = ask_for_contents(world, talk).auth_urls[0]
    browser = world.browser()
    browser.open(link)
    sign_in(browser, world.alice)
    assert "read what they contain" in browser.page.main
    talk.ask("never mind")
    assert talk.ask(FIND).file_names
    assert world.talk().ask(FIND).file_names


def test_an_older_link_says_that_more_is_needed_before_anything_is_lost(vaults):
    world = vaults
    talk = world.talk()
    old = talk.ask(FIND).auth_urls[0]
    world.consent(old)
    talk.resume()
    ask_for_contents(world, talk)
    browser = world.browser()
    browser.open(old)
    sign_in(browser, world.alice)
    page = browser.press("Connect")
    assert "needs more than names and details" in page.main
    assert connection(talk) == ([NAMES], [CONTENTS])
    browser.press("Connect")
    choose_account(browser, world.alice)
    browser.press("Allow")
    assert talk.resume().stop_reason == "end_turn"


def test_a_box_that_was_unticked_leads_to_the_same_link_and_then_to_an_answer(vaults):
    world = vaults
    talk = world.connected()
    link = ask_for_contents(world, talk).auth_urls[0]
    browser = world.to_google(link)
    browser.untick("scope", CONTENTS)
    browser.press("Allow")
    assert talk.resume().auth_urls == [link]
    world.consent(link)
    assert talk.resume().stop_reason == "end_turn"
