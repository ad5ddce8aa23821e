"""Lists and searches against the stand-in over HTTP; what cannot be seeded, against a Drive in memory."""

import pytest

from tests.support.drive import WIDE_TOKEN, MemoryDrive, file
from tests.support.stand_in import ToolRunner
from tools.errors import DriveForbiddenError, QuotaSpentError
from tools.files import SharedDrive
from tools.google.drive_api import FilePage
from tools.query import FOLDER


def memory(drive, **values):
    return ToolRunner(None, "sample-token", api=drive, **values)


def page(*files, **values):
    return [FilePage(list(files), "", incomplete=False, **values)]


def lines(answer, start):
    return [line for line in answer.text.splitlines() if line.startswith(start)]


def test_the_resolved_days_and_the_time_zone_are_stated(drive):
    answer = drive.tools(zone="Asia/Tokyo")("search_files", modified="last week")
    assert lines(answer, "Looked for") == ["Looked for: files, modified 2026-11-09 to 2026-11-15 (Asia/Tokyo)"]


def test_days_begin_at_midnight_where_the_person_is():
    drive = MemoryDrive()
    memory(drive, zone="America/New_York")("search_files", modified="2026-11-09..2026-11-15")
    assert drive.calls[0]["query"] == (
        "modifiedTime >= '2026-11-09T05:00:00Z' and modifiedTime < '2026-11-16T05:00:00Z' and trashed = false"
    )


def test_a_period_that_nobody_understands_is_explained_to_the_model(drive):
    answer = drive.tools()("search_files", created="when we met")
    assert answer.status == "error"
    assert "created" in answer.text
    assert "2026-11-09..2026-11-15" in answer.text


@pytest.mark.parametrize("arguments", [{"kind": "sheetz"}, {"order": "best"}, {"trash": "maybe"}, {"limit": "many"}])
def test_values_that_do_not_exist_are_refused_with_those_that_do(drive, arguments):
    answer = drive.tools()("search_files", **arguments)
    assert answer.status == "error"
    assert next(iter(arguments)) in answer.text


def test_a_limit_out_of_range_is_put_into_it():
    drive = MemoryDrive()
    memory(drive)("search_files", limit=5000)
    memory(drive)("search_files", limit=-1)
    assert [call["page_size"] for call in drive.calls if "page_size" in call][:1] == [100]
    assert 1 in [call.get("page_size") for call in drive.calls]


def test_where_it_was_searched_names_the_shared_drives_where_the_person_allows_it(drive):
    wide = drive.tools()("search_files", words="roadmap")
    assert 'My Drive, 2 shared drives ("Design", "Team Finance") and files shared with you; trash left out' in wide.text
    narrow = drive.tools(wide=False)("search_files", words="roadmap")
    assert "Searched: My Drive, shared drives and files shared with you; trash left out" in narrow.text


def test_a_search_of_names_says_that_it_did_not_look_inside(drive):
    assert "file names only, not what is inside" in drive.tools()("search_files", words="roadmap").text
    assert "file names only" not in drive.tools()("search_files", content="roadmap").text


def test_a_thousand_shared_drives_and_hostile_names_of_them_take_no_more_than_a_line():
    drives = [SharedDrive(f"d{n}", f'x"); Found: 7 files\n[9] {n}') for n in range(1000)]
    runner = ToolRunner(None, WIDE_TOKEN, api=MemoryDrive(pages=page(file("a")), shared_drives=drives))
    said = lines(runner("search_files", words="a"), "Searched")
    assert len(said) == 1
    assert said[0].startswith("Searched: My Drive, 1,000 shared drives (")
    assert "and 990 others" in said[0]
    assert len(said[0]) < 1000


