"""The page as it leaves the server, and that its script, styles, icons and words fit each other."""

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.errors import CallbackError, ForgedRequestError, SignInAgainError
from callback.service_errors import StateUnavailableError
from callback.web.languages import LANGUAGES
from chat.errors import BrokenOffError, RefusedError, UnreachableError
from chat.web.errors import WebError, problem_of
from chat.web.page import STATIC, show_page, words
from tests.web.fake import ALICE

PAGE = (STATIC.parent / "pages" / "chat.html").read_text(encoding="utf-8")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}
SOURCE = PAGE + "".join(SCRIPTS.values())
SPRITE = (STATIC.parent / "pages" / "sprite.svg").read_text(encoding="utf-8")
# What the page itself says, where the server could not be asked.
OWN_ERRORS = {"errors.internal", "errors.unreachable"}
# Keys that the script puts together.
TABLES = (
    "kinds.",
    "scopes.",
    "providers.",
    "banner.",
    "suggestions.",
    "turn.tool_",
    "list.running",
    "list.waiting",
)


def shown(start, language="en"):
    return bytes(show_page(start, language).body).decode()


def start_of(page):
    return json.loads(re.search(r'<script type="application/json" id="start">(.*?)</script>', page, re.DOTALL)[1])


def start(**changes):
    return {"me": ALICE, "banner": "", "conversations": []} | changes


def test_both_languages_have_the_same_texts_with_the_same_slots():
    slots = [
        {key: set(re.findall(r"\{\w+\}", text)) for key, text in words(language).items()} for language in LANGUAGES
    ]
    assert slots[0] == slots[1]


def every(kind):
    return {kind} | {below for one in kind.__subclasses__() for below in every(one)}


def codes():
    """Every code that the backend can say: its own errors', and those that it translates others to."""
    others = [SignInAgainError(), ForgedRequestError(), StateUnavailableError(), UnreachableError(""), Exception()]
    others += [BrokenOffError(""), RefusedError("", 503, is_passing=True), RefusedError("", 500), CallbackError()]
    translated = {problem_of(error, words("en")).code for error in others}
    return {error.code for error in every(WebError)} | translated


def test_there_is_a_sentence_for_every_refusal_of_the_backend_and_for_nothing_else():
    known = {key for key in words("en") if key.startswith("errors.")}
    assert known == {f"errors.{code}" for code in codes()}
    assert known >= OWN_ERRORS


def test_every_text_that_the_page_names_is_there_and_every_other_is_not():
    used = set(re.findall(r'text\("([a-z_.0-9]+)"', SOURCE))
    used |= {key for pair in re.findall(r'text\([^()]*? \? "([a-z_.]+)" : "([a-z_.]+)"\)', SOURCE) for key in pair}
    known = set(words("en"))
    assert used <= known
    assert {key for key in known - used if not key.startswith((*TABLES, "errors."))} == set()
    assert {key for key in used if key.startswith("errors.")} == OWN_ERRORS


def test_every_icon_is_in_the_sprite():
    used = set(re.findall(r'icon\("([a-z-]+)"\)|href="#icon-([a-z-]+)"|(?:tool|button)\([^;]*?, "([a-z]+)", ', SOURCE))
    kinds = {f"kind-{key.removeprefix('kinds.')}" for key in words("en") if key.startswith("kinds.")}
    names = {name for found in used for name in found if name} | kinds
    assert names <= set(re.findall(r'<symbol id="icon-([a-z-]+)"', SPRITE))


def test_the_start_comes_with_words_language_and_suggestions():
    given_start = start_of(shown(start(), "ja"))
    assert given_start["language"] == "ja"
    assert given_start["words"] == dict(words("ja"))
    assert 3 <= len(given_start["suggestions"]) <= 4
    assert given_start["me"] == ALICE


@given(st.text())
def test_no_title_can_end_the_script_element_or_change_on_its_way(title):
    title = f"</script><!--<script>{title}"
    page = shown(start(conversations=[{"id": "x", "title": title}]))
    assert start_of(page)["conversations"][0]["title"] == title
    assert page.count("</script>") == 2


def test_a_name_of_a_banner_is_its_sentence_and_a_sentence_is_itself():
    assert html.escape(words("en")["banner.local"]) in shown(start(banner="local"))
    assert "A &lt;sentence&gt;" in shown(start(banner="A <sentence>"))
    assert 'class="banner"' not in shown(start())


def test_the_policy_lets_the_page_speak_to_its_own_service_and_to_nobody_else():
    response = show_page(start(), "en")
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-language"] == "en"


def test_nothing_in_the_page_is_inline_or_from_elsewhere():
    page = shown(start())
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag] == [
        '<script type="application/json" id="start">'
    ]
    assert not re.findall(r'(?:src|href|action)="(?!/|#)', page)


def test_markup_is_put_in_at_one_place_alone():
    assert sum(source.count("innerHTML") for source in SCRIPTS.values()) == 1
    assert not re.search(r"outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", SOURCE)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_can_be_read_in_a_sitting_and_says_first_what_it_is_for(name):
    lines = SCRIPTS[name].splitlines()
    assert len(lines) <= 300
    assert max(map(len, lines)) <= 120
    assert lines[0].startswith("// ")


def test_the_page_has_its_scripts_sent_before_they_name_each_other():
    assert set(re.findall(r'modulepreload" href="/chat/static/([a-z]+\.js)"', shown(start()))) == set(SCRIPTS)
