"""The page in every state, in both languages, light and dark, wide and narrow, as Chromium and axe see it."""

# ruff: noqa: RUF001 - Japanese punctuation

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from callback.web.languages import LANGUAGES
from tests.pages.chromium import DESKTOP, NARROWEST, PHONE, PICTURES, Tab, new_context, overflow
from tests.web.fake import BOB, CONNECT, DETAILS, FIRST, MESSAGE, Gate, text, tool

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
FOLDER = PICTURES.parent / "web"
LONG = "Konstantinopoulou-Featherstonehaugh"
FILES = [
    {"name": "Q3 budget", "type": "spreadsheet", "path": "Finance / 2026", "owner": "Alice Archer"},
    {
        "name": f"The very long name of a presentation about everything that {LONG} planned (final, really) v7.pptx",
        "type": "presentation",
        "path": "Shared drives / Marketing / 2026 / Campaigns / Autumn / Old / Drafts",
        "owner": LONG,
    },
    {"name": "予算計画2026年度（最終版・経理部確認済み）.pdf", "type": "pdf", "owner": "佐藤ゆき"},
    {"name": "Finance", "type": "folder"},
    {"name": "a" * 120, "type": "document"},
    {"name": "team.jpg", "type": "image", "path": "Pictures"},
    *(
        {"name": f"Report {n}", "type": kind}
        for n, kind in enumerate(["video", "audio", "form", "archive", "shortcut"])
    ),
]
FILES = [{"link": "https://docs.google.com/x", "modified": "2026-11-12T15:40:00+00:00", **file} for file in FILES]
MARKUP = {
    "en": "<p>Ben changed <strong>3 spreadsheets</strong> last week, among them"
    ' <a href="https://docs.google.com/x">Q3 budget</a>:</p>'
    "<ol><li>Q3 budget</li><li>Hiring plan</li></ol><pre><code>sheet | rows\nbudget | 120</code></pre>"
    "<table><thead><tr><th>Team</th><th>Planned</th></tr></thead><tbody><tr><td>Platform</td><td>120000</td></tr></tbody>"
    "</table><p>I searched My Drive and 2 shared drives.</p>",
    "ja": "<p>先週、Ben さんが変更したスプレッドシートは<strong>3件</strong>です。"
    '<a href="https://docs.google.com/x">第3四半期予算</a>など：</p><ol><li>第3四半期予算</li><li>採用計画</li></ol>'
    "<p>マイドライブと共有ドライブ2件を検索しました。</p>",
}
ASKED = {
    "en": "Which spreadsheets did Ben change last week?",
    "ja": "先週、Ben さんが変更したスプレッドシートはどれですか？",
}
JA_MESSAGE = (
    "Google ドライブを見る許可が必要です（読み取り専用、ファイル名と詳細のみ）。\nGoogle ドライブに接続: http://localhost:9090/\n"
    "Google の画面にチェックボックスが出たら、チェックを入れてください。接続が終わりしだい、続きをお答えします。"
)


def answered(language, **changes):
    tool_part = {"kind": "tool", "id": "t", "label": "Searching Drive for spreadsheets …", "status": "done"}
    text_part = {"kind": "text", "html": MARKUP[language], "markdown": "…"}
    parts = [tool_part, {"kind": "files", "files": FILES}, text_part]
    return {"question": ASKED[language], "parts": parts} | changes


def card(language, account=None):
    message = MESSAGE if language == "en" else JA_MESSAGE
    return {"kind": "consent", "message": message, "url": CONNECT, "scopes": [DETAILS], "account": account}


@dataclass
class State:
    """`set_up` fills the backend, `act` does what a person would, and `shows` is there then.

    `set_up` returns the conversation to open, or "" for a new one.
    """

    id: str
    shows: str
    set_up: Any = None
    act: Any = None


def many(fake, language):
    titles = [
        ASKED[language],
        f"A conversation with a very long title about {LONG}",
        "予算",
        "Shared",
        "Photos",
        "Plans",
    ]
    for n in range(24):
        state = {0: "running", 1: "waiting"}.get(n, "idle")
        fake.keep(answered(language), key=f"conversation-{n:08}", title=titles[n % 6], age_h=n * n * 4, state=state)
    return ""


def one(*turns):
    return lambda fake, language: fake.keep(*(turn(language) for turn in turns), title=ASKED[language])


def streaming(fake, language):
    fake.keep(answered(language), title=ASKED[language])
    fake.keep({"question": ASKED[language]}, title=ASKED[language])
    fake.start(
        FIRST, [tool("running"), tool("done"), *text("m", "<p>Ben</p>"), tool("running", called="t2"), Gate("never")]
    )
    return FIRST


def waiting(fake, language):
    return fake.keep(
        {"question": ASKED[language], "parts": [card(language)], "outcome": "waiting"},
        title=ASKED[language],
        state="waiting",
    )


def ended(outcome, part):
    return one(lambda language: {"question": ASKED[language], "parts": [part], "outcome": outcome})


