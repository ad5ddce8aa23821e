"""The events of a run, for who follows it."""

import asyncio
import json

import pytest

from chat.web.errors import TooManyError
from chat.web.event_log import EventLog, LogFullError


def numbers(piece):
    return [int(line[4:]) for line in piece.decode().splitlines() if line.startswith("id: ")]


async def everything(log, after=0):
    return [number async for piece in log.follow(after, 10) for number in numbers(piece)]


def test_events_are_numbered_from_one_and_written_as_server_sent_events():
    async def play():
        log = EventLog()
        assert (log.append({"name": "é\n"}), log.append({"b": 2})) == (1, 2)
        log.close()
        return b"".join([piece async for piece in log.follow(0, 10)]).decode()

    first, second, end = asyncio.run(play()).split("\n\n")
    assert (first, second, end) == ('id: 1\ndata: {"name":"é\\n"}', 'id: 2\ndata: {"b":2}', "")
    assert json.loads(first.partition("data: ")[2]) == {"name": "é\n"}


def test_who_comes_late_gets_everything_and_who_knows_some_gets_the_rest():
    async def play():
        log = EventLog()
        early = asyncio.create_task(everything(log))
        await asyncio.sleep(0)
        for number in range(5):
            log.append({"n": number})
            await asyncio.sleep(0)
        late, some = asyncio.create_task(everything(log)), asyncio.create_task(everything(log, 3))
        await asyncio.sleep(0)
        log.close()
        return await early, await late, await some, await everything(log, 99)

    assert asyncio.run(play()) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [4, 5], [])


def test_what_a_later_event_stands_for_is_dropped_and_takes_no_room():
    async def play():
        log = EventLog()
        for _ in range(1000):
            old = log.append({"html": "x" * 1000})
            log.append({"n": 1})
            log.drop(old)
        log.drop(old)
        log.drop(12345)
        log.append({"html": "x"})
        log.close()
        return log.size_bytes, (await everything(log))[-3:]

    size_bytes, last = asyncio.run(play())
    assert size_bytes < 30_000
    assert last == [1998, 2000, 2001]


def test_a_log_has_an_end_and_room_for_what_says_so():
    async def play():
        log = EventLog(max_bytes=1000)
        for _ in range(8):
            log.append({"text": "x" * 100})
        with pytest.raises(LogFullError):
            log.append({"text": "x" * 100})
        log.append({"type": "RUN_ERROR", "message": "x" * 500}, is_last=True)
        log.close()
        return log.size_bytes

    assert asyncio.run(play()) < 2000


def test_a_quiet_run_gives_a_sign_of_life_and_no_event():
    async def play():
        return await anext(EventLog().follow(0, 0.001))

    assert asyncio.run(play()) == b": still here\n\n"


def test_who_leaves_makes_room_for_another():
    async def play():
        log = EventLog(max_followers=1)
        log.append({"n": 1})
        first = log.follow(0, 10)
        await anext(first)
        with pytest.raises(TooManyError):
            log.follow(0, 10)
        await first.aclose()
        assert log.followers == 0
        return numbers(await anext(log.follow(0, 10)))

    assert asyncio.run(play()) == [1]


def test_what_is_much_comes_in_pieces():
    async def play():
        log = EventLog()
        for _ in range(10):
            log.append({"text": "x" * 100_000})
        log.close()
        return [len(piece) async for piece in log.follow(0, 10)]

    assert max(asyncio.run(play())) < 400_000
