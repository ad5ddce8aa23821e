import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.terminal.marks import MarkReader


def read(*pieces):
    """The text with what is bold between angle brackets."""
    reader, shown, was_bold = MarkReader(), "", False
    parts = [part for piece in pieces for part in reader.feed(piece)]
    for text, is_bold in [*parts, (reader.close(), False)]:
        shown += (">" if was_bold and not is_bold else "") + ("<" if is_bold and not was_bold else "") + text
        was_bold = is_bold
    return shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b c** d", "a <b c> d"),
        ("**b**\n", "<b>\n"),
        ("## Two files\nText\n", "<Two files>\nText\n"),
        ("####### seven\n", "####### seven\n"),
        ("#1 and a # b\n", "#1 and a # b\n"),
        ("* item\n** not\n2 ** 3\n", "* item\n** not\n2 ** 3\n"),
        ("*slanted* and _too_", "*slanted* and _too_"),
        ("`a ** b**` and **c**\n", "`a ** b**` and <c>\n"),
        ("```\ndef f(**k): # x\n```\n**b**\n", "```\ndef f(**k): # x\n```\n<b>\n"),
        ("**never closed\nnext\n", "<never closed>\nnext\n"),
        ("**b ** c**\n", "<b ** c>\n"),
        ("a**", "a**"),
        ("a*", "a*"),
        ("a ***b", "a ***b"),
    ],
)
def test_strong_words_and_headings_are_bold_and_all_else_is_as_written(text, shown):
    assert read(text) == shown


@given(st.text(alphabet="a* #`\n", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_pieces_make_no_difference_and_nothing_but_marks_is_left_out(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    assert read(*(text[start:end] for start, end in itertools.pairwise(edges))) == read(text)
    kept = [char for char in read(text) if char not in "<>"]
    for char in "a`\n":
        assert kept.count(char) == text.count(char)


def test_a_link_between_marks_is_bold():
    reader = MarkReader()
    assert reader.feed("see **") == [("see ", False)]
    assert reader.link() == ("", True)
    assert reader.feed("** now") == [(" now", False)]
