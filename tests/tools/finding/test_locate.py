"""What a handle, URL, path or name leads to, through the tools against the stand-in."""

import pytest

from tests.support.drive import ALICE, MemoryDrive, file
from tests.support.stand_in import ToolRunner
from tools.google.drive_api import FilePage
from tools.query import FOLDER


def shown(answer):
    return [line.split(" | ")[0] for line in answer.text.splitlines() if line.startswith("[")]


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("Finance/2026/Budgets", "Finance / 2026 / Budgets"),
        ("/Finance/2026/Budgets", "Finance / 2026 / Budgets"),
        ("My Drive / Finance / 2026 / Budgets", "Finance / 2026 / Budgets"),
        ("2026/Budgets", "Finance / 2026 / Budgets"),
        ("finance > 2026", "Finance / 2026"),
        ("budgets", "Finance / 2026 / Budgets"),
        ("Team Finance/Payments", "Team Finance / Payments"),
        ("team finance", "Team Finance"),
        ("会議/議事録", "会議 / 議事録"),
        ("共有", "Shared with me / 共有"),
        ("Shared with me / 共有", "Shared with me / 共有"),
        ("root", "My Drive"),
        ("マイドライブ", "My Drive"),
    ],
)
def test_folders_are_found_by_path_and_by_name(drive, folder, place):
    assert f'"{place}"' in drive.tools()("list_files", folder=folder).text


class Named(MemoryDrive):
    """Finds `files` by the whole name or its first word; `folders` holds them, and what is above them, by id."""

    def __init__(self, *files, has_more=False, above=()):
        super().__init__(folders={each.id: each for each in (*files, *above)})
        self.files = files
        self.has_more = has_more

    def list_page(self, access_token, **values):
        self._asked(access_token, **values)
        is_exact = "name = '" in values["query"]
        found = [each for each in self.files if not is_exact or f"'{each.name}'" in values["query"]]
        return FilePage(found, "1" if self.has_more and not is_exact else "", incomplete=False)


def folder(name, parent="", **values):
    return file(name, mime_type=FOLDER, id=f"{parent}-{name}", parent_id=parent, owner=ALICE, **values)


TOP = file("My Drive", mime_type=FOLDER, id="top", owner=ALICE)


def test_a_path_from_the_top_means_the_one_at_the_top():
    work = folder("Work", "top")
    api = Named(folder("Notes", "top"), folder("Notes", work.id), above=[TOP, work])
    tools = ToolRunner(None, "sample-token", api=api)
    assert 'In: [1] "Notes"' in tools("list_files", folder="/Notes").text
    assert 'In: [2] "Work / Notes"' in tools("list_files", folder="Work/Notes").text
    assert "Several fit" in tools("list_files", folder="Notes").text


def test_one_of_many_that_only_begin_alike_is_never_taken_for_the_one():
    tools = ToolRunner(None, "sample-token", api=Named(folder("Notes 7", "top"), has_more=True, above=[TOP]))
    assert "There may be more" in tools("list_files", folder="Notes").text
    tools = ToolRunner(None, "sample-token", api=Named(folder("Notes 7", "top"), above=[TOP]))
    assert tools("list_files", folder="Notes").status == "success"


def test_a_name_that_fits_several_lists_them_with_their_folders(drive):
    tools = drive.tools()
    answer = tools("get_file", file="Notes")
    assert answer.status == "error"
    assert "Ask the person which one" in answer.text
    assert answer.text.count('"Notes" | document') == 3
    assert '"Projects / Hermes"' in answer.text
    assert answer.cards == []
    chosen = tools("get_file", file="[3]")
    assert chosen.status == "success"


def test_a_beginning_of_a_name_will_do_where_it_fits_one_alone(drive):
    assert drive.tools()("get_file", file="Roadmap").names == ["Roadmap 2026"]


def test_a_name_with_slashes_in_it_is_found_as_it_is_written(drive):
    assert drive.tools()("get_file", file="a/b/../c:d*e.zip").names == ["a/b/../c:d*e.zip"]


def test_a_name_that_nothing_fits_says_how_to_go_on(drive):
    answer = drive.tools()("list_files", folder="Atlantis/2019")
    assert answer.status == "error"
    assert "Atlantis / 2019" in answer.text
    assert "Search for it" in answer.text


def test_with_permission_for_names_only_a_shared_drive_is_worth_a_hint(drive):
    answer = drive.tools(wide=False)("list_files", folder="Atlantis")
    assert "call list_shared_drives" in answer.text


@pytest.mark.parametrize("path", ["Team Finance/Payments", "/Nonsense/Payments", "Design/Payments"])
def test_a_shared_drive_whose_name_may_not_be_seen_is_never_taken_for_the_one_that_was_named(drive, path):
    tools = drive.tools(wide=False)
    answer = tools("list_files", folder=path)
    assert answer.status == "error"
    assert "in a shared drive whose name I may not see" in answer.text
    assert "call list_shared_drives" in answer.text
    assert "Vendor payments" in tools("list_files", folder="a shared drive / Payments").names


def test_a_pasted_address_works_for_files_and_for_folders(drive):
    tools = drive.tools()
    (card,) = tools("get_file", file="Q3 budget").cards
    assert tools("get_file", file=f"{card['link']}?usp=sharing").names == ["Q3 budget"]
    holding = tools("list_files", folder=card["link"])
    assert '"Finance / 2026"' in holding.text
    (folder,) = tools("get_file", file="Finance/2026").cards
    assert "Q3 budget" in tools("list_files", folder=folder["link"]).names


def test_an_address_of_somebody_elses_file_is_not_told_from_none(drive):
    (card,) = drive.tools("bob")("get_file", file="Sales pipeline").cards
    answer = drive.tools()("get_file", file=card["link"])
    assert answer.status == "error"
    assert "does not exist any more, or the person has no access" in answer.text


def test_a_resource_key_goes_with_its_file():
    memory = MemoryDrive(folders={"1aaaaaaaaaaaaaaaaaaaaaaaaa": file("Old", id="1aaaaaaaaaaaaaaaaaaaaaaaaa")})
    tools = ToolRunner(None, "sample-token", api=memory)
    tools("get_file", file="https://drive.google.com/file/d/1aaaaaaaaaaaaaaaaaaaaaaaaa/view?resourcekey=0-abc")
    tools("get_file", file="[1]")
    assert [call["resource_key"] for call in memory.calls if "resource_key" in call] == ["0-abc", "0-abc"]


def test_a_files_handle_means_the_folder_that_holds_it(drive):
    tools = drive.tools()
    tools("search_files", words="Q3 budget")
    assert "Q2 budget" in tools("list_files", folder="[1]").names


def test_a_shortcut_is_followed_to_its_folder_or_file(drive):
    tools = drive.tools()
    tools("search_files", words="vendor payments", kind="shortcut")
    assert '"Team Finance / Payments"' in tools("list_files", folder="[1]").text
    assert "Contoso" in tools("read_file", file="[1]").text


def test_a_file_that_was_shared_on_its_own_has_no_folder_to_list(drive):
    tools = drive.tools()
    tools("search_files", words="Hiring plan")
    answer = tools("list_files", folder="[1]")
    assert answer.status == "error"
    assert "no folder the person can see" in answer.text


def test_a_handle_that_was_never_given_out_is_explained(drive):
    answer = drive.tools()("get_file", file="[9]")
    assert answer.status == "error"
    assert "There is no [9]" in answer.text
