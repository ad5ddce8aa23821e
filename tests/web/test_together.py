"""The page on the real web chat, signed in for real; only the agent and the cloud are the tests' own."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.chat.web.conftest import _agent, agent, chat, identity, make_chat, stage
from tests.chat.web.scripted import ANSWER, Gate, asking, text
from tests.pages.chromium import Tab, new_context

__all__ = ["_agent", "agent", "chat", "identity", "make_chat", "stage"]


@pytest.fixture
def tab(chromium, chat, agent):
    agent.who = "alice"
    context = new_context(chromium)
    context.set_default_timeout(5_000)
    made = Tab(context.new_page())
    made.page.goto(f"{chat.stage.origin}/chat")
    expect(made.page.locator(".empty")).to_be_visible()
    yield made
    context.close()


def ask(page, question):
    page.fill("#question", question)
    page.press("#question", "Enter")


def test_a_question_is_answered_kept_and_there_after_a_reload(tab, agent):
    page = tab.page
    agent.turns = [ANSWER]
    ask(page, "Where is my budget?")
    expect(page.locator(".text:not(:empty)")).to_have_text("Found Q3 budget.That is all.", use_inner_text=False)
    expect(page.locator("a.file strong")).to_have_text("Q3 budget")
    expect(page.locator("#list a")).to_have_text("Where is my budget?")
    page.reload()
    expect(page.locator(".text a")).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".tool.done")).to_be_visible()
    assert tab.faults == []


def test_consent_given_elsewhere_brings_the_answer_by_itself(tab, agent, chat):
    page, is_there = tab.page, []
    agent.turns, agent.is_connected = [[text("Let me look. "), *asking()], ANSWER], lambda: bool(is_there)
    ask(page, "Where is my budget?")
    expect(page.locator(".consent")).to_be_visible()
    expect(page.locator(".text:not(:empty)")).to_have_text("Let me look.")
    expect(page.locator("#list .mark-waiting")).to_be_visible()
    page.reload()
    expect(page.locator(".consent")).to_be_visible()
    is_there.append(True)
    chat.announce(SimpleNamespace(who="alice"))
    expect(page.locator(".outcome.yes")).to_have_text("Connected as alice@gmail.example")
    expect(page.locator(".text:not(:empty)").last).to_contain_text("That is all.")
    assert page.locator(".turn").count() == 1


def test_not_now_and_another_question_make_a_waiting_run_give_way(tab, agent):
    page = tab.page
    agent.turns, agent.is_connected = [asking(), ANSWER, asking(), ANSWER], lambda: False
    ask(page, "Where is my budget?")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(".text:not(:empty)")).to_contain_text("That is all.")
    expect(page.locator(".outcome.no")).to_be_visible()
    ask(page, "And the plan?")
    expect(page.locator(".consent")).to_be_visible()
    ask(page, "Something else")
    expect(page.locator(".turn").last.locator(".text:not(:empty)")).to_contain_text("That is all.")
    expect(page.locator(".consent")).to_have_count(0)


def test_stopping_renaming_and_deleting(tab, agent):
    page, gate = tab.page, Gate()
    agent.turns = [[text("It begins. "), gate, text("It ends.")]]
    ask(page, "q")
    expect(page.locator(".text:not(:empty)")).to_contain_text("It begins.")
    page.keyboard.press("Escape")
    expect(page.locator(".outcome")).to_have_text("You stopped this answer.")
    gate.open()
    page.click("#manage")
    page.click("[data-do=rename]")
    page.fill("#dialog-value", "Another name")
    page.keyboard.press("Enter")
    expect(page.locator("#list a")).to_have_text("Another name")
    page.click("#manage")
    page.click("[data-do=delete]")
    page.locator("dialog .danger").click()
    expect(page.locator("#list a")).to_have_count(0)


def test_a_restart_of_the_service_in_the_middle_is_survived(tab, agent, chat):
    page, gate = tab.page, Gate()
    agent.turns = [[text("It begins. "), gate], ANSWER]
    ask(page, "q")
    expect(page.locator(".text:not(:empty)")).to_contain_text("It begins.")
    chat.restart()
    gate.open()
    expect(page.locator(".text:not(:empty)")).to_contain_text("That is all.", timeout=10_000)
    assert page.locator(".turn").count() == 1
    assert "It begins" not in page.locator(".parts").inner_text()
