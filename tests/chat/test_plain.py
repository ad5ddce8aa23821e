import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.plain import plain, plain_line, plain_link


@given(st.text(alphabet=st.characters(codec=None)))
def test_no_control_character_survives_in_any_text(text):
    kept = plain(text)
    assert not [char for char in kept if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"]
    assert plain(kept) == kept


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;owned\x07report", "]0;ownedreport"),
        ("\x1b[2J\x9b31mred", "[2J31mred"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\rb\x08c", "abc"),
        ("one\u2028two\r\nthree\tfour", "one\ntwo\nthree\tfour"),
        ("四半期予算 👩‍💻 [bold]x[/]", "四半期予算 👩‍💻 [bold]x[/]"),
    ],
)
def test_what_a_terminal_would_obey_is_gone_and_the_rest_stays(hostile, shown):
    assert plain(hostile) == shown


def test_a_name_with_line_breaks_takes_one_line():
    assert plain_line(" a\n\nyou> rm -rf\t b ") == "a you> rm -rf b"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "", "ht\ntps://x"])
def test_only_web_addresses_without_blanks_are_shown_as_links(url):
    assert plain_link(url) == ""


def test_a_link_loses_control_characters():
    assert plain_link("https://a.example/\x1b[31m") == "https://a.example/[31m"
