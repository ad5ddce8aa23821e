"""A folder that is locked, full, damaged or not to be had: an error with a page, never a service that stands still."""

import os
import pickle
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from callback.service_errors import StateUnavailableError
from callback.settings import Settings, SettingsError
from callback.state.folder import FolderStore
from callback.state.store import Records, encrypted, open_store
from tests.callback.test_settings import LOCAL

LIFE = timedelta(minutes=5)
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Record:
    text: str
    at: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)


def records(store):
    return Records(encrypted(store, "sample-session-key-sample-session-key"), "samples", Record)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@contextmanager
def locked(folder) -> Iterator[None]:
    """Another process holds SQLite's write lock."""
    command = [sys.executable, "-c", HOLDER, str(folder / "cache.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate()


async def outcome(work):
    try:
        return await work
    except StateUnavailableError as error:
        return error.code


# --- a lock


def test_while_another_process_holds_the_lock_reading_goes_on_writing_is_an_error_and_nobody_waits_for_either(folder):
    longest, ended = 0.0, {}

    async def watch():
        nonlocal longest
        while len(ended) < 6:
            before = time.monotonic()
            await anyio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)

    async def work():
        async with FolderStore(folder, lock_s=0.3, patience_s=0.8) as store:
            kept = records(store)
            await kept.put("handle", Record("kept"), LIFE)

            async def one(name, job):
                begun = time.monotonic()
                ended[name] = (await outcome(job), time.monotonic() - begun)

            with locked(folder):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(watch)
                    for number in range(4):
                        tasks.start_soon(one, f"put {number}", kept.put("other", Record("x"), LIFE))
                    tasks.start_soon(one, "delete", kept.delete("handle"))
                    tasks.start_soon(one, "get", kept.get("handle"))
            await kept.put("handle", Record("afterwards"), LIFE)
            return await kept.get("handle"), await kept.delete("handle")

    assert anyio.run(work) == (Record("afterwards"), True)
    took = {name: seconds for name, (_, seconds) in ended.items()}
    assert ended["get"][0] == Record("kept")
    assert took["get"] < 0.25, took
    assert {answer for name, (answer, _) in ended.items() if name != "get"} == {"state_unavailable"}
    assert max(took.values()) < 1.5, "the last of many waits no longer than patience lasts"
    assert longest < 0.25, "nothing else in the process stood still"


def test_a_locked_folder_is_a_page_and_meanwhile_others_are_served(service):
    alice, pages = service.browser("alice"), []
    with locked(service.settings.state_dir):
        waiting = threading.Thread(target=lambda: pages.append(service.browser().get("/sign-in")))
        waiting.start()
        served = [service.browser().get("/healthz"), alice.get("/")]
        is_waiting = waiting.is_alive()
        waiting.join(10)
    assert [answer.status_code for answer in served] == [200, 200]
    assert is_waiting, "they were answered first"
    assert [page.status_code for page in pages] == [503]
    assert service.browser().go("/sign-in").status_code == 200


# --- a disk that is full


@pytest.fixture
def limited():
    """A limit to the size of files: what is beyond it is refused, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_an_error_with_a_page_and_over_when_there_is_room_again(folder, limited):
    async def work():
        async with FolderStore(folder) as store:
            kept = records(store)
            await kept.put("handle", Record("before"), LIFE)
            limited((folder / "cache.db-wal").stat().st_size)
            full = [await outcome(kept.put("handle", Record("x" * 200_000), LIFE)) for _ in range(3)]
            read = await kept.get("handle")
            limited(None)
            await kept.put("handle", Record("after"), LIFE)
            return full, read, await kept.get("handle")

    assert anyio.run(work) == (["state_unavailable"] * 3, Record("before"), Record("after"))


def test_a_transaction_that_a_failure_leaves_open_does_not_fail_all_that_comes_after(folder):
    """SQLite ends one itself where it can, and keeps it where a commit has met somebody else's lock."""

    async def work():
        async with FolderStore(folder) as store:
            kept = records(store)

            def fail():
                store._cache._sql("BEGIN IMMEDIATE")
                raise sqlite3.OperationalError("database is locked")

            failed = await outcome(store._run(store._writing, fail))
            await kept.put("handle", Record("after"), LIFE)
            return failed, await kept.get("handle")

    assert anyio.run(work) == ("state_unavailable", Record("after"))


# --- what somebody else has made of it


def overwrite(folder, value):
    """Put something in the place of the one value, by an expression of SQL."""
    with sqlite3.connect(folder / "cache.db") as database:
        assert database.execute(f"UPDATE Cache SET value = {value}").rowcount == 1  # noqa: S608 - the test's own
    database.close()


@pytest.mark.parametrize(
    "value",
    [
        "CAST(x'ff80fe' AS TEXT)",
        "x'7b7d'",
        "5",
        "NULL",
        "''",
        "'{broken'",
        "'[]'",
    ],
)
def test_a_value_that_is_no_text_of_ours_counts_as_missing_and_is_replaced(folder, value):
    async def work():
        async with FolderStore(folder) as store:
            kept = records(store)
            await kept.put("handle", Record("x"), LIFE)
            overwrite(folder, value)
            found = await kept.get("handle"), await kept.take("handle")
            await kept.put("handle", Record("new"), LIFE)
            return *found, await kept.get("handle")

    assert anyio.run(work) == (None, None, Record("new"))


class Bomb:
    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (self._path,)


def test_a_row_never_makes_the_service_run_anything_or_remove_a_file(folder, tmp_path):
    made, kept_file = tmp_path / "made", tmp_path / "kept"
    kept_file.write_text("x")

    async def work():
        async with FolderStore(folder) as store:
            kept = records(store)
            await kept.put("handle", Record("x"), LIFE)
            with sqlite3.connect(folder / "cache.db") as database:
                values = (4, pickle.dumps(Bomb(str(made))), "../kept")
                database.execute("UPDATE Cache SET mode = ?, value = ?, filename = ?", values)
            database.close()
            return await kept.get("handle"), await kept.delete("handle")

    assert anyio.run(work) == (None, True)
    assert not made.exists()
    assert kept_file.exists()


def test_a_database_that_is_damaged_while_it_is_open_is_an_error_with_a_page(folder):
    async def work():
        async with FolderStore(folder) as store:
            kept = records(store)
            await kept.put("handle", Record("x"), LIFE)
            with sqlite3.connect(folder / "cache.db") as database:
                database.execute("DROP TABLE Cache")
            database.close()
            return [await outcome(kept.get("handle")), await outcome(kept.put("handle", Record("x"), LIFE))]

    assert anyio.run(work) == ["state_unavailable"] * 2


# --- the start


def no_folder(path):
    path.write_text("x")


def damaged_database(path):
    path.mkdir()
    (path / "cache.db").write_bytes(b"not a database" * 500)


def database_is_a_folder(path):
    (path / "cache.db").mkdir(parents=True)


@pytest.mark.parametrize("make", [no_folder, damaged_database, database_is_a_folder])
def test_a_folder_that_cannot_be_used_is_told_at_the_start(folder, make):
    make(folder)

    async def work():
        async with open_store(Settings.load(LOCAL | {"DRIVE_AGENT_CALLBACK_STATE": str(folder)})):
            raise AssertionError("it was opened")

    with pytest.raises(SettingsError, match=r"DRIVE_AGENT_CALLBACK_STATE is '.*state', .*cache\.db.* can be deleted"):
        anyio.run(work)


def test_a_full_disk_is_told_at_the_start(folder, limited):
    async def work():
        limited(4_096)
        async with FolderStore(folder):
            raise AssertionError("it was opened")

    with pytest.raises(SettingsError, match="not full"):
        anyio.run(work)


def test_the_folder_is_its_owners_alone(folder):
    async def work():
        async with FolderStore(folder):
            return folder.stat().st_mode & 0o777

    assert anyio.run(work) == 0o700
