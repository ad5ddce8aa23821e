"""Who may do what with a file: downloads that are not allowed, permissions of every type, several sheets."""

import io
import json
import zipfile

import pytest
from googleapiclient.errors import HttpError

from local.google.items import Permission
from local.google.seed import seeded_library
from local.google.shelves import DOC, FOLDER, PDF, SHEET, SLIDES, Row, Shelf, read, write
from local.google.state import build_state

ALICE, BEN, BOB = "alice@gmail.example", "ben@gmail.example", "bob@gmail.example"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = (
    Row("Kept in.pdf", PDF, shared=(read(ALICE),), text="Not to take away", can_download=False),
    Row("Kept in", DOC, shared=(read(ALICE),), text="Not to take away", can_download=False),
    Row("Not for agents", DOC, shared=(read(ALICE),), text="For people", can_access_via_gen_ai=False),
    Row("For a while", DOC, shared=(write(ALICE),), shared_for="14d"),
    Row("For everybody", DOC, shared=(write(ALICE), Permission("reader", type="anyone", is_discoverable=True))),
    Row("With the link", DOC, shared=(write(ALICE), Permission("commenter", type="anyone"))),
    Row("For the company", DOC, shared=(write(ALICE), Permission("reader", type="domain", domain="company.example"))),
    Row(
        "In the company's search",
        DOC,
        shared=(write(ALICE), Permission("reader", type="domain", domain="company.example", is_discoverable=True)),
    ),
    Row("For gmail", DOC, shared=(Permission("reader", type="domain", domain="gmail.example"),)),
    Row("For another company", DOC, shared=(Permission("reader", type="domain", domain="company.example"),)),
    Row("Two sheets", SHEET, shared=(read(ALICE),),
        text='Day,"Cost, net"\nMon,5\n\fNotes & more\nWho,What\nBen,"a ""b"""'),
    Row("Talk", SLIDES, shared=(read(ALICE),), text="One\nTwo"),
    Row("Folder", FOLDER, shared=(read(ALICE),)),
)  # fmt: skip
MANY = tuple(f"{name}@gmail.example" for name in ("alice", "bob", "carol", "yuki", "dana"))


@pytest.fixture(scope="module")
def _own(serve_own):
    everybody = Row("For many", DOC, shared=tuple(write(email) for email in MANY))
    shelves = (Shelf(ALICE, ()), Shelf(BOB, ()), Shelf(BEN, (*ROWS, everybody)))
    yield from serve_own(lambda now, clock: build_state(now, seeds=seeded_library(now, shelves), clock=clock))


@pytest.fixture
def standin(_own):
    _own.state.reset()
    return _own


@pytest.fixture
def alice(drive):
    return drive("alice", "drive.readonly")


def id_of(drive, name):
    return drive.files().list(q=f"name = '{name.replace(chr(39), chr(92) + chr(39))}'").execute()["files"][0]["id"]


def reason(request):
    with pytest.raises(HttpError) as caught:
        request.execute()
    return caught.value.status_code, json.loads(caught.value.content)["error"]["errors"][0]["reason"]


def test_content_that_may_not_be_taken_away_is_said_so_and_refused(alice, drive, problems):
    file_id, document = id_of(alice, "Kept in.pdf"), id_of(alice, "Kept in")
    got = alice.files().get(fileId=file_id, fields="capabilities,copyRequiresWriterPermission").execute()
    assert got["capabilities"]["canDownload"] is False
    assert got["copyRequiresWriterPermission"] is True
    assert problems(got, "File") == []
    assert reason(alice.files().get_media(fileId=file_id)) == (403, "cannotDownloadFile")
    assert reason(alice.files().export(fileId=document, mimeType="text/plain")) == (403, "cannotExportFile")
    ben = drive("ben", "drive.readonly")
    assert ben.files().get_media(fileId=file_id).execute().startswith(b"%PDF")
    assert ben.files().get(fileId=file_id, fields="capabilities").execute()["capabilities"]["canDownload"] is True


def test_agents_can_be_asked_to_keep_off(alice):
    def asked(name):
        got = alice.files().get(fileId=id_of(alice, name), fields="capabilities(canAccessViaGenAi,canDownload)")
        return got.execute()["capabilities"]

    assert asked("Not for agents") == {"canAccessViaGenAi": False, "canDownload": True}
    assert asked("Talk") == {"canAccessViaGenAi": True, "canDownload": True}


@pytest.mark.parametrize(
    ("name", "shown", "visibility"),
    [
        ("For everybody", {"id": "anyone", "type": "anyone", "allowFileDiscovery": True}, "anyoneCanFind"),
        ("With the link", {"id": "anyoneWithLink", "type": "anyone", "allowFileDiscovery": False}, "anyoneWithLink"),
        ("For the company", {"type": "domain", "domain": "company.example"}, "domainWithLink"),
        ("In the company's search", {"type": "domain", "displayName": "company.example"}, "domainCanFind"),
    ],
)
def test_permissions_for_more_than_one_person(alice, problems, name, shown, visibility):
    page = alice.permissions().list(fileId=id_of(alice, name), fields="*").execute()
    assert problems(page, "PermissionList") == []
    assert [each["type"] for each in page["permissions"]] == ["user", "user", shown["type"]]
    assert shown.items() <= page["permissions"][-1].items()
    assert "emailAddress" not in page["permissions"][-1]
    found = alice.files().list(q=f"visibility = '{visibility}'").execute()["files"]
    assert [each["name"] for each in found] == [name]
    one = alice.permissions().get(fileId=id_of(alice, name), permissionId=page["permissions"][-1]["id"], fields="type")
    assert one.execute() == {"type": shown["type"]}


