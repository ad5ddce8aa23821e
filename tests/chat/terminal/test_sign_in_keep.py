"""Where a sign-in is kept: the keyring of this computer, as it is and as it should not be, else a file."""

import asyncio
import json
import subprocess
import sys

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest

from chat.errors import ChatError, SignInNeededError
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep, Kept
from chat.terminal.sign_in.keyring_store import KeyringStore, system_keyring
from tests.chat.terminal.sign_in_kit import Memory

KEPT = Kept("a.b.c", "sample-refresh-token", 1_800_003_600.0, "Alice", "alice@example.com")
OTHER = Kept("d.e.f", "another-refresh-token", 1_800_003_600.0, "Alice", "alice@example.com")


class InTheClear(Memory):
    priority = 0.5


@pytest.fixture
def backend():
    made = Memory()
    yield made
    made.let_go.set()


@pytest.fixture
def settings(tmp_path):
    return IssuerSettings(
        discovery_url="https://id.example/.well-known/openid-configuration", client_id="sample", state_dir=tmp_path
    )


@pytest.fixture
def said():
    return []


@pytest.fixture
def keep(settings, backend, said):
    def make(find=lambda: backend, patience_s=5.0, **changed):
        store = KeyringStore(find, say=said.append, patience_s=patience_s)
        named = IssuerSettings(**{**vars(settings), **changed})
        return Keep(named, store)

    return make


def files(settings):
    return list((settings.state_dir / "sign-in").glob("*.json"))


def run(work):
    return asyncio.run(work)


def test_a_sign_in_is_kept_in_the_keyring_and_in_no_file(keep, backend, settings):
    run(keep().store(KEPT))
    assert run(keep().load()) == KEPT
    [((service, _), text)] = backend.kept.items()
    assert service == "drive-agent"
    assert json.loads(text)["refresh_token"] == KEPT.refresh_token
    assert files(settings) == []


def test_the_keyring_is_never_asked_in_the_thread_of_the_conversation(keep, backend):
    run(keep().store(KEPT))
    run(keep().load())
    run(keep().clear())
    assert {what for what, _ in backend.asked} == {"set", "get", "delete"}
    assert not any(is_main for _, is_main in backend.asked)


def test_two_issuers_clients_and_audiences_have_a_place_each(keep, backend):
    for changed in ({}, {"client_id": "b"}, {"audience": "c"}, {"discovery_url": "https://d.example/x"}):
        assert run(keep(**changed).load()) is None
        run(keep(**changed).store(KEPT))
    assert len(backend.kept) == 4


def test_clearing_says_whether_there_was_something(keep, backend):
    run(keep().store(KEPT))
    assert run(keep().clear())
    assert backend.kept == {}
    assert not run(keep().clear())


@pytest.mark.parametrize("find", [lambda: None, lambda: 1 / 0, keyring.backends.fail.Keyring])
def test_without_a_keyring_a_file_of_its_owners_is_used(keep, settings, find):
    run(keep(find).store(KEPT))
    assert [file.stat().st_mode & 0o777 for file in files(settings)] == [0o600]
    assert run(keep(find).load()) == KEPT
    assert run(keep(find).clear()) is not False
    assert files(settings) == []
    assert run(keep(find).load()) is None


def test_a_keyring_that_fails_is_not_asked_again(keep, settings, backend):
    backend.fails = True
    kept = keep()
    run(kept.store(KEPT))
    assert len(files(settings)) == 1
    run(kept.store(OTHER))
    assert len(backend.asked) == 1


def test_a_keyring_that_hangs_is_left_behind_and_said(keep, settings, backend, said):
    backend.let_go.clear()
    kept = keep(patience_s=0.02)
    run(kept.store(KEPT))
    assert said == ["Waiting for the keyring of this computer: it may want to be unlocked."]
    assert len(files(settings)) == 1
    assert run(kept.load()) == KEPT
    assert len(backend.asked) == 1


def test_what_is_in_the_file_is_newer_than_what_a_keyring_held_before_it_failed(keep, settings, backend):
    run(keep().store(KEPT))
    backend.fails = True
    run(keep().store(OTHER))
    backend.fails = False
    assert run(keep().load()) == OTHER
    run(keep().store(KEPT))
    assert files(settings) == []
    assert run(keep().load()) == KEPT


def test_a_file_of_others_is_no_ground_to_use_the_keyring_instead(keep, settings, backend):
    backend.fails = True
    run(keep().store(KEPT))
    backend.fails = False
    files(settings)[0].chmod(0o644)
    with pytest.raises(SignInNeededError, match="Others can read"):
        run(keep().load())
    run(keep().store(OTHER))
    assert run(keep().load()) == OTHER


