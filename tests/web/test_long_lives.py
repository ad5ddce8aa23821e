"""Pages that outlive a sign-in, a night's sleep, a service or the person before them: the real service, in Chromium."""

import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.chat.web.conftest import _agent, agent, chat, identity, make_chat, stage
from tests.chat.web.scripted import Gate, asking, done, text, tool
from tests.pages.chromium import Tab, new_context

__all__ = ["_agent", "agent", "chat", "identity", "make_chat", "stage"]

ANSWER = [text("Here it is."), done()]
ENDED = "Your sign-in has ended. What you typed is kept."
DAY_S = 86_400


@pytest.fixture
def here(chromium, chat):
    """The service, an identity provider that knows no other clock than this machine's, and people's browsers."""
    made = Here(chromium, chat)
    yield made
    for context in made.contexts:
        context.close()


class Here:
    def __init__(self, chromium, chat):
        self.chromium, self.chat, self.agent = chromium, chat, chat.agent
        self.origin, self.contexts = chat.stage.origin, []
        self.agent.token_life_s = DAY_S
        self.agent.id_token_changes |= {"exp": int(time.time()) + DAY_S}

    def page(self, who="alice", path="/chat", context=None):
        """Open the chat; who is not signed in yet is, on the way."""
        if context is None:
            context = new_context(self.chromium)
            context.set_default_timeout(10_000)
            self.contexts.append(context)
        self.agent.who = who
        page = Tab(context.new_page()).page
        page.goto(f"{self.origin}{path}")
        return page

    def questions(self):
        return [each["prompt"] for each in self.agent.said() if "prompt" in each]


def ask(page, question):
    page.fill("#question", question)
    page.press("#question", "Enter")


