"""`files.get`, `files.export`, `about.get`, `drives.*` and `permissions.*`, asked by Google's own client."""

import io
import json
import zipfile

import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseDownload

DRIVES = {"supportsAllDrives": True, "includeItemsFromAllDrives": True, "corpora": "allDrives"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def id_of(drive, name, **parameters):
    return drive.files().list(q=f"name = '{name}'", **{**DRIVES, **parameters}).execute()["files"][0]["id"]


def error(request):
    with pytest.raises(HttpError) as caught:
        request.execute()
    return json.loads(caught.value.content)["error"]


def reason(request):
    body = error(request)
    return body["code"], body["errors"][0]["reason"]


def test_get_shows_the_default_fields_and_follows_the_alias_root(drive):
    root = drive().files().get(fileId="root").execute()
    assert root == {"kind": "drive#file", "id": root["id"], "name": "My Drive", "mimeType": root["mimeType"]}


def test_a_file_of_a_shared_drive_is_not_found_without_the_flag(drive):
    alice = drive()
    vendor = id_of(alice, "Vendor payments")
    body = error(alice.files().get(fileId=vendor))
    assert (body["code"], body["message"]) == (404, f"File not found: {vendor}.")
    got = alice.files().get(fileId=vendor, supportsAllDrives=True, fields="name,driveId,owners,ownedByMe").execute()
    assert set(got) == {"name", "driveId"}


def test_another_persons_file_and_no_file_are_not_found_alike(drive):
    alice, bob = drive(), drive("bob")
    secret = id_of(bob, "Sales pipeline")
    for file_id in (secret, "nothing"):
        assert error(alice.files().get(fileId=file_id)) == {
            "code": 404,
            "message": f"File not found: {file_id}.",
            "errors": [
                {
                    "message": f"File not found: {file_id}.",
                    "domain": "global",
                    "reason": "notFound",
                    "location": "fileId",
                    "locationType": "parameter",
                }
            ],
        }


def test_a_way_up_leads_to_the_top_folder(drive):
    alice = drive()
    place, path = id_of(alice, "Q3 budget"), []
    while place:
        got = alice.files().get(fileId=place, fields="name,parents").execute()
        path.append(got["name"])
        place = got.get("parents", [None])[0]
    assert path == ["Q3 budget", "2026", "Finance", "My Drive"]


def test_sizes_are_digits_and_folders_and_shortcuts_have_none(drive):
    alice = drive()

    def size(name):
        return alice.files().get(fileId=id_of(alice, name), fields="size").execute().get("size")

    assert size("Q3 budget").isdigit()
    assert size("todo.txt") == str(len("Call Ben. Send the Q3 budget. Book Osaka."))
    assert size("Finance") is None
    assert size("Lost report") is None


def test_a_shortcut_tells_its_target_and_a_broken_one_too(drive):
    alice = drive()
    fields = "shortcutDetails"
    good = alice.files().get(fileId=id_of(alice, "Vendor payments (shortcut)"), fields=fields).execute()
    assert good["shortcutDetails"]["targetId"] == id_of(alice, "Vendor payments")
    broken = alice.files().get(fileId=id_of(alice, "Lost report"), fields=fields).execute()
    assert reason(alice.files().get(fileId=broken["shortcutDetails"]["targetId"])) == (404, "notFound")


def test_content_comes_in_pieces_and_is_as_long_as_it_says(drive):
    alice = drive("alice", "drive.readonly")
    file_id = id_of(alice, "Invoices 2025.zip")
    size = int(alice.files().get(fileId=file_id, fields="size").execute()["size"])
    buffer = io.BytesIO()
    download, done = MediaIoBaseDownload(buffer, alice.files().get_media(fileId=file_id), chunksize=400_000), False
    while not done:
        _, done = download.next_chunk()
    assert len(buffer.getvalue()) == size > 1_500_000


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Annual report 2025.pdf", b"%PDF-1.4"),
        ("Apollo architecture.png", b"\x89PNG"),
        ("Apollo contract.docx", b"PK"),
        ("Bank export.csv", b"date,amount\n"),
    ],
)
def test_content_is_of_its_kind(drive, name, start):
    alice = drive("alice", "drive.readonly")
    assert alice.files().get_media(fileId=id_of(alice, name)).execute().startswith(start)


def test_office_files_are_packages_with_their_text(drive):
    alice = drive("alice", "drive.readonly")
    for name, part in (
        ("Apollo contract.docx", "word/document.xml"),
        ("Expenses 2025.xlsx", "xl/worksheets/sheet1.xml"),
        ("Budget review.pptx", "ppt/slides/slide1.xml"),
    ):
        content = alice.files().get_media(fileId=id_of(alice, name)).execute()
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert package.testzip() is None
            assert part in package.namelist()


def test_google_formats_are_exported_and_not_downloaded(drive):
    alice = drive("alice", "drive.readonly")
    file_id = id_of(alice, "Roadmap 2026", corpora="user")
    assert reason(alice.files().get_media(fileId=file_id)) == (403, "fileNotDownloadable")
    text = alice.files().export(fileId=file_id, mimeType="text/plain").execute()
    assert text.startswith(b"\xef\xbb\xbfRoadmap 2026. First quarter")
    document = alice.files().export(fileId=file_id, mimeType=DOCX).execute()
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        assert "Roadmap 2026" in package.read("word/document.xml").decode()


