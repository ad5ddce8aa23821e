# ruff: noqa: RUF001 - Japanese punctuation
"""Catalogs, templates and the choice of a language. What a browser makes of the pages is in `tests/pages/`."""

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.accounts import Concern
from callback.binding import Reason
from callback.errors import BindingRefusedError
from callback.web.languages import LANGUAGES, Catalog, absolute, choose_language, iso
from callback.web.rendering import FOLDER, Banner, Pages, load_catalog
from tests.pages.states import ALICE, NOW, STATES, State, all_errors, confirm, connection, connections, session_of

CATALOGS = {language: load_catalog(language) for language in LANGUAGES}
EN, JA = CATALOGS["en"], CATALOGS["ja"]
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.html")}
PAGES: dict[Banner, Pages] = {banner: Pages(banner) for banner in get_args(Banner)}
ERRORS = list(all_errors())


def rendered(state: State, language="en") -> str:
    page = PAGES[state.banner].show(state.page, language, state.who, **state.values)
    return bytes(page.body).decode()


def words_of(page: str) -> str:
    """What a person reads in the page's main part."""
    main = page.partition("<main>")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", main)).split())


# --- the language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("en;q=0.1, JA", "ja"),
        ("fr, ja;q=0.2", "ja"),
        ("fr, de;q=0.5", "en"),
        ("fr, *;q=0.5", "en"),
        ("en;q=0, *", "ja"),
        ("ja;q=0", "en"),
        ("ja;q=0, en;q=0", "en"),
        ("*", "en"),
        ("ja, en", "ja"),
        ("en, ja", "en"),
        ("ja ; q=0.9 , en; Q=0.8", "ja"),
        ("ja;q=7, en;q=0.1", "en"),
        ("java", "en"),
        (";;,ja", "ja"),
        ("x," * 40 + "ja", "en"),
    ],
)
def test_the_browser_chooses_among_the_languages_that_there_are(header, language):
    assert choose_language(header) == language


@given(st.text(max_size=200) | st.text(alphabet="enja-;q=01., *", max_size=60))
def test_whatever_the_header_says_the_page_has_a_language(header):
    assert choose_language(header) in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_its_language_and_what_chose_it(language):
    page = Pages().show("home", language)
    assert page.headers["content-language"] == language
    assert page.headers["vary"] == "Accept-Language"
    assert f'<html lang="{language}">' in bytes(page.body).decode()


# --- times, counts, choices


@pytest.mark.parametrize(
    ("step", "english", "japanese"),
    [
        (timedelta(seconds=-90), "just now", "たった今"),
        (timedelta(seconds=59), "just now", "たった今"),
        (timedelta(seconds=60), "1 minute ago", "1分前"),
        (timedelta(minutes=3, seconds=59), "3 minutes ago", "3分前"),
        (timedelta(minutes=60), "1 hour ago", "1時間前"),
        (timedelta(hours=2), "2 hours ago", "2時間前"),
        (timedelta(hours=24), "1 day ago", "1日前"),
        (timedelta(days=29), "29 days ago", "29日前"),
        (timedelta(days=30), "1 month ago", "1か月前"),
        (timedelta(days=364), "12 months ago", "12か月前"),
        (timedelta(days=365), "1 year ago", "1年前"),
        (timedelta(days=800), "2 years ago", "2年前"),
    ],
)
def test_a_moment_is_told_as_people_do(step, english, japanese):
    assert (EN.ago(NOW - step, NOW), JA.ago(NOW - step, NOW)) == (english, japanese)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_any_two_moments_can_be_told(moment, now):
    for catalog in CATALOGS.values():
        assert "{" not in catalog.ago(moment, now)


