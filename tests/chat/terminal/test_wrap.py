import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat.terminal.wrap import WordWrap

WORDS = st.text(alphabet="ab日。 -1.\n", max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three\n", "one two\nthree\n"),
        ("a https://a.example/long b\n", "a\nhttps://a.example/long\nb\n"),
        ("四半期予算の表\n", "四半期予\n算の表\n"),
        ("四半期予。算\n", "四半期\n予。算\n"),
        ("予算abc、次\n", "予算\nabc、次\n"),
        ("  1. a\n\n  2. b\n", "  1. a\n\n  2. b\n"),
    ],
)
def test_lines_break_between_words_and_between_wide_characters(text, shown):
    assert WordWrap(8).feed(text) == shown


@given(WORDS, st.lists(st.integers(0, 60), max_size=6))
def test_pieces_make_no_difference_and_nothing_but_blanks_is_changed(text, cuts):
    text += "\n"
    whole = WordWrap(10).feed(text)
    wrap, edges = WordWrap(10), [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    assert "".join(wrap.feed(text[start:end]) for start, end in itertools.pairwise(edges)) == whole
    assert "".join(whole.split()) == "".join(text.split())
    assert all(cell_len(line) <= 10 or len(line.split()) <= 2 for line in whole.splitlines())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. one two three\n2. four five six\n", "1. one two\n   three\n2. four five\n   six\n"),
        ("- one two three\nsix seven eight\n", "- one two\n  three\nsix seven\neight\n"),
        ("  * one two three four\n", "  * one two\n    three\n    four\n"),
        ("10. 四半期予算の表\n", "10. 四半期予\n    算の表\n"),
        ("1. https://a.example/long b\n", "1. https://a.example/long\n   b\n"),
        ("2026 was a good year\n", "2026 was a\ngood year\n"),
    ],
)
def test_what_belongs_to_an_item_of_a_list_stays_below_its_words(text, shown):
    assert WordWrap(12).feed(text) == shown


def test_a_window_that_is_resized_gets_shorter_lines_from_then_on():
    wrap = WordWrap(80)
    assert wrap.feed("one two three ") == "one two three"
    wrap.width = 8
    assert wrap.feed("four five six\n") == "\nfour\nfive six\n"


def test_a_word_that_may_go_on_is_held_back():
    wrap = WordWrap(80)
    assert wrap.feed("Q3 bud") == "Q3"
    assert wrap.feed("get") == ""
    assert wrap.feed("\n") == " budget\n"


OPEN, CLOSE = "\x1b]8;;https://a.example/x\x1b\\\x1b[4m", "\x1b[24m\x1b]8;;\x1b\\"


def test_a_link_takes_the_room_of_its_name_and_never_reaches_over_a_line_break():
    wrap = WordWrap(12)
    shown = wrap.feed("see (") + wrap.feed("Q3 budget plan", "https://a.example/x") + wrap.feed(") now\n")
    assert shown == f"see ({OPEN}Q3{CLOSE}\n{OPEN}budget plan{CLOSE})\nnow\n"


def test_a_link_at_the_end_of_a_line_is_left_before_the_line_ends():
    assert WordWrap(80).feed("日本\n", "https://a.example/x") == f"{OPEN}日本{CLOSE}\n"


def test_bold_words_take_no_more_room_and_end_with_their_line():
    wrap = WordWrap(12)
    shown = wrap.feed("see ") + wrap.feed("these strong words", is_bold=True) + wrap.feed(" now\n")
    assert shown == "see \x1b[1mthese\x1b[22m\n\x1b[1mstrong words\x1b[22m\nnow\n"
