"""Messages and views: within what Slack takes, whatever names and texts are in them."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import FileCard
from chat.slack import views
from chat.slack.conversations import Member, Place
from chat.slack.home import Connection, home
from chat.slack.words import LANGUAGES, words_in
from local.slack.blocks import block_faults, view_faults

ALICE = Member("T1", "U1")
PLACE = Place("C1", "1.1")
ANY = st.text(max_size=4000)
SOME = st.text(min_size=1, max_size=300)
LANGUAGE = st.sampled_from(LANGUAGES)
FILE = st.builds(FileCard, SOME, SOME, st.just("https://docs.google.com/x") | SOME, SOME, SOME, SOME)


def test_all_languages_have_the_same_words_with_the_same_slots() -> None:
    english = words_in("en").texts
    for language in LANGUAGES:
        texts = words_in(language).texts
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            slots = [[name for _, name, _, _ in string.Formatter().parse(one) if name] for one in (text, english[key])]
            assert slots[0] == slots[1], key


@given(LANGUAGE, ANY)
def test_whatever_is_asked_can_be_quoted(language, text) -> None:
    for channel in ("C1", ""):
        message = views.asked_in(words_in(language), channel, text)
        assert not block_faults(message.blocks)


@given(LANGUAGE, st.lists(FILE, max_size=8), st.lists(SOME, max_size=5), st.booleans())
def test_whatever_was_found_can_stand_under_an_answer(language, files, notices, is_shareable) -> None:
    shown = views.after_answer(words_in(language), "h" * 22, files, notices, is_shareable=is_shareable)
    assert not block_faults(shown)


@given(LANGUAGE, ANY)
def test_whatever_went_wrong_and_whoever_connected_can_be_said(language, text) -> None:
    words = words_in(language)
    for message in (
        views.connected(words, text),
        views.plain(text or "-"),
        views.superseded(words, "https://a.example"),
    ):
        assert not block_faults(message.blocks)
        assert message.text
    assert not block_faults(views.after_failure(words, text, "h"))


@given(LANGUAGE, st.text(min_size=1, max_size=30_000))
def test_an_answer_of_any_length_can_be_shared_and_is_whole(language, answer) -> None:
    messages = views.shared(words_in(language), ALICE, answer)
    parts = [block["text"] for message in messages for block in message.blocks if block["type"] == "markdown"]
    assert "".join(parts) == views.calmed(answer)
    assert not [fault for message in messages for fault in block_faults(message.blocks)]


def test_nothing_in_a_shared_answer_calls_anybody() -> None:
    [message] = views.shared(words_in("en"), ALICE, "It is <!channel> of <@U2>.")
    [block] = [block for block in message.blocks if block["type"] == "markdown"]
    assert block["text"] == "It is < !channel> of < @U2>."


def test_where_nothing_is_kept_behind_buttons_there_are_none() -> None:
    words = words_in("en")
    for shown in (
        views.after_answer(words, "", is_shareable=True),
        views.after_failure(words, "no", ""),
        views.after_stop(words, ""),
    ):
        assert not block_faults(shown)
        assert "actions" not in [block["type"] for block in shown]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["connected", "missing", "insufficient", "unknown"])
@pytest.mark.parametrize("email", ["", "alice@gmail.example"])
def test_the_home_tab_is_a_view_that_slack_takes(language, kind, email) -> None:
    view = home(words_in(language), Connection(kind, email), "https://drive.example.com/connect/google-drive")
    assert not view_faults(view)
    assert (email in json.dumps(view)) == bool(email and kind == "connected") or not email


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_other_message_is_one_that_slack_takes(language) -> None:
    words = words_in(language)
    link = "https://drive.example.com/connect/google-drive?session=s"
    messages = [
        views.note(words, ALICE),
        views.stop_button(words),
        *(views.hint(words, PLACE, is_here=is_here) for is_here in (True, False)),
        *(views.consent(words, link, (), place, is_here=here) for place in (None, PLACE) for here in (True, False)),
    ]
    for message in messages:
        assert not block_faults(message.blocks)
        assert message.text
        assert "{" not in json.dumps([message.text, message.blocks]).replace('{"', "")
    assert not block_faults(views.after_stop(words, "h"))


@given(ANY)
def test_nothing_in_a_name_is_a_link_or_calls_anybody(name) -> None:
    card = FileCard(name or "-", link="javascript:alert(1)", owner="<!channel>")
    shown = views.after_answer(words_in("en"), "h", [card])[0]
    assert shown["type"] == "rich_text"
    [part] = shown["elements"]
    assert {element["type"] for element in part["elements"]} == {"text"}


def test_only_what_an_answer_names_gets_a_card_and_only_where_that_is_little() -> None:
    files = [FileCard(f"file {n}", link=f"https://docs.google.com/{n}") for n in range(9)]
    assert views.cards_for(files, f"[a]({files[3].link}) and [b]({files[5].link})") == (files[3], files[5])
    assert views.cards_for(files, "none of them") == ()
    assert views.cards_for(files, "".join(f"[a]({file.link})" for file in files)) == ()
