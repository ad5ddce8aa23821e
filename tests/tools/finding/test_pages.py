import pytest

from tests.support.drive import ALICE, BEN, TOKEN, MemoryDrive, file
from tools.errors import StalePageTokenError
from tools.finding.pages import SCAN_LIMIT, Question, read
from tools.google.drive_api import FilePage

ALL = Question("trashed = false", "modifiedTime desc")
BENS = Question("q", "o", matches=lambda each: each.changed_by is not None and each.changed_by.matches("Ben"))


def pages(*names, **values):
    """One page for each list of names; every page but the last has a token."""
    last = len(names) - 1
    return [
        FilePage([file(name) for name in page], str(at + 1) if at < last else "", incomplete=False, **values)
        for at, page in enumerate(names)
    ]


def names(found):
    return [each.name for each in found.files]


def test_a_list_is_one_call_with_the_limit_as_page_size():
    drive = MemoryDrive(pages=[FilePage([file("a")], "1", incomplete=True)])
    found = read(drive, TOKEN, ALL, 1)
    assert drive.calls == [
        {
            "token": TOKEN,
            "query": "trashed = false",
            "order": "modifiedTime desc",
            "page_size": 1,
            "page_token": "",
            "drive_id": "",
        }
    ]
    assert (found.has_more, found.is_incomplete, found.next_token) == (True, True, "1")


def test_short_and_empty_pages_are_read_on_until_the_limit_is_full():
    found = read(MemoryDrive(pages=pages(["a"], [], ["b"])), TOKEN, ALL, 5)
    assert names(found) == ["a", "b"]
    assert (found.has_more, found.is_capped, found.next_token) == (False, False, "")


def test_a_page_token_that_comes_again_ends_the_list_and_is_told():
    drive = MemoryDrive(pages=[FilePage([], "1", incomplete=False), FilePage([], "1", incomplete=False)])
    found = read(drive, TOKEN, ALL, 5)
    assert len(drive.calls) == 2
    assert (found.is_circular, found.next_token) == (True, "")


def test_empty_pages_without_end_are_given_up():
    drive = MemoryDrive(pages=pages(*[[] for _ in range(30)]))
    found = read(drive, TOKEN, ALL, 5)
    assert len(drive.calls) == 10
    assert (found.is_capped, found.next_token) == (True, "10")


def test_what_did_not_fit_comes_first_when_the_list_goes_on():
    drive = MemoryDrive(pages=pages(["a", "b"], ["c", "d", "e"], ["f"]))
    first = read(drive, TOKEN, ALL, 3)
    assert (names(first), first.has_more, first.next_token) == (["a", "b", "c"], True, "1")
    second = read(drive, TOKEN, ALL, 3, token="1", shown=[each.id for each in first.files])
    assert (names(second), second.has_more, second.next_token) == (["d", "e", "f"], False, "")


def test_a_page_token_that_drive_no_longer_takes_starts_over_without_what_was_shown():
    drive = MemoryDrive(pages=pages(["a", "b", "c"]), errors=[StalePageTokenError("old")])
    found = read(drive, TOKEN, ALL, 5, token="0", shown=["id-a"])
    assert [call["page_token"] for call in drive.calls] == ["0", ""]
    assert names(found) == ["b", "c"]


def test_a_first_page_that_is_called_stale_is_an_error():
    with pytest.raises(StalePageTokenError):
        read(MemoryDrive(errors=[StalePageTokenError("no")]), TOKEN, ALL, 5)


def test_where_we_filter_every_file_looked_at_is_counted_and_its_editor_kept():
    found = read(
        MemoryDrive(
            pages=[
                FilePage([file("a", changed_by=BEN), file("b", changed_by=ALICE)], "1", incomplete=False),
                FilePage([file("c", changed_by=BEN), file("d")], "", incomplete=False),
            ]
        ),
        TOKEN,
        BENS,
        20,
    )
    assert names(found) == ["a", "c"]
    assert (found.examined, found.is_capped, found.has_more) == (4, False, False)
    assert found.editors == {"Ben Ortiz": 2, "Alice Archer": 1}


def test_where_we_filter_one_more_than_the_limit_is_looked_for():
    many = [FilePage([file(name, changed_by=BEN) for name in "abc"], "", incomplete=False)]
    found = read(MemoryDrive(pages=many), TOKEN, BENS, 2)
    assert (names(found), found.has_more) == (["a", "b"], True)
    found = read(MemoryDrive(pages=many), TOKEN, BENS, 3)
    assert (names(found), found.has_more) == (["a", "b", "c"], False)


def test_filtering_stops_at_a_thousand_files_and_can_go_on_from_there():
    drive = MemoryDrive(pages=pages(*[[f"{n}-{i}" for i in range(200)] for n in range(10)]))
    found = read(drive, TOKEN, BENS, 20)
    assert len(drive.calls) == 5
    assert (found.examined, found.is_capped, found.next_token) == (SCAN_LIMIT, True, "5")
