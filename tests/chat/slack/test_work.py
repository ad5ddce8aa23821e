"""Work in the background: bounded, in order, and ended cleanly."""

import asyncio

import pytest

from chat.slack.errors import SlackTroubleError, TooManyError
from chat.slack.work import Turnstile, Work


def test_it_is_full_when_it_has_as_much_as_it_takes_and_what_only_waits_does_not_count():
    async def doing():
        work, end = Work(most=2), asyncio.Event()

        async def wait():
            await end.wait()

        work.start(wait(), is_idle=True)
        work.start(wait())
        before = work.is_full
        work.start(wait())
        full = work.is_full
        end.set()
        await asyncio.sleep(0.01)
        return before, full, work.is_full

    assert asyncio.run(doing()) == (False, True, False)


def test_what_fails_is_logged_by_its_kind_and_code_and_nothing_else(caplog):
    async def doing():
        async def fail(error):
            raise error

        work = Work()
        await work.start(fail(SlackTroubleError("is_archived")))
        await work.start(fail(ValueError("a secret text")))

    asyncio.run(doing())
    first, second = (record.getMessage() for record in caplog.records)
    assert "kind=SlackTroubleError code=is_archived" in first
    assert "kind=ValueError" in second
    assert "a secret text" not in caplog.text


def test_closing_ends_everything_and_lets_each_say_good_bye():
    async def doing():
        said = []

        async def wait(name):
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                said.append(name)

        work = Work()
        work.start(wait("busy"))
        work.start(wait("idle"), is_idle=True)
        await asyncio.sleep(0)
        await work.close()
        return sorted(said)

    assert asyncio.run(doing()) == ["busy", "idle"]


def test_turns_of_one_conversation_go_through_one_after_the_other_and_others_beside_them():
    async def doing():
        turnstile, order = Turnstile(), []

        async def turn(name, conversation):
            async with turnstile.through(conversation, "alice"):
                order.append(f"{name} begins")
                await asyncio.sleep(0.01)
                order.append(f"{name} ends")

        await asyncio.gather(turn("a", "one"), turn("b", "one"), turn("c", "two"))
        return order

    order = asyncio.run(doing())
    assert order.index("a ends") < order.index("b begins")
    assert order.index("c begins") < order.index("a ends")


def test_who_comes_when_too_many_wait_is_sent_away_and_can_come_again():
    async def doing():
        turnstile, end = Turnstile(), asyncio.Event()

        async def turn():
            async with turnstile.through("one", "alice"):
                await end.wait()

        turns = [asyncio.create_task(turn()) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await turn()
        end.set()
        await asyncio.gather(*turns)
        await turn()

    asyncio.run(doing())


def test_a_person_has_ten_turns_at_a_time_over_all_conversations_and_others_have_theirs():
    async def doing():
        turnstile, end = Turnstile(), asyncio.Event()

        async def turn(conversation, person):
            async with turnstile.through(conversation, person):
                await end.wait()

        turns = [asyncio.create_task(turn(f"conversation {n}", "alice")) for n in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await turn("another one", "alice")
        turns.append(asyncio.create_task(turn("another one", "bob")))
        await asyncio.sleep(0)
        end.set()
        await asyncio.gather(*turns)
        await turn("another one", "alice")

    asyncio.run(doing())
