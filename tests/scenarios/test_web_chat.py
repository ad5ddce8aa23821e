"""The web chat in Chromium, over the real stack: people ask, allow it at Google, and are answered where they asked."""

from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from local.people import PEOPLE, SAMPLE_PASSWORD
from tests.pages.chromium import HOW_TO_GET_ONE, IS_REQUIRED, LOCALES, PROGRAM, Tab, overflow, running_chromium
from tests.scenarios.conftest import FIND

QUESTION = "which spreadsheets did Ben change last week?"
WHAT_IT_SAYS = "what does Roadmap 2026 say about hiring?"
ALICE, BOB = PEOPLE[0], PEOPLE[1]
DESKTOP, PHONE = (1280, 800), (390, 844)
PICTURES = Path(__file__).resolve().parents[2] / "test-output" / "web"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# What is hoped for, and what no machine is too slow for.
BUDGET_S, MOST_S = 1.0, 15.0
# Slow enough to do something in the middle of an answer.
SLOWLY = {"default": {"delay_s": 0.3}}
AT_LENGTH = {"turns": [{"content": [{"text": "Ben changed more than fits on a page. " * 200}], "delay_s": 0.1}]}

# Notes when the first word of an answer is on the page.
FIRST_WORD = """() => {
    new MutationObserver((_, watch) => {
        const texts = [...document.querySelectorAll(".turn.last .text")];
        if (!texts.some((text) => text.textContent.trim())) return;
        watch.disconnect();
        document.body.dataset.firstWord = Date.now();
    }).observe(document.getElementById("thread"), { childList: true, subtree: true, characterData: true });
}"""


