"""`files.list`, asked by Google's own client."""

import json

import pytest
from googleapiclient.errors import HttpError

SHEETS = "mimeType = 'application/vnd.google-apps.spreadsheet'"
BOTH = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}
DRIVES = {**BOTH, "corpora": "allDrives"}


def ask(drive, q=None, **parameters):
    return drive.files().list(q=q, **parameters).execute()


def names(drive, q=None, **parameters):
    return [file["name"] for file in ask(drive, q, pageSize=1000, **parameters)["files"]]


def error(drive, q=None, **parameters):
    with pytest.raises(HttpError) as caught:
        ask(drive, q, **parameters)
    body = json.loads(caught.value.content)["error"]
    assert body["code"] == caught.value.status_code
    return body


def drive_id(drive, name):
    items = ask(drive, f"name = '{name}'", **DRIVES, fields="files(driveId)")["files"]
    return items[0]["driveId"]


def test_the_question_of_the_demo_has_three_answers(drive):
    found = ask(
        drive(),
        f"{SHEETS} and trashed = false and modifiedTime >= '2026-11-09T00:00:00' "
        "and modifiedTime < '2026-11-16T00:00:00'",
        **DRIVES,
        orderBy="modifiedTime desc",
        fields="incompleteSearch,files(name,lastModifyingUser/emailAddress)",
    )
    bens = [file["name"] for file in found["files"] if file["lastModifyingUser"]["emailAddress"] == "ben@gmail.example"]
    assert bens == ["Q3 budget", "Vendor payments", "Hiring plan"]
    assert len(found["files"]) > 3
    assert found["incompleteSearch"] is False


def test_without_fields_only_the_default_ones_come(drive):
    page = ask(drive(), "name = 'Q3 budget'")
    assert set(page) == {"kind", "incompleteSearch", "files"}
    (file,) = page["files"]
    assert set(file) == {"kind", "id", "name", "mimeType"}


def test_with_fields_the_page_token_comes_only_when_it_is_named(drive):
    assert set(ask(drive(), pageSize=1, fields="files/id")) == {"files"}
    assert set(ask(drive(), pageSize=1, fields="nextPageToken,files/id")) == {"files", "nextPageToken"}


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "ben", "yuki", "dana"])
def test_every_field_of_every_file_is_as_in_googles_document(drive, problems, who):
    page = ask(drive(who, "drive.readonly"), **DRIVES, fields="*", pageSize=1000)
    assert page["files"]
    assert problems(page, "FileList") == []


def test_trash_comes_along_unless_it_is_excluded(drive):
    alice = drive()
    assert "Draft poem" in names(alice)
    assert "Draft poem" not in names(alice, "trashed = false")
    assert "Draft poem" in names(alice, "trashed = true")


def test_the_top_folder_is_the_alias_root_and_never_listed(drive):
    alice = drive()
    assert set(names(alice, "'root' in parents and trashed = false")) == {
        "Finance", "Projects", "Personal", "会議", "Odd names", "todo.txt", "Team lunch",
    }  # fmt: skip
    assert "My Drive" not in names(alice)


def test_an_unknown_folder_is_not_found(drive):
    body = error(drive(), "'nowhere' in parents")
    assert (body["code"], body["message"]) == (404, "File not found: .")


def test_shared_drives_need_both_flags(drive):
    alice = drive()
    q = "name = 'Vendor payments'"
    assert names(alice, q) == []
    assert names(alice, q, supportsAllDrives=True) == []
    assert names(alice, q, includeItemsFromAllDrives=True) == []
    assert names(alice, q, **BOTH) == ["Vendor payments"]


def test_the_user_corpus_has_what_was_opened_and_all_drives_has_everything(drive):
    alice = drive()
    q = "name = 'Audit report.pdf'"
    assert names(alice, q, **BOTH) == []
    assert names(alice, q, **DRIVES) == ["Audit report.pdf"]


