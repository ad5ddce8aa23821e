from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat.terminal.spinner import Spinner

from .glass import Glass


def test_a_frame_takes_the_place_of_the_one_before_and_nothing_is_left_at_the_end():
    spinner, glass = Spinner(), Glass(40)
    glass.feed("above\n").feed(spinner.draw("Thinking …", "", 40))
    assert glass.lines == ["above", "⠋ Thinking …"]
    glass.feed(spinner.draw("Searching …", "(hint)", 40))
    assert glass.lines == ["above", "⠙ Searching …  (hint)"]
    assert spinner.is_shown
    glass.feed(spinner.wipe(40))
    assert (glass.lines, glass.row, glass.column) == (["above", ""], 1, 0)
    assert spinner.wipe(40) == ""


def test_a_window_that_became_narrow_is_wiped_whole():
    spinner, glass = Spinner(), Glass(40)
    glass.feed("above\n").feed(spinner.draw("Searching Drive for spreadsheets", "", 40))
    narrow = Glass(20).feed("above\n⠋ Searching Drive for spreadsheets")  # as terminals break what they had
    assert len(narrow.lines) == 3
    narrow.feed(spinner.wipe(20))
    assert narrow.lines == ["above", ""]


def test_the_hint_goes_before_the_sentence_is_cut():
    spinner = Spinner(has_colour=False)
    assert "hint" not in spinner.draw("Searching Drive", "(a long hint)", 24)
    assert Glass(12).feed(spinner.draw("Searching Drive", "", 12)).lines == ["⠙ Searchin…"]


@given(st.text(alphabet="ab日本 …", max_size=80), st.integers(4, 60))
def test_a_frame_never_reaches_the_last_column(sentence, width):
    drawn = Spinner(has_colour=False).draw(sentence, "", width)
    [line] = Glass(1000).feed(drawn).lines
    assert cell_len(line) < width
