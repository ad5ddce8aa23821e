from datetime import date

import pytest

from tests.support.drive import file
from tools.days.periods import Period
from tools.files import SharedDrive
from tools.finding.below import Tree
from tools.finding.pages import Found
from tools.finding.request import Request, Spans
from tools.finding.telling import columns, how_many, notes, searched
from tools.listing import Listing
from tools.query import FOLDER

TODAY = date(2026, 11, 20)
FINANCE = file("Finance", mime_type=FOLDER, id="f")
TEAM = file("Team Finance", mime_type=FOLDER, id="d", drive_id="d")


def said(request=Request(), spans=Spans(), found=None, tree=None):  # noqa: B008 - values that nobody changes
    return notes(request, spans, found or Found(), tree, TODAY)


@pytest.mark.parametrize(
    ("request_", "tree", "drives", "where"),
    [
        (Request(), None, None, "My Drive, shared drives and files shared with you; trash left out"),
        (Request(), None, [], "My Drive and files shared with you; trash left out"),
        (
            Request(trash="include"),
            None,
            [SharedDrive("1", "A")],
            'My Drive, 1 shared drive ("A") and files shared with you; trash included',
        ),
        (Request(view="trash"), None, [], "My Drive and files shared with you; only the trash"),
        (
            Request(words="x"),
            None,
            [],
            "My Drive and files shared with you; trash left out; file names only, not what is inside",
        ),
        (
            Request(),
            Tree(FINANCE, ("f", "a", "b"), is_whole=True),
            [],
            'the folder "Finance" and 2 folders below it; trash left out',
        ),
        (
            Request(view="recent", folder="f"),
            Tree(FINANCE, ("f",), is_whole=True),
            [],
            'the folder "Finance" itself, not the folders in it; trash left out',
        ),
        (Request(), Tree(TEAM, ("d",), is_whole=True), [], 'all of the shared drive "Team Finance"; trash left out'),
        (
            Request(view="recent", folder="d"),
            Tree(TEAM, ("d",), is_whole=True),
            [],
            'the top of the shared drive "Team Finance"; trash left out',
        ),
    ],
)
def test_where_was_searched_is_said_truthfully(request_, tree, drives, where):
    assert searched(request_, tree, drives) == where


def test_what_needs_no_word_gets_none():
    assert said() == []


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (Found(examined=1234), "looked through 1,234 files"),
        (Found(is_capped=True), "were not checked. more_files looks on"),
        (Found(is_circular=True), "went in a circle"),
        (Found(is_incomplete=True), "incompleteSearch"),
    ],
)
def test_what_was_not_looked_at_is_said(found, word):
    (note,) = said(found=found)
    assert word in note


def test_folders_that_were_left_out_are_said():
    (note,) = said(tree=Tree(FINANCE, tuple(map(str, range(500))), is_whole=False))
    assert "the first 500 only" in note


@pytest.mark.parametrize(("last", "is_said"), [(date(2026, 11, 19), True), (TODAY, False), (None, False)])
def test_what_drive_has_forgotten_is_said_of_days_that_are_over(last, is_said):
    period = Period(date(2026, 11, 1), last)
    assert any("last change" in note for note in said(spans=Spans(modified=period))) is is_said
    assert any("opened again since" in note for note in said(spans=Spans(opened=period))) is is_said
    assert said(spans=Spans(created=period)) == []


def test_who_changed_a_file_last_is_all_that_drive_knows_whenever_it_was():
    assert any("last change" in note for note in said(Request(changed_by="Ben")))


def test_the_editors_that_were_met_are_named_most_frequent_first_and_not_all():
    editors = {f"P{n}": n for n in range(20)}
    note = said(Request(changed_by="Zoe"), found=Found(examined=9, editors=editors))[-1]
    assert note.endswith("P19, P18, P17, P16, P15, P14, P13, P12.")
    some = Found(examined=9, editors=editors, files=[file("a")])
    assert not any("Those who" in each for each in said(Request(changed_by="Zoe"), found=some))


def test_an_order_that_drive_cannot_give_is_said_only_where_we_cannot_give_it_either():
    request = Request(content="x", order="name")
    assert said(request, found=Found(has_more=True)) == ["Drive sorts a search inside files by relevance only."]
    assert said(request) == []


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (Request(), set()),
        (Request(view="recent"), {"opened"}),
        (Request(view="recent", folder="f"), set()),
        (Request(view="shared_with_me"), {"shared"}),
        (Request(created="2025"), {"created"}),
        (Request(order="size"), {"size"}),
        (Request(content="x", order="size"), {"size"}),
        (Request(trash="include"), {"trash"}),
    ],
)
def test_the_facts_that_were_asked_about_are_shown(request_, shown):
    assert columns(request_) == shown


@pytest.mark.parametrize(
    ("values", "said_"),
    [
        ({}, "nothing"),
        ({"files": [file("a")]}, "1"),
        ({"files": [file("a")], "has_more": True}, "more than 1"),
        ({"is_partial": True}, "nothing so far, not everything was checked"),
    ],
)
def test_a_try_says_how_many_of_how_many(values, said_):
    assert how_many(Listing("", "", **({"files": []} | values))) == said_
