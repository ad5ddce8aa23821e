import json
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.drive import ALICE, BEN
from tools.files import File, Permission, SharedDrive, parse_drive, parse_file, parse_permission, parse_person


def test_absent_fields_stay_empty():
    parsed = parse_file({"id": "1", "name": "n", "mimeType": "application/pdf"})
    assert (parsed.owner, parsed.modified, parsed.parent_id, parsed.size_bytes) == (None, None, "", None)
    assert parsed.may_download
    assert parsed.may_use_ai


def test_what_drive_writes_as_text_becomes_numbers_and_times():
    parsed = parse_file(
        {
            "id": "1",
            "size": "12345678901",
            "modifiedTime": "2026-10-08T07:12:03.512Z",
            "shortcutDetails": {"targetId": "2", "targetMimeType": "application/pdf"},
            "capabilities": {"canDownload": False, "canAccessViaGenAi": False},
        }
    )
    assert parsed.size_bytes == 12_345_678_901
    assert parsed.modified == datetime(2026, 10, 8, 7, 12, 3, 512_000, tzinfo=UTC)
    assert (parsed.target_id, parsed.target_mime_type) == ("2", "application/pdf")
    assert not parsed.may_download
    assert not parsed.may_use_ai


def test_a_permission_for_anyone_has_no_person():
    assert parse_permission({"type": "anyone", "role": "reader"}) == Permission("anyone", "reader")


def test_people_match_by_name_part_address_or_me():
    assert BEN.matches("ben")
    assert BEN.matches("Ben Ortiz")
    assert BEN.matches("BEN@gmail.example")
    assert not BEN.matches("me")
    assert ALICE.matches("me")
    assert not BEN.matches("en")


PERSON = {"displayName": "Ben", "emailAddress": "ben@gmail.example", "me": True}
WHOLE = {
    "id": "id-1",
    "name": "Q3",
    "mimeType": "application/pdf",
    "webViewLink": "https://drive.google.com/file/d/id-1/view",
    "parents": ["up-1"],
    "driveId": "drive-1",
    "createdTime": "2026-10-08T07:12:03.512Z",
    "modifiedTime": "2026-10-08T07:12:03.512Z",
    "viewedByMeTime": "2026-10-08T07:12:03.512Z",
    "sharedWithMeTime": "2026-10-08T07:12:03.512Z",
    "owners": [PERSON],
    "lastModifyingUser": PERSON,
    "sharingUser": PERSON,
    "size": "9",
    "starred": True,
    "trashed": True,
    "shared": True,
    "shortcutDetails": {"targetId": "to-1", "targetMimeType": "text/plain"},
    "description": "d",
    "resourceKey": "0-k",
    "capabilities": {"canDownload": True, "canAccessViaGenAi": True},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["displayName", "targetId", "canDownload"]), inner),
)


def stored(value):
    return json.dumps(asdict(value), default=str, ensure_ascii=False).encode()


@given(fields=st.dictionaries(st.sampled_from(sorted(WHOLE)), JSON))
def test_a_field_of_any_kind_harms_no_other_and_can_be_stored(fields):
    parsed, whole = parse_file(WHOLE | fields), parse_file(WHOLE)
    assert stored(parsed)
    if "name" not in fields:
        assert parsed.name == whole.name
    if not {"createdTime", "owners"} & set(fields):
        assert (parsed.created, parsed.owner) == (whole.created, whole.owner)
    for moment in (parsed.created, parsed.modified, parsed.viewed, parsed.shared_with_me):
        assert moment is None or moment.astimezone(ZoneInfo("Pacific/Kiritimati"))


@given(raw=JSON)
def test_what_is_no_resource_at_all_is_an_empty_one(raw):
    assert stored(parse_file(raw))
    assert stored(parse_permission(raw))
    assert stored(parse_drive(raw))
    assert parse_person(raw) is None or stored(parse_person(raw))


@pytest.mark.parametrize("field", sorted(WHOLE))
def test_a_field_that_is_null_is_one_that_was_left_out(field):
    assert parse_file(WHOLE | {field: None}) == parse_file(
        {name: value for name, value in WHOLE.items() if name != field}
    )


@pytest.mark.parametrize("size", [True, -1, 1.5, "", "-1", "1.5", "9" * 400, 10**400, "9" * 19, "\u0663", [], {}])
def test_what_is_no_size_is_none(size):
    assert parse_file({"size": size}).size_bytes is None


def test_a_size_may_be_a_number_and_as_large_as_drive_counts():
    assert parse_file({"size": 12}).size_bytes == 12
    assert parse_file({"size": str(2**63 - 1)}).size_bytes == 2**63 - 1


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-10-08", "2026-10-08T07:12:03", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9" * 5000],
)
def test_what_is_no_moment_is_none(text):
    assert parse_file({"modifiedTime": text}).modified is None
    assert parse_permission({"expirationTime": text}).expires is None


def test_half_of_a_pair_is_replaced_and_a_whole_one_kept():
    assert parse_file(json.loads(r'{"name": "a\ud83d b\ud83d\ude00"}')).name == "a\ufffd b\U0001f600"
    assert parse_file({"description": "\udc00"}).description == "\ufffd"
    assert parse_person({"displayName": "\ud800"}).name == "\ufffd"


def test_texts_are_bounded():
    long = parse_file({"name": "n" * 5000, "description": "d" * 5000})
    assert (len(long.name), len(long.description)) == (2000, 2000)
    assert parse_file({"webViewLink": "https://drive.google.com/" + "x" * 2000}).link == ""


@pytest.mark.parametrize("link", ["http://drive.google.com/x", "javascript:alert(1)", "https://", "https://a b", "", 3])
def test_only_https_is_a_link(link):
    assert parse_file({"webViewLink": link}).link == ""


@pytest.mark.parametrize("value", [False, 0, 1, "no", [], {}])
def test_a_leave_that_cannot_be_read_is_not_given(value):
    file = parse_file({"capabilities": {"canDownload": value, "canAccessViaGenAi": value}})
    assert not file.may_download
    assert not file.may_use_ai
    assert not parse_file({"capabilities": [value]}).may_use_ai


def test_what_is_no_id_names_nothing():
    for odd in (3, ["a"], "a/b", "", "a\ud800", "x" * 201):
        assert parse_file({"id": odd, "parents": [odd], "driveId": odd}) == File("", "", "")
        assert parse_drive({"id": odd, "name": "n"}) == SharedDrive("", "n")
