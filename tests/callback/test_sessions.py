"""Sessions, sign-ins and flows with a clock of the test, over the folder store."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from callback.records import Flow, PendingSignIn, UserProof, sha256
from callback.sign_in.tokens import local_person
from callback.state.flows import Flows
from callback.state.folder import FolderStore
from callback.state.sessions import ABSOLUTE_LIFE, IDLE_LIFE, MAX_SIGN_INS, Sessions
from callback.state.store import Sealed, encrypted

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ALICE = local_person("alice")


class Counting:
    """A store that counts what is written."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.puts: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def put(self, key: str, value: Any, *, collection: str, ttl: float) -> None:
        self.puts.append(collection)
        await self._store.put(key, value, collection=collection, ttl=ttl)


class Kept:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.puts: list[str] = []

    def run(self, work: Callable[[Any], Awaitable[Any]], made: Callable[[Sealed], Any]) -> Any:
        async def opened() -> Any:
            async with FolderStore(self._folder) as store:
                counting: Any = Counting(store)
                self.puts = counting.puts
                return await work(made(encrypted(counting, "sample-session-key-sample-session-key")))

        return anyio.run(opened)

    def sessions(self, work: Callable[[Sessions], Awaitable[Any]]) -> Any:
        return self.run(work, Sessions)

    def flows(self, work: Callable[[Flows], Awaitable[Any]]) -> Any:
        return self.run(work, Flows)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    return Kept(tmp_path / "state")


# --- sessions


def test_a_handle_that_nobody_gave_out_opens_no_session_and_makes_none(kept):
    async def work(sessions):
        found = await sessions.find("planted-by-somebody", NOW)
        changed = await sessions.change("planted-by-somebody", NOW, lambda current: current)
        return found, changed, await sessions.find("planted-by-somebody", NOW)

    assert kept.sessions(work) == (None, None, None)
    assert kept.puts == []


def test_signing_in_makes_a_new_handle_and_a_new_csrf_value_and_ends_the_old_session(kept):
    async def work(sessions):
        old, before = await sessions.begin(NOW)
        new, after = await sessions.rotate(old, NOW, ALICE)
        return (
            old == new,
            before.csrf == after.csrf,
            await sessions.find(old, NOW),
            (await sessions.find(new, NOW)).person,
        )

    assert kept.sessions(work) == (False, False, None, ALICE)


def test_looking_is_written_down_once_a_minute(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW, ALICE)
        for seconds in range(0, 180, 5):
            assert await sessions.find(handle, NOW + seconds * SECOND)

    kept.sessions(work)
    assert kept.puts == ["sessions"] * 3, "the beginning, and two of three minutes"


def test_half_an_hour_without_a_look_ends_a_session_and_eight_hours_do_in_any_case(kept):
    async def work(sessions):
        idle, _ = await sessions.begin(NOW, ALICE)
        busy, _ = await sessions.begin(NOW, ALICE)
        looks = [await sessions.find(busy, NOW + number * 20 * MINUTE) is not None for number in range(30)]
        return await sessions.find(idle, NOW + IDLE_LIFE), looks

    idle, looks = kept.sessions(work)
    assert idle is None
    assert looks == [True] * 24 + [False] * 6, "three looks an hour, for eight hours"


def test_a_change_of_the_person_keeps_the_absolute_end(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW, ALICE)
        at = NOW
        while at < NOW + ABSOLUTE_LIFE:

            async def change(person):
                return replace(person, name=f"{at}")  # noqa: B023 - called at once

            assert await sessions.change_person(handle, at, change)
            at += 20 * MINUTE
        return await sessions.find(handle, at)

    assert kept.sessions(work) is None


def test_two_changes_of_a_person_at_once_come_one_after_the_other(kept):
    seen = []

    async def work(sessions):
        handle, _ = await sessions.begin(NOW, ALICE)

        async def change(person):
            seen.append(person.name)
            await anyio.lowlevel.checkpoint()
            return replace(person, name=person.name + "+")

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(sessions.change_person, handle, NOW, change)
        return (await sessions.find(handle, NOW)).person.name

    assert kept.sessions(work) == f"{ALICE.name}+++"
    assert seen == [ALICE.name, f"{ALICE.name}+", f"{ALICE.name}++"]