def test_the_exact_moment_is_told_in_utc():
    in_tokyo = datetime(2026, 11, 20, 18, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    assert (iso(in_tokyo), absolute(in_tokyo)) == ("2026-11-20T09:00:05Z", "2026-11-20 09:00 UTC")


@pytest.mark.parametrize(
    ("choices", "english", "japanese"),
    [
        ((), "", ""),
        (("a",), "a", "a"),
        (("a", "b"), "a or b", "a または b"),
        (("a", "b", "c"), "a, b or c", "a、b または c"),
    ],
)
def test_choices_are_joined_as_in_a_sentence(choices, english, japanese):
    assert (EN.any_of(choices), JA.any_of(choices)) == (english, japanese)


# --- words and templates hold together


def slots(text: str) -> set[str]:
    return set(re.findall(r"\{([^}]*)\}", text))


def test_both_languages_say_the_same_things():
    only_in_english = {key for key in EN.texts if key.startswith("ago.") and key.endswith(".one")}
    assert set(EN.texts) - only_in_english == set(JA.texts)
    for key, text in JA.texts.items():
        assert slots(text) == slots(EN.texts[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_holds_html(language):
    for key, text in CATALOGS[language].texts.items():
        assert text.strip(), key
        assert not set(text) & set('<>&"'), key


def test_japanese_is_japanese():
    for key, text in JA.texts.items():
        if not key.startswith("any_of."):
            assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text), key


def test_japanese_sentences_end_politely():
    # です・ます, in whatever form, or a noun where it is a heading, a label or an item of a list.
    polite = re.compile(r"(です|ます|ません|ました|でした|ください)[。]$")
    for key, text in JA.texts.items():
        for sentence in re.findall(r"[^。]+。", text):
            assert polite.search(sentence), (key, sentence)


def used_keys() -> set[str]:
    """The texts that templates and Python ask for. A key that is put together counts with all that it can become."""
    whole = {key for source in TEMPLATES.values() for key in re.findall(r'"([a-z_]+\.[a-z_]+)"(?! ~)', source)}
    dynamic = {f"sign_in.{what}_{who}" for what in ("as", "about") for who in ("loopback", "local")}
    dynamic |= {f"banner.{banner}" for banner in get_args(Banner) if banner}
    dynamic |= {
        f"concerns.{c}.{part}"
        for c in get_args(Concern)
        if c
        for part in ("title", "heading", "what", "short", "button")
    }
    for error in ERRORS:
        dynamic |= {f"errors.{error.words or error.code}.title", f"errors.{error.words or error.code}.sentence"}
        dynamic.add(f"ways_on.{error.way_on.name}")
    return whole | dynamic


def test_every_text_is_used_and_every_text_that_is_used_exists():
    from_outside = ("scopes.", "providers.", "places.", "people.", "ago.", "any_of.")
    ours = {key for key in EN.texts if not key.startswith(from_outside)}
    assert ours == used_keys() - set(TEMPLATES)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_has_no_words_of_its_own(name):
    bare = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", TEMPLATES[name], flags=re.DOTALL).replace("Drive Agent", "")
    assert re.findall(r"\w+", bare) == []


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_has_no_script_no_inline_style_and_no_foreign_address(name):
    assert not re.search(
        r"<script|<style|\sstyle=|\son\w+=|javascript:|https?://(?!www\.googleapis\.com/auth/)|\|\s*safe",
        TEMPLATES[name],
    )


# --- errors


def test_every_reason_of_session_binding_has_a_status():
    assert set(BindingRefusedError.statuses) == set(Reason)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_has_a_page_with_a_title_a_sentence_a_way_on_and_its_code(error, language):
    page = Pages().show_error(error, language)
    shown, texts = bytes(page.body).decode(), CATALOGS[language].texts
    words = f"errors.{error.words or error.code}"
    assert page.status_code == error.status >= 400
    assert f"<h1>{CATALOGS[language].text(f'{words}.title')}</h1>" in shown
    assert (error.own_sentence or texts[f"{words}.sentence"]) in html.unescape(shown)
    assert f'class="button" href="{error.way_on.path}">{texts[f"ways_on.{error.way_on.name}"]}</a>' in shown
    assert f"<code>{error.code}</code>" in shown


def test_errors_have_codes_of_their_own():
    codes = [error.code for error in ERRORS]
    assert len(codes) == len(set(codes))


def test_what_the_agent_says_is_shown_as_it_is_under_a_title_of_ours():
    [state] = [state for state in STATES if state.id == "error-agent_upside_down"]
    page = rendered(state, "ja")
    assert "<h1>エージェントが対応できませんでした</h1>" in page
    assert '<p lang="en">A sentence of the agent&#39;s own, with &lt;angle&gt; brackets.</p>' in page


# --- pages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_every_page_can_be_shown_in_every_language_without_words_of_the_other(state, language):
    page = rendered(state, language)
    assert len(re.findall("<h1>", page)) == 1
    text = words_of(re.sub(r'<p lang="en">.*?</p>', "", page))
    if language == "en":
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
    else:
        foreign = re.sub(r"\S+@\S+|\S+\.example\S*|example\.\w+", "", text)
        if state.who and state.who.person and state.who.person.source == "slack":
            foreign = foreign.replace(state.who.person.name, "").replace(state.who.person.workspace, "")
        foreign = re.sub(r"Google|Drive|Agent|Slack|JWT|AWS|Identity|Runtime", "", foreign)
        if state.page != "error":  # the operator's code is English
            assert not re.search(r"[A-Za-z]{3,}", foreign), foreign


def test_the_confirmation_names_both_sides_and_where_it_was_asked_for():
    page = rendered(confirm("x", client="slack", started=NOW - timedelta(minutes=3)))
    words = words_of(page)
    assert "Google Drive the account that you choose next → alice@example.com you, signed in here" in words
    assert "Asked for in the conversation that you started in Slack 3 minutes ago." in words
    assert '<time datetime="2026-11-20T08:57:00Z" title="2026-11-20 08:57 UTC">3 minutes ago</time>' in page
    assert "Did somebody else send you this link?" in words
    assert "Nothing has happened yet." in words


def test_the_confirmation_says_it_in_japanese():
    words = words_of(rendered(confirm("x", client="slack", started=NOW - timedelta(minutes=3)), "ja"))
    assert "Google ドライブを alice@example.com に接続しますか？" in words
    assert "ご自身が Slack で始めた会話（3分前）からの依頼です。" in words


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("terminal", "started in a terminal just now."),
        ("web", "started in the web chat just now."),
        ("something-else", "started in another program just now."),
        ("other", "started in another program just now."),
        ("", "started just now."),
    ],
)
def test_the_confirmation_tells_the_kind_of_program_where_it_is_known(client, words):
    assert words in words_of(rendered(confirm("x", client=client, started=NOW)))


