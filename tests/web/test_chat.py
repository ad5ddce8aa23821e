"""What people do in the web chat, and what can happen to them, in Chromium."""

import json
import re

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.callback.servers import Server
from tests.web.doing import ANSWER, EARLIER, ask, come, drafts, returns, runs, start_waiting
from tests.web.fake import (
    ALICE,
    BOB,
    CONNECT,
    FIRST,
    Cut,
    Die,
    Gate,
    asks,
    custom,
    done,
    failed,
    html,
    text,
    tool,
)

FILES = [{"name": f"Report {n}", "type": "pdf", "link": f"https://docs.google.com/{n}"} for n in range(12)]


# --- Asking


def test_a_question_is_sent_as_an_agui_run_and_its_answer_is_shown(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    ask(page, "  Where is\nmy budget?  ")
    expect(page.locator(".text")).to_have_text("Here it is.")
    expect(page.locator(".question")).to_have_text("Where is my budget?")
    (sent,) = runs(fake)
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", sent["threadId"])
    assert page.url == f"{fake.origin}/chat/c/{sent['threadId']}"
    assert [(message["role"], message["content"]) for message in sent["messages"]] == [("user", "Where is\nmy budget?")]
    assert sent["forwardedProps"] == {"html": True, "wait": False, "timezone": "UTC", "locale": "en-US"}
    assert set(sent) == {"threadId", "runId", "state", "messages", "tools", "context", "forwardedProps"}
    expect(page.locator("#question")).to_be_focused()
    assert drafts(page) == {}


def test_blocks_are_replaced_from_where_the_server_says(visit, fake):
    begin = {"type": "TEXT_MESSAGE_START", "messageId": "m", "role": "assistant"}
    first = [html("m", 0, "<p>One</p>", "<p>Tw</p>"), Gate("a"), html("m", 1, "<p>Two</p>", "<ul><li>x</li></ul>")]
    fake.scripts = [[begin, *first, Gate("b"), html("m", 2, "<p>Three</p>"), Gate("c"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("OneTw")
    page.evaluate("kept = document.querySelector('.text').firstChild")
    fake.open("a")
    expect(page.locator(".text")).to_have_text("OneTwox")
    fake.open("b")
    expect(page.locator(".text")).to_have_text("OneTwoThree")
    assert page.evaluate("kept === document.querySelector('.text').firstChild")


def test_only_a_finished_answer_is_announced_and_only_once(visit, fake):
    steps = [tool("running"), Gate("a"), tool("done"), *text("m", "<p>One.</p>", "<p>Two.</p>"), Gate("b"), done()]
    fake.scripts = [steps]
    page = visit().page
    page.evaluate(
        "() => { said = []; new MutationObserver(() => said.push(document.getElementById('said').textContent))"
        ".observe(document.getElementById('said'), { childList: true, subtree: true, characterData: true }); }"
    )
    ask(page, "q")
    expect(page.locator("#status")).to_have_text("Searching Drive for “budget” …")
    fake.open("a")
    expect(page.locator(".text")).to_have_text("One.Two.")
    assert page.evaluate("said") == []
    fake.open("b")
    page.wait_for_function("() => said.length > 0")
    assert page.evaluate("said") == ["One.Two."]
    assert page.locator("#scroll").get_attribute("aria-live") == "off"
    expect(page.locator("#status")).to_have_text("")


def test_a_tool_turns_from_running_to_done(visit, fake):
    fake.scripts = [[tool("running"), Gate("a"), tool("done"), Gate("b"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".tool.running .spinner")).to_be_visible()
    fake.open("a")
    expect(page.locator(".tool.done")).to_have_text("Searching Drive for “budget” (done)")
    assert page.locator(".tool.running").count() == 0


def test_file_cards_lead_outside_safely_and_many_are_folded(visit, fake):
    bad = {"name": "Bad", "type": "folder", "link": "javascript:alert(1)"}
    fake.scripts = [[custom("files", files=[bad, *FILES]), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".file:visible")).to_have_count(6)
    page.get_by_role("button", name="Show all 13 files").click()
    expect(page.locator(".file:visible")).to_have_count(13)
    assert page.locator(".file").nth(0).evaluate("element => element.tagName") == "SPAN"
    link = page.locator("a.file").nth(0)
    assert link.get_attribute("href") == "https://docs.google.com/0"
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noopener noreferrer", "_blank")


def test_a_suggestion_asks_at_once_and_leaves_a_draft_alone(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    page.type("#question", "half a tho")
    page.get_by_role("button", name="Which files changed last week?").click()
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert runs(fake)[0]["messages"][0]["content"] == "Which files changed last week?"
    assert page.input_value("#question") == "half a tho"


def test_an_answer_can_be_copied_and_asked_for_again(visit, fake):
    fake.scripts = [ANSWER, [*text("m", "<p>Better.</p>"), done()]]
    page = visit(permissions=["clipboard-read", "clipboard-write"]).page
    ask(page, "q")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "<p>Here it is.</p>"
    page.get_by_role("button", name="Ask again", exact=True).click()
    expect(page.locator(".text").last).to_have_text("Better.")
    assert [run["messages"][0]["content"] for run in runs(fake)] == ["q", "q"]


def test_a_failed_answer_says_so_and_can_be_tried_again(visit, fake):
    fake.scripts = [[failed("The model is busy.")], ANSWER]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".outcome.error")).to_have_text("The model is busy.")
    page.get_by_role("button", name="Ask again", exact=True).click()
    expect(page.locator(".text")).to_have_text("Here it is.")


# --- Keys


def test_enter_during_composition_sends_nothing(visit, fake):
    fake.scripts = [ANSWER]
    page = visit(language="ja").page
    page.focus("#question")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "よさん", "selectionStart": 3, "selectionEnd": 3})
    page.evaluate(
        "() => { composing = []; addEventListener('keydown', event => composing.push(event.isComposing), true); }"
    )
    page.keyboard.press("Enter")
    assert page.evaluate("composing") == [True]
    # Safari ends the composition first and then says 229.
    enter = "new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })"
    page.evaluate(f"document.getElementById('question').dispatchEvent({enter})")
    devtools.send("Input.insertText", {"text": "予算"})
    assert runs(fake) == []
    page.fill("#question", "予算")
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text("予算")
    assert len(runs(fake)) == 1


def test_shift_enter_begins_a_line_and_nothing_is_sent_of_blanks(visit, fake):
    page = visit().page
    page.focus("#question")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    assert page.input_value("#question") == "one\ntwo"
    ask(page, "   ")
    page.click("#send")
    assert runs(fake) == []


def test_escape_stops_the_answer_but_closes_a_dialog_first(visit, fake):
    fake.scripts = [[*text("m", "<p>It begins</p>"), Gate("never"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("It begins")
    expect(page.locator("#send")).to_be_hidden()
    page.click("#manage")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    assert fake.sent("POST", "/chat/api/conversations/") == []
    page.keyboard.press("Escape")
    expect(page.locator(".outcome")).to_have_text("You stopped this answer.")
    expect(page.locator("#send")).to_be_visible()
    expect(page.get_by_role("button", name="Ask again", exact=True)).to_be_visible()
    assert len(fake.sent("POST", "/chat/api/conversations/")) == 1


def test_a_new_conversation_is_two_keys_away_and_has_the_focus(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    page.keyboard.press("Control+k")
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()
    assert page.url == f"{fake.origin}/chat"
    page.go_back()
    expect(page.locator(".text")).to_have_text("There.")


def test_everything_can_be_reached_by_keyboard_and_the_focus_is_seen(visit, fake):
    fake.keep(EARLIER)
    page = visit().page
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            "if (e === document.body) return [null, ''];"
            "const frame = e.matches('textarea') ? getComputedStyle(e.form).boxShadow : '';"
            "return [e.id || e.getAttribute('aria-label') || e.textContent, s.outlineStyle + frame]; }"
        )
        if name is None:  # from the last to the first
            continue
        reached.append(name)
        assert outline not in {"none", "nonenone"}, name
    for name in (
        "Skip to the question",
        "home",
        "new",
        "Budget",
        "Rename or delete “Budget”",
        "who",
        "question",
        "send",
    ):
        assert name in reached


# --- Consent


CONNECTED = [Gate("consent"), custom("connected", account="alice@gmail.example"), *ANSWER]


def test_after_consent_the_answer_comes_by_itself(visit, fake):
    page = start_waiting(visit, fake, CONNECTED)
    link = page.get_by_role("link", name="Connect Google Drive")
    assert link.get_attribute("href") == CONNECT
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noopener noreferrer", "_blank")
    expect(page.locator(".consent")).not_to_contain_text("http")
    with page.context.expect_page() as opened:
        link.click()
    opened.value.close()
    fake.open("consent")
    expect(page.locator(".outcome.yes")).to_have_text("Connected as alice@gmail.example")
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert page.locator(".turn").count() == 1
    resumed = runs(fake)[1]
    assert resumed["resume"] == [{"interruptId": "consent-1", "status": "resolved"}]
    assert resumed["forwardedProps"]["wait"] is True
    assert len(runs(fake)) == 2


def test_consent_is_waited_for_again_after_a_reload_and_in_a_second_tab(visit, fake):
    page = start_waiting(visit, fake, CONNECTED)
    come(page, fake, 2)
    second = page.context.new_page()
    second.goto(page.url)
    page.reload()
    for tab in (page, second):
        expect(tab.locator(".consent")).to_be_visible()
    fake.open("consent")
    for tab in (page, second):
        expect(tab.locator(".outcome.yes")).to_be_visible()
        expect(tab.locator(".text")).to_have_text("Here it is.")
    assert len(runs(fake)) == 2


def test_a_conversation_that_waits_is_waited_for_as_soon_as_it_is_opened(visit, fake):
    card = {"kind": "consent", "message": "I need it.", "url": CONNECT, "scopes": [], "account": None}
    fake.keep({"question": "q", "parts": [card], "outcome": "waiting", "run": "run-before"}, state="waiting")
    fake.scripts = [[custom("connected", account=""), *ANSWER]]
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("Here it is.")
    expect(page.locator(".outcome.yes")).to_have_text("Google Drive is connected")
    assert runs(fake)[0]["resume"] == [{"interruptId": "consent-run-before", "status": "resolved"}]


def test_not_now_is_told_to_the_agent_which_answers(visit, fake):
    page = start_waiting(visit, fake, [Gate("never")], [*text("n", "<p>Then not.</p>"), done()])
    come(page, fake, 2)
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(".text")).to_have_text("Then not.")
    expect(page.locator(".outcome.no")).to_have_text("Google Drive was not connected.")
    assert runs(fake)[-1]["resume"] == [{"interruptId": "consent-1", "status": "cancelled"}]


def test_another_question_can_be_asked_while_consent_is_waited_for(visit, fake):
    page = start_waiting(visit, fake, [Gate("never")], ANSWER)
    ask(page, "Something else")
    expect(page.locator(".text")).to_have_text("Here it is.")
    expect(page.locator(".consent")).to_have_count(0)
    assert page.locator(".question").all_inner_texts() == ["What did Ben change?", "Something else"]


def test_a_second_card_asks_for_more_in_the_same_turn(visit, fake):
    more = [custom("connected", account="alice@gmail.example"), *asks("consent-2")]
    page = start_waiting(visit, fake, more, [Gate("never")])
    expect(page.locator(".outcome.yes")).to_be_visible()
    expect(page.locator(".consent")).to_be_visible()
    come(page, fake, 3)
    assert runs(fake)[-1]["resume"] == [{"interruptId": "consent-2", "status": "resolved"}]


def test_waiting_that_ran_out_goes_on_with_the_same_card(visit, fake):
    page = start_waiting(visit, fake, asks(), [custom("connected", account="a@example.com"), *ANSWER])
    expect(page.locator(".text")).to_have_text("Here it is.", timeout=6000)
    assert page.locator(".outcome.yes").count() == 1
    assert len(runs(fake)) == 3


# --- What can happen


def test_a_cut_stream_goes_on_where_it_was_and_repeats_nothing(visit, fake):
    begin = {"type": "TEXT_MESSAGE_START", "messageId": "m", "role": "assistant"}
    rest = [html("m", 1, "<p>Two.</p>"), {"type": "TEXT_MESSAGE_END", "messageId": "m"}, done()]
    fake.scripts = [[begin, html("m", 0, "<p>One.</p>"), Gate("a"), Cut(), Gate("b"), *rest]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("One.")
    with page.expect_request("**/chat/api/runs/*"):
        fake.open("a")
    fake.open("b")
    expect(page.locator(".text")).to_have_text("One.Two.")
    attached = [path for method, path, _ in fake.requests if "/api/runs/" in path]
    assert [path.partition("?")[2] for path in attached] == ["after=3"]


def test_an_answer_that_a_restart_cut_off_goes_on_by_itself(visit, fake):
    fake.scripts = [[*text("m", "<p>Half an</p>"), Gate("a"), Die()], [Gate("b"), *ANSWER]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("Half an")
    with page.expect_request("**/chat/api/runs/*"):
        fake.open("a")
    fake.open("b")
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert runs(fake)[1]["resume"][0]["status"] == "resolved"
    assert page.locator(".turn").count() == 1


def test_after_two_vain_attempts_a_cut_off_answer_waits_for_a_press(visit, fake):
    fake.keep({"question": "q", "outcome": "cut_off"})
    fake.scripts = [[Die()], [Die()], ANSWER]
    page = visit(f"/chat/c/{FIRST}").page
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert len(runs(fake)) == 3


def test_history_survives_a_reload_and_a_running_answer_is_joined(visit, fake):
    fake.scripts = [ANSWER, [*text("m2", "<p>And so on</p>"), Gate("a"), *text("m3", "<p>to the end.</p>"), done()]]
    page = visit().page
    ask(page, "one")
    expect(page.locator(".text")).to_have_text("Here it is.")
    ask(page, "two")
    expect(page.locator(".text").last).to_have_text("And so on")
    page.reload()
    expect(page.locator(".text")).to_have_text(["Here it is.", "And so on"])
    fake.open("a")
    expect(page.locator(".text")).to_have_text(["Here it is.", "And so on", "to the end."])


def test_where_an_answer_is_running_already_the_page_follows_it_and_keeps_the_question(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    fake.keep({"question": "From my phone"})
    fake.start(FIRST, [*text("m", "<p>For the phone.</p>"), Gate("a"), done()])
    ask(page, "And this?")
    expect(page.locator(".text")).to_have_text("For the phone.")
    expect(page.locator("#notice")).to_contain_text("Your question is kept")
    assert page.input_value("#question") == "And this?"
    assert page.locator(".question").all_inner_texts() == ["From my phone"]
    page.reload()
    assert page.input_value("#question") == "And this?"


def test_an_expired_sign_in_keeps_what_was_typed_and_leads_back_to_it(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    fake.me = None
    ask(page, "A long question")
    expect(page.locator("#notice")).to_contain_text("Your sign-in has ended. What you typed is kept.")
    assert page.input_value("#question") == "A long question"
    assert drafts(page) == {f"{ALICE['id']}.{FIRST}": "A long question"}
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_load_state()
    assert page.url == f"{fake.origin}/chat/c/{FIRST}"
    assert page.input_value("#question") == "A long question"
    fake.scripts = [ANSWER]
    page.press("#question", "Enter")
    expect(page.locator(".text").last).to_have_text("Here it is.")
    assert drafts(page) == {}


def test_signing_in_again_in_another_tab_is_noticed(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    fake.me = None
    ask(page, "q")
    expect(page.locator("#notice")).to_contain_text("Sign in again")
    fake.me = {**ALICE, "csrf": "csrf-of-later"}
    returns(page)
    expect(page.locator("#notice")).to_be_empty()
    page.press("#question", "Enter")
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert page.locator("#sign-out [name=csrf]").get_attribute("value") == "csrf-of-later"


def test_a_value_against_forgery_that_has_changed_is_fetched_without_a_word(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    fake.me = {**ALICE, "csrf": "csrf-of-later"}
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert page.locator("#notice").inner_text() == ""


@pytest.mark.parametrize("notices", [returns, lambda page: page.press("#question", "Enter")])
def test_another_person_in_this_browser_gets_neither_page_nor_draft(visit, fake, notices):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    page.type("#question", "Alice's secret")
    fake.me = BOB
    fake.conversations.clear()
    notices(page)
    expect(page.locator("dialog")).to_contain_text("bob@example.com is signed in")
    assert page.input_value("#question") == ""
    assert "There." not in page.locator("body").inner_text()
    page.get_by_role("button", name="Go on as bob@example.com").click()
    expect(page.locator("#who")).to_contain_text("bob@example.com")
    assert page.input_value("#question") == ""
    assert "secret" not in json.dumps(fake.requests) or runs(fake)[0]["messages"][0]["content"] == "Alice's secret"
    assert fake.runs == {}
    assert drafts(page) == {f"{ALICE['id']}.{FIRST}": "Alice's secret"}


def test_offline_nothing_is_lost_and_everything_goes_on_afterwards(visit, fake):
    begin = {"type": "TEXT_MESSAGE_START", "messageId": "m", "role": "assistant"}
    fake.scripts = [[begin, html("m", 0, "<p>One.</p>"), Gate("a"), Cut(), html("m", 1, "<p>Two.</p>"), done()], ANSWER]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("One.")
    page.context.set_offline(True)
    expect(page.locator("#notice")).to_contain_text("You are offline")
    fake.open("a")
    page.fill("#question", "next")
    page.wait_for_timeout(150)
    page.context.set_offline(False)
    expect(page.locator(".text")).to_have_text("One.Two.")
    expect(page.locator("#notice")).to_be_empty()
    page.context.set_offline(True)
    page.press("#question", "Enter")
    expect(page.locator("#notice")).to_contain_text("You are offline")
    assert page.input_value("#question") == "next"
    page.context.set_offline(False)
    expect(page.locator("#notice")).to_be_empty()
    page.press("#question", "Enter")
    expect(page.locator(".text").last).to_have_text("Here it is.")


def test_a_question_whose_sending_failed_stays_and_is_never_asked_twice(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    tried = []

    def lose(route):
        tried.append(json.loads(route.request.post_data))
        route.abort()

    page.route("**/agui", lose)
    ask(page, "q")
    expect(page.locator("#notice")).to_contain_text("Your question could not be sent.")
    assert page.input_value("#question") == "q"
    assert page.url == f"{fake.origin}/chat"
    page.unroute("**/agui")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".text")).to_have_text("Here it is.")
    assert page.locator(".question").count() == 1
    assert (runs(fake)[0]["runId"], runs(fake)[0]["threadId"]) == (tried[0]["runId"], tried[0]["threadId"])


def test_a_question_is_kept_until_the_server_has_it(visit, fake):
    page = visit().page
    page.route("**/agui", lambda route: None)  # neither sent nor refused
    ask(page, "q")
    expect(page.locator(".question")).to_have_text("q")
    assert page.input_value("#question") == ""
    assert drafts(page) == {f"{ALICE['id']}.new": "q"}


@pytest.mark.parametrize(("status", "code"), [(500, "internal"), (413, "too_long"), (502, "unreachable")])
def test_a_refusal_is_said_in_the_servers_words_and_the_question_stays(visit, fake, status, code):
    fake.refusals["POST", "/agui"] = status, code
    page = visit(language="ja").page
    ask(page, "質問")
    expect(page.locator("#notice")).to_contain_text("。")
    assert page.input_value("#question") == "質問"
    assert page.locator(".turn").count() == 0
    expect(page.locator(".empty")).to_be_visible()


def test_a_conversation_that_is_gone_is_said_and_a_new_one_begun(visit, fake):
    page = visit("/chat/c/gone-gone-gone").page
    expect(page.locator("#notice")).to_contain_text("does not exist any more")
    expect(page.locator(".empty")).to_be_visible()
    assert page.url == f"{fake.origin}/chat"


def test_what_happened_on_another_device_is_there_on_coming_back(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    fake.keep(EARLIER, {"question": "From my phone", "parts": EARLIER["parts"]}, age_h=0.5)
    returns(page)
    expect(page.locator(".question")).to_have_text(["Where is it?", "From my phone"])


def test_a_stream_that_died_in_sleep_is_taken_up_again(visit, fake):
    fake.scripts = [[*text("m", "<p>One.</p>"), Gate("a"), *text("m2", "<p>Two.</p>"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("One.")
    hide = "value => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => value }); }"
    page.evaluate(hide, True)
    returns(page)
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 60_000; }")
    page.evaluate(hide, False)
    with page.expect_request("**/chat/api/runs/*"):
        returns(page)
    fake.open("a")
    expect(page.locator(".text")).to_have_text(["One.", "Two."])


# --- Scrolling


def test_reading_above_is_not_disturbed_and_one_press_leads_to_the_latest(visit, fake):
    lines = [f"<p>Line {n}</p>" for n in range(40)]
    fake.scripts = [[*text("m", *lines), Gate("a"), *text("m2", *lines), Gate("b"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_contain_text("Line 39")
    at_end = (
        "() => { const s = document.getElementById('scroll'); return s.scrollHeight - s.scrollTop - s.clientHeight; }"
    )
    page.wait_for_function(f"() => ({at_end})() < 2")
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -600)
    expect(page.locator("#jump")).to_be_visible()
    page.wait_for_timeout(100)
    place = page.evaluate("document.getElementById('scroll').scrollTop")
    fake.open("a")
    expect(page.locator(".text")).to_have_count(2)
    expect(page.locator(".text").last).to_contain_text("Line 39")
    assert page.evaluate("document.getElementById('scroll').scrollTop") == place
    page.click("#jump")
    expect(page.locator("#jump")).to_be_hidden()
    page.wait_for_function(f"() => ({at_end})() < 2")


def test_earlier_messages_come_on_demand_and_the_page_does_not_jump(visit, fake):
    turns = [{"question": f"Question {n}", "parts": EARLIER["parts"]} for n in range(45)]
    fake.keep(*turns)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".turn")).to_have_count(30)
    top = page.locator(".question", has_text="Question 15")
    page.evaluate("document.getElementById('scroll').scrollTop = 0")
    before = top.bounding_box()["y"]
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator(".turn")).to_have_count(45)
    assert abs(top.bounding_box()["y"] - before) < 60
    assert page.get_by_role("button", name="Show earlier messages").count() == 0


# --- Conversations and the account


def test_a_conversation_is_renamed(visit, fake):
    fake.keep(EARLIER, title="Old name")
    page = visit(f"/chat/c/{FIRST}").page
    page.get_by_role("button", name="Rename or delete “Old name”").last.click()
    page.get_by_role("button", name="Rename", exact=True).click()
    page.fill("#dialog-value", "New name")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text("New name")
    expect(page.locator("#list a")).to_have_text("New name")
    assert fake.sent("PATCH", f"/chat/api/conversations/{FIRST}") == [{"title": "New name"}]


def test_a_conversation_is_deleted_only_when_that_is_confirmed(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    for answer in ("Cancel", "Delete"):
        page.get_by_role("button", name="Rename or delete “Budget”").last.click()
        page.locator("#menu").get_by_role("button", name="Delete").click()
        assert fake.sent("DELETE", "/") == []
        page.locator("dialog").get_by_role("button", name=answer).click()
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator("#list a")).to_have_count(0)
    assert len(fake.sent("DELETE", f"/chat/api/conversations/{FIRST}")) == 1


def test_drafts_are_kept_for_each_conversation(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    page.fill("#question", "here")
    page.click("#new")
    assert page.input_value("#question") == ""
    page.fill("#question", "new")
    page.click("#list a")
    expect(page.locator("#question")).to_have_value("here")
    page.go_back()
    expect(page.locator("#question")).to_have_value("new")


def test_drive_is_disconnected_from_the_account_menu_when_that_is_confirmed(visit, fake):
    fake.connections = [{"provider": "google-drive-provider", "connected": True, "account": "alice@gmail.example"}]
    page = visit().page
    page.click("#who")
    expect(page.locator("#connections")).to_contain_text("Connected as alice@gmail.example")
    page.get_by_role("button", name="Disconnect").click()
    assert fake.sent("POST", "/chat/api/disconnect") == []
    page.locator("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.locator("#connections")).to_contain_text("Google Drive is disconnected.")
    expect(page.locator("#connections")).to_contain_text("Not connected")
    assert page.locator("#account a[href='/connections']").count() == 1


def test_who_signs_out_leaves_no_draft_behind(visit, fake):
    page = visit().page
    page.fill("#question", "half a thought")
    assert drafts(page) == {f"{ALICE['id']}.new": "half a thought"}
    page.click("#who")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("You are signed out")
    assert fake.sent("POST", "/sign-out") == [{"csrf": ALICE["csrf"]}]
    assert drafts(page) == {}


def test_on_a_phone_the_list_is_a_drawer(visit, fake):
    fake.keep(EARLIER)
    page = visit().page
    page.set_viewport_size({"width": 360, "height": 640})
    expect(page.locator("#list a")).to_be_hidden()
    page.click("#open-list")
    expect(page.locator("#list a")).to_be_visible()
    assert page.evaluate("document.getElementById('main').inert")
    page.keyboard.press("Escape")
    expect(page.locator("#list a")).to_be_hidden()
    expect(page.locator("#open-list")).to_be_focused()
    page.click("#open-list")
    page.click("#list a")
    expect(page.locator(".text")).to_have_text("There.")
    expect(page.locator("#list a")).to_be_hidden()


# --- Safety


@pytest.fixture
def stranger():
    """A server of somebody else's that counts who comes."""
    came = []
    server = Server(
        Starlette(routes=[Route("/{path}", lambda request: came.append(request.url.path) or PlainTextResponse(""))])
    )
    yield f"http://127.0.0.1:{server.port}", came
    server.stop()


def hostile(origin):
    return [
        f'<p><img src="{origin}/image" onerror="hacked = 1"><img src="data:," onerror="hacked = 1"></p>',
        f'<script>hacked = 1</script><script src="{origin}/script"></script>',
        f'<link rel="stylesheet" href="{origin}/style"><style>p {{ background: url({origin}/background) }}</style>',
        f'<iframe src="{origin}/frame"></iframe><object data="{origin}/object"></object>',
        f'<video src="{origin}/video"></video><p style="background: url({origin}/inline)">end</p>',
        f'<svg><use href="{origin}/use#x"></use><image href="{origin}/svg"></image></svg>',
        "<p>The end</p>",
    ]


def test_whatever_an_answer_holds_nothing_is_run_and_nothing_fetched_from_elsewhere(visit, fake, stranger):
    origin, came = stranger
    fake.scripts = [[*text("m", *hostile(origin)), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_contain_text("The end")
    page.reload()
    expect(page.locator(".text")).to_contain_text("The end")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("typeof hacked") == "undefined"
    assert came == []


def test_without_the_policy_the_same_answer_would_be_fetched(visit, fake, stranger):
    """The test above would be worth nothing if it were not so."""
    origin, came = stranger
    fake.scripts = [[*text("m", *hostile(origin)), done()]]
    page = visit(bypass_csp=True).page
    ask(page, "q")
    expect(page.locator(".text")).to_contain_text("The end")
    page.wait_for_function("() => typeof hacked !== 'undefined'")
    assert "/image" in came


def test_a_whole_visit_asks_nobody_else_and_leaves_no_complaint(visit, fake):
    fake.keep(EARLIER)
    link = '<p><a href="https://docs.google.com/x">x</a></p>'
    fake.scripts = [[tool("running"), tool("done"), custom("files", files=FILES), *text("m", link), done()]]
    tab = visit()
    ask(tab.page, "q")
    expect(tab.page.locator(".text a")).to_have_attribute("rel", "noopener noreferrer")
    tab.page.click("#who")
    expect(tab.page.locator("#connections")).to_contain_text("Not connected")
    assert {url.split("/")[2] for url in tab.requests} == {fake.origin.split("/")[2]}
    assert tab.faults == []


def test_titles_and_names_are_never_markup(visit, fake):
    fake.me = {**ALICE, "name": "<b>Alice</b>"}
    fake.keep({"question": "<img src=x>", "parts": [{"kind": "notice", "message": "<i>n</i>"}]}, title="<b>Budget</b>")
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator("#title")).to_have_text("<b>Budget</b>")
    expect(page.locator(".question")).to_have_text("<img src=x>")
    assert page.locator("b, i, img").count() == 0