def test_a_domains_permission_lets_in_its_own_people_only(alice, drive):
    ben = drive("ben")
    assert alice.files().get(fileId=id_of(ben, "For gmail")).execute()["name"] == "For gmail"
    assert reason(alice.files().get(fileId=id_of(ben, "For another company"))) == (404, "notFound")


def test_a_permission_may_expire_one_day(alice):
    page = alice.permissions().list(fileId=id_of(alice, "For a while"), fields="permissions").execute()
    assert [each.get("expirationTime") for each in page["permissions"]] == [None, "2026-12-04T10:00:00.000Z"]


def test_who_cannot_share_does_not_see_with_whom_a_file_is_shared(alice):
    file_id = id_of(alice, "Talk")
    assert reason(alice.permissions().list(fileId=file_id)) == (403, "insufficientFilePermissions")
    assert reason(alice.permissions().get(fileId=file_id, permissionId="x")) == (403, "insufficientFilePermissions")
    assert "permissions" not in alice.files().get(fileId=file_id, fields="permissions,permissionIds").execute()


def test_permissions_come_in_pages(alice):
    permissions, file_id = alice.permissions(), id_of(alice, "For many")
    request, found = permissions.list(fileId=file_id, pageSize=4, fields="nextPageToken,permissions/emailAddress"), []
    while request:
        page = request.execute()
        found.append([each["emailAddress"] for each in page["permissions"]])
        request = permissions.list_next(request, page)
    assert found == [[BEN, *MANY[:3]], list(MANY[3:])]
    assert reason(permissions.list(fileId=file_id, pageSize=0)) == (400, "invalidParameter")
    assert len(permissions.list(fileId=file_id, pageSize=500).execute()["permissions"]) == 6


def test_a_workbook_has_all_sheets_and_a_table_the_first_one(alice):
    file_id = id_of(alice, "Two sheets")

    def export(mime_type):
        return alice.files().export(fileId=file_id, mimeType=mime_type).execute()

    assert export("text/csv") == b'Day,"Cost, net"\r\nMon,5'
    assert export("text/tab-separated-values") == b"Day\tCost, net\r\nMon\t5"
    with zipfile.ZipFile(io.BytesIO(export(XLSX))) as package:
        workbook = package.read("xl/workbook.xml").decode()
        assert 'name="Sheet1"' in workbook
        assert 'name="Notes &amp; more"' in workbook
        assert "Cost, net" in package.read("xl/worksheets/sheet1.xml").decode()
        assert 'a "b"' in package.read("xl/worksheets/sheet2.xml").decode()
    assert alice.files().list(q="fullText contains 'who notes'").execute()["files"][0]["id"] == file_id


def test_plain_text_starts_with_a_byte_order_mark_and_markdown_does_not(alice, drive):
    talk, document = id_of(alice, "Talk"), id_of(alice, "Not for agents")
    plain = alice.files().export(fileId=talk, mimeType="text/plain").execute()
    assert plain == b"\xef\xbb\xbfOne\r\nTwo"
    markdown = alice.files().export(fileId=document, mimeType="text/markdown").execute()
    assert markdown == b"For people"


@pytest.mark.parametrize(
    ("asked", "status", "content_range"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{size}"),
        ("bytes=5-", 206, "bytes 5-{last}/{size}"),
        ("bytes=-4", 206, "bytes {last3}-{last}/{size}"),
        ("bytes=0-999999", 206, "bytes 0-{last}/{size}"),
        ("bytes=999999-", 416, "bytes */{size}"),
        ("lines=1-2", 200, None),
    ],
)
def test_parts_of_a_blob(standin, sign_in, drive, asked, status, content_range):
    tokens = sign_in("ben", "drive.readonly")
    file_id = id_of(drive("ben"), "Kept in.pdf")
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    with standin.http() as http:
        whole = http.get(f"/drive/v3/files/{file_id}", params={"alt": "media"}, headers=headers).content
        part = http.get(f"/drive/v3/files/{file_id}?alt=media", headers={**headers, "range": asked})
    size = len(whole)
    expected = content_range and content_range.format(size=size, last=size - 1, last3=size - 4)
    assert (part.status_code, part.headers.get("content-range")) == (status, expected)
    assert part.content in whole
    assert len(part.content) == int(part.headers["content-length"])


def test_resource_keys_may_come_along(standin, sign_in, drive):
    headers = {"authorization": f"Bearer {sign_in()['access_token']}"}
    file_id = id_of(drive(), "Talk")
    with standin.http() as http:
        got = http.get(
            f"/drive/v3/files/{file_id}", headers={**headers, "x-goog-drive-resource-keys": f"{file_id}/0-k"}
        )
    assert got.json()["name"] == "Talk"
