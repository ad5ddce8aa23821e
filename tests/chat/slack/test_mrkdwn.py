"""Between Slack's way of writing and Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.slack.mrkdwn import Calm, calmed, cut, escaped, mentioned, pieces, plain_question

CALLS = ["<!channel>", "<!here|here>", "<@U0BOB>", "<#C1|general>", "&lt;!channel&gt;", "<\\!everyone>", "&#60;!here>"]
PIECE = st.sampled_from([*CALLS, "<", "!", "@", "#", "&", "&lt", ";", "&#x3c;", "\\", " ", "word", "channel>"])
TEXT = st.lists(PIECE, max_size=20).map("".join)
CALL = re.compile(r"(?:<|&lt;|&#0*60;|&#x0*3c;)\\?[@#!]", re.IGNORECASE)


@pytest.mark.parametrize("call", CALLS)
def test_nothing_calls_anybody(call) -> None:
    assert not CALL.search(calmed(f"before {call} after"))


@given(TEXT, st.data())
def test_a_cut_anywhere_changes_nothing(text, data) -> None:
    calm, shown, rest = Calm(), "", text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        shown += calm.feed(rest[:size])
        rest = rest[size:]
    assert shown + calm.close() == calmed(text)
    assert not CALL.search(calmed(text))


@given(st.text(alphabet="abc <>&.\n", max_size=50))
def test_what_calls_nobody_stays_as_it_is(text) -> None:
    assert calmed(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<@UBOT> which files?", "which files?"),
        ("<@UBOT>", ""),
        ("of <@U1> and <@U2|ben>", "of Alice Archer and ben"),
        ("of <@U3>", "of somebody"),
        ("in <#C1|general> and <#C2>", "in #general and a channel"),
        ("<!here> &lt;b&gt; &amp;amp;", "@here <b> &amp;"),
        ("<https://docs.google.com/x>", "https://docs.google.com/x"),
        ("<https://docs.google.com/x|docs.google.com/x>", "https://docs.google.com/x"),
        ("<https://docs.google.com/x|the plan>", "the plan (https://docs.google.com/x)"),
        ("<mailto:ben@example.com|ben@example.com>", "ben@example.com"),
        ("<!date^1^{date}|today>", "today"),
    ],
)
def test_a_question_reads_as_its_author_sees_it(text, plain) -> None:
    assert plain_question(text, "UBOT", {"U1": "Alice Archer"}) == plain


def test_people_are_found_once_each() -> None:
    assert mentioned("<@U1> <@W2|b> <@U1> <#C1>") == ("U1", "W2")


@given(st.text(max_size=200))
def test_what_is_escaped_says_the_same_and_is_no_token(text) -> None:
    assert not re.search("[<>]", escaped(text))
    assert escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(st.text(alphabet="ab \n", max_size=300), st.integers(1, 50))
def test_parts_are_short_enough_and_nothing_is_lost(text, longest) -> None:
    assert "".join(cut(text, longest)) == text
    assert "".join(pieces(text, longest)) == text
    assert all(0 < len(part) <= longest for part in pieces(text, longest))