def test_one_drive_is_searched_by_its_id(drive):
    alice = drive()
    finance = drive_id(alice, "Vendor payments")
    found = names(alice, "trashed = false", **BOTH, corpora="drive", driveId=finance)
    assert {"Vendor payments", "Audit report.pdf"} <= set(found)
    assert "Q3 budget" not in found
    assert set(names(alice, f"'{finance}' in parents", **BOTH)) == {"Payments", "Audit"}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"corpora": "everything"}, (400, "corpora")),
        ({"corpora": "allDrives"}, (403, "includeItemsFromAllDrives")),
        ({"corpora": "drive", "driveId": "x"}, (403, "includeItemsFromAllDrives")),
        ({**BOTH, "corpora": "drive"}, (400, "driveId")),
        ({**BOTH, "driveId": "x"}, (400, "driveId")),
        ({**BOTH, "corpora": "drive", "driveId": "x"}, (404, "driveId")),
        ({"q": "budget"}, (400, "q")),
        ({"q": "'a@gmail.example' = owners"}, (400, "q")),
        ({"orderBy": "size"}, (400, "orderBy")),
        ({"orderBy": "name up"}, (400, "orderBy")),
        ({"orderBy": "name,,folder"}, (400, "orderBy")),
        ({"pageToken": "nonsense"}, (400, "pageToken")),
        ({"pageSize": 0}, (400, "pageSize")),
        ({"spaces": "photos"}, (400, "spaces")),
        ({"spaces": "appDataFolder"}, (403, "spaces")),
        ({"fields": "files(nonexistentfield)"}, (400, "fields")),
        ({"fields": "files("}, (400, "fields")),
    ],
)
def test_parameters_that_cannot_be_used_are_errors_at_their_place(drive, parameters, expected):
    body = error(drive(), **parameters)
    assert (body["code"], body["errors"][0]["location"]) == expected


def test_a_wrong_query_is_googles_invalid_value(drive):
    assert error(drive(), "MSA") == {
        "code": 400,
        "message": "Invalid Value",
        "errors": [
            {
                "message": "Invalid Value",
                "domain": "global",
                "reason": "invalid",
                "location": "q",
                "locationType": "parameter",
            }
        ],
    }


def test_an_unknown_field_is_named(drive):
    assert error(drive(), fields="files(id,nonexistentfield)")["message"] == "Invalid field selection nonexistentfield"


def test_pages_follow_each_other_and_end_without_a_token(drive):
    files = drive().files()
    request, seen, sizes = files.list(pageSize=20, fields="nextPageToken,files(id)"), [], []
    while request:
        page = request.execute()
        seen += [file["id"] for file in page["files"]]
        sizes.append(len(page["files"]))
        request = files.list_next(request, page)
    assert len(seen) == len(set(seen)) > 60
    assert set(sizes[:-1]) == {20}
    assert "nextPageToken" not in page


def test_a_page_token_is_of_no_use_for_another_question_or_person(drive):
    alice = drive()
    token = ask(alice, pageSize=1)["nextPageToken"]
    assert error(alice, "trashed = false", pageToken=token)["code"] == 400
    assert error(drive("bob"), pageToken=token)["code"] == 400


def test_more_than_a_thousand_to_a_page_count_as_a_thousand(drive):
    assert len(ask(drive(), pageSize=5000)["files"]) > 60


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("viewedByMeTime desc", "Roadmap 2026"),
        ("modifiedByMeTime desc", "Roadmap 2026"),
        ("folder,name", "2025"),
        ("name_natural desc", "🗂️ Ünïcödé café"),
        ("quotaBytesUsed desc", "Event log, everything"),
        ("recency desc", "Roadmap 2026"),
        ("starred,name", "Finance"),
        ("sharedWithMeTime desc", "Price list"),
        ("createdTime,name", "Annual budget 2025"),
    ],
)
def test_order_by(drive, order, first):
    found = names(drive(), "trashed = false", orderBy=order)
    assert found[0] == first


def test_the_file_opened_last_is_roadmap_2026(drive):
    page = ask(
        drive(), "trashed = false", orderBy="viewedByMeTime desc", pageSize=3, fields="files(name,viewedByMeTime)"
    )
    assert page["files"][0] == {"name": "Roadmap 2026", "viewedByMeTime": "2026-11-20T09:40:00.000Z"}
    assert [file["name"] for file in page["files"]] == ["Roadmap 2026", "todo.txt", "Headcount forecast"]


def test_full_text_looks_into_contents_and_cannot_be_sorted(drive):
    alice = drive("alice", "drive.readonly")
    assert "Roadmap 2026" in names(alice, "fullText contains 'offline mode'")
    assert names(alice, "fullText contains '\"mode offline\"'") == []
    body = error(alice, "fullText contains 'offline'", orderBy="name")
    assert (body["code"], body["errors"][0]["reason"], body["errors"][0]["location"]) == (403, "forbidden", "orderBy")
    assert body["message"].startswith("Sorting is not supported for queries with fullText terms.")


