from zoneinfo import ZoneInfo

import pytest

from tests.support.drive import ALICE, BEN, TOKEN, MemoryDrive, file
from tools.drive_api import FilePage
from tools.errors import FolderNotFoundError, InvalidFilterError, UnknownHandleError
from tools.finder import Request, find
from tools.handles import Handles
from tools.query import FOLDER

UTC = ZoneInfo("UTC")


def folder(name, **values):
    return file(name, mime_type=FOLDER, **values)


def test_a_plain_search_is_one_call_with_the_limit_as_page_size():
    drive = MemoryDrive(pages=[FilePage([file("a")], "1", incomplete=True)])
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, words="a", limit=1))
    assert [(call["query"], call["page_size"], call["order"]) for call in drive.calls] == [
        ("name contains 'a' and trashed = false", 1, "modifiedTime desc")
    ]
    assert (found.more, found.incomplete) == (True, True)


def test_short_and_empty_pages_are_read_on_until_the_limit_is_full():
    pages = [
        FilePage([file("a")], "1", incomplete=False),
        FilePage([], "2", incomplete=False),
        FilePage([file("b")], "", incomplete=False),
    ]
    drive = MemoryDrive(pages=pages)
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, limit=5))
    assert [item.name for item in found.files] == ["a", "b"]
    assert not found.more


def test_a_page_token_that_comes_again_ends_the_reading():
    drive = MemoryDrive(pages=[FilePage([], "1", incomplete=False), FilePage([], "1", incomplete=False)])
    found = find(drive, TOKEN, Handles(), Request(zone=UTC))
    assert len(drive.calls) == 2
    assert found.more


def test_who_changed_a_file_last_is_checked_by_us_and_said():
    pages = [
        FilePage([file("a", changed_by=BEN), file("b", changed_by=ALICE)], "1", incomplete=False),
        FilePage([file("c", changed_by=BEN), file("d")], "", incomplete=False),
    ]
    found = find(MemoryDrive(pages=pages), TOKEN, Handles(), Request(zone=UTC, changed_by="Ben"))
    assert [item.name for item in found.files] == ["a", "c"]
    assert (found.examined, found.capped, found.more) == (4, False, False)


def test_checking_stops_at_a_thousand_files_and_says_so():
    page = [FilePage([file(f"{n}-{i}") for i in range(200)], str(n + 1), incomplete=False) for n in range(10)]
    drive = MemoryDrive(pages=page)
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, changed_by="Ben"))
    assert len(drive.calls) == 5
    assert (found.examined, found.capped) == (1000, True)


def test_an_owner_by_address_is_drives_filter_and_by_name_ours():
    drive = MemoryDrive(pages=[FilePage([file("a", owner=BEN)], "", incomplete=False)])
    find(drive, TOKEN, Handles(), Request(zone=UTC, owner="ben@gmail.example"))
    assert drive.calls[0]["query"] == "'ben@gmail.example' in owners and trashed = false"
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, owner="Ben"))
    assert drive.calls[1]["query"] == "trashed = false"
    assert found.examined == 1


def test_the_handle_of_a_file_means_the_folder_that_holds_it():
    drive = MemoryDrive(folders={"parent": folder("Budgets", id="parent")})
    handles = Handles()
    handles.number([file("Q3 budget", parent_id="parent")])
    found = find(drive, TOKEN, handles, Request(zone=UTC, folder="[1]"))
    assert drive.calls[-1]["query"] == "'parent' in parents and trashed = false"
    assert found.searched == "the folder Budgets itself, not the folders in it; trash left out"


def test_the_handle_of_a_folder_means_its_content():
    drive = MemoryDrive(folders={"f": folder("Budgets", id="f", parent_id="up")})
    handles = Handles()
    handles.number([folder("Budgets", id="f", parent_id="up")])
    find(drive, TOKEN, handles, Request(zone=UTC, folder="#1"))
    assert drive.calls[-1]["query"] == "'f' in parents and trashed = false"


