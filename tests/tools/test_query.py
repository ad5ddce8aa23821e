from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import InvalidFilterError
from tools.query import KINDS, FileFilter, build_query, day_range, literal


def test_trash_is_left_out_even_when_nothing_else_is_asked():
    assert build_query(FileFilter()) == "trashed = false"


def test_each_word_of_a_name_is_a_term_of_its_own():
    assert build_query(FileFilter(words="Q3  budget")) == (
        "name contains 'Q3' and name contains 'budget' and trashed = false"
    )


def test_quote_and_backslash_in_words_are_escaped_for_drive():
    assert build_query(FileFilter(words=r"quinn's a\b")) == (
        r"name contains 'quinn\'s' and name contains 'a\\b' and trashed = false"
    )


def test_kinds_of_several_types_stand_in_parentheses():
    query = build_query(FileFilter(kind="spreadsheet", owner_email="me"))
    assert query.startswith("(mimeType = 'application/vnd.google-apps.spreadsheet' or ")
    assert query.endswith(") and 'me' in owners and trashed = false")


def test_an_image_is_found_by_the_beginning_of_its_type():
    assert "mimeType contains 'image/'" in build_query(FileFilter(kind="image"))


def test_times_are_sent_as_utc():
    start = datetime(2026, 11, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert build_query(FileFilter(modified_from=start)) == "modifiedTime >= '2026-11-08T15:00:00Z' and trashed = false"


def test_days_are_inclusive_and_those_of_the_persons_time_zone():
    start, end = day_range("2026-11-09", "2026-11-15", ZoneInfo("America/New_York"))
    assert (start, end) == (datetime(2026, 11, 9, 5, tzinfo=UTC), datetime(2026, 11, 16, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    "days",
    [("2026-11-15", "2026-11-09"), ("last week", ""), ("", "2026-13-01"), ("", "9999-12-31"), ("0001-01-01", "")],
)
def test_days_that_make_no_period_are_explained_to_the_model(days):
    with pytest.raises(InvalidFilterError, match="modified_"):
        day_range(*days, ZoneInfo("Asia/Tokyo"))


def test_a_very_early_year_keeps_its_four_digits():
    start, _ = day_range("0900-01-01", "", ZoneInfo("UTC"))
    assert "'0900-01-01T00:00:00Z'" in build_query(FileFilter(modified_from=start))


def test_words_without_a_letter_are_refused():
    with pytest.raises(InvalidFilterError, match="letter or digit"):
        build_query(FileFilter(words="' \\ --"))


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(InvalidFilterError, match="spreadsheet"):
        build_query(FileFilter(kind="sheetz"))


def unquote(text: str) -> str:
    """Read a Drive literal back as Drive documents it, strictly."""
    assert text[0] == text[-1] == "'"
    out, rest = [], iter(text[1:-1])
    for character in rest:
        assert character != "'", "an unescaped quote ends the literal early"
        out.append(next(rest) if character == "\\" else character)
    return "".join(out)


@given(st.text(st.characters(exclude_categories=["C"])))
def test_any_printable_text_survives_the_literal(text):
    assert unquote(literal(text)) == text


@given(st.text())
def test_no_text_ends_a_literal_early(text):
    unquote(literal(text))


@given(st.sampled_from(sorted(KINDS)), st.booleans())
def test_every_or_group_is_in_parentheses(kind, owned):
    query = build_query(FileFilter(kind=kind, owner_email="a@x.example" if owned else ""))
    outside, depth = "", 0
    for character in query:
        depth += (character == "(") - (character == ")")
        outside += character if depth == 0 else ""
    assert " or " not in outside