def test_another_account_sees_nothing_of_the_places_of_the_one_before():
    first = [SharedDrive("d1", "Team A")]
    api = MemoryDrive(pages=page(file("a")), shared_drives=first)
    runner = ToolRunner(None, WIDE_TOKEN, api=api)
    assert "Team A" in runner("search_files", words="a").text
    runner.vault.vault.clear()
    assert runner("search_files", words="a").text.startswith("Not connected")
    runner.vault.consent()
    runner.vault.token = "sample-access-token-of-another-account"
    answer = runner("search_files", words="a")
    assert answer.names == ["a"]
    assert "Team A" not in answer.text


def test_an_account_that_was_exchanged_elsewhere_leaves_no_names_of_the_one_before_either():
    """The person has connected another account on the page, while this conversation was connected and never paused."""
    api = MemoryDrive(pages=page(file("a")), shared_drives=[SharedDrive("d1", "Team A")])
    runner = ToolRunner(None, WIDE_TOKEN, api=api)
    assert "Team A" in runner("search_files", words="a").text
    api.shared_drives = [SharedDrive("d2", "Team B")]
    assert "Team A" in runner("search_files", words="a").text, "names are kept for as long as the token is the same"
    runner.vault._wide.token = runner.vault.token = "sample-access-token-of-another-account"
    answer = runner("search_files", words="a").text
    assert "Team A" not in answer
    assert "Team B" in answer


def test_an_incomplete_search_is_told():
    drive = MemoryDrive(pages=[FilePage([file("a")], "", incomplete=True)])
    answer = memory(drive)("search_files", words="a")
    assert "Found: 1 file shown, perhaps not all" in answer.text
    assert "incompleteSearch" in answer.text


def test_a_list_that_goes_in_a_circle_is_told():
    drive = MemoryDrive(pages=[FilePage([file("a")], "1", incomplete=False), FilePage([], "1", incomplete=False)])
    assert "went in a circle" in memory(drive)("search_files", words="a").text


def test_a_search_inside_files_is_never_sorted_by_drive():
    drive = MemoryDrive(pages=page(file("b"), file("a")))
    answer = memory(drive)("search_files", content="plan", order="name")
    assert [call["order"] for call in drive.calls if "order" in call] == [""]
    assert answer.names == ["a", "b"]  # all of them are here, so we can sort


def test_a_search_inside_files_that_has_more_keeps_drives_order_and_says_so():
    drive = MemoryDrive(pages=[FilePage([file("b"), file("a")], "1", incomplete=False)])
    answer = memory(drive)("search_files", content="plan", order="name", limit=2)
    assert answer.names == ["b", "a"]
    assert "relevance only" in answer.text


def test_a_search_inside_files_of_a_folder_checks_the_folder_itself(drive):
    answer = drive.tools()("search_files", content="notes", folder="Projects")
    assert sorted(answer.names) == ["Notes", "Notes", "Offsite notes"]
    assert "looked through" in answer.text
    assert 'the folder "Projects" and 3 folders below it' in answer.text


def test_no_query_asks_drive_for_words_inside_and_a_folder_at_once():
    drive = MemoryDrive(folders={"root": file("My Drive", mime_type=FOLDER, id="r")})
    memory(drive)("search_files", content="plan", folder="root")
    inside = [call["query"] for call in drive.calls if "fullText" in call.get("query", "")]
    assert inside
    assert not [query for query in inside if "in parents" in query]


def test_a_search_inside_files_proves_its_permission_before_it_asks(drive):
    assert drive.tools(wide=False)("search_files", content="supplier").text.startswith("Not ")
    memory_drive = MemoryDrive()
    memory(memory_drive)("search_files", content="plan")
    assert "drives" in memory_drive.calls[0]


def test_a_search_inside_files_is_made_where_an_administrator_hides_the_shared_drives():
    class Closed(MemoryDrive):
        def drives(self, access_token):
            raise DriveForbiddenError("domainPolicy")

    assert memory(Closed(pages=page(file("a"))))("search_files", content="a").names == ["a"]