def test_a_handle_that_was_never_given_out_is_explained():
    with pytest.raises(UnknownHandleError, match=r"no \[9\].*none yet"):
        find(MemoryDrive(), TOKEN, Handles(), Request(zone=UTC, folder="[9]"))


def test_a_folder_by_name_is_looked_up_exactly_first():
    folders = [folder("Finance archive"), folder("Finance", id="fin")]
    drive = MemoryDrive(pages=[FilePage(folders, "", incomplete=False)])
    find(drive, TOKEN, Handles(), Request(zone=UTC, folder="finance"))
    assert drive.calls[-1]["query"] == "'fin' in parents and trashed = false"


@pytest.mark.parametrize(("names", "text"), [([], "No folder"), (["Ops", "Ops"], "2 folders match")])
def test_a_folder_name_that_fits_none_or_several_is_explained(names, text):
    folders = [folder(name, id=f"id{number}") for number, name in enumerate(names)]
    drive = MemoryDrive(pages=[FilePage(folders, "", incomplete=False)])
    with pytest.raises(FolderNotFoundError, match=text):
        find(drive, TOKEN, Handles(), Request(zone=UTC, folder="Ops"))


def test_an_unknown_order_is_explained():
    with pytest.raises(InvalidFilterError, match="opened"):
        find(MemoryDrive(), TOKEN, Handles(), Request(zone=UTC, order="size"))


def test_the_same_file_keeps_its_handle_over_a_restart():
    handles = Handles()
    assert handles.number([file("a"), file("b")]) == [1, 2]
    again = Handles.load(handles.dump())
    assert again.number([file("b"), file("c")]) == [2, 3]


def test_a_folder_whose_name_is_a_number_is_a_name():
    drive = MemoryDrive(pages=[FilePage([folder("2026", id="y")], "", incomplete=False)])
    handles = Handles()
    handles.number([file("a", parent_id="p")])
    find(drive, TOKEN, handles, Request(zone=UTC, folder="2026"))
    assert drive.calls[-1]["query"] == "'y' in parents and trashed = false"


def test_a_folder_name_without_a_letter_is_explained_as_a_folder():
    with pytest.raises(FolderNotFoundError, match="folder must be"):
        find(MemoryDrive(), TOKEN, Handles(), Request(zone=UTC, folder="---"))


@pytest.mark.parametrize("who", ["", "Ben"])
def test_an_incomplete_search_on_any_page_is_kept(who):
    pages = [FilePage([], "1", incomplete=True), FilePage([file("a", changed_by=BEN)], "", incomplete=False)]
    assert find(MemoryDrive(pages=pages), TOKEN, Handles(), Request(zone=UTC, changed_by=who)).incomplete


@pytest.mark.parametrize("who", ["", "Ben"])
def test_empty_pages_without_end_are_given_up_and_said(who):
    drive = MemoryDrive(pages=[FilePage([], str(number + 1), incomplete=False) for number in range(50)])
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, changed_by=who))
    assert len(drive.calls) == 10
    assert found.capped


def test_files_changed_since_a_period_are_said_to_be_missing():
    drive = MemoryDrive()
    assert find(drive, TOKEN, Handles(), Request(zone=UTC, modified_to="2026-11-15")).by_last_change
    assert not find(drive, TOKEN, Handles(), Request(zone=UTC, words="a")).by_last_change


def test_what_was_opened_last_leaves_out_what_was_never_opened():
    drive = MemoryDrive()
    found = find(drive, TOKEN, Handles(), Request(zone=UTC, order="opened", only_opened=True))
    assert drive.calls[-1]["query"] == "viewedByMeTime > '1970-01-01T00:00:00Z' and trashed = false"
    assert found.looked_for == "files, opened by you"


def test_an_order_alone_hides_no_file():
    drive = MemoryDrive()
    find(drive, TOKEN, Handles(), Request(zone=UTC, words="budget", order="opened"))
    assert drive.calls[-1]["query"] == "name contains 'budget' and trashed = false"