def test_every_export_that_about_names_works(drive):
    alice = drive("alice", "drive.readonly")
    formats = alice.about().get(fields="exportFormats").execute()["exportFormats"]
    files = {"document": "Shopping list", "spreadsheet": "Q3 budget", "presentation": "Apollo kick-off"}
    files["drawing"] = "Apollo architecture"
    for kind, name in files.items():
        file_id = id_of(alice, name)
        for target in formats[f"application/vnd.google-apps.{kind}"]:
            assert alice.files().export(fileId=file_id, mimeType=target).execute(), target
    assert alice.files().export(fileId=id_of(alice, "Q3 budget"), mimeType="text/csv").execute().startswith(b"Team,")


def test_exports_that_cannot_be_done_say_why(drive):
    alice = drive("alice", "drive.readonly")

    def export(name, target):
        return alice.files().export(fileId=id_of(alice, name), mimeType=target)

    assert reason(export("Event log, everything", "text/csv")) == (403, "exportSizeLimitExceeded")
    assert reason(export("todo.txt", "text/plain")) == (403, "fileNotExportable")
    assert reason(export("Finance", "text/plain")) == (403, "fileNotExportable")
    assert error(export("Q3 budget", "text/plain"))["message"] == "The requested conversion is not supported."


def test_an_export_from_a_shared_drive_needs_no_flag(drive):
    alice = drive("alice", "drive.readonly")
    content = alice.files().export(fileId=id_of(alice, "Vendor payments"), mimeType="text/csv").execute()
    assert content.startswith(b"Vendor,Due,Amount")


def test_about_tells_who_is_asking_and_needs_fields(drive, problems):
    alice = drive()
    about = alice.about().get(fields="*").execute()
    assert about["user"]["emailAddress"] == "alice@gmail.example"
    assert about["user"]["displayName"] == "Alice Archer"
    assert problems(about, "About") == []
    body = error(alice.about().get())
    assert (body["code"], body["message"]) == (400, "The 'fields' parameter is required for this method.")


def test_shared_drives_are_listed_to_their_members(drive, problems):
    alice = drive("alice", "drive.readonly")
    page = alice.drives().list(fields="*").execute()
    assert [each["name"] for each in page["drives"]] == ["Design", "Team Finance"]
    assert problems(page, "DriveList") == []
    first = alice.drives().list(pageSize=1).execute()
    second = alice.drives().list(pageSize=1, pageToken=first["nextPageToken"]).execute()
    assert [each["name"] for each in first["drives"] + second["drives"]] == ["Design", "Team Finance"]
    named = alice.drives().list(q="name contains 'fin'").execute()["drives"]
    assert [each["name"] for each in named] == ["Team Finance"]
    assert alice.drives().get(driveId=named[0]["id"]).execute()["name"] == "Team Finance"
    board = drive("bob", "drive.readonly").drives().list().execute()["drives"][0]
    assert reason(alice.drives().get(driveId=board["id"])) == (404, "notFound")
    assert reason(alice.drives().list(q="memberCount > 3")) == (400, "invalid")
    assert reason(alice.drives().list(pageSize=0)) == (400, "invalidParameter")
    assert len(alice.drives().list(pageSize=5000).execute()["drives"]) == 2


def test_permissions_are_shown_to_who_may_share(drive, problems):
    alice = drive()
    page = alice.permissions().list(fileId=id_of(alice, "Q3 budget"), fields="*").execute()
    assert [(each["emailAddress"], each["role"]) for each in page["permissions"]] == [
        ("alice@gmail.example", "owner"),
        ("ben@gmail.example", "writer"),
    ]
    assert problems(page, "PermissionList") == []
    first = alice.permissions().list(fileId=id_of(alice, "Q3 budget")).execute()["permissions"][0]
    assert set(first) == {"id", "type", "kind", "role"}
    one = alice.permissions().get(fileId=id_of(alice, "Q3 budget"), permissionId=first["id"], fields="role").execute()
    assert one == {"role": "owner"}
    vendor = id_of(alice, "Vendor payments")
    assert reason(alice.permissions().list(fileId=vendor)) == (404, "notFound")
    members = alice.permissions().list(fileId=vendor, supportsAllDrives=True).execute()["permissions"]
    assert len(members) == 4
    assert reason(alice.permissions().list(fileId=id_of(alice, "Price list"))) == (403, "insufficientFilePermissions")


@pytest.mark.parametrize("name", ["Q3 budget", "Finance", "todo.txt", "Vendor payments", "Lost report", "Hiring plan"])
def test_one_file_with_all_its_fields_is_as_in_googles_document(drive, problems, name):
    alice = drive("alice", "drive.readonly")
    got = alice.files().get(fileId=id_of(alice, name), supportsAllDrives=True, fields="*").execute()
    assert problems(got, "File") == []