def connected(language):
    return answered(language) | {"parts": [card(language, "alice@gmail.example"), *answered(language)["parts"][2:]]}


def tired(fake, language):
    fake.keep({"question": ASKED[language], "outcome": "cut_off"}, title="x")
    fake.refusals["POST", "/agui"] = 502, "unreachable"
    return FIRST


def menu(page, item=None):
    page.click("#manage")
    if item:
        page.click(f"#menu [data-do={item}]")


def account(page, fake):
    fake.connections = [{"provider": "google-drive-provider", "connected": True, "account": f"{LONG}@gmail.example"}]
    page.evaluate("document.getElementById('account').showPopover()")
    page.wait_for_selector(".connection")


def sign_in_again(page, fake):
    fake.me = None
    page.fill("#question", "And in which folder?\nPlease tell me the whole path.")
    page.press("#question", "Enter")


def stranger(page, fake):
    fake.me = BOB
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def scrolled(page, fake):
    page.evaluate("document.getElementById('scroll').scrollTop = 0")


ERROR = {"kind": "error", "message": "The model is busy. Please try again in a moment.", "code": "model_busy"}
STATES = [
    State("empty", ".empty"),
    State("empty-many", ".empty", many),
    State("list", ".empty", many, lambda page, _: page.evaluate("document.getElementById('open-list').click()")),
    State("answer", ".files", one(answered)),
    State("answers-scrolled", "#jump", one(answered, answered), scrolled),
    State("streaming", ".spinner", streaming),
    State("consent", ".consent", waiting),
    State("connected", ".outcome.yes", one(connected)),
    State("refused", ".outcome.no", one(lambda language: answered(language) | {"parts": [card(language)]})),
    State("stopped", ".outcome", ended("stopped", {"kind": "text", "html": "<p>It begins</p>", "markdown": "x"})),
    State("failed", ".outcome.error", ended("failed", ERROR)),
    State("cut-off", "#notice .icon", tired),
    State("signed-out", "#notice .button", one(answered), sign_in_again),
    State("menu", "#menu", one(answered), lambda page, _: menu(page)),
    State("rename", "dialog input", one(answered), lambda page, _: menu(page, "rename")),
    State("delete", "dialog .danger", one(answered), lambda page, _: menu(page, "delete")),
    State("account", "#account", one(answered), account),
    State("stranger", "dialog h2", one(answered), stranger),
]


@pytest.fixture(scope="module")
def tabs(chromium):
    """A tab for each language, in which axe goes along."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made, script = {}, Axe().axe_script
    for language in LANGUAGES:
        context = new_context(chromium, language, reduced_motion="reduce")
        context.set_default_timeout(5_000)
        context.add_init_script(script)
        made[language] = Tab(context.new_page())
    yield made
    for tab in made.values():
        tab.page.context.close()


def violations(page, **run_only):
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def fits(page):
    return overflow(page) == 0 and page.evaluate(
        "() => { const t = document.getElementById('scroll'); return t.scrollWidth <= t.clientWidth; }"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_a_state_is_accessible_and_fits(state, language, tabs, fake):
    tab = tabs[language]
    page = tab.page
    for width, height in ((DESKTOP, 800), (PHONE, 740)):
        tab.forget()
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        fake.reset()
        fake.banner = "local" if state.id in {"empty", "list"} else ""
        opened = state.set_up(fake, language) if state.set_up else ""
        path = f"/chat/c/{opened}" if opened else "/chat"
        page.goto(f"{fake.origin}{path}")
        page.wait_for_selector(".turn, .empty")
        if state.act:
            state.act(page, fake)
        expect(page.locator(state.shows).first).to_be_visible()
        assert page.locator("html").get_attribute("lang") == language
        # The other language changes words, and with them widths, but no colours.
        for scheme in ("light", "dark") if language == "en" else ("light",) if width == DESKTOP else ("dark",):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=FOLDER / f"{state.id}-{language}-{scheme}-{width}.png")
            # The other scheme changes colours and nothing else.
            is_whole = (scheme, width) in {("light", DESKTOP), ("dark", PHONE)}
            asked = {"type": "tag", "values": WCAG} if is_whole else {"type": "rule", "values": COLOURS}
            assert violations(page, **asked) == []
        assert fits(page)
        page.evaluate("localStorage.clear()")
    page.set_viewport_size({"width": NARROWEST, "height": 600})
    assert fits(page)
    assert [fault for fault in tab.faults if "Failed to load resource" not in fault] == []


def test_axe_sees_what_is_wrong(tabs, fake):
    """The tests above would be worth nothing if it did not."""
    page = tabs["en"].page
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    page.goto(f"{fake.origin}/chat")
    page.wait_for_selector(".empty")
    page.evaluate(
        "() => { document.querySelector('.empty h2').style.color = '#eee';"
        " document.getElementById('send').removeAttribute('aria-label'); document.getElementById('send').title = ''; }"
    )
    page.emulate_media(color_scheme="light")
    assert {rule for rule, _ in violations(page, type="tag", values=WCAG)} == {"color-contrast", "button-name"}
