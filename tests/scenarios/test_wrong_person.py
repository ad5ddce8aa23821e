"""Links, flows and conversations in the wrong hands: nothing is bound, nothing is shown."""

from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from local.browser import BrowserError
from local.demo import choose_account, sign_in
from tests.scenarios.conftest import FIND


def returning_url(world, browser):
    """Press Allow, but stop where AgentCore sends the browser back to us; return that address."""
    page = browser.page
    form = page.form("Allow")
    fields = [*form.fields, next((name, value) for name, value, text in form.buttons if "Allow" in text)]
    url, method, body = urljoin(page.url, form.action), "POST", urlencode(fields).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": world.stack.google_url}
    while not url.startswith(f"{world.stack.callback_url}/callback"):
        answer = browser._send(method, url, headers, body)
        url, method, body = urljoin(url, answer.headers["location"]), "GET", None
    return url


def signed_in(world, person):
    browser = world.browser()
    browser.open(f"{world.stack.callback_url}/connections")
    sign_in(browser, person)
    return browser


def test_somebody_elses_link_connects_nothing(world):
    link = world.talk(world.alice).ask(FIND).auth_urls[0]
    browser = world.browser()
    browser.open(link)
    page = sign_in(browser, world.bob)
    assert page.status == 403, "the page says so before there is anything to press"
    assert "somebody else" in page.main
    assert world.vault() == []


def test_a_flow_that_alice_started_cannot_be_finished_in_bobs_browser(world):
    """The attack on connectors: the attacker starts, the victim consents, the attacker reads the victim's Drive."""
    alice_started = world.to_google(world.talk(world.alice).ask(FIND).auth_urls[0])
    bobs = signed_in(world, world.bob)
    came_back = returning_url(world, alice_started)
    page = bobs.open(came_back)
    assert page.status in {400, 403}
    assert world.vault() == []
    stranger = world.browser()
    assert stranger.open(came_back).status in {200, 400, 401, 403}
    assert world.vault() == []


def test_a_flow_that_bob_started_cannot_be_finished_by_alices_consent(world):
    """Bob sends AgentCore's own URL; Alice, signed in and with a flow of her own open, consents in her browser."""
    alices = world.to_google(world.talk(world.alice).ask(FIND).auth_urls[0], world.alice)
    started = world.talk(world.bob).action("connect", state="sample-state-of-bob")
    alices.open(started["auth_url"])
    choose_account(alices, world.alice)
    page = alices.press("Allow")
    assert page.status in {400, 403}
    assert world.vault() == []
    bob = world.talk(world.bob)
    assert len(bob.ask(FIND).auth_urls) == 1


@pytest.mark.parametrize("swapped", ["session_id", "state"])
def test_the_state_of_one_flow_with_the_session_of_another_is_refused(world, swapped):
    browser = world.browser()
    first = world.to_google(world.talk().ask(FIND).auth_urls[0], browser=browser)
    one = returning_url(world, first)
    second = world.to_google(world.talk().ask(FIND).auth_urls[0], browser=browser)
    two = returning_url(world, second)
    query_one, query_two = (parse_qs(urlsplit(url).query) for url in (one, two))
    query = {key: values[0] for key, values in query_one.items()} | {swapped: query_two[swapped][0]}
    page = browser.open(f"{world.stack.callback_url}/callback?{urlencode(query)}")
    assert page.status in {400, 403}
    assert world.vault() == []


def test_two_flows_in_two_tabs_both_behave(world):
    browser = world.browser()
    one = returning_url(world, world.to_google(world.talk().ask(FIND).auth_urls[0], browser=browser))
    two = returning_url(world, world.to_google(world.talk().ask(FIND).auth_urls[0], browser=browser))
    assert "Connected as alice@gmail.example" in browser.open(two).main
    assert "alice@gmail.example" in browser.open(one).main
    assert len(world.vault()) == 1


def test_a_callback_that_was_used_is_not_used_again(world):
    browser = world.to_google(world.talk().ask(FIND).auth_urls[0])
    url = returning_url(world, browser)
    assert "Connected as alice@gmail.example" in browser.open(url).main
    before = world.calls("CompleteResourceTokenAuth")
    assert browser.open(url).url.endswith("/connected"), "who finished it sees how it ended"
    assert world.calls("CompleteResourceTokenAuth") <= before


@pytest.mark.parametrize(
    "query", ["", "?session_id=urn:ietf:params:oauth:request_uri:made-up", "?state=x", "?session_id=&state="]
)
def test_a_callback_without_or_with_a_foreign_session_is_a_sentence_and_nothing_more(world, query):
    browser = signed_in(world, world.alice)
    page = browser.open(f"{world.stack.callback_url}/callback{query}")
    assert page.status in {400, 403}
    assert "again" in page.main
    assert world.vault() == []
    assert world.talk().ask("hello").error == ""


def test_knowing_a_conversations_id_gives_nothing(world):
    alices = world.connected(world.alice)
    alices.ask(FIND)
    bobs = world.talk(world.bob, runtime_session=alices.runtime_session)
    for reply in (bobs.ask("what did I ask before?"), bobs.resume()):
        assert "somebody else" in reply.error
        assert reply.file_names == []
        assert reply.text == ""
    for action in ("status", "connect", "disconnect", "cancel"):
        assert bobs.action(action)["code"] == "not_owner"
    assert alices.ask(FIND).file_names


def test_a_link_without_a_conversation_connects_whoever_signs_in(world):
    page = world.consent(f"{world.stack.callback_url}/connect/google-drive", world.carol)
    assert "Connected as carol@gmail.example" in page.main
    assert world.talk(world.carol).ask(FIND).stop_reason == "end_turn"
    assert len(world.talk(world.alice).ask(FIND).auth_urls) == 1


def test_opening_a_link_changes_nothing(world):
    link = world.talk().ask(FIND).auth_urls[0]
    before = world.calls("GetResourceOauth2Token")
    browser = world.browser()
    browser.open(link)
    sign_in(browser, world.alice)
    browser.open(link)
    assert world.calls("GetResourceOauth2Token") <= before


def test_a_wrong_password_signs_nobody_in(world):
    browser = world.browser()
    browser.open(world.talk().ask(FIND).auth_urls[0])
    browser.click("Sign in with")
    page = browser.press("Sign in", username="alice@example.com", password="wrong")
    with pytest.raises(BrowserError):
        page.form("Connect")


def test_signing_out_as_the_person_at_this_computer_does_not_leave_somebody_else_signed_in(world):
    browser = signed_in(world, world.alice)
    browser.open(f"{world.stack.callback_url}/sign-in")
    browser.press("Continue as the person at this computer")
    browser.open(f"{world.stack.callback_url}/")
    browser.press("Sign out")
    browser.open(f"{world.stack.callback_url}/sign-in")
    page = browser.click("Sign in with")
    assert any(name == "password" for form in page.forms for name, _ in form.fields), page.text
