"""When somebody's Drive was last looked at: exact to minutes, at no cost to a turn."""

import asyncio
import logging
import threading
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

import pytest
from strands.storage import InMemoryStorage

from agent.last_used import EVERY, LastUsed, current_person
from agent.store import ConversationStore

ALICE, BOB = "a" * 64, "b" * 64
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Storage(InMemoryStorage):
    """Counts writes; `gate` holds them up, `is_broken` makes everything fail."""

    def __init__(self):
        super().__init__()
        self.writes = []
        self.gate = None
        self.is_broken = False

    async def write(self, key, data):
        if self.gate:
            await self.gate.wait()
        if self.is_broken:
            raise OSError("canary")
        self.writes.append((key, data))
        await super().write(key, data)

    async def read(self, key):
        if self.is_broken:
            raise OSError("canary")
        return await super().read(key)


class Clock:
    def __init__(self):
        self.moment = NINE

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def storage():
    return Storage()


@pytest.fixture
def last_used(storage, clock):
    return LastUsed(ConversationStore(storage), clock)


def look(last_used, person=ALICE):
    """A Drive call in a tool's thread, with the context of that person's turn."""

    def turn():
        current_person.set(person)
        thread = threading.Thread(target=copy_context().run, args=(last_used.note,))
        thread.start()
        thread.join()

    copy_context().run(turn)


async def end_of_turn(last_used, person=ALICE):
    last_used.keep_soon(person)
    for _ in range(3):
        await asyncio.sleep(0)


def test_it_is_known_at_once_and_after_a_restart(last_used, storage, clock):
    async def play():
        assert await last_used.read(ALICE) is None
        look(last_used)
        assert await last_used.read(ALICE) == NINE
        await end_of_turn(last_used)
        assert await LastUsed(ConversationStore(storage), clock).read(ALICE) == NINE
        assert await last_used.read(BOB) is None

    asyncio.run(play())


def test_it_is_written_every_few_minutes_at_most(last_used, storage, clock):
    async def play():
        for minute in range(21):
            clock.moment = NINE + timedelta(minutes=minute)
            look(last_used)
            await end_of_turn(last_used)
            await end_of_turn(last_used)
        look(last_used, BOB)
        await end_of_turn(last_used, BOB)

    asyncio.run(play())
    minutes = [data.decode()[14:16] for key, data in storage.writes if key.endswith(ALICE)]
    assert minutes == ["00", "05", "10", "15", "20"]
    assert len(storage.writes) == 6


def test_a_clock_that_is_put_back_does_not_silence_it(last_used, storage, clock):
    async def play():
        look(last_used)
        await end_of_turn(last_used)
        clock.moment = NINE - timedelta(hours=1)
        look(last_used)
        await end_of_turn(last_used)

    asyncio.run(play())
    assert len(storage.writes) == 2


def test_what_happens_outside_a_turn_is_no_use(last_used, storage):
    async def play():
        look(last_used, person="")
        await end_of_turn(last_used)
        assert await last_used.read(ALICE) is None

    asyncio.run(play())
    assert storage.writes == []


def test_a_turn_does_not_wait_for_a_slow_storage(last_used, storage):
    async def play():
        storage.gate = asyncio.Event()
        look(last_used)
        await end_of_turn(last_used)
        assert storage.writes == []
        storage.gate.set()
        await end_of_turn(last_used)
        assert len(storage.writes) == 1

    asyncio.run(play())


def test_a_storage_that_fails_costs_one_line_in_the_log_and_none_of_its_words(last_used, storage, caplog):
    async def play():
        storage.is_broken = True
        look(last_used)
        await end_of_turn(last_used)
        assert await last_used.read(ALICE) == NINE
        assert await last_used.read(BOB) is None

    with caplog.at_level(logging.INFO):
        asyncio.run(play())
    assert caplog.messages[0] == "error=OSError | last use was not kept"
    assert "canary" not in caplog.text
    assert ALICE not in caplog.text


def test_thousands_of_people_do_not_stay_in_memory(last_used, clock):
    async def play():
        for number in range(1500):
            clock.moment += timedelta(seconds=30)
            look(last_used, f"{number:064}")
            last_used.keep_soon(f"{number:064}")
        await asyncio.sleep(0)
        assert len(last_used._seen) <= 1000
        assert await last_used.read(f"{0:064}") == NINE + timedelta(seconds=30)

    asyncio.run(play())
    assert timedelta(minutes=5) == EVERY