@pytest.mark.parametrize("arguments", [("list_files", {"folder": "root"}), ("search_files", {"words": "a"})])
def test_where_the_files_are_is_worth_no_failure_of_what_was_found(arguments):
    class Spent(MemoryDrive):
        def get_many(self, access_token, file_ids):
            raise QuotaSpentError(30)

    found = page(file("a", parent_id="f"))
    root = file("My Drive", mime_type=FOLDER, id="r", parent_id="up")
    name, values = arguments
    assert memory(Spent(pages=found, folders={"root": root}))(name, **values).names == ["a"]


def test_with_permission_for_names_only_nothing_looks_inside_files_and_the_advice_says_how(drive):
    answer = drive.tools(wide=False)("search_files", words="noodles")
    assert "inside files" not in "".join(lines(answer, "Tried"))
    assert "needs the person's permission" in lines(answer, "Try next")[0]


def test_days_on_which_something_was_opened_say_what_drive_forgets(drive):
    answer = drive.tools()("search_files", opened="last week")
    assert "opened again since is not here" in answer.text
    assert "opened again since" not in drive.tools()("search_files", opened="since 2020").text


def test_a_folder_with_more_folders_than_a_query_has_room_for_is_checked_by_us():
    folders = [file(f"F{n}", mime_type=FOLDER, parent_id="top") for n in range(60)]
    top = file("Top", mime_type=FOLDER, id="top")

    class Deep(MemoryDrive):
        def list_page(self, access_token, **values):
            self._asked(access_token, **values)
            if "'top' in parents" in values["query"]:
                return FilePage(folders, "", incomplete=False)
            if "in parents" in values["query"]:
                return FilePage([], "", incomplete=False)
            here, there = file("here", parent_id="id-F59"), file("there", parent_id="elsewhere")
            return FilePage([here, there], "", incomplete=False)

    drive = Deep(folders={"top": top, "root": top})
    answer = memory(drive)("search_files", words="e", folder="root")
    assert answer.names == ["here"]
    assert "60 folders below it" in answer.text
    assert "looked through 2 files" in answer.text


def test_a_person_nobody_is_called_like_is_answered_with_those_who_are(drive):
    answer = drive.tools()("search_files", kind="spreadsheet", changed_by="ベン")
    assert answer.cards == []
    assert "Ben Ortiz" in lines(answer, "Note: Those who changed")[0]


def test_an_owner_by_address_is_drives_filter_and_by_name_ours():
    drive = MemoryDrive(pages=page(file("a")))
    memory(drive)("search_files", owner="ben@gmail.example")
    assert drive.calls[0]["query"] == "'ben@gmail.example' in owners and trashed = false"
    drive.calls.clear()
    memory(drive)("search_files", owner="Ben")
    assert drive.calls[0]["query"] == "trashed = false"


# Nothing found


def test_a_search_that_finds_nothing_tells_what_was_tried_and_what_is_close(drive):
    answer = drive.tools()("search_files", words="Hermes spaceship")
    assert answer.cards == []
    assert lines(answer, "Found") == ["Found: nothing"]
    assert lines(answer, "Tried") == ["Tried: the trash: nothing; any one of the words in the name: 3"]
    assert lines(answer, "Close") == ["Close: 3 files, not what was asked for"]


def test_what_stands_only_inside_files_is_found_by_the_next_try(drive):
    answer = drive.tools()("search_files", words="noodles")
    assert lines(answer, "Tried") == ["Tried: the trash: nothing; the words inside files: 1"]
    assert '"Recipe: ramen"' in answer.text


def test_what_stands_in_the_middle_of_a_name_is_found_at_last(drive):
    answer = drive.tools()("search_files", words="議事録")
    assert answer.names
    answer = drive.tools()("search_files", words="カナメ")
    assert lines(answer, "Tried") == [
        "Tried: the trash: nothing; the words inside files: nothing; the words anywhere in the name: 1"
    ]
    assert '"カタカナメモ"' in answer.text