def test_open_questions_about_full_text_have_switches(drive, standin):
    alice = drive()
    in_folder = "fullText contains 'wrote' and '{}' in parents"
    projects = ask(alice, "name = 'Projects'")["files"][0]["id"]
    assert names(alice, in_folder.format(projects)) == ["Offsite notes"]
    with standin.http() as http:
        http.post("/_standin/switches", json={"full_text_parents": "nothing", "full_text_order_status": 400})
        assert names(alice, in_folder.format(projects)) == []
        assert error(alice, "fullText contains 'x'", orderBy="name")["errors"][0]["reason"] == "badRequest"
        http.post("/_standin/switches", json={"full_text_metadata": "names"})
        assert names(alice, "fullText contains 'wrote'") == []
        assert names(alice, "fullText contains 'offsite'") == ["Offsite notes"]
        http.post("/_standin/switches", json={"full_text_metadata": "forbid"})
        assert error(alice, "fullText contains 'wrote'")["code"] == 403
        assert "Offsite notes" in names(drive("alice", "drive.readonly"), "fullText contains 'wrote'")


def test_a_link_alone_makes_nothing_findable(drive):
    alice = drive()
    assert "Open handbook.pdf" not in names(alice)
    handbook = ask(drive("dana"), "name contains 'handbook'")["files"][0]["id"]
    assert alice.files().get(fileId=handbook).execute()["name"] == "Open handbook.pdf"


def test_shared_with_me_and_owners_tell_whose_files_are_whose(drive):
    alice = drive()
    shared = names(alice, "sharedWithMe")
    assert {"Hiring plan", "Price list", "Apollo risks", "共有"} <= set(shared)
    assert "Q3 budget" not in shared
    assert set(names(alice, "'ben@gmail.example' in owners")) == {"Hiring plan", "Interview questions"}
    assert "Hiring plan" not in names(alice, "'me' in owners")


def test_a_shared_folder_shows_its_content_and_the_content_its_parent(drive):
    alice = drive()
    folder = ask(alice, "name = '共有'")["files"][0]["id"]
    page = ask(alice, f"'{folder}' in parents", fields="files(name,parents)")
    assert page["files"] == [{"name": "翻訳メモ", "parents": [folder]}, {"name": "Glossary", "parents": [folder]}]
    (given,) = ask(alice, "name = 'Hiring plan'", fields="files(name,parents)")["files"]
    assert given == {"name": "Hiring plan"}  # its folder is Ben's


def test_shortcuts_are_found_by_their_target(drive):
    alice = drive()
    target = ask(alice, "name = 'Vendor payments'", **DRIVES)["files"][0]["id"]
    assert names(alice, f"shortcutDetails.targetId = '{target}'") == ["Vendor payments (shortcut)"]
    assert names(alice, f"shortcutDetails.targetId = '{target}' and trashed = true") == []


def test_three_people_with_files_of_one_name_see_three_files(drive):
    ids = [ask(drive(who), "name = 'Q3 budget'")["files"] for who in ("alice", "bob", "carol")]
    assert [len(files) for files in ids] == [1, 1, 1]
    assert len({files[0]["id"] for files in ids}) == 3


def test_a_query_too_long_for_a_url_comes_as_a_form(drive, standin):
    alice = drive()
    q = " or ".join(f"name = 'nothing of this name, number {number}'" for number in range(80)) + " or name = 'todo.txt'"
    assert names(alice, q) == ["todo.txt"]
    with standin.http() as http:
        entry = http.get("/_standin/requests").json()["requests"][-1]
    assert (entry["method"], entry["drive_method"], entry["params"]["q"]) == ("POST", "files.list", q)


def test_names_come_back_as_they_are(drive):
    found = names(drive(), "trashed = false")
    assert "first line\nsecond line" in found
    assert 'Bob\'s "final" report \\ v2' in found
    assert "invoice_\u202efdp.exe" in found
    assert names(drive(), r"name = 'Bob\'s \"final\" report \\ v2'".replace('\\"', '"')) == [
        'Bob\'s "final" report \\ v2'
    ]
