from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import FileCard
from chat.plain import plain_line
from chat.terminal.cards import consent_lines, file_row, has_bare_address, local_time

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-12T19:30:00Z", "2026-11-13 04:30"),
        ("2026-11-12T19:30:00.123+00:00", "2026-11-13 04:30"),
        ("2026-11-12", "2026-11-12"),
        ("0001-01-01T00:00:00+23:00", "0001-01-01T00:00:00+23:00"),
        ("soon\x1b[2J", "soon[2J"),
        ("", ""),
    ],
)
def test_a_time_is_the_persons_to_the_minute(moment, shown):
    assert local_time(moment, TOKYO) == shown


@given(st.builds(FileCard, *[st.text()] * 6))
def test_a_file_is_single_lines_without_anything_that_a_terminal_obeys(card):
    row = file_row(card, UTC)
    for shown in (row.name, row.link, *row.facts):
        assert shown == plain_line(shown)
    assert row.link == "" or row.link.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    ("text", "has_one"),
    [
        ("Connect: https://a.example", True),
        ("http://localhost:9090/x", True),
        ("[plan](https://a.example/p) and <https://b.example>", False),
        ("`a.example/path`, https is a word", False),
    ],
)
def test_the_consent_message_is_known_by_its_bare_address(text, has_one):
    assert has_bare_address(text) is has_one


@pytest.mark.parametrize(
    ("message", "url", "lines"),
    [
        ("A.\nGo: https://a.example/x\nB.", "https://a.example/x", (["A.", "Go:"], "https://a.example/x", ["B."])),
        ("A.", "https://a.example/x", (["A."], "https://a.example/x", [])),
        ("A: javascript:x", "javascript:x", (["A:"], "", [])),
        ("A\x1b[2J.", "", (["A[2J."], "", [])),
    ],
)
def test_the_consent_link_has_a_line_of_its_own(message, url, lines):
    assert consent_lines(message, url) == lines
