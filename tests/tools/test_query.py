import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.google.query import And, Comparison, Member, Or, parse
from tools.errors import InvalidFilterError
from tools.query import KINDS, MAX_WORDS, FileFilter, build_query, literal, searchable_words

NEVER = (None, None)


def test_trash_is_left_out_unless_it_is_asked_for():
    assert build_query(FileFilter()) == "trashed = false"
    assert build_query(FileFilter(trash="only")) == "trashed = true"
    assert build_query(FileFilter(trash="include")) == ""


def test_each_word_of_a_name_is_a_term_of_its_own():
    assert build_query(FileFilter(words="Q3  budget")) == (
        "name contains 'Q3' and name contains 'budget' and trashed = false"
    )


def test_any_one_of_the_words_is_a_group_in_parentheses():
    assert build_query(FileFilter(words="Q3 budget", any_word=True)) == (
        "(name contains 'Q3' or name contains 'budget') and trashed = false"
    )


def test_quote_and_backslash_in_words_are_escaped_for_drive():
    assert build_query(FileFilter(words=r"quinn's a\b")) == (
        r"name contains 'quinn\'s' and name contains 'a\\b' and trashed = false"
    )


def test_words_inside_files_are_one_term_and_a_phrase_stands_in_double_quotes():
    assert build_query(FileFilter(content="late supplier", phrase="launch in March")) == (
        "fullText contains 'late supplier' and fullText contains '\"launch in March\"' and trashed = false"
    )


def test_a_persons_own_double_quotes_make_no_phrase_and_end_none():
    assert build_query(FileFilter(content='a" or "b', phrase='say "cheese" now')) == (
        "fullText contains 'a or b' and fullText contains '\"say cheese now\"' and trashed = false"
    )


def test_several_folders_are_a_group_in_parentheses():
    assert build_query(FileFilter(parent_ids=("a", "b"))) == "('a' in parents or 'b' in parents) and trashed = false"


def test_what_is_shared_or_starred_or_opened_has_terms_of_its_own():
    query = build_query(FileFilter(is_shared_with_me=True, is_starred=True, is_opened=True))
    assert query == (
        "viewedByMeTime > '1970-01-01T00:00:00Z' and sharedWithMe = true and starred = true and trashed = false"
    )


def test_kinds_of_several_types_stand_in_parentheses():
    query = build_query(FileFilter(kind="spreadsheet", owner_email="me"))
    assert query.startswith("(mimeType = 'application/vnd.google-apps.spreadsheet' or ")
    assert query.endswith(") and 'me' in owners and trashed = false")


def test_an_image_is_found_by_the_beginning_of_its_type():
    assert "mimeType contains 'image/'" in build_query(FileFilter(kind="image"))