def test_a_person_who_did_not_change_is_not_written(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW, ALICE)
        nobody, _ = await sessions.begin(NOW)
        kept.puts.clear()

        async def keep(person):
            return person

        return await sessions.change_person(handle, NOW, keep), await sessions.change_person(nobody, NOW, keep)

    assert kept.sessions(work) == (ALICE, None)
    assert kept.puts == []


def test_signing_out_does_not_wait_for_a_refresh_and_the_refresh_does_not_undo_it(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW, ALICE)
        begun, go_on = anyio.Event(), anyio.Event()

        async def change(person):
            begun.set()
            await go_on.wait()
            return replace(person, name="refreshed")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sessions.change_person, handle, NOW, change)
            await begun.wait()
            with anyio.fail_after(5):
                await sessions.end(handle, NOW)
            go_on.set()
        return await sessions.find(handle, NOW)

    assert kept.sessions(work) is None


# --- sign-ins on their way


def pending(handle: str, created: datetime = NOW) -> PendingSignIn:
    return PendingSignIn("nonce", "verifier", "/connections", sha256(handle), created)


def test_a_sign_in_comes_back_to_its_browser_once(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW)
        await sessions.open_sign_in(handle, NOW, "state", pending(handle))
        return [await sessions.take_sign_in(handle, NOW, "state") for _ in range(2)], handle

    (first, second), handle = kept.sessions(work)
    assert first == pending(handle)
    assert second is None


def test_another_browser_gets_no_sign_in_and_does_not_use_it_up(kept):
    async def work(sessions):
        mine, _ = await sessions.begin(NOW)
        theirs, _ = await sessions.begin(NOW)
        await sessions.open_sign_in(mine, NOW, "state", pending(mine))
        return [await sessions.take_sign_in(handle, NOW, "state") is not None for handle in (theirs, mine)]

    assert kept.sessions(work) == [False, True]


@pytest.mark.parametrize(("later", "works"), [(10 * MINUTE - SECOND, True), (10 * MINUTE, False), (-SECOND, False)])
def test_a_sign_in_may_take_ten_minutes(kept, later, works):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW)
        await sessions.open_sign_in(handle, NOW, "state", pending(handle))
        return await sessions.take_sign_in(handle, NOW + later, "state")

    assert (kept.sessions(work) is not None) is works


def test_a_browser_has_a_few_sign_ins_open_and_the_oldest_makes_room(kept):
    states = [f"state-{number}" for number in range(MAX_SIGN_INS + 3)]

    async def work(sessions):
        handle, _ = await sessions.begin(NOW)
        for state in states:
            await sessions.open_sign_in(handle, NOW, state, pending(handle))
        return [await sessions.take_sign_in(handle, NOW, state) is not None for state in states]

    assert kept.sessions(work) == [False] * 3 + [True] * MAX_SIGN_INS


def test_no_sign_in_is_kept_for_a_session_that_has_ended(kept):
    async def work(sessions):
        handle, _ = await sessions.begin(NOW)
        await sessions.end(handle, NOW)
        await sessions.open_sign_in(handle, NOW, "state", pending(handle))
        return await sessions.take_sign_in(handle, NOW, "state")

    assert kept.sessions(work) is None
    assert "sign-ins" not in kept.puts


# --- flows

FLOW = Flow(
    state_sha256=sha256("state"),
    session_uri="urn:ietf:params:oauth:request_uri:sample",
    auth_url="https://bedrock-agentcore.example/authorize?request_uri=sample",
    ask="details",
    user_key="key",
    proof=UserProof("userToken", "sample-token"),
    runtime_session="conversation-0123456789",
    created=NOW,
)


