import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat.terminal.wrap import WordWrap

WORDS = st.text(alphabet="ab日 \n", max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three\n", "one two\nthree\n"),
        ("a https://a.example/long b\n", "a\nhttps://a.example/long\nb\n"),
        ("四半期予算の表\n", "四半期予\n算の表\n"),
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
    assert all(cell_len(line) <= 10 or " " not in line.strip() for line in whole.splitlines())


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
