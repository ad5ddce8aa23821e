"""A real folder as a Drive."""

import os
from datetime import UTC, datetime

import pytest

from local.google.folder import FolderError, RealFolder, open_inside
from local.google.state import build_state

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def top(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    top = (tmp_path / "top").resolve()
    (top / "Reports" / "2026").mkdir(parents=True)
    (top / "Reports" / "2026" / "plan.md").write_text("# Plan\nBuild a bridge", encoding="utf-8")
    (top / "Reports" / "table.xlsx").write_bytes(b"PK\x03\x04")
    (top / "会議メモ.txt").write_text("予算", encoding="utf-8")
    (top / ".hidden").write_text("hidden")
    (top / ".git").mkdir()
    (top / ".git" / "config").write_text("hidden")
    (top / "link.txt").symlink_to(outside / "secret.txt")
    (top / "linked").symlink_to(outside)
    os.mkfifo(top / "pipe")
    return top


@pytest.fixture
def served(top, serve_folder, standin):
    running = serve_folder(
        build_state(NOW, folder=RealFolder(top, "alice@gmail.example"), clock=standin.clock), standin.clock
    )
    yield next(running)
    for _ in running:
        pass


@pytest.fixture
def ask(served, top):
    """GET below /drive/v3/ as alice or somebody else, with a token made by the rules themselves."""
    from local.google.asks import read_ask

    scopes = ["https://www.googleapis.com/auth/drive.readonly"]
    parameters = {"client_id": "c", "redirect_uri": "http://localhost/", "response_type": "code", "scope": scopes[0]}
    wish = read_ask(parameters, frozenset(scopes))
    grants = served.state.grants

    def get(path, who="alice", **params):
        code = grants.allow(wish, f"{who}@gmail.example", frozenset(scopes), NOW)
        issued = grants.redeem(
            code, client_id="c", client_secret="s", redirect_uri="http://localhost/", verifier="", now=NOW
        )
        with served.http() as http:
            headers = {"authorization": f"Bearer {issued.access_token}"}
            return http.get(f"/drive/v3/{path}", params=params, headers=headers)

    return get


def names(response):
    return sorted(file["name"] for file in response.json()["files"])


def test_a_folder_shows_its_files_and_nothing_hidden_linked_or_strange(ask):
    assert names(ask("files")) == ["2026", "Reports", "plan.md", "table.xlsx", "会議メモ.txt"]


def test_it_takes_the_place_of_everything_the_owner_had(ask):
    assert names(ask("files", corpora="allDrives", supportsAllDrives="true", includeItemsFromAllDrives="true")) == [
        "2026", "Reports", "plan.md", "table.xlsx", "会議メモ.txt",
    ]  # fmt: skip
    assert "Sales pipeline" in names(ask("files", who="bob"))
    assert "plan.md" not in names(ask("files", who="bob"))
    assert ask("drives").json()["drives"] == []


def test_every_field_is_as_in_googles_document(ask, problems):
    assert problems(ask("files", fields="*").json(), "FileList") == []


def test_types_come_from_extensions_and_times_from_the_files(ask, top):
    os.utime(top / "Reports" / "table.xlsx", (1_790_000_000, 1_780_000_000))
    (file,) = ask("files", q="name = 'table.xlsx'", fields="files(mimeType,size,modifiedTime,viewedByMeTime)").json()[
        "files"
    ]
    assert file["mimeType"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert file["size"] == "4"
    assert file["modifiedTime"] == "2026-05-28T20:26:40.000Z"
    assert file["viewedByMeTime"] == "2026-09-21T14:13:20.000Z"


def test_a_new_file_is_there_at_once_and_a_deleted_one_gone(ask, top):
    (top / "new.txt").write_text("new")
    (file,) = ask("files", q="name = 'new.txt'").json()["files"]
    (top / "new.txt").unlink()
    assert names(ask("files", q="name = 'new.txt'")) == []
    assert ask(f"files/{file['id']}", alt="media").status_code == 404


def test_content_is_read_and_searched(ask):
    (file,) = ask("files", q="fullText contains 'bridge'").json()["files"]
    assert file["name"] == "plan.md"
    response = ask(f"files/{file['id']}", alt="media")
    assert (response.text, response.headers["content-type"]) == ("# Plan\nBuild a bridge", "text/markdown")


def test_folders_lead_up_to_the_root(ask):
    (plan,) = ask("files", q="name = 'plan.md'", fields="files(id,parents)").json()["files"]
    folder = ask(f"files/{plan['parents'][0]}", fields="name,parents").json()
    assert folder["name"] == "2026"
    assert names(ask("files", q="'root' in parents")) == ["Reports", "会議メモ.txt"]


def test_a_name_that_is_no_unicode_does_not_break_the_list(ask, top):
    (top / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert len(names(ask("files"))) == 6


def test_a_folder_that_becomes_a_link_is_not_followed(top):
    place = top / "Reports" / "2026"
    (place / "plan.md").rename(top / "plan.md")
    place.rmdir()
    place.symlink_to(top.parent / "outside")
    with pytest.raises(FolderError):
        open_inside(place / "secret.txt")
    with pytest.raises(FolderError):
        open_inside(top / "link.txt")
    with pytest.raises(FolderError):
        open_inside(top / "pipe")
    with pytest.raises(FolderError):
        open_inside(top / "missing")
    with open_inside(top / "plan.md") as file:
        assert file.read().startswith(b"# Plan")


def test_a_folder_too_big_to_walk_says_so(tmp_path):
    for number in range(30):
        (tmp_path / f"{number}.txt").touch()
    state = build_state(NOW)
    whole = RealFolder(tmp_path.resolve(), "alice@gmail.example", max_items=100).merged_into(state.seeds)
    part = RealFolder(tmp_path.resolve(), "alice@gmail.example", max_items=10).merged_into(state.seeds)
    assert (whole.is_complete, part.is_complete) == (True, False)