def marks(settings):
    return list((settings.state_dir / "sign-in").glob("*.signed-out"))


def test_what_a_locked_keyring_may_hold_is_in_doubt_and_does_not_count_once_it_is_unlocked(keep, settings, backend):
    run(keep().store(KEPT))
    backend.fails = True
    assert run(keep().clear()) is None
    backend.fails = False
    assert run(keep().load()) is None
    assert [mark.stat().st_mode & 0o777 for mark in marks(settings)] == [0o600]
    assert run(keep().load(is_leaving=True)) == KEPT
    assert run(keep().clear()) is True
    assert (backend.kept, marks(settings)) == ({}, [])
    assert run(keep().clear()) is False


def test_nobody_comes_back_behind_a_sign_in_that_was_kept_in_a_file_and_given_up(keep, settings, backend):
    run(keep().store(KEPT))
    backend.fails = True
    run(keep().store(OTHER))
    assert run(keep().clear()) is None
    backend.fails = False
    assert files(settings) == []
    assert run(keep().load()) is None


def test_a_new_sign_in_counts_again_in_a_file_or_in_the_keyring(keep, settings, backend):
    run(keep().store(KEPT))
    backend.fails = True
    run(keep().clear())
    run(keep().store(OTHER))
    backend.fails = False
    assert run(keep().load()) == OTHER
    run(keep().store(OTHER))
    assert (files(settings), marks(settings)) == ([], [])
    assert run(keep().load()) == OTHER


def test_a_wait_for_the_keyring_that_is_interrupted_leaves_nobody_signed_in(keep, backend):
    run(keep().store(KEPT))
    backend.let_go.clear()
    backend.is_asked.clear()

    async def interrupted():
        clearing = asyncio.create_task(keep().clear())
        assert await asyncio.to_thread(backend.is_asked.wait, 5)
        clearing.cancel()
        await asyncio.wait({clearing})
        return clearing.cancelled()

    assert run(interrupted())
    assert len(backend.kept) == 1
    assert run(keep().load()) is None


def test_where_there_is_no_keyring_another_sessions_does_not_come_back_and_nothing_is_in_doubt(keep):
    run(keep().store(KEPT))
    run(keep(lambda: None).store(OTHER))
    assert run(keep(lambda: None).clear()) is True
    assert run(keep(lambda: None).clear()) is False
    assert run(keep().load()) is None


def test_a_sign_in_that_cannot_be_given_up_is_said_and_stays(keep, settings, backend):
    run(keep().store(KEPT))
    (settings.state_dir / "sign-in").write_text("")
    with pytest.raises(ChatError, match="cannot be given up"):
        run(keep().clear())
    assert len(backend.kept) == 1


@pytest.fixture
def chosen():
    before = keyring.core._keyring_backend
    yield keyring.set_keyring
    keyring.core._keyring_backend = before


def test_the_keyring_of_the_system_is_one_that_keeps_secrets(chosen):
    for unfit in (keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), InTheClear()):
        chosen(unfit)
        assert system_keyring() is None
    fit = Memory()
    chosen(fit)
    assert system_keyring() is fit


def test_a_chain_of_keyrings_is_only_as_long_as_they_are_fit(chosen):
    from keyring.backends.chainer import ChainerBackend

    fit = Memory()

    class Chain(ChainerBackend):
        backends = (InTheClear(), fit, InTheClear())

    chosen(Chain())
    assert system_keyring() is fit


def test_another_process_that_renews_is_waited_for_and_what_it_kept_is_found(settings):
    """As far as two processes go: the lock is the system's, the file is replaced in one step."""
    program = f"""
import asyncio, sys
from pathlib import Path
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep, Kept

async def renew():
    keep = Keep(IssuerSettings(discovery_url={settings.discovery_url!r}, client_id="sample",
                               state_dir=Path({str(settings.state_dir)!r})), None)
    async with keep.locked():
        print("locked", flush=True)
        sys.stdin.readline()
        await keep.store(Kept("d.e.f", "another-refresh-token", 1_800_003_600.0, "Alice", "alice@example.com"))

asyncio.run(renew())
"""
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            assert keep_file() is None
            other.stdin.write("\n")
            other.stdin.flush()
            await asyncio.to_thread(other.wait)

    async def wait():
        async with Keep(settings, None, sleep=sleep).locked():
            return await Keep(settings, None).load()

    def keep_file():
        return next(iter(files(settings)), None)

    with other:
        assert other.stdout.readline() == "locked\n"
        assert run(wait()) == OTHER
    assert len(slept) == 1


def test_nothing_secret_is_in_what_python_shows_of_it():
    assert "sample-refresh-token" not in repr(KEPT)
    assert "a.b.c" not in repr(KEPT)
