"""What a handle, URL, path or name leads to, through the tools against the stand-in."""

import pytest

from tests.support.drive import MemoryDrive, file
from tests.support.stand_in import ToolRunner


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


def test_a_path_from_the_top_means_the_one_at_the_top(drive):
    # Personal and Projects each hold "Notes"; so does no folder at the top.
    answer = drive.tools()("get_file", file="Personal/Notes")
    assert answer.status == "success"
    assert 'In: [2] "Personal"' in answer.text


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


def test_a_name_that_nothing_fits_says_how_to_go_on(drive):
    answer = drive.tools()("list_files", folder="Atlantis/2019")
    assert answer.status == "error"
    assert "Atlantis / 2019" in answer.text
    assert "Search for it" in answer.text


def test_with_permission_for_names_only_a_shared_drive_is_worth_a_hint(drive):
    answer = drive.tools(wide=False)("list_files", folder="Atlantis")
    assert "call list_shared_drives" in answer.text


def test_with_permission_for_names_only_a_path_through_a_shared_drive_still_leads_there(drive):
    answer = drive.tools(wide=False)("list_files", folder="Team Finance/Payments")
    assert "Vendor payments" in answer.names


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
    assert [call["resource_key"] for call in memory.calls if "resource_key" in call] == ["0-abc"]


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