def returns(page):
    """Come back to the tab, of which a browser without a window knows nothing by itself."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def answered(page, words="Here it is."):
    expect(page.locator(".turn.last .parts")).to_contain_text(words)
    expect(page.locator(".turn.last")).to_have_attribute("data-state", "answered")


@contextmanager
def asleep(page):
    """A laptop that is closed: no network, and nothing runs in the page."""
    devtools = page.context.new_cdp_session(page)
    page.context.set_offline(True)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    yield
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    page.context.set_offline(False)


# --- A sign-in that has ended


@pytest.mark.parametrize("is_new", [True, False], ids=["new conversation", "conversation"])
def test_after_an_hour_what_was_typed_is_still_there_and_is_sent_with_one_press(here, is_new):
    here.agent.turns = [ANSWER, ANSWER]
    page = here.page()
    if not is_new:
        ask(page, "first")
        answered(page)
    address, before = page.url, here.questions()
    here.chat.clock.forward(hours=1)
    page.type("#question", "and what else?")
    page.press("#question", "Enter")
    expect(page.locator("#notice")).to_contain_text(ENDED)
    assert page.input_value("#question") == "and what else?"
    assert here.questions() == before
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url(address)
    expect(page.locator("#question")).to_have_value("and what else?")
    page.press("#question", "Enter")
    answered(page)
    assert here.questions() == [*before, "and what else?"]
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator(".turn")).to_have_count(len(before) + 1)
    expect(page.locator("#notice")).to_have_text("")


def test_signing_in_again_elsewhere_is_enough_for_the_page_that_was_left_open(here):
    here.agent.turns = [ANSWER]
    page = here.page()
    here.chat.clock.forward(hours=1)
    ask(page, "still me")
    expect(page.locator("#notice")).to_contain_text(ENDED)
    here.page(context=page.context).close()
    returns(page)
    expect(page.locator("#notice")).to_have_text("")
    page.press("#question", "Enter")
    answered(page)
    assert here.questions() == ["still me"]


def test_a_sign_in_that_ends_while_consent_is_waited_for_is_said_and_loses_nothing(here):
    allowed = []
    here.agent.turns = [asking()]
    here.agent.is_connected = lambda: bool(allowed)
    page = here.page()
    ask(page, "Where is the budget?")
    card = page.locator("section.consent")
    expect(card).to_be_visible()
    here.chat.clock.forward(hours=1)
    returns(page)
    expect(page.locator("#notice")).to_contain_text(ENDED)
    expect(card).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    expect(card).to_be_visible()
    expect(page.locator("#notice")).to_have_text("")
    allowed.append(True)
    here.agent.turns = [[tool("running"), tool("done"), *ANSWER]]
    answered(page)
    assert here.questions() == ["Where is the budget?"]
    expect(page.locator(".turn")).to_have_count(1)
    expect(card).to_have_count(0)


# --- Sleep


@pytest.mark.parametrize("hours", [0.4, 8.5], ids=["a while", "a night"])
def test_a_laptop_that_slept_in_mid_answer_shows_all_of_it_on_waking_or_says_what_is_needed(here, hours):
    gate = Gate()
    here.agent.turns = [[text("Here "), gate, text("it is."), done()], [text("There."), done()]]
    page = here.page()
    ask(page, "Where is the budget?")
    expect(page.locator(".turn.last .parts")).to_have_text("Here")
    with asleep(page):
        gate.open()
        here.chat.clock.forward(hours=hours)
    returns(page)
    if hours > 1:
        expect(page.locator("#notice")).to_contain_text(ENDED)
        page.get_by_role("link", name="Sign in again").click()
    answered(page)
    expect(page.locator(".turn.last .text")).to_have_count(1)
    expect(page.locator("#notice")).to_have_text("")
    ask(page, "And now?")
    answered(page, "There.")
    assert here.questions() == ["Where is the budget?", "And now?"]


def test_a_laptop_that_slept_while_consent_was_given_elsewhere_has_the_answer_on_waking(here):
    allowed = []
    here.agent.turns = [asking()]
    here.agent.is_connected = lambda: bool(allowed)
    page = here.page()
    ask(page, "Where is the budget?")
    expect(page.locator("section.consent")).to_be_visible()
    with asleep(page):
        here.agent.turns = [[tool("running"), tool("done"), *ANSWER]]
        allowed.append(True)
        here.chat.clock.forward(minutes=20)
    returns(page)
    answered(page)
    expect(page.locator("section.consent")).to_have_count(0)
    expect(page.locator(".outcome.yes")).to_have_count(1)
    expect(page.locator("#notice")).to_have_text("")


# --- A service that is started anew


def test_a_service_that_is_restarted_in_mid_answer_goes_on_by_itself_and_says_why(here):
    never, resumed = Gate(), Gate()
    here.agent.turns = [[text("Here it be"), never], [resumed, *ANSWER]]
    page = here.page()
    ask(page, "Where is the budget?")
    expect(page.locator(".turn.last .parts")).to_have_text("Here it be")
    here.chat.restart()
    expect(page.locator(".turn.last")).to_contain_text("cut off when the service restarted. It goes on by itself")
    resumed.open()
    answered(page)
    expect(page.locator(".turn.last .parts")).to_have_text("Here it is.")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#notice")).to_have_text("")
    assert here.questions() == ["Where is the budget?"]
    assert [each.get("action") for each in here.agent.said()][-1] == "resume"


def test_a_service_that_is_restarted_while_consent_is_waited_for_goes_on_waiting(here):
    allowed = []
    here.agent.turns = [asking()]
    here.agent.is_connected = lambda: bool(allowed)
    page = here.page()
    ask(page, "Where is the budget?")
    expect(page.locator("section.consent")).to_be_visible()
    page.type("#question", "half a tho")
    here.chat.restart()
    here.agent.turns = [[tool("running"), tool("done"), *ANSWER]]
    allowed.append(True)
    answered(page)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#question")).to_have_value("half a tho")


# --- Somebody else


def test_what_one_person_typed_is_not_shown_to_the_next_in_the_same_browser_and_waits_for_the_first(here):
    here.agent.turns = [ANSWER]
    page = here.page("alice")
    ask(page, "the secret merger")
    answered(page)
    conversation = page.url.removeprefix(here.origin)
    page.type("#question", "who knows of the merger?")
    here.page("alice", context=page.context).type("#question", "a merger, too")

    here.chat.clock.forward(hours=1)
    bobs = here.page("bob", context=page.context)
    assert bobs.input_value("#question") == ""
    assert "merger" not in bobs.content()
    returns(page)
    expect(page.get_by_role("dialog")).to_contain_text("In this browser, bob@example.com is signed in.")
    assert "merger" not in page.locator("body").inner_text()
    assert page.input_value("#question") == ""
    page.get_by_role("button", name="Go on as bob@example.com").click()
    page.wait_for_url(f"{here.origin}/chat")
    expect(page.locator("#who")).to_contain_text("bob@example.com")
    assert "merger" not in page.content()
    assert page.input_value("#question") == ""

    here.chat.clock.forward(hours=1)
    back = here.page("alice", path=conversation, context=page.context)
    expect(back.locator("#question")).to_have_value("who knows of the merger?")
    expect(here.page("alice", context=page.context).locator("#question")).to_have_value("a merger, too")


def test_a_page_of_somebody_who_has_gone_sends_nothing_in_the_name_of_the_next(here):
    page = here.page("alice")
    page.fill("#question", "who knows of the merger?")
    here.chat.clock.forward(hours=1)
    here.page("bob", context=page.context)
    page.press("#question", "Enter")
    expect(page.get_by_role("dialog")).to_contain_text("bob@example.com")
    assert here.questions() == []