@pytest.mark.parametrize("client", ["", "slack"])
def test_without_a_conversation_the_confirmation_claims_none(client):
    assert "Asked for" not in words_of(rendered(confirm("x", client=client)))


def test_the_confirmation_sends_along_what_it_said():
    page = rendered(confirm("x", ask="contents", replaces="alice@gmail.example"))
    form = page.partition('action="/connect/google-drive"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert fields == {
        "csrf": "c" * 43,
        "session": "conversation-0123456789",
        "client": "",
        "ask": "contents",
        "force": "1",
    }
    assert "alice@gmail.example is disconnected" in page
    assert 'name="force"' not in rendered(confirm("x"))


@pytest.mark.parametrize(
    ("widens", "words"), [("a@mail.example", "a@mail.example is connected"), ("", "An account is connected")]
)
def test_who_risks_what_they_have_reads_it_and_not_that_refusing_costs_nothing(widens, words):
    page = rendered(confirm("x", ask="contents", widens=widens))
    assert f"{words} for names and details. With the button, that ends. Say no at Google" in words_of(page)
    assert "Close this page, and all stays as it is." in words_of(page)
    assert "you can still say no there" not in words_of(page)
    assert "you can still say no there" not in words_of(rendered(confirm("x", replaces="")))
    assert 'name="force"' not in page


def test_people_of_slack_read_that_others_see_what_they_share():
    in_slack = words_of(rendered(confirm("x", who=session_of("Alice", "slack", workspace="Acme"))))
    assert "answer anybody but you; in a channel, others see only what you choose to share" in in_slack
    assert "in a channel" not in words_of(rendered(confirm("x")))


