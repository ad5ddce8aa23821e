"""Drive's query language, without any HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.google.files import Viewer
from local.google.items import Item, Library
from local.google.query import And, Comparison, Constant, Member, Not, Or, QueryError, parse
from local.google.query_match import Matcher

NAME = Comparison("name", "contains", "a")
TRASHED = Comparison("trashed", "=", value=False)
STARRED = Comparison("starred", "=", value=True)
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_and_and_or_are_read_from_left_to_right():
    a, b, c = "name contains 'a'", "trashed = false", "starred = true"
    assert parse(f"{a} or {b} and {c}") == And(Or(NAME, TRASHED), STARRED)
    assert parse(f"{a} and {b} or {c}") == Or(And(NAME, TRASHED), STARRED)
    assert parse(f"{a} or ({b} and {c})") == Or(NAME, And(TRASHED, STARRED))


def test_not_takes_the_next_predicate_or_group():
    assert parse("not name contains 'a' and trashed=false") == And(Not(NAME), TRASHED)
    assert parse("not (name contains 'a' and trashed=false)") == Not(And(NAME, TRASHED))


def test_keywords_are_written_in_any_case():
    assert parse("NOT name CONTAINS 'a' AND trashed = FALSE") == And(Not(NAME), TRASHED)
    assert parse("'x' IN parents") == Member("x", "parents")


@pytest.mark.parametrize(
    ("q", "value"),
    [
        ("modifiedTime > '2026-05-01T12:00:00'", MAY),
        ("modifiedTime > '2026-05-01T12:00:00Z'", MAY),
        ("modifiedTime > '2026-05-01T14:00:00.000+02:00'", MAY),
        ("modifiedTime > '2026-05-01T05:00:00-07:00'", MAY),
        ("modifiedTime>'2026-05-01'", datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)
def test_times_are_rfc_3339_and_utc_by_default(q, value):
    assert parse(q) == Comparison("modifiedTime", ">", value)


def test_quotes_and_backslashes_are_escaped_with_a_backslash():
    assert parse(r"name = 'quinn\'s paper\\essay'") == Comparison("name", "=", r"quinn's paper\essay")


@given(st.text(max_size=60))
def test_every_name_survives_escaping(name):
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    assert parse(f"name = '{escaped}'") == Comparison("name", "=", name)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_query_error(text):
    try:
        parse(text)
    except QueryError:
        return


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("sharedWithMe", Comparison("sharedWithMe", "=", value=True)),
        ("sharedWithMe = true", Comparison("sharedWithMe", "=", value=True)),
        ("visibility = 'limited'", Comparison("visibility", "=", "limited")),
        ("shortcutDetails.targetId = 'x'", Comparison("shortcutDetails.targetId", "=", "x")),
        ("properties has { key='mass' and value='1.3kg' }", Constant(is_true=False)),
        ("appProperties has {key = 'a' and value = 'b'}", Constant(is_true=False)),
        ("'labels/x' in labels", Constant(is_true=False)),
        ("'labels/x' not in labels", Constant(is_true=True)),
        ("labels/x.y = 'z'", Constant(is_true=False)),
        ("labels/x.y starts with 'z'", Constant(is_true=False)),
        ("labels/x.y IS NULL", Constant(is_true=True)),
        ("labels/x.y is not null", Constant(is_true=False)),
        ("labels/x.y < 2", Constant(is_true=False)),
        ("'z' not in labels/x.y", Constant(is_true=True)),
    ],
)
def test_documented_forms_are_understood(q, expected):
    assert parse(q) == expected


@pytest.mark.parametrize(
    "q",
    [
        "budget",
        "name contains",
        "name contains budget",
        'name contains "budget"',
        "name contains 'it's'",
        r"name contains 'a\n'",
        "name like 'a'",
        "Name contains 'a'",
        "NAME contains 'a'",
        "name > 'a'",
        "name = true",
        "fullText = 'a'",
        "mimeType in 'a'",
        "trashed",
        "trashed = 'false'",
        "trashed contains true",
        "starred != maybe",
        "modifiedTime > 2026-05-01",
        "modifiedTime > 'yesterday'",
        "modifiedTime > '2026-13-01T00:00:00'",
        "modifiedTime > '2026-W01'",
        "modifiedTime > createdTime",
        "modifiedTime contains '2026-05-01'",
        "owners = 'a@gmail.example'",
        "parents = 'x'",
        "'x' not in parents",
        "'x' in name",
        "size > 5",
        "id = 'x'",
        "driveId = 'x'",
        "description contains 'x'",
        "visibility = 'public'",
        "name = 'a' name = 'b'",
        "name = 'a' and",
        "and name = 'a'",
        "(name = 'a'",
        "name = 'a')",
        "()",
        "not",
        "properties has { value='1' and key='2' }",
        "name has { key='1' and value='2' }",
        "name = 'a'; name = 'b'",
    ],
)
def test_everything_else_is_no_query(q):
    with pytest.raises(QueryError):
        parse(q)


def test_a_query_of_endless_depth_is_refused_and_does_not_break_anything():
    with pytest.raises(QueryError):
        parse(" or ".join(["name = 'a'"] * 5000))
    with pytest.raises(QueryError):
        parse("not " * 5000 + "name = 'a'")
    assert parse(" or ".join(["name = 'a'"] * 300))


@dataclass(frozen=True)
class Case:
    name: str
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


def _found(q, **attributes):
    item = Item("id-1", created=MAY, modified=MAY, parent="root-1", owner="alice@gmail.example", **attributes)
    root = Item("root-1", "My Drive", "folder", None, "alice@gmail.example", MAY, MAY)
    sight = Viewer(Library({"root-1": root, "id-1": item}, {}), "alice@gmail.example").see("id-1")
    texts = (item.name, item.description, item.text)
    return Matcher(parse(q), "root-1", lambda _: texts).matches(sight)


@pytest.mark.parametrize(
    "case",
    [
        Case("HelloWorld", finds=("Hello", "hello", "HELLOWORLD"), misses=("World", "ello")),
        Case("Q3 budget (final).pdf", finds=("bud", "fin q3", "pdf", "Q3 budget"), misses=(".pdf", "udget", "q4 bud")),
        Case("snake_case_name", finds=("case", "na sn"), misses=("ake",)),
        Case("2026年11月 議事録", finds=("議事", "2026", "年"), misses=("事録",)),
        Case("カタカナメモ", finds=("カタカナ", "ｶﾀｶﾅ"), misses=("メモ",)),
    ],
    ids=lambda case: case.name,
)
def test_name_contains_means_that_every_word_begins_a_word_of_the_name(case):
    for value in case.finds:
        assert _found(f"name contains '{value}'", name=case.name, mime_type="x"), value
    for value in case.misses:
        assert not _found(f"name contains '{value}'", name=case.name, mime_type="x"), value


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        ("hello", True),
        ("hell", False),
        ("there hello", True),
        ('"Hello there"', True),
        ('"there Hello"', False),
        ('"Hello world"', False),
        ('"hello there" world', True),
        ("case", True),
        ("report", True),
        ("議事録", True),
        ("議事", False),
        ('""', False),
        ("?!", False),
    ],
)
def test_full_text_means_whole_words_and_phrases(value, is_found):
    found = _found(
        f"fullText contains '{value}'", name="Report", mime_type="x", text="Hello there world snake_case 議事録"
    )
    assert found is is_found


@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ("'root' in parents", True),
        ("'root-1' in parents", True),
        ("'other' in parents", False),
        ("'me' in owners", True),
        ("'alice@gmail.example' in writers", True),
        ("'ALICE@gmail.example' in readers", True),
        ("'bob@gmail.example' in readers", False),
        ("mimeType contains 'image/'", True),
        ("mimeType = 'image/png'", True),
        ("mimeType != 'image/png'", False),
        ("name = 'a'", True),
        ("name = 'A'", False),
        ("modifiedTime = '2026-05-01T12:00:00.123Z'", True),
        ("modifiedTime <= '2026-05-01T12:00:00.122Z'", False),
        ("viewedByMeTime > '2000-01-01'", False),
        ("viewedByMeTime < '2100-01-01'", False),
        ("visibility = 'limited'", True),
        ("sharedWithMe", False),
        ("not sharedWithMe", True),
        ("trashed != true", True),
        ("shortcutDetails.targetId != 'x'", True),
    ],
)
def test_predicates_on_one_file(q, is_found):
    item = Item("id-1", "a", "image/png", "root-1", "alice@gmail.example", MAY, MAY.replace(microsecond=123_456))
    root = Item("root-1", "My Drive", "folder", None, "alice@gmail.example", MAY, MAY)
    sight = Viewer(Library({"root-1": root, "id-1": item}, {}), "alice@gmail.example").see("id-1")
    assert Matcher(parse(q), "root-1", lambda _: ()).matches(sight) is is_found
