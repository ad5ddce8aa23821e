"""The calls against this project's stand-in for Google, which answers as its documents say Drive does."""

import pytest

from local.google.faults import Fault
from tests.support.stand_in import stand_in
from tools.errors import (
    AccessTokenRejectedError,
    AnswerTooLargeError,
    DailyLimitError,
    DriveRejectedError,
    ExportTooLargeError,
    FileNotVisibleError,
    NotDownloadableError,
    ScopeNotGrantedError,
    StalePageTokenError,
)
from tools.google.drive_api import DriveApi
from tools.scopes import CONTENTS, DETAILS


@pytest.fixture(scope="module")
def _running():
    with stand_in() as running:
        yield running


@pytest.fixture
def google(_running):
    _running.state.reset()
    return _running


@pytest.fixture
def api(google):
    return DriveApi(google.url, f"{google.url}/revoke", sleep=lambda _: None).for_conversation()


@pytest.fixture
def alice(google):
    return google.access_token("alice@gmail.example", *CONTENTS)


def one(api, access_token, name):
    return api.list_page(access_token, query=f"name = '{name}' and trashed = false").files[0]


def test_a_batch_finds_what_is_visible_and_leaves_out_the_rest(api, google, alice):
    bob = google.access_token("bob@gmail.example", *CONTENTS)
    secret = one(api, bob, "Sales pipeline").id
    vendor = one(api, alice, "Vendor payments")
    found = api.get_many(alice, ["root", secret, vendor.id, "nothing", vendor.parent_id])
    assert set(found) == {"root", vendor.id, vendor.parent_id}
    assert found["root"].name == "My Drive"
    assert found[vendor.id].parent_id == vendor.parent_id


def test_two_hundred_and_fifty_files_are_three_batches(api, google, alice):
    files = [file.id for file in api.list_page(alice, query="", page_size=1000).files]
    wanted = files + [f"nothing-{number}" for number in range(250 - len(files))]
    assert set(api.get_many(alice, wanted)) == set(files)


def test_a_batch_under_a_rate_limit_is_completed(api, google, alice):
    files = [file.id for file in api.list_page(alice, query="", page_size=20).files]
    google.state.faults.add(Fault("drive", "rate_limit", times=3, method="files.get"))
    google.state.faults.add(Fault("drive", "html_502", times=2, method="files.get"))
    assert set(api.get_many(alice, files)) == set(files)
    assert google.state.faults.all() == ()


def test_exports_come_as_google_makes_them(api, alice):
    roadmap = one(api, alice, "Roadmap 2026")
    assert api.export(alice, roadmap.id, "text/plain").startswith(b"\xef\xbb\xbfRoadmap 2026.")
    with pytest.raises(NotDownloadableError):
        api.download(alice, roadmap.id, max_bytes=1000)
    with pytest.raises(ExportTooLargeError):
        api.export(alice, one(api, alice, "Event log, everything").id, "text/csv")
    with pytest.raises(NotDownloadableError):
        api.export(alice, one(api, alice, "todo.txt").id, "text/plain")
    with pytest.raises(DriveRejectedError):
        api.export(alice, one(api, alice, "Q3 budget").id, "text/plain")
    assert api.export(alice, one(api, alice, "Vendor payments").id, "text/csv").startswith(b"Vendor,")


def test_downloads_are_whole_or_refused(api, alice):
    archive = one(api, alice, "Invoices 2025.zip")
    assert len(api.download(alice, archive.id, max_bytes=archive.size_bytes)) == archive.size_bytes
    with pytest.raises(AnswerTooLargeError):
        api.download(alice, archive.id, max_bytes=archive.size_bytes - 1)
    with pytest.raises(FileNotVisibleError):
        api.download(alice, "nothing", max_bytes=10)


def test_who_has_access_and_to_which_shared_drives(api, alice):
    people = api.permissions(alice, one(api, alice, "Q3 budget").id)
    assert {(person.role, person.name) for person in people} == {("owner", "Alice Archer"), ("writer", "Ben Ortiz")}
    assert [drive.name for drive in api.drives(alice)] == ["Design", "Team Finance"]
    finance = api.drives(alice)[1]
    page = api.list_page(alice, query="trashed = false", drive_id=finance.id)
    assert {file.drive_id for file in page.files} == {finance.id}


@pytest.mark.parametrize("shape", ["a", "b", "c"])
def test_the_narrow_scope_is_told_apart_in_every_shape(api, google, shape):
    google.state.switches.scope_error = shape
    narrow = google.access_token("alice@gmail.example", *DETAILS)
    file = one(api, narrow, "todo.txt")
    assert api.get(narrow, file.id).name == "todo.txt"
    for ask in (
        lambda: api.drives(narrow),
        lambda: api.export(narrow, file.id, "text/plain"),
        lambda: api.download(narrow, file.id, max_bytes=1000),
    ):
        with pytest.raises(ScopeNotGrantedError):
            ask()


@pytest.mark.parametrize("status", [400, 403])
def test_sorting_a_full_text_search_is_rejected(api, google, alice, status):
    google.state.switches.full_text_order_status = status
    with pytest.raises(DriveRejectedError):
        api.list_page(alice, query="fullText contains 'budget'", order="name")


def test_a_page_token_of_another_query_is_stale(api, alice):
    token = api.list_page(alice, query="trashed = false", page_size=1).next_page_token
    assert api.list_page(alice, query="trashed = false", page_size=1, page_token=token).files
    with pytest.raises(StalePageTokenError):
        api.list_page(alice, query="trashed = true", page_size=1, page_token=token)
    with pytest.raises(StalePageTokenError):
        api.list_page(alice, query="trashed = false", page_size=1, page_token="nonsense")


def test_a_long_query_is_understood(api, alice):
    query = " or ".join(["name = 'todo.txt'", *(f"name = 'no such file {number}'" for number in range(150))])
    assert [file.name for file in api.list_page(alice, query=query).files] == ["todo.txt"]


def test_a_daily_limit_and_a_revoked_grant_are_not_asked_twice(api, google, alice):
    google.state.faults.add(Fault("drive", "daily_limit", times=1))
    with pytest.raises(DailyLimitError):
        api.account(alice)
    assert api.account(alice).email == "alice@gmail.example"
    api.revoke(alice)
    for ask in (lambda: api.account(alice), lambda: api.get_many(alice, ["root", "nothing"])):
        with pytest.raises(AccessTokenRejectedError):
            ask()
    api.revoke(alice)