@pytest.mark.parametrize(
    ("client", "runtime_session", "chat_path", "is_led"),
    [
        ("web", "conversation-0123456789", "/chat", True),
        ("", "", "/chat", True),
        ("", "conversation-0123456789", "/chat", False),
        ("web", "conversation-0123456789", "", False),
        ("", "", "", False),
    ],
)
def test_the_end_says_that_the_tab_is_over_and_leads_to_the_chat_of_this_service(
    client, runtime_session, chat_path, is_led
):
    [state] = [state for state in STATES if state.id == "connected-plain"]
    values = state.values | {"client": client, "runtime_session": runtime_session, "chat_path": chat_path}
    page = rendered(State("x", "connected", values))
    assert "You can close this tab." in words_of(page)
    assert ('class="button" href="/chat">Back to the chat</a>' in page) == is_led


def test_names_are_text_whatever_they_are():
    hostile = session_of('<img src=x onerror="a">{text}{0}')
    for state in [confirm("x", who=hostile), connections("x", connection(), who=hostile)]:
        for language in LANGUAGES:
            page = rendered(state, language)
            assert "<img" not in page
            assert "&lt;img src=x onerror=&#34;a&#34;&gt;{text}{0}" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_known_stands_on_every_page_errors_included(language):
    for banner in ("loopback", "local"):
        sentence = CATALOGS[language].texts[f"banner.{banner}"]
        for state in STATES:
            page = PAGES[banner].show(state.page, language, state.who, **state.values)
            assert sentence in bytes(page.body).decode()


@pytest.mark.parametrize("state", [state for state in STATES if state.page == "connected"], ids=lambda state: state.id)
def test_another_account_can_be_used_wherever_there_is_a_concern(state):
    page = rendered(state)
    assert ('name="force" value="1"' in page) == bool(state.values["concern"])
    is_bound = state.values["concern"] in {"", "unknown", "other_email"}
    assert ("You can go back to the conversation" in page) == (is_bound and bool(state.values["runtime_session"]))


def test_a_refused_account_is_named_with_what_was_expected():
    [state] = [state for state in STATES if state.id == "connected-refused-domain"]
    words = words_of(rendered(state))
    assert "Chosen at Google: alice@gmail.example" in words
    assert "Expected here: example.com, example.net or example.org" in words
    assert "The permission was given back at once" in words


def test_a_tick_that_is_missing_is_explained():
    [state] = [state for state in STATES if state.id == "connected-insufficient"]
    words = words_of(rendered(state))
    assert "was left unticked" in words
    assert "Press the button, and tick the box this time." in words


def test_a_connection_tells_since_when_it_is_there_and_when_it_was_used():
    words = words_of(rendered(connections("x", connection())))
    assert "Connected as alice@gmail.example." in words
    assert "Connected 3 days ago Last used just now" in words
    assert "See the names and details of your files, read-only" in words
    assert "Last used not yet" in words_of(rendered(connections("x", connection(last_used=None))))


def test_a_connection_can_be_renewed_and_given_up():
    page = rendered(connections("x", connection()))
    forms = {
        action: dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        for action, form in re.findall(r'<form method="post" action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    }
    assert 'href="/connect/google-drive?again=1"' in page, "a page first, for it gives up what is there"
    assert forms["/connections/disconnect"] == {"csrf": ALICE.csrf}
    assert "Disconnecting takes the permission back at Google." in page


def test_a_page_is_small():
    sizes = {state.id: len(rendered(state, language).encode()) for state in STATES for language in LANGUAGES}
    assert max(sizes.values()) < 8_000, max(sizes, key=sizes.__getitem__)
    assert sum(path.stat().st_size for path in (FOLDER / "static").iterdir()) < 8_000


def test_a_catalog_refuses_a_text_or_a_slot_that_is_not_there():
    catalog = Catalog("en", {"a": {"b": "for {name}"}})
    assert catalog.text("a.b", name="<b>") == "for &lt;b&gt;"
    with pytest.raises(KeyError):
        catalog.text("a.c")
    with pytest.raises(KeyError):
        catalog.text("a.b", other="x")