class Visit:
    """One person in one browser of their own, with the chat open."""

    def __init__(self, chromium, world, person, size=DESKTOP, scheme="light", script=""):
        self.world, self.person, self.origin = world, person, world.stack.callback_url
        is_phone = size == PHONE
        self.context = chromium.new_context(
            locale=LOCALES["en"],
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        self.context.set_default_timeout(20_000)
        if script:
            self.context.add_init_script(script)
        self.asked_elsewhere, self.went_to = [], set()
        self.context.on("request", self._note)
        self.tab = Tab(self.context.new_page())
        self.page = self.tab.page

    def _note(self, request):
        """Keep what a page of the service's asked of another origin, and where people were sent."""
        if origin_of(request.url) == self.origin:
            return
        if request.is_navigation_request():
            self.went_to.add(origin_of(request.url))
        elif origin_of(request.frame.url) == self.origin:
            self.asked_elsewhere.append(request.url)

    def sign_in(self, path="/"):
        """Open the chat and prove who is there."""
        self.page.goto(f"{self.origin}{path}")
        self.page.get_by_role("link", name="Sign in with your account").click()
        return self.prove()

    def prove(self):
        """Fill in what the identity provider asks for."""
        self.page.fill("input[name=username]", self.person.email)
        self.page.fill("input[type=password]", SAMPLE_PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/chat**")
        self.tab.forget()
        return self

    def ask(self, question=QUESTION):
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    @property
    def last(self):
        return self.page.locator(".turn.last")

    @property
    def card(self):
        return self.page.locator("section.consent")

    @property
    def link(self):
        return self.origin + self.card.get_by_role("link").get_attribute("href").removeprefix(self.origin)

    @property
    def runtime_session(self):
        return parse_qs(urlsplit(self.link).query)["session"][0]

    def to_google(self):
        """Press Connect, and go as far as Google's consent page; return the new tab."""
        with self.context.expect_page() as opened:
            self.card.get_by_role("link", name="Connect Google Drive").click()
        return self.on_to_google(opened.value)

    def on_to_google(self, tab):
        tab.get_by_role("button", name="Connect").click()
        tab.click(f"button[data-account='{self.person.google.email}']")
        tab.wait_for_selector("#allow")
        return tab

    def consent(self):
        tab = self.to_google()
        tab.click("#allow")
        return tab

    def is_answered(self, words="Ben changed"):
        expect(self.last.locator(".parts")).to_contain_text(words, timeout=20_000)
        expect(self.last).to_have_attribute("data-state", "answered", timeout=20_000)

    def returns(self):
        """Come back to the tab of the chat, of which a browser without a window knows nothing by itself."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def connected(self):
        """Ask, consent and be answered."""
        self.ask()
        self.consent()
        self.is_answered()
        return self

    def files(self):
        return sorted(self.last.locator(".file strong").all_inner_texts())

    def listed(self):
        return self.page.locator("#list li a").all_inner_texts()

    @contextmanager
    def in_mid_answer(self, how):
        """While the first words are there and the rest is still to come."""
        self.world.aws("POST", "/_standin/model-script", **how)
        self.ask()
        expect(self.last.locator(".parts")).to_contain_text("Ben changed")
        expect(self.last).to_have_attribute("data-state", "running")
        yield
        self.world.aws("DELETE", "/_standin/model-script")


def origin_of(url):
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


@pytest.fixture(scope="module")
def chromium():
    if PROGRAM is None and not IS_REQUIRED:
        pytest.skip(HOW_TO_GET_ONE)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium, world):
    """Give somebody a browser. At the end: no page of ours has asked anybody else for anything."""
    made = []

    def come(person=ALICE, **options):
        made.append(Visit(chromium, world, person, **options))
        return made[-1]

    yield come
    for one in made:
        one.context.close()
        assert one.asked_elsewhere == []
        assert one.went_to <= {world.stack.aws_url, world.stack.google_url}


@pytest.fixture
def alice(visit):
    return visit(ALICE).sign_in()


# --- Asking, consent, answer


def test_two_people_are_answered_at_the_same_time_each_from_their_own_drive(visit, record_property, capsys):
    alice, bob = visit(ALICE).sign_in(), visit(BOB).sign_in()
    for person in (alice, bob):
        person.ask()
    for person in (alice, bob):
        expect(person.card).to_contain_text("See the names and details of your files, read-only")
    tabs = [alice.to_google(), bob.to_google()]
    alice.page.evaluate(FIRST_WORD)
    tabs[0].evaluate("() => addEventListener('click', () => console.log(`clicked ${Date.now()}`), true)")
    with tabs[0].expect_console_message(lambda said: said.text.startswith("clicked")) as clicked:
        tabs[0].click("#allow")
    tabs[1].click("#allow")
    alice.page.wait_for_function("() => document.body.dataset.firstWord")
    took = (int(alice.page.evaluate("document.body.dataset.firstWord")) - int(clicked.value.text.split()[1])) / 1000
    for person, tab in zip((alice, bob), tabs, strict=True):
        person.is_answered("Ben")
        expect(person.last.locator(".outcome.yes")).to_have_text(f"Connected as {person.person.google.email}")
        expect(person.card).to_have_count(0)
        expect(tab.locator("h1")).to_contain_text(f"Connected as {person.person.google.email}")
        assert person.tab.faults == []
    assert alice.files() == ["Hiring plan", "Q3 budget", "Vendor payments"]
    assert bob.files() == ["Board budget", "Q3 budget", "Sales targets"]
    assert "alice" not in bob.page.locator("body").inner_text()
    assert "bob" not in alice.page.locator("body").inner_text()
    record_property("allow_to_first_word_s", round(took, 3))
    with capsys.disabled():
        print(f"\nfrom Allow at Google to the first word on the page: {took * 1000:.0f} ms (budget {BUDGET_S:.0f} s)")  # noqa: T201
    assert took < MOST_S


def test_another_person_gets_nothing_by_an_address_or_a_consent_link(alice, visit, world):
    alice.ask("find the budget of the secret merger")
    link, address = alice.link, alice.page.url
    bob = visit(BOB).sign_in(urlsplit(address).path)
    expect(bob.page.locator("#notice")).to_contain_text("This conversation does not exist any more.")
    assert bob.page.url == f"{bob.origin}/chat"
    assert "merger" not in bob.page.content()
    answer = bob.page.goto(link)
    assert answer.status == 403
    assert "somebody else" in bob.page.locator("main").inner_text()
    assert bob.page.get_by_role("button", name="Connect", exact=True).count() == 0
    assert world.vault() == []
    expect(alice.card).to_be_visible()
    alice.consent()
    alice.is_answered("")
    assert len(world.vault()) == 1


def test_consent_given_on_another_device_brings_the_answer_to_the_first(alice, visit):
    alice.ask()
    elsewhere = visit(ALICE, size=PHONE)
    elsewhere.page.goto(alice.link)
    elsewhere.page.get_by_role("link", name="Sign in with your account").click()
    elsewhere.page.fill("input[name=username]", ALICE.email)
    elsewhere.page.fill("input[type=password]", SAMPLE_PASSWORD)
    elsewhere.page.keyboard.press("Enter")
    elsewhere.on_to_google(elsewhere.page).click("#allow")
    alice.is_answered()
    expect(alice.last.locator(".outcome.yes")).to_have_text("Connected as alice@gmail.example")


def test_a_page_that_was_loaded_again_while_it_waited_and_a_second_tab_are_both_answered(alice, world):
    alice.ask()
    expect(alice.card).to_be_visible()
    alice.page.reload()
    expect(alice.card).to_be_visible()
    second = alice.context.new_page()
    second.goto(alice.page.url)
    expect(second.locator("section.consent")).to_be_visible()
    world.aws("POST", "/_standin/model-script", **SLOWLY)
    alice.consent()
    for page in (alice.page, second):
        expect(page.locator(".turn.last .parts")).to_contain_text("Ben changed")
        expect(page.locator("#stop")).to_be_visible()  # so it is followed while it comes
        assert page.get_by_role("button", name="Ask again", exact=True).count() == 0
    world.aws("DELETE", "/_standin/model-script")
    alice.is_answered()
    expect(second.locator(".turn.last")).to_have_attribute("data-state", "answered", timeout=20_000)
    texts = {page.locator(".turn.last .parts").inner_text() for page in (alice.page, second)}
    assert len(texts) == 1
    expect(second.locator(".turn")).to_have_count(1)


def test_reading_what_a_file_says_is_asked_for_a_second_time_in_the_same_conversation(alice):
    alice.connected()
    alice.ask(WHAT_IT_SAYS)
    expect(alice.card).to_contain_text("See the names, details and contents of your files, read-only")
    alice.consent()
    alice.is_answered("hiring")
    expect(alice.page.locator(".outcome.yes")).to_have_text(["Connected as alice@gmail.example"] * 2)
    expect(alice.page.locator(".turn")).to_have_count(2)
    alice.page.reload()
    expect(alice.page.locator(".outcome.yes")).to_have_text(["Connected as alice@gmail.example"] * 2)
    assert alice.tab.faults == []


def test_what_is_copied_is_the_answer_without_what_was_said_to_ask_for_consent(alice):
    alice.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=alice.origin)
    alice.ask()
    expect(alice.card).to_be_visible()
    expect(alice.page.get_by_role("button", name="Copy")).to_have_count(0)  # there is no answer yet
    alice.consent()
    alice.is_answered()
    alice.page.get_by_role("button", name="Copy").click()
    expect(alice.page.locator("#status")).to_have_text("Copied")
    copied = alice.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Ben changed 3 spreadsheets")


def test_after_disconnecting_in_the_account_menu_the_next_question_asks_again(alice, world):
    alice.connected()
    alice.page.click("#who")
    expect(alice.page.locator("#connections")).to_contain_text("Connected as alice@gmail.example")
    alice.page.locator("#connections").get_by_role("button", name="Disconnect").click()
    alice.page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(alice.page.locator("#account")).to_contain_text("Google Drive is disconnected.")
    expect(alice.page.locator("#account")).to_contain_text("Not connected")
    assert world.vault() == []
    alice.page.keyboard.press("Escape")
    alice.ask(FIND)
    expect(alice.card).to_be_visible()


# --- What is done with answers and conversations


def test_an_answer_is_stopped_asked_for_again_renamed_and_forgotten_everywhere(alice, world):
    alice.ask()
    runtime_session = alice.runtime_session
    alice.consent()
    alice.is_answered()
    with alice.in_mid_answer(AT_LENGTH):
        alice.page.click("#stop")
        expect(alice.last.locator(".outcome")).to_have_text("You stopped this answer.")
    said = alice.last.locator(".parts").inner_text()
    assert 0 < said.count("Ben changed") < 200
    alice.page.get_by_role("button", name="Ask again", exact=True).click()
    expect(alice.page.locator(".turn")).to_have_count(3)
    alice.is_answered("That is all")

    alice.page.click("#manage")
    alice.page.get_by_role("button", name="Rename", exact=True).click()
    alice.page.get_by_role("textbox", name="Title").fill("Ben at work")
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator("#title")).to_have_text("Ben at work")
    alice.page.reload()
    expect(alice.page.locator("#title")).to_have_text("Ben at work")
    expect(alice.page.locator(".outcome", has_text="You stopped this answer.")).to_have_count(1)

    talk, address = world.talk(ALICE, runtime_session=runtime_session), alice.page.url
    assert talk.action("conversation")["conversation"] is not None
    alice.page.click("#manage")
    alice.page.get_by_role("button", name="Delete", exact=True).click()
    alice.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    alice.page.wait_for_url(f"{alice.origin}/chat")
    alice.page.reload()
    assert not any("Ben at work" in title for title in alice.listed())
    assert talk.action("conversation")["conversation"] is None
    alice.page.goto(address)
    expect(alice.page.locator("#notice")).to_contain_text("This conversation does not exist any more.")


# --- What breaks


def test_a_service_that_is_killed_in_mid_answer_says_so_and_completes_the_answer(alice, world):
    alice.connected()
    with alice.in_mid_answer(SLOWLY):
        world.stack.restart_callback()
    expect(alice.page.locator("#notice")).to_contain_text("The connection was lost. Trying again …")
    expect(alice.last.locator(".parts")).to_contain_text("That is all", timeout=40_000)
    expect(alice.last).to_have_attribute("data-state", "answered")
    expect(alice.page.locator(".turn")).to_have_count(2)
    expect(alice.page.locator("#notice")).to_have_text("")
    assert alice.files() == ["Hiring plan", "Q3 budget", "Vendor payments"]
    assert alice.last.locator(".parts").inner_text().count("That is all") == 1


def test_an_agent_that_is_killed_while_the_page_waits_answers_all_the_same(alice, world):
    alice.ask()
    expect(alice.card).to_be_visible()
    world.stack.kill_agent()
    try:
        said = "The agent cannot be reached; this goes on by itself."  # the page's run has asked in vain
        expect(alice.page.locator("#notice")).to_have_text(said, timeout=20_000)
        expect(alice.card).to_be_visible()
    finally:
        world.stack.start_agent()
    alice.consent().wait_for_url("**/connected")
    alice.returns()
    alice.is_answered()
    expect(alice.page.locator("#notice")).to_have_text("")


# --- How it looks


# Waits for whatever moves and comes to an end.
STILL = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))"""


def violations(page, scheme):
    # The dark scheme changes colours and nothing else.
    rules = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    run_only = {"type": "tag", "values": WCAG} if scheme == "light" else rules
    # Without preloading: axe would fetch the style sheet by script, which the pages' policy forbids.
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_whole_story_is_accessible_and_fits_at_every_size_and_in_both_schemes(visit, size, scheme):
    alice = visit(ALICE, size=size, scheme=scheme, script=Axe().axe_script)
    name, found = "desktop" if size == DESKTOP else "phone", {}

    def look(state, page=alice.page, *, is_ours=True):
        page.evaluate(STILL)
        page.screenshot(path=PICTURES / f"story-{name}-{scheme}-{state}.png")
        if is_ours:
            assert overflow(page) == 0, state
            if wrong := violations(page, scheme):
                found[state] = wrong

    alice.page.goto(f"{alice.origin}/")
    look("0-sign-in")
    alice.page.get_by_role("link", name="Sign in with your account").click()
    alice.prove()
    look("1-empty")
    alice.ask()
    expect(alice.card).to_be_visible()
    look("2-consent")
    with alice.context.expect_page() as opened:
        alice.card.get_by_role("link", name="Connect Google Drive").click()
    opened.value.get_by_role("button", name="Connect").wait_for()
    look("3-connect", opened.value)
    tab = alice.on_to_google(opened.value)
    look("4-google", tab, is_ours=False)
    tab.click("#allow")
    tab.wait_for_url("**/connected")
    look("5-connected", tab)
    alice.is_answered()
    look("6-answered")
    with alice.in_mid_answer(AT_LENGTH):
        look("7-answering")
        alice.page.click("#stop")
        expect(alice.last.locator(".outcome")).to_have_text("You stopped this answer.")
    look("8-stopped")
    alice.page.click("#manage")
    look("9-menu")
    alice.page.get_by_role("button", name="Delete", exact=True).click()
    look("10-delete")
    alice.page.keyboard.press("Escape")
    if size == PHONE:
        alice.page.click("#open-list")
        look("11-list")
    alice.page.click("#who")
    expect(alice.page.locator("#connections")).to_contain_text("Connected as alice@gmail.example")
    look("12-account")
    alice.page.keyboard.press("Escape")
    assert found == {}
    assert alice.tab.faults == []
