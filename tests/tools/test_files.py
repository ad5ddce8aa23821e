from datetime import UTC, datetime

from tests.support.drive import ALICE, BEN
from tools.files import Permission, parse_file, parse_permission


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
