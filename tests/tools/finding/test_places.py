from tests.support.drive import ALICE, BEN, TOKEN, WIDE_TOKEN, MemoryDrive, file
from tools.files import SharedDrive
from tools.finding.places import Places, contains_words, same_name
from tools.query import FOLDER

ROOT = file("My Drive", mime_type=FOLDER, id="root-id", owner=ALICE)


def folder(name, parent="", **values):
    return file(name, mime_type=FOLDER, id=name, parent_id=parent, **values)


def drive(*folders, **values):
    return MemoryDrive(folders={each.id: each for each in (ROOT, *folders)}, **values)


def paths(places, *files):
    return {folder_id: " / ".join(place.names) for folder_id, place in places.of(WIDE_TOKEN, files).items()}


def batches(drive):
    return [call["get_many"] for call in drive.calls if "get_many" in call]


def test_folders_are_fetched_a_level_at_a_time_and_once_for_a_conversation():
    api = drive(folder("2026", "Finance"), folder("Finance", "root-id"), folder("Projects", "root-id"))
    places = Places(api)
    files = [file("a", parent_id="2026"), file("b", parent_id="2026"), file("c", parent_id="Projects")]
    assert paths(places, *files) == {"2026": "Finance / 2026", "Projects": "Projects"}
    assert batches(api) == [["2026", "Projects"], ["Finance", "root-id"]]
    assert paths(places, *files)["2026"] == "Finance / 2026"
    assert len(batches(api)) == 2


def test_the_top_of_my_drive_is_named_only_where_it_stands_alone():
    assert paths(Places(drive()), file("a", parent_id="root-id")) == {"root-id": "My Drive"}


def test_a_folder_that_cannot_be_seen_has_no_path_and_is_not_asked_for_again():
    api = drive()
    places = Places(api)
    assert paths(places, file("a", parent_id="hidden")) == {}
    assert paths(places, file("a", parent_id="hidden")) == {}
    assert batches(api) == [["hidden"]]


def test_somebody_elses_folder_begins_at_what_is_shared():
    api = drive(folder("Notes", "Theirs", owner=BEN), folder("Theirs", owner=BEN))
    assert paths(Places(api), file("a", parent_id="Notes")) == {"Notes": "Shared with me / Theirs / Notes"}


def test_a_shared_drive_comes_first_by_its_own_name():
    api = drive(
        folder("Payments", "drive-1", drive_id="drive-1"),
        file("Drive", mime_type=FOLDER, id="drive-1", drive_id="drive-1"),
        shared_drives=[SharedDrive("drive-1", "Team Finance")],
    )
    found = paths(Places(api), file("a", parent_id="Payments"), file("b", parent_id="drive-1"))
    assert found == {"Payments": "Team Finance / Payments", "drive-1": "Team Finance"}


def test_a_shared_drive_whose_name_is_not_for_us_is_asked_for_once():
    api = drive(folder("Payments", "drive-1", drive_id="drive-1"))
    top = file("Drive", mime_type=FOLDER, id="drive-1", drive_id="drive-1")
    api.folders[top.id] = top
    places = Places(api)
    (place,) = places.of(TOKEN, [file("a", parent_id="Payments")]).values()
    assert place.names == ("a shared drive", "Payments")
    assert places.shared_drives(TOKEN) is None
    assert [call for call in api.calls if "drives" in call] == [{"token": TOKEN, "drives": True}]


def test_folders_in_a_circle_come_to_an_end():
    api = drive(folder("a", "b"), folder("b", "a"))
    assert len(Places(api).of(TOKEN, [file("x", parent_id="a")])["a"].names) <= 102


def test_a_folder_that_was_renamed_is_seen_when_it_is_listed_again():
    api = drive(folder("Old", "root-id"))
    places = Places(api)
    inside = file("a", parent_id="Old")
    assert paths(places, inside) == {"Old": "Old"}
    renamed = file("New", mime_type=FOLDER, id="Old", parent_id="root-id")
    assert paths(places, renamed, inside)["Old"] == "New"


def test_names_are_compared_without_case_and_width():
    assert same_name(" Budgets", "budgets")
    assert same_name("\uff31\uff13", "q3")
    assert not same_name("Budget", "Budgets")
    assert contains_words("\uff31\uff13予算表", ["q3", "算"])
