"""A large Drive: made once, the same from the same numbers, and served like the small one."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from local.google.files import Viewer
from local.google.items import FOLDER
from local.google.large.generate import ANCHOR, generate
from local.google.large.store import LargeWish, open_drive
from local.google.large.vocabulary import KINDS
from local.google.seed import seeded_library
from local.google.state import build_state

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ME = "alice@gmail.example"
DRIVES = {"supportsAllDrives": True, "includeItemsFromAllDrives": True, "corpora": "allDrives"}


@pytest.fixture(scope="module")
def made():
    return generate(4_000, 7)


@pytest.fixture(scope="module")
def wish(tmp_path_factory):
    return LargeWish(3_000, tmp_path_factory.mktemp("kept") / "below" / "files.sqlite", seed=3)


@pytest.fixture(scope="module")
def _own(serve_own, wish):
    def make(now, clock):
        return build_state(now, large=wish, clock=clock)

    for running in serve_own(make):
        yield running
        running.state.large.close()


@pytest.fixture
def standin(_own):
    _own.state.reset()
    return _own


def share(items, is_so):
    return sum(map(is_so, items)) / len(items)


def test_the_same_numbers_make_the_same_drive_and_others_another(made):
    again = generate(4_000, 7)
    assert (again.items, again.drives) == (made.items, made.drives)
    assert again.items.keys() != generate(4_000, 8).items.keys()


def test_it_is_as_full_as_asked_for_and_spread_as_in_life(made):
    items = [item for item in made.items.values() if item.parent]
    assert len(items) == 4_000
    assert 0.03 < share(items, lambda item: item.mime_type == FOLDER) < 0.06
    assert 0.17 < share(items, lambda item: item.drive_id is not None) < 0.23
    assert 0.5 < share(items, lambda item: item.owner == ME) < 0.7
    assert 0.1 < share(items, lambda item: item.owner not in {None, ME}) < 0.25
    assert 0.005 < share(items, lambda item: bool(item.starred_by)) < 0.03
    assert 0.01 < share(items, lambda item: item.trashed) < 0.05
    assert 0.2 < share(items, lambda item: bool(item.viewed)) < 0.6
    assert 0.1 < share(items, lambda item: re.search("[\u3040-\u9fff]", item.name) is not None) < 0.4
    assert {kind.mime_type for kind in KINDS} <= {item.mime_type for item in items}
    assert len(made.drives) == 5


def test_folders_are_one_to_six_deep(made):
    def depth(item):
        above = made.items.get(item.parent)
        return 1 + (depth(above) if above is not None and above.parent else 0)

    depths = {depth(item) for item in made.items.values() if item.mime_type == FOLDER and item.parent}
    assert depths == {1, 2, 3, 4, 5, 6}


def test_times_reach_back_six_years_grow_denser_and_are_in_order(made):
    items = [item for item in made.items.values() if item.parent]
    ages = [(ANCHOR - item.modified) / timedelta(days=365) for item in items]
    assert max(ages) > 5
    assert min(ages) > 0
    assert sum(age < 1 for age in ages) > 3 * sum(age >= 5 for age in ages)
    for item in items:
        happened = [item.modified, *item.viewed.values(), *item.shared.values()]
        assert item.created <= min(happened)
        assert max(happened) < ANCHOR - timedelta(minutes=59)


def test_the_file_is_kept_for_the_next_start_and_never_changed(wish, standin):
    before = wish.path.read_bytes()
    drive = open_drive(wish, seeded_library(NOW), NOW)
    drive.close()
    assert wish.path.read_bytes() == before
    assert [path.name for path in wish.path.parent.iterdir()] == ["files.sqlite"]


def test_a_file_that_was_made_otherwise_or_is_broken_is_made_anew(tmp_path):
    path = tmp_path / "files.sqlite"
    path.write_bytes(b"something else" * 1000)
    for files in (50, 60):
        drive = open_drive(LargeWish(files, path), seeded_library(NOW), NOW)
        assert len(drive.library.items) == files + 5 + len(seeded_library(NOW).items)
        drive.close()


def test_times_are_told_from_now_and_everything_else_stays(wish):
    later = NOW + timedelta(days=10, microseconds=5)
    first, second = (open_drive(wish, seeded_library(now), now) for now in (NOW, later))
    seeds = seeded_library(NOW).items
    generated = [key for key in first.library.items if key not in seeds][::50]
    for key in generated:
        one, other = first.library.items[key], second.library.items[key]
        assert other.modified - one.modified == later - NOW
        assert (one.name, one.text, one.permissions) == (other.name, other.text, other.permissions)
    for key, item in seeds.items():
        assert first.library.items[key] == item
    assert first.library.drives.keys() > seeded_library(NOW).drives.keys()
    first.close()
    second.close()


def test_the_seeds_are_found_among_the_rest(drive, problems):
    alice = drive("alice", "drive.readonly")
    found = alice.files().list(q="name = 'Q3 budget'").execute()["files"]
    assert [file["name"] for file in found] == ["Q3 budget"]
    opened = alice.files().list(orderBy="viewedByMeTime desc", pageSize=1).execute()["files"]
    assert opened[0]["name"] == "Roadmap 2026"
    page = alice.files().list(**DRIVES, pageSize=1000, fields="*", q="trashed = false and mimeType != 'video/mp4'")
    shown = page.execute()
    assert len(shown["files"]) == 1000
    assert problems(shown, "FileList") == []


def test_every_file_comes_once_when_all_pages_are_read(drive, standin):
    files = drive().files()
    request, seen = files.list(**DRIVES, pageSize=400, orderBy="folder,name", fields="nextPageToken,files(id)"), []
    while request:
        page = request.execute()
        seen += [file["id"] for file in page["files"]]
        request = files.list_next(request, page)
    everything = Viewer(standin.state.large.library, ME).all()
    expected = {sight.item.id for sight in everything if sight.item.drive_id or sight.is_mine or sight.is_direct}
    assert len(seen) == len(set(seen))
    assert expected <= set(seen)


def test_pages_of_one_question_are_of_no_use_for_another(drive):
    from googleapiclient.errors import HttpError

    files = drive().files()
    token = files.list(pageSize=3, orderBy="name").execute()["nextPageToken"]
    with pytest.raises(HttpError):
        files.list(pageSize=3, orderBy="folder", pageToken=token).execute()


def test_contents_permissions_drives_and_quota_are_served_too(drive, problems):
    alice = drive("alice", "drive.readonly")
    (paper,) = (
        alice.files()
        .list(q="mimeType = 'application/pdf' and 'me' in owners", pageSize=1, fields="files(id,size)")
        .execute()["files"]
    )
    content = alice.files().get_media(fileId=paper["id"]).execute()
    assert len(content) == int(paper["size"])
    (document,) = (
        alice.files()
        .list(q="mimeType = 'application/vnd.google-apps.document' and fullText contains 'reference'", pageSize=1)
        .execute()["files"]
    )
    assert b"Reference KX" in alice.files().export(fileId=document["id"], mimeType="text/plain").execute()
    assert alice.permissions().list(fileId=paper["id"]).execute()["permissions"]
    assert len(alice.drives().list(pageSize=100).execute()["drives"]) == 7
    about = alice.about().get(fields="*").execute()
    assert problems(about, "About") == []
    assert int(about["storageQuota"]["usage"]) > int(about["storageQuota"]["usageInDriveTrash"]) > 0
    assert set(alice.about().get(fields="user/emailAddress").execute()) == {"user"}


def test_the_large_drive_is_one_persons_alone(drive):
    bob = drive("bob", "drive.readonly")
    assert len(bob.files().list(**DRIVES, pageSize=1000).execute()["files"]) < 60


def test_many_may_ask_at_once(standin, sign_in):
    headers = {"authorization": f"Bearer {sign_in()['access_token']}"}
    asked = [f"name contains '{letter}' and trashed = false" for letter in "abcdefghijklmnop"]

    def ask(q):
        with standin.http(timeout=20) as http:
            return http.get("/drive/v3/files", params={"q": q, "pageSize": 50}, headers=headers).json()

    one_by_one = [ask(q)["files"] for q in asked]
    with ThreadPoolExecutor(8) as threads:
        at_once = [page["files"] for page in threads.map(ask, asked)]
    assert at_once == one_by_one


def test_wishes_about_full_text_work_here_too(drive, standin):
    alice = drive()
    everywhere = alice.files().list(q="fullText contains 'reference'", pageSize=1000).execute()["files"]
    assert len(everywhere) > 500
    with standin.http() as http:
        http.post("/_standin/switches", json={"full_text_metadata": "names"})
    assert alice.files().list(q="fullText contains 'reference'").execute()["files"] == []
    assert alice.files().list(q="fullText contains 'todo'").execute()["files"][0]["name"] == "todo.txt"


def test_empty_pages_lead_on_here_too(drive, standin):
    files = drive().files()
    expected = files.list(pageSize=4, orderBy="name").execute()["files"]
    for kind in ("empty_page", "short_page"):
        with standin.http() as http:
            http.post("/_standin/faults", json={"target": "drive", "kind": kind})
        request = files.list(pageSize=4, orderBy="name")
        first = request.execute()
        second = files.list_next(request, first).execute()
        assert (first["files"] + second["files"])[:4] == expected
