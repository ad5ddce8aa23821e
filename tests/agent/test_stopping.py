"""Turns that are stopped, left or killed in the middle."""

import asyncio
import threading

import pytest

from agent.events import Done, Notice, Text
from agent.request import Prompt, Resume
from tests.support.model import call, say
from tests.support.world import ALICE, BERLIN, SESSION, World, text


def test_cancelling_ends_the_running_turn_and_nothing_else():
    world = World([call("search_files")], [say("never said")])

    async def run():
        conversation = await world.service.conversation(SESSION, ALICE)
        assert not conversation.cancel()
        events = []
        async for event in conversation.run(Prompt(text="hi", zone=BERLIN, locale="")):
            events.append(event)
            conversation.cancel()
        return events

    assert asyncio.run(run())[-1].stop_reason == "cancelled"


def stop_in_the_tool(world, turn, leave):
    """Run `turn` and stop it, or go away, while its tool is at work."""
    at_work, go_on = threading.Event(), threading.Event()
    list_page = world.drive.list_page

    def slow(*args, **values):
        at_work.set()
        assert go_on.wait(10)
        return list_page(*args, **values)

    world.drive.list_page = slow

    async def run():
        conversation = await world.service.conversation(SESSION, ALICE)
        events = conversation.run(turn)
        reading = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(at_work.wait, 10)
        await reading
        if leave:
            await events.aclose()
        else:
            assert conversation.cancel()
        go_on.set()
        async for _ in events:
            pass
        async with conversation._turn_lock:  # the turn comes to its end, whoever reads
            pass

    asyncio.run(run())
    world.drive.list_page = list_page


@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("turn", [Resume(zone=BERLIN, locale=""), Prompt(text="and PDFs", zone=BERLIN, locale="")])
@pytest.mark.parametrize("tools", [1, 2])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_resumed_turn_that_is_stopped_in_its_tool_leaves_a_conversation_that_works(tools, turn, leave, restarted):
    calls = [call("search_files", "t1"), call("list_files", "t2")][:tools]
    world = World(calls, [say("Here.")], [say("Next.")], granted=False)
    world.ask("find the budget")
    world.tokens.granted = True
    stop_in_the_tool(world, turn, leave)
    if restarted:
        world.restart()
    if leave:
        assert text(world.resume()) == "Here.", "a resume takes up what was cut off"
    else:
        assert [type(event) for event in world.resume()] == [Notice, Done], "the person has stopped it"
        world.model.turns.pop(0)
    assert text(world.ask("something else")) == "Next."
    messages = world.model.requests[-1]["messages"]
    results = [
        block["toolResult"]["toolUseId"]
        for message in messages
        for block in message["content"]
        if "toolResult" in block
    ]
    assert sorted(results) == ["t1", "t2"][:tools]
    assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
    assert [block["text"] for block in messages[-1]["content"]] == ["something else"]


def answer_in_the_middle_of(world, words, then):
    """Ask, and do `then` once the first piece of the answer has come; the model says no more before Strands knows."""
    talking, stream = [], world.model.stream

    async def slow(*args, **values):
        async for chunk in stream(*args, **values):
            yield chunk
            if "contentBlockDelta" in chunk:
                # Strands looks at our signal every 50 ms and sets its own.
                await asyncio.to_thread(talking[0]._agent.cancel_signal.wait, 10)

    world.model.stream = slow

    async def run():
        conversation = await world.service.conversation(SESSION, ALICE)
        talking.append(conversation)
        events = conversation.run(Prompt(text=words, zone=BERLIN, locale=""))
        async for event in events:
            if isinstance(event, Text):
                await then(conversation, events)
                break
        async for _ in events:
            pass
        async with conversation._turn_lock:
            pass

    asyncio.run(run())
    world.model.stream = stream


@pytest.mark.parametrize("restarted", [False, True])
def test_a_reader_who_goes_away_in_the_middle_of_text_gets_the_whole_answer_by_resuming(restarted):
    world = World([say("Half of an answer that is long enough to be sent in pieces.")], [say("Here, all of it.")])
    answer_in_the_middle_of(world, "find the budget", lambda _, events: events.aclose())
    if restarted:
        world.restart()
    assert text(world.resume()) == "Here, all of it."
    asked = world.model.requests[-1]["messages"]
    assert [message["role"] for message in asked] == ["user"]
    assert "Cancelled" not in str(asked)


def test_what_a_person_has_stopped_in_the_middle_of_text_is_never_taken_up():
    world = World([say("Half of an answer that is long enough to be sent in pieces.")], [say("Next.")])

    async def stop(conversation, _):
        assert conversation.cancel()

    answer_in_the_middle_of(world, "find the budget", stop)
    for _ in range(2):
        assert [type(event) for event in world.resume()] == [Notice, Done]
    assert text(world.ask("something else")) == "Next."
    assert "Stopped by the person" in str(world.model.requests[-1]["messages"])


def test_a_resume_after_a_failed_model_asks_it_again():
    world = World(RuntimeError("boom"), [say("Here.")])
    world.ask("find the budget")
    assert text(world.resume()) == "Here."


def test_a_question_survives_a_crash_in_the_middle_of_its_turn():
    world = World([say("never finished")], [say("Here.")])
    model_stream = world.model.stream

    async def crash(*_, **__):
        world.restart()  # the process that ran the turn is gone; another opens what is stored
        raise asyncio.CancelledError
        yield

    world.model.stream = crash
    with pytest.raises((asyncio.CancelledError, TimeoutError)):
        asyncio.run(asyncio.wait_for(_first(world, "find the budget"), 2))
    world.model.stream = model_stream
    world.model.turns.pop(0)
    world.restart()
    assert text(world.resume()) == "Here."
    assert world.model.requests[-1]["messages"][0]["content"][0]["text"] == "find the budget"


async def _first(world, words):
    conversation = await world.service.conversation(SESSION, ALICE)
    async for _ in conversation.run(Prompt(text=words, zone=BERLIN, locale="")):
        pass
    raise asyncio.CancelledError
