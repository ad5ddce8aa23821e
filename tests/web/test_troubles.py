"""What goes wrong around the page, and what it does about it: refusals, silence, absence, and the next person."""

import json

import pytest
from playwright.sync_api import expect

from callback.web.languages import LANGUAGES
from tests.pages.chromium import DESKTOP, PHONE
from tests.web.doing import ANSWER, EARLIER, ask, come, drafts, returns, runs, start_waiting
from tests.web.fake import ALICE, BOB, FIRST, Cut, Gate, asks, custom, done, failed, text

SECOND = "conversation-00000002"
HIDE = "value => Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })"
MINUTE_MS = 60_000


def answered(page, words="Here it is."):
    expect(page.locator(".turn.last .text")).to_have_text(words)
    expect(page.locator(".turn.last")).to_have_attribute("data-state", "answered")


def refuse(route, status=502, code="unreachable"):
    route.fulfill(status=status, content_type="application/json", body=json.dumps({"error": "No.", "code": code}))


# --- Drawing anew


def test_an_answer_that_came_event_by_event_is_still_there_after_earlier_ones_are_shown(visit, fake):
    fake.keep(*[{"question": f"Question {n}", "parts": EARLIER["parts"]} for n in range(45)])
    fake.scripts = [ANSWER]
    page = visit(f"/chat/c/{FIRST}").page
    ask(page, "q")
    answered(page)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator(".turn")).to_have_count(46)
    answered(page)