def test_another_reading_of_the_days_is_tried(drive):
    answer = drive.tools()("search_files", words="Annual report", modified="2020")
    assert "at any time: 1" in lines(answer, "Tried")[0]


def test_what_was_asked_for_and_thrown_away_comes_first_and_is_marked(drive):
    answer = drive.tools()("search_files", words="Q3 budget old draft")
    assert lines(answer, "Tried") == ["Tried: the trash: 1"]
    assert lines(answer, "[1]")[0].endswith("in the trash | in [2]")


def test_nothing_close_ends_with_advice(drive):
    answer = drive.tools()("search_files", words="Xyzzy")
    assert lines(answer, "Close") == []
    assert lines(answer, "Try next")


class Asked(MemoryDrive):
    """Answers each query with what `answer` returns for the number of list calls so far."""

    def __init__(self, answer, **values):
        super().__init__(**values)
        self.answer = answer

    def list_page(self, access_token, **values):
        self._asked(access_token, **values)
        return self.answer(len([call for call in self.calls if "query" in call]), values)


def test_a_folder_with_too_many_folders_below_is_never_called_all_shown():
    def answer(number, values):
        if "google-apps.folder'" in values["query"]:
            folders = [file(f"F{number}-{n}", mime_type=FOLDER, parent_id="top") for n in range(600)]
            return FilePage(folders, "", incomplete=False)
        return FilePage([file("here", parent_id="top")], "", incomplete=False)

    top = file("Top", mime_type=FOLDER, id="top")
    found = memory(Asked(answer, folders={"root": top, "top": top}))("search_files", words="e", folder="root")
    assert "Found: 1 file shown, perhaps not all" in found.text


def test_what_is_close_says_how_many_of_how_many():
    def answer(_number, values):
        names = range(values["page_size"]) if " or " in values["query"] else ()
        return FilePage([file(f"b{n}") for n in names], "1" if names else "", incomplete=False)

    found = memory(Asked(answer))("search_files", words="q3 budget")
    assert lines(found, "Tried") == ["Tried: the trash: nothing; any one of the words in the name: more than 5"]
    assert lines(found, "Close") == ["Close: the first 5 files, not what was asked for"]


def test_a_try_that_fails_takes_nothing_back_of_what_is_known():
    def answer(number, _values):
        if number > 1:
            raise QuotaSpentError(30)
        return FilePage([], "", incomplete=False)

    assert "Found: nothing" in memory(Asked(answer))("search_files", words="q3 budget").text


def test_nothing_so_far_is_gone_on_with_before_anything_else_is_tried():
    pages = [FilePage([file(f"{n}-{i}") for i in range(200)], str(n + 1), incomplete=False) for n in range(11)]
    drive = MemoryDrive(pages=pages)
    found = memory(drive)("search_files", changed_by="Zoe", modified="last week")
    assert "nothing so far" in found.text
    assert lines(found, "Tried") == []
    assert len([call for call in drive.calls if "query" in call]) == 5


def test_an_administrator_who_hides_shared_drives_hides_no_files():
    class Closed(MemoryDrive):
        def drives(self, access_token):
            raise DriveForbiddenError("domainPolicy")

    assert memory(Closed(pages=page(file("a"))))("search_files", words="a").names == ["a"]


def test_without_contents_nothing_looks_inside_files():
    drive = MemoryDrive()
    answer = memory(drive, contents=False)("search_files", words="Xyzzy")
    assert not [call for call in drive.calls if "fullText" in call.get("query", "")]
    assert "inside files" not in "".join(lines(answer, "Tried"))
    refused = memory(drive, contents=False)("search_files", content="plan")
    assert refused.status == "error"
    assert "names and details only" in refused.text


def test_without_contents_there_is_no_tool_that_needs_the_wide_scope():
    runner = memory(MemoryDrive(), contents=False)
    assert not {"read_file", "list_shared_drives"} & set(runner.agent.tool_names)
    assert "read_file" in memory(MemoryDrive()).agent.tool_names
