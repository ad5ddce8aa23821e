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


def forced(world):
    """When AgentCore Identity was made to discard a grant, as far as its journal goes back."""
    return {entry["at"] for entry in world.aws("GET", "/_standin/requests")["requests"] if entry["is_forced"]}


def connection(talk):
    [found] = talk.action("status")["connections"]
    return found["scopes"], found["missing_scopes"]


def test_contents_are_asked_for_when_first_needed_and_the_answer_comes_by_itself(vaults):
    world = vaults
    talk = world.connected()
    assert connection(talk) == ([NAMES], [])
    asked = ask_for_contents(world, talk)
    [link] = asked.auth_urls
    assert link.endswith(f"?session={talk.runtime_session}"), "the page asks the agent what it is for"
    assert talk.action("conversation")["scopes"] == [CONTENTS]
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
    assert "read what your files contain" in browser.page.main
    talk.ask("never mind")
    assert talk.ask(FIND).file_names
    assert world.talk().ask(FIND).file_names


def test_grants_for_names_and_contents_that_die_together_cost_one_forced_flow_a_turn_and_heal(vaults):
    world = vaults
    talk = world.connected()
    world.consent(ask_for_contents(world, talk).auth_urls[0])
    assert talk.resume().stop_reason == "end_turn"
    world.google("POST", "/_standin/revoke", account=world.alice.google.email)
    names = {"toolUse": {"name": "list_files", "input": {}}}
    contents = {"toolUse": {"name": "list_shared_drives", "input": {}}}
    world.aws("POST", "/_standin/model-script", turns=[[names, contents, names, contents]])
    before = forced(world)
    asked = talk.ask("list everything")
    assert len(forced(world) - before) == 1
    [link] = asked.auth_urls
    world.consent(link)
    answer = talk.resume()
    assert answer.auth_urls == []
    assert [event["status"] for event in answer.of_type("tool")].count("done") == 4


def test_an_older_link_says_what_is_needed_by_now_before_anything_is_lost(vaults):
    world = vaults
    talk = world.talk()
    old = talk.ask(FIND).auth_urls[0]
    world.consent(old)
    talk.resume()
    assert ask_for_contents(world, talk).auth_urls == [old]
    browser = world.browser()
    browser.open(old)
    sign_in(browser, world.alice)
    assert "read what your files contain" in browser.page.main
    assert connection(talk) == ([NAMES], [CONTENTS])
    browser.press("Connect")
    choose_account(browser, world.alice)
    browser.press("Allow")
    assert talk.resume().stop_reason == "end_turn"


def test_a_page_that_was_opened_before_more_was_needed_says_so_before_anything_is_lost(vaults):
    world = vaults
    talk = world.connected()
    browser = world.browser()
    browser.open(f"{world.stack.callback_url}/connect/google-drive?session={talk.runtime_session}")
    sign_in(browser, world.alice)
    ask_for_contents(world, talk)
    page = browser.press("Connect")
    assert "read what your files contain" in page.main
    assert connection(talk) == ([NAMES], [CONTENTS])


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