def test_an_answer_that_came_event_by_event_is_still_there_after_the_next_question_is_refused(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    ask(page, "q")
    answered(page)
    fake.refusals["POST", "/agui"] = 502, "unreachable"
    ask(page, "and then?")
    expect(page.locator("#notice")).not_to_be_empty()
    answered(page)


def test_a_list_that_is_drawn_again_leaves_the_focus_where_it_is(visit, fake):
    fake.keep(EARLIER)
    page = visit().page
    more = page.get_by_role("button", name="Rename or delete “Budget”")
    for count, does in (
        (2, more.focus),
        (3, lambda: (more.focus(), page.keyboard.press("Enter"), page.keyboard.press("Tab"))),
    ):
        does()
        fake.keep(EARLIER, key=f"conversation-0000000{count}", title="Another", age_h=0.5)
        with page.expect_response("**/chat/api/conversations"):
            returns(page)
        page.keyboard.press("Escape")  # closes the menu, if it is open
        expect(page.locator("#list a")).to_have_count(count)
        expect(more).to_be_focused()


# --- Runs that begin, end and cannot be stopped


def test_a_run_that_is_only_about_to_begin_is_not_taken_for_the_turn_before_it(visit, fake):
    fake.keep(EARLIER, {"question": "From my phone"})
    fake.start(FIRST, [*text("m", "<p>For the phone.</p>"), Gate("a"), done()])
    page = visit().page
    seen = []

    def before_it_begins(route):
        answer = route.fetch().json()
        seen.append(answer["run"])
        route.fulfill(json={**answer, "turns": answer["turns"][: None if len(seen) > 1 else -1]})

    page.route(f"**/chat/api/conversations/{FIRST}", before_it_begins)
    page.click("#list a")
    expect(page.locator(".text")).to_have_text(["There.", "For the phone."])
    fake.open("a")
    expect(page.locator(".question")).to_have_text(["Where is it?", "From my phone"])
    assert len(seen) == 2


def test_what_cannot_be_stopped_yet_is_stopped_a_moment_later(visit, fake):
    fake.vain_stops = 1
    fake.scripts = [[*text("m", "<p>It begins</p>"), Gate("never")]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("It begins")
    page.click("#stop")
    expect(page.locator(".outcome")).to_have_text("You stopped this answer.")
    expect(page.locator("#notice")).to_be_empty()
    assert len(fake.sent("POST", "/chat/api/conversations/")) == 2


def test_a_stream_that_is_silent_for_a_minute_is_taken_for_dead(visit, fake):
    fake.scripts = [[*text("m", "<p>One.</p>"), Gate("a"), *text("n", "<p>Two.</p>"), done()]]
    page = visit(has_clock=True).page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("One.")
    page.clock.fast_forward(45_000)
    assert not [path for _, path, _ in fake.requests if "/api/runs/" in path]
    with page.expect_request("**/chat/api/runs/*"):
        page.clock.fast_forward(16_000)
    fake.open("a")
    expect(page.locator(".text")).to_have_text(["One.", "Two."])


def test_a_run_that_a_restart_took_away_is_looked_for_and_nobody_reads_of_a_lost_connection(visit, fake):
    fake.scripts = [[*text("m", "<p>Half</p>"), Gate("a"), Cut()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("Half")
    tried = []

    def follow(route):
        tried.append(route)
        if len(tried) < 3:
            route.abort()
        elif len(tried) == 3:
            refuse(route, 404, "no_run")

    page.route("**/chat/api/runs/*", follow)
    fake.open("a")
    expect(page.locator("#notice")).to_contain_text("The connection was lost. Trying again …")
    expect(page.locator(".turn.last")).to_contain_text("The service is back. This answer goes on by itself …")
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator(".turn.last")).not_to_contain_text("Thinking")


def test_a_failure_of_one_conversation_is_not_told_of_another(visit, fake):
    fake.keep({"question": "one", "outcome": "cut_off"}, title="One")
    fake.keep({"question": "two", "outcome": "cut_off"}, key=SECOND, title="Two", age_h=2)
    fake.scripts = [[*text("m", "<p>Half</p>"), Gate("b"), done()]]
    page = visit().page
    held = []
    page.route("**/agui", lambda route: route.continue_() if held else held.append(route))
    page.click("#list a >> text=One")
    expect(page.locator(".turn.last")).to_contain_text("It goes on by itself")
    page.click("#list a >> text=Two")
    expect(page.locator(".text")).to_have_text("Half")
    with page.expect_event("response", lambda response: response.status == 502):
        refuse(held[0])
    fake.open("b")
    answered(page, "Half")
    expect(page.locator("#notice")).to_be_empty()


# --- Refusals


def test_not_now_that_is_refused_leaves_the_card_as_it_was(visit, fake):
    page = start_waiting(visit, fake, [Gate("never")], [*text("n", "<p>Then not.</p>"), done()])
    come(page, fake, 2)
    fake.refusals["POST", "/agui"] = 502, "unreachable"
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#notice")).not_to_be_empty()
    expect(page.locator(".turn.last")).to_have_attribute("data-state", "waiting")
    expect(page.locator(".turn.last")).not_to_contain_text("Thinking")
    fake.refusals.clear()
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(".text")).to_have_text("Then not.")


@pytest.mark.parametrize("draft", ["", "half a tho"])
def test_a_suggestion_that_could_not_be_sent_is_put_where_nothing_else_was_typed(visit, fake, draft):
    fake.refusals["POST", "/agui"] = 502, "unreachable"
    tab = visit()
    page = tab.page
    page.fill("#question", draft)
    page.get_by_role("button", name="Which files changed last week?").click()
    expect(page.locator("#notice")).not_to_be_empty()
    expect(page.locator("#question")).to_have_value(draft or "Which files changed last week?")
    fake.refusals.clear()
    fake.scripts = [ANSWER]
    page.press("#question", "Enter")
    answered(page)
    expect(page.locator("#question")).to_have_value("")
    assert drafts(page) == {}
    assert [fault for fault in tab.faults if "Failed to load resource" not in fault] == []


def test_a_question_that_is_asked_again_and_refused_is_in_the_composer(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    ask(page, "q")
    answered(page)
    fake.refusals["POST", "/agui"] = 502, "unreachable"
    page.get_by_role("button", name="Ask again", exact=True).click()
    expect(page.locator("#question")).to_have_value("q")


def test_a_conversation_that_was_deleted_elsewhere_is_gone_here_too(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    fake.conversations.clear()
    page.click("#manage")
    page.locator("#menu").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator("#list a")).to_have_count(0)
    expect(page.locator("#notice")).to_be_empty()


def test_a_conversation_that_is_gone_leaves_the_list_when_it_is_opened(visit, fake):
    fake.keep(EARLIER)
    page = visit().page
    fake.conversations.clear()
    page.click("#list a")
    expect(page.locator("#notice")).to_contain_text("does not exist any more")
    expect(page.locator("#list a")).to_have_count(0)


def test_what_could_not_be_loaded_is_loaded_on_coming_back(visit, fake):
    fake.keep(EARLIER)
    page = visit(f"/chat/c/{FIRST}").page
    expect(page.locator(".text")).to_have_text("There.")
    fake.keep(EARLIER, {"question": "From my phone", "parts": EARLIER["parts"]}, age_h=0.5)
    fake.refusals["GET", f"/chat/api/conversations/{FIRST}"] = 503, "state_unavailable"
    returns(page)
    expect(page.locator("#notice")).to_contain_text("Your conversations cannot be reached")
    fake.refusals.clear()
    returns(page)
    expect(page.locator(".question")).to_have_text(["Where is it?", "From my phone"])


def test_a_service_that_is_not_there_when_a_conversation_is_opened_is_asked_again(visit, fake):
    fake.keep(EARLIER)
    page = visit().page
    tried = []
    page.route(f"**/chat/api/conversations/{FIRST}", lambda route: tried.append(route) or route.abort(), times=2)
    page.click("#list a")
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    expect(page.locator(".text")).to_have_text("There.")
    expect(page.locator("#notice")).to_be_empty()
    assert len(tried) == 2


def test_a_request_that_hangs_is_given_up_so_that_the_page_can_wake_again(visit, fake):
    page = visit(has_clock=True).page
    page.route("**/chat/api/me", lambda route: None, times=1)
    with page.expect_request("**/chat/api/me"):
        returns(page)
    fake.keep(EARLIER)
    returns(page)
    page.clock.fast_forward(31_000)
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    returns(page)
    expect(page.locator("#list a")).to_have_text("Budget")
    expect(page.locator("#notice")).to_be_empty()


def test_a_clipboard_that_refuses_is_told_of(visit, fake):
    fake.scripts = [ANSWER]
    tab = visit()
    ask(tab.page, "q")
    answered(tab.page)
    tab.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    tab.page.get_by_role("button", name="Copy").click()
    expect(tab.page.locator("#status")).to_have_text("This could not be copied")
    assert tab.faults == []


def test_sending_in_one_new_tab_leaves_what_was_typed_in_another_since(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    page.fill("#question", "from the first")
    second = page.context.new_page()
    second.goto(f"{fake.origin}/chat")
    second.fill("#question", "from the second")
    page.press("#question", "Enter")
    answered(page)
    assert drafts(page) == {f"{ALICE['id']}.new": "from the second"}


# --- Waiting for consent


def test_a_question_does_not_overtake_the_wait_that_it_ends(visit, fake):
    fake.scripts = [[Gate("a"), *asks()], [Gate("never")], ANSWER]
    page = visit().page
    ask(page, "one")
    expect(page.locator(".turn")).to_be_visible()
    held = []
    page.route("**/agui", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/agui"):
        fake.open("a")
    ask(page, "two")
    expect(page.locator(".turn")).to_have_count(2)
    held[0].continue_()
    answered(page)
    assert ["resume" in run for run in runs(fake)] == [False, True, False]
    expect(page.locator("#notice")).to_be_empty()


def test_the_list_says_that_a_question_is_being_answered_as_soon_as_consent_is_there(visit, fake):
    page = start_waiting(visit, fake, [Gate("a"), custom("connected", account=""), Gate("b"), *ANSWER])
    come(page, fake, 2)
    expect(page.locator("#list .mark-waiting")).to_be_visible()
    fake.open("a")
    expect(page.locator("#list .mark-running")).to_be_visible()
    expect(page.locator("#list .mark-waiting")).to_have_count(0)


def test_an_agent_that_cannot_be_asked_meanwhile_is_nothing_that_a_person_must_see_to(visit, fake):
    page = start_waiting(visit, fake, [failed("The agent cannot be reached. Please try again in a moment.")])
    expect(page.locator("#notice")).to_have_text("The agent cannot be reached; this goes on by itself.")
    expect(page.locator(".consent")).to_be_visible()


def test_a_page_in_the_background_does_not_wait_for_consent_until_somebody_looks(visit, fake):
    fake.scripts = [[Gate("a"), *asks()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".turn")).to_be_visible()
    page.evaluate(HIDE, True)
    fake.open("a")
    with page.expect_response("**/chat/api/conversations"):
        expect(page.locator(".consent")).to_be_visible()
    assert len(runs(fake)) == 1
    page.evaluate(HIDE, False)
    returns(page)
    come(page, fake, 2)
    assert runs(fake)[1]["resume"][0]["status"] == "resolved"


@pytest.mark.parametrize("minutes", [19, 21])
def test_a_page_before_which_nobody_sits_does_not_wait_all_night(visit, fake, minutes):
    fake.scripts = [asks(), [Gate("a"), *asks()]]
    page = visit(has_clock=True).page
    ask(page, "q")
    come(page, fake, 2)
    page.clock.fast_forward(minutes * MINUTE_MS)
    with page.expect_response("**/chat/api/conversations"):  # by which time the run has ended
        fake.open("a")
    page.clock.run_for(2_000)
    if minutes > 20:
        page.clock.run_for(20_000)
        page.evaluate("fetch('/chat/api/me')")
        assert len(runs(fake)) == 2
        page.mouse.move(300, 300)
    come(page, fake, 3)


# --- The next person


def test_the_next_person_finds_nothing_of_what_the_last_one_had(visit, fake):
    fake.scripts = [ANSWER]
    page = visit().page
    ask(page, "the secret merger")
    answered(page)
    page.fill("#question", "who knows of the merger?")
    fake.connections = [{"provider": "google-drive-provider", "connected": True, "account": "alice@gmail.example"}]
    page.click("#who")
    expect(page.locator("#connections")).to_contain_text("alice@gmail.example")
    for words in ("merger", "alice", "Here it is."):
        assert words in page.content()
    fake.me = BOB
    fake.conversations.clear()
    returns(page)
    expect(page.get_by_role("dialog")).to_contain_text("bob@example.com is signed in")
    assert page.title() == "Drive Agent"
    assert page.input_value("#question") == ""
    for words in ("merger", "alice", "Here it is."):
        assert words not in page.content()
        assert words not in page.evaluate("document.documentElement.textContent")
    expect(page.locator(":popover-open")).to_have_count(0)
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    assert page.input_value("#question") == ""


def test_an_answer_on_its_way_is_left_alone_when_somebody_else_is_there(visit, fake):
    fake.scripts = [[*text("m", "<p>The merger</p>"), Gate("a"), *text("n", "<p>is secret.</p>"), done()]]
    page = visit().page
    ask(page, "q")
    expect(page.locator(".text")).to_have_text("The merger")
    fake.me = BOB
    page.evaluate(HIDE, True)
    returns(page)
    page.evaluate(HIDE, False)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/agui")):
        returns(page)
    fake.open("a")
    expect(page.get_by_role("dialog")).to_contain_text("bob@example.com is signed in")
    assert not [path for _, path, _ in fake.requests if "/api/runs/" in path]
    assert "secret" not in page.content()


# --- How it looks


def test_icons_need_no_service(visit, fake):
    tab = visit()
    tab.page.context.set_offline(True)
    expect(tab.page.locator("#notice")).to_contain_text("You are offline")
    widths = tab.page.evaluate("[...document.querySelectorAll('#notice use')].map((use) => use.getBBox().width)")
    assert len(widths) == 2
    assert min(widths) > 0
    assert [url for url in tab.requests if url.endswith(".svg")] in ([], [f"{fake.origin}/static/icon.svg"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_phone_the_composer_keeps_off_the_suggestions(visit, fake, language):
    fake.banner = "local"
    page = visit(language=language).page
    page.set_viewport_size({"width": PHONE, "height": 740})
    last, composer = page.locator(".empty li").last.bounding_box(), page.locator("#composer").bounding_box()
    assert last["y"] + last["height"] + 8 < composer["y"]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_account_menu_is_no_wider_than_what_it_opens_from(visit, fake, width):
    page = visit().page
    page.set_viewport_size({"width": width, "height": 740})
    page.evaluate("document.getElementById('account').showPopover()")
    menu, side = page.locator("#account").bounding_box(), page.locator("#side").evaluate("side => side.offsetWidth")
    assert menu["x"] + menu["width"] <= side