def test_times_are_sent_as_utc_and_an_end_is_exclusive():
    start = datetime(2026, 11, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    wanted = FileFilter(modified=(start, None), created=(None, start), opened=(start, start))
    assert build_query(wanted) == (
        "modifiedTime >= '2026-11-08T15:00:00Z' and createdTime < '2026-11-08T15:00:00Z' and "
        "viewedByMeTime >= '2026-11-08T15:00:00Z' and viewedByMeTime < '2026-11-08T15:00:00Z' and trashed = false"
    )


def test_a_very_early_year_keeps_its_four_digits():
    assert "'0900-01-01T00:00:00Z'" in build_query(FileFilter(modified=(datetime(900, 1, 1, tzinfo=UTC), None)))


@pytest.mark.parametrize("field", ["words", "content", "phrase"])
def test_words_without_a_letter_are_refused(field):
    with pytest.raises(InvalidFilterError, match=f"{field} holds no letter or digit"):
        build_query(FileFilter(**{field: "' \\ --"}))


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(InvalidFilterError, match="spreadsheet"):
        build_query(FileFilter(kind="sheetz"))


# What comes back out of the stand-in's parser is what went in, whatever the text.

anything = st.text(max_size=40)
moments = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
spans = st.tuples(moments, moments)
filters = st.builds(
    FileFilter,
    words=anything,
    any_word=st.booleans(),
    exact_name=anything,
    content=anything,
    phrase=anything,
    kind=st.sampled_from(sorted(KINDS)),
    owner_email=anything,
    parent_ids=st.lists(anything, max_size=4).map(tuple),
    modified=spans,
    created=spans,
    opened=spans,
    is_opened=st.booleans(),
    is_shared_with_me=st.booleans(),
    is_starred=st.booleans(),
    trash=st.sampled_from(["exclude", "include", "only"]),
)


def printable(text):
    return "".join(character for character in text if unicodedata.category(character)[0] != "C")


def alternatives(node):
    return [*alternatives(node.left), *alternatives(node.right)] if isinstance(node, Or) else [node]


def conditions(node):
    return [*conditions(node.left), *conditions(node.right)] if isinstance(node, And) else [alternatives(node)]


def expected(wanted):
    """The predicates of a filter, told without a query: a list of groups of which one must hold."""
    names = [Comparison("name", "contains", printable(word)) for word in searchable_words(wanted.words)]
    groups = [[Comparison("name", "=", printable(wanted.exact_name))]] if wanted.exact_name else []
    groups += [names] if wanted.any_word and names else [[name] for name in names]
    for text, quote in ((wanted.content, ""), (wanted.phrase, '"')):
        words = searchable_words(text.replace('"', " "))
        if words:
            groups.append([Comparison("fullText", "contains", printable(f"{quote}{' '.join(words)}{quote}"))])
    if KINDS[wanted.kind]:
        groups.append(
            [Comparison("mimeType", "contains" if name.endswith("/") else "=", name) for name in KINDS[wanted.kind]]
        )
    if wanted.owner_email:
        groups.append([Member(printable(wanted.owner_email), "owners")])
    if wanted.parent_ids:
        groups.append([Member(printable(parent), "parents") for parent in wanted.parent_ids])
    for term, (start, end) in (
        ("modifiedTime", wanted.modified),
        ("createdTime", wanted.created),
        ("viewedByMeTime", wanted.opened),
    ):
        groups += [[Comparison(term, ">=", start)]] if start else []
        groups += [[Comparison(term, "<", end)]] if end else []
    if wanted.is_opened:
        groups.append([Comparison("viewedByMeTime", ">", datetime(1970, 1, 1, tzinfo=UTC))])
    groups += [[Comparison("sharedWithMe", "=", True)]] if wanted.is_shared_with_me else []
    groups += [[Comparison("starred", "=", True)]] if wanted.is_starred else []
    groups += [[Comparison("trashed", "=", wanted.trash == "only")]] if wanted.trash != "include" else []
    return groups


@given(filters)
def test_any_filter_is_read_back_as_the_same_filter(wanted):
    try:
        query = build_query(wanted)
    except InvalidFilterError:
        fields = {"words": wanted.words, "content": wanted.content, "phrase": wanted.phrase}
        assert any(text.strip() and not searchable_words(text.replace('"', " ")) for text in fields.values())
        return
    assert (conditions(parse(query)) if query else []) == expected(wanted)


@given(anything, st.sampled_from(["words", "content", "phrase", "owner_email", "exact_name"]))
def test_no_text_can_add_a_term(text, field):
    try:
        query = build_query(replace(FileFilter(), **{field: text}))
    except InvalidFilterError:
        return
    terms = {
        getattr(each, "term", getattr(each, "collection", "")) for group in conditions(parse(query)) for each in group
    }
    assert terms <= {"trashed", {"words": "name", "exact_name": "name", "owner_email": "owners"}.get(field, "fullText")}


@given(st.text(st.characters(exclude_categories=["C"])))
def test_any_printable_text_survives_the_literal(text):
    parsed = parse(f"name = {literal(text)}")
    assert parsed == Comparison("name", "=", text)


def test_no_more_words_are_sent_than_any_query_is_known_to_hold():
    assert build_query(FileFilter(words="w " * 500)).count("name contains") == MAX_WORDS