def test_a_flow_prints_neither_its_addresses_nor_its_proof():
    for secret in ("request_uri", "bedrock", "sample-token"):
        assert secret not in repr(FLOW)


def test_looking_at_a_flow_does_not_use_it_up(kept):
    async def work(flows):
        handle = await flows.open(FLOW)
        return (
            await flows.find(handle),
            await flows.find(handle),
            await flows.find("another"),
            await flows.take(handle, NOW),
        )

    assert kept.flows(work) == (FLOW, FLOW, None, FLOW)


def test_a_flow_that_is_done_is_gone(kept):
    async def work(flows):
        handle = await flows.open(FLOW)
        assert await flows.take(handle, NOW) == FLOW
        await flows.done(handle)
        return await flows.find(handle), await flows.take(handle, NOW + 30 * SECOND)

    assert kept.flows(work) == (None, None)


def test_a_flow_that_was_put_back_can_be_taken_at_once_and_once(kept):
    async def work(flows):
        handle = await flows.open(FLOW)
        taken = await flows.take(handle, NOW)
        await flows.put_back(handle, taken)
        return [await flows.take(handle, NOW + SECOND) for _ in range(2)]

    assert kept.flows(work) == [FLOW, None]


@pytest.mark.parametrize(("later", "wins"), [(SECOND, False), (20 * SECOND - SECOND, False), (20 * SECOND, True)])
def test_a_flow_whose_taker_died_is_to_be_had_once_more_after_twenty_seconds(kept, later, wins):
    handle = kept.flows(lambda flows: flows.open(FLOW))
    assert kept.flows(lambda flows: flows.take(handle, NOW)) == FLOW

    async def after_the_restart(flows):
        return await flows.find(handle), [await flows.take(handle, NOW + later) for _ in range(2)]

    seen, taken = kept.flows(after_the_restart)
    assert seen == FLOW, "the way back must lead to where it is judged"
    assert taken == [replace(FLOW, is_retry=True) if wins else None, None]


def test_a_retry_that_was_put_back_is_still_known_to_be_one(kept):
    async def work(flows):
        handle = await flows.open(FLOW)
        await flows.take(handle, NOW)
        retried = await flows.take(handle, NOW + 20 * SECOND)
        await flows.put_back(handle, retried)
        return await flows.take(handle, NOW + 21 * SECOND)

    assert kept.flows(work) == replace(FLOW, is_retry=True)


class Interleaved:
    """A store in memory that lets others go first at each step, as several processes do."""

    def __init__(self):
        self.kept = {}

    async def get(self, key, *, collection):
        await anyio.lowlevel.checkpoint()
        return self.kept.get((collection, key))

    async def put(self, key, value, *, collection, ttl):
        await anyio.lowlevel.checkpoint()
        self.kept[collection, key] = value

    async def delete(self, key, *, collection):
        await anyio.lowlevel.checkpoint()
        return self.kept.pop((collection, key), None) is not None


@pytest.mark.parametrize("callers", [1, 2, 5])
def test_a_flow_whose_return_was_seen_elsewhere_is_nobodys_however_often_it_is_asked_for(callers):
    """Its starter sends several returns at once, and tries again after the lease of whoever was first."""

    async def work():
        flows = Flows(encrypted(Interleaved(), "sample-session-key-sample-session-key"))
        handle = await flows.open(FLOW)
        await flows.seen_elsewhere(FLOW.state_sha256)
        got = []

        async def take(after):
            got.append(await flows.take(handle, NOW + after * SECOND))

        for after in (0, 21, 42):
            async with anyio.create_task_group() as group:
                for _ in range(callers):
                    group.start_soon(take, after)
        return got

    assert set(anyio.run(work)) == {None}


def test_a_return_of_no_flow_leaves_no_trace():
    async def work():
        store = Interleaved()
        await Flows(encrypted(store, "sample-session-key-sample-session-key")).seen_elsewhere("0" * 64)
        return store.kept

    assert anyio.run(work) == {}
