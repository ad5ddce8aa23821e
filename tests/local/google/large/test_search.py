"""The index of a large Drive and the plain look at every file give the same files in the same order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.google import search
from local.google.files import Viewer
from local.google.items import TooDeepError, root_id
from local.google.large.schema import natural_bytes
from local.google.large.store import LargeWish, open_drive
from local.google.ordering import natural_key
from local.google.query import And, Comparison, Constant, Member, Not, Or, parse
from local.google.question import START, Question
from local.google.seed import seeded_library

# Microseconds, as a real clock has: the generated times and the seeds' are then shifted by no whole millisecond.
NOW = datetime(2026, 12, 1, 9, 30, 15, 123_457, tzinfo=UTC)
ME = "alice@gmail.example"


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    wish = LargeWish(2_000, tmp_path_factory.mktemp("large") / "files.sqlite")
    drive = open_drive(wish, seeded_library(NOW), NOW)
    yield drive
    drive.close()


@pytest.fixture(scope="module")
def viewer(drive):
    """The same library as values in memory, so that the plain search is quick, with one viewer for all examples."""
    items = dict(drive.library.items)
    return Viewer(type(drive.library)(items, drive.library.drives), ME)


@pytest.fixture(scope="module")
def sights(viewer):
    return list(viewer.all())


def values(sights, pick):
    return sorted({value for sight in sights if (value := pick(sight))}, key=str)


def some(choices):
    """One of many: `sampled_from` would print them all where Hypothesis describes a strategy."""
    return st.integers(0, len(choices) - 1).map(lambda at: choices[at])


@pytest.fixture(scope="module")
def expressions(sights, drive):
    """Expressions about what is there and about what is not."""
    names = values(sights, lambda sight: sight.item.name)
    people = values(sights, lambda sight: sight.item.owner)
    kinds = values(sights, lambda sight: sight.item.mime_type)
    folders = [*values(sights, lambda sight: sight.parent), root_id(ME)]
    targets = values(sights, lambda sight: sight.item.target)
    lines = [line for sight in sights for line in sight.item.text.splitlines()]
    times = [
        *values(sights, lambda sight: sight.item.modified),
        *values(sights, lambda sight: sight.viewed),
        *values(sights, lambda sight: sight.item.created),
    ]

    def parts(text):
        """Some piece of a text: whole words, beginnings, middles, words with dots and underscores."""
        return st.tuples(st.integers(0, len(text)), st.integers(1, 14)).map(lambda cut: text[cut[0] : sum(cut)])

    some_text = st.one_of(
        some(names).flatmap(parts),
        some(lines).flatmap(parts),
        some(lines).map(lambda line: f'"{" ".join(line.split()[1:3])}" {line.split()[0]}'),
        st.sampled_from(["", ".pdf", '""', "?!", "the", "reference", "r c", "_", "ｶﾀｶﾅ", "予算", "2026", '"of the']),
        st.text(max_size=4),
    )
    jitter = st.sampled_from([0, 1, -1, 999, 1000, -1000]).map(lambda each: timedelta(microseconds=each))
    moments = st.tuples(some(times), jitter).map(sum_of)
    equality = st.sampled_from(["=", "!="])
    predicates = st.one_of(
        st.builds(Comparison, st.just("name"), st.just("contains"), some_text),
        st.builds(Comparison, st.just("name"), equality, some(names)),
        st.builds(Comparison, st.just("fullText"), st.just("contains"), some_text),
        st.builds(Comparison, st.just("mimeType"), equality, some(kinds)),
        st.builds(Comparison, st.just("mimeType"), st.just("contains"), st.sampled_from(["image/", "FOLDER", "x", ""])),
        st.builds(
            Comparison,
            st.sampled_from(["modifiedTime", "createdTime", "viewedByMeTime"]),
            st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
            moments,
        ),
        st.builds(Comparison, st.sampled_from(["trashed", "starred", "sharedWithMe"]), equality, st.booleans()),
        st.builds(Comparison, st.just("visibility"), equality, st.sampled_from(["limited", "anyoneWithLink"])),
        st.builds(Comparison, st.just("shortcutDetails.targetId"), equality, some([*targets, "x"])),
        st.builds(Comparison, st.just("shortcutDetails.targetMimeType"), equality, some(kinds)),
        st.builds(Member, some([*folders, "root", "x"]), st.just("parents")),
        st.builds(
            Member,
            some([*people, "me", "BEN@gmail.example", "x"]),
            st.sampled_from(["owners", "writers", "readers"]),
        ),
        st.builds(Constant, st.booleans()),
    )
    return st.recursive(
        predicates,
        lambda inner: st.one_of(st.builds(Not, inner), st.builds(And, inner, inner), st.builds(Or, inner, inner)),
        max_leaves=6,
    )


def sum_of(pair):
    return pair[0] + pair[1]


KEYS = (
    "createdTime", "folder", "modifiedByMeTime", "modifiedTime", "name", "name_natural", "quotaBytesUsed", "recency",
    "sharedWithMeTime", "starred", "viewedByMeTime",
)  # fmt: skip
ORDERS = st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), max_size=3).map(tuple)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_every_question_has_the_same_answer_in_the_same_order(drive, viewer, expressions, data):
    drives = sorted(drive.library.drives)
    corpora = data.draw(st.sampled_from(["user", "user", "allDrives", "allDrives", "drive", "domain"]))
    expression = data.draw(expressions) if data.draw(st.integers(0, 9)) else None
    question = Question(
        email=ME,
        root=root_id(ME),
        expression=expression,
        order=data.draw(ORDERS),
        corpora=corpora,
        drive_id=data.draw(st.sampled_from(drives)) if corpora == "drive" else "",
        with_drives=corpora != "user" or data.draw(st.booleans()),
        folders=frozenset(data.draw(st.lists(st.sampled_from([root_id(ME), *drives]), max_size=2))),
        names_only=data.draw(st.booleans()),
    )
    expected = [sight.item.id for sight in search.look_through(viewer, question)]
    size = data.draw(st.sampled_from([7, 100, 1000]))
    found, position = [], START
    while position is not None and len(found) < 5 * size:
        sights, position = search.page(Viewer(drive.library, ME), question, position, size)
        found += [sight.item.id for sight in sights]
        assert sights or position is None
    assert found == expected[: len(found)]
    assert (position is None) == (len(found) == len(expected))


@pytest.mark.parametrize("operator", ["<", "<=", "=", "!=", ">", ">="])
@pytest.mark.parametrize("term", ["modifiedTime", "createdTime", "viewedByMeTime"])
def test_times_are_compared_by_the_millisecond_that_is_shown(drive, viewer, sights, term, operator):
    of = {"modifiedTime": lambda sight: sight.item.modified, "createdTime": lambda sight: sight.item.created}
    times = sorted(time for sight in sights if (time := of.get(term, lambda each: each.viewed)(sight)))
    middle = times[len(times) // 2]
    shown = middle.replace(microsecond=middle.microsecond // 1000 * 1000)
    for moment in (middle, shown):
        for microseconds in (-1000, -1, 0, 1, 999, 1000):
            test = Comparison(term, operator, moment + timedelta(microseconds=microseconds))
            for expression in (test, Not(test)):
                question = Question(
                    email=ME, root=root_id(ME), expression=expression, with_drives=True, corpora="allDrives"
                )
                found = [item_id for _, item_id in drive.library.index.find(question, START, 5000)]
                assert found == [sight.item.id for sight in search.look_through(viewer, question)], test


@given(st.lists(st.text(alphabet="aB1\uff120 \0\x07é年", max_size=8), min_size=2, max_size=8))
def test_natural_names_compare_as_bytes_as_they_do_as_numbers_and_texts(names):
    assert sorted(names, key=natural_bytes) == sorted(names, key=natural_key)
    for left, right in pairwise(names):
        assert (natural_bytes(left) == natural_bytes(right)) == (natural_key(left) == natural_key(right))


def ask(q, **more):
    return Question(email=ME, root=root_id(ME), expression=parse(q), with_drives=True, corpora="allDrives", **more)


@pytest.mark.parametrize(
    "q",
    [
        "(" * 30 + "name = 'todo.txt'" + ") and trashed = false or starred = true" * 29 + ")",
        "fullText contains '" + " ".join(f"word{number}" for number in range(300)) + "'",
        "name contains '" + " ".join(f"w{number}" for number in range(300)) + "'",
    ],
    ids=["parentheses", "words", "prefixes"],
)
def test_a_question_too_deep_for_the_index_is_answered_by_looking_at_every_file(drive, viewer, q):
    with pytest.raises(TooDeepError):
        drive.library.index.find(ask(q), START, 10)
    sights, _ = search.page(Viewer(drive.library, ME), ask(q), START, 1000)
    assert [sight.item.id for sight in sights] == [
        sight.item.id for sight in search.look_through(viewer, ask(q))[:1000]
    ]


def test_long_chains_are_no_deep_questions(drive, viewer):
    q = " or ".join(f"name contains 'n{number}'" for number in range(200)) + " or name contains 'to'"
    found = drive.library.index.find(ask(q), START, 1000)
    assert [item_id for _, item_id in found] == [sight.item.id for sight in search.look_through(viewer, ask(q))[:1000]]
