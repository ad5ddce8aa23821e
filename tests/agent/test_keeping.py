"""Conversations over restarts: owner, snapshot, memory."""

import asyncio
import json

import pytest

from agent.build import Service
from agent.errors import NotOwnerError
from agent.request import Prompt
from agent.store import ConversationStore
from tests.support.model import call, say
from tests.support.world import ALICE, BERLIN, BOB, SESSION, World, text


def test_a_conversation_has_one_owner_also_after_a_restart():
    world = World([say("Hello Alice.")], [say("Hello Bob.")])
    world.ask("hi")
    with pytest.raises(NotOwnerError):
        world.ask("hi", caller=BOB)
    world.restart()
    with pytest.raises(NotOwnerError):
        world.ask("hi", caller=BOB)
    assert len(world.model.requests) == 1


def test_a_snapshot_that_cannot_be_read_is_set_aside_and_the_conversation_begins_anew():
    world = World([say("one")], [say("two")])
    world.ask("hi")
    keys = [key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json")]
    asyncio.run(world.storage.write(keys[0], b'{"cut'))
    world.restart()
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


def test_hundreds_of_conversations_are_forgotten_from_memory_and_come_back():
    world = World(*[[say("hi")] for _ in range(302)])

    async def run():
        for number in range(300):
            conversation = await world.service.conversation(f"{SESSION}{number}", ALICE)
            async for _ in conversation.run(Prompt(text=f"question {number}", zone=BERLIN, locale="")):
                pass
        first = await world.service.conversation(f"{SESSION}0", ALICE)
        async for _ in first.run(Prompt(text="again", zone=BERLIN, locale="")):
            pass

    asyncio.run(run())
    assert world.model.requests[-1]["messages"][0]["content"] == [{"text": "question 0"}]


def test_half_a_surrogate_pair_from_a_model_does_not_poison_the_conversation():
    world = World([say("bad \ud800 half"), call("search_files", words="\ud83d")], [say("Here.")], [say("Again.")])
    world.ask("find the budget")
    world.restart()
    assert text(world.ask("again")) == "Again."
    assert len(world.model.requests[-1]["messages"]) == 5


def test_the_newest_conversation_is_never_the_one_that_is_forgotten():
    world = World([say("hi")], [say("hi")])
    world.service = Service(
        world.settings,
        model=world.model,
        store=ConversationStore(world.storage),
        api=world.drive,
        tokens=world.tokens,
        max_conversations=1,
    )

    async def run():
        busy = await world.service.conversation(SESSION, ALICE)
        await busy._turn_lock.acquire()
        other = await world.service.conversation(SESSION + "-2", ALICE)
        assert await world.service.conversation(SESSION + "-2", ALICE) is other
        assert await world.service.conversation(SESSION, ALICE) is busy, "a busy one stays"

    asyncio.run(run())


@pytest.mark.parametrize("stored", [b"[]", b'{"data": 1}', b'{"scope": "agent", "data": {"messages": 7}}', b""])
def test_a_snapshot_of_another_shape_is_set_aside_too(stored):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    key = next(key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json"))
    asyncio.run(world.storage.write(key, stored))
    world.restart()
    assert text(world.ask("hi again")) == "two"


@pytest.mark.parametrize("field", ["messages", "state", "role", "handles"])
def test_a_snapshot_that_strands_would_load_and_choke_on_is_set_aside(field):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    key = next(key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json"))
    stored = json.loads(asyncio.run(world.storage.read(key)))
    if field == "role":
        stored["data"]["messages"][0]["role"] = "stranger"
    elif field == "handles":
        stored["data"]["state"] = {"handles": [[1]]}
    else:
        stored["data"][field] = [1] if field == "messages" else 5
    asyncio.run(world.storage.write(key, json.dumps(stored).encode()))
    world.restart()
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


def test_a_conversation_that_somebody_holds_is_not_opened_a_second_time():
    world = World()
    world.service = Service(
        world.settings,
        model=world.model,
        store=ConversationStore(world.storage),
        api=world.drive,
        tokens=world.tokens,
        max_conversations=1,
    )

    async def run():
        held = await world.service.conversation(SESSION, ALICE)
        await world.service.conversation(SESSION + "-2", ALICE)
        assert await world.service.conversation(SESSION, ALICE) is held

    asyncio.run(run())


def test_of_two_people_who_begin_the_same_conversation_at_once_one_owns_it():
    world = World()

    async def run():
        both = [world.service.conversation(SESSION, caller) for caller in (ALICE, BOB)]
        return await asyncio.gather(*both, return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in asyncio.run(run())) == ["Conversation", "NotOwnerError"]


@pytest.mark.parametrize("arguments", [{"wo\ud83drds": "x"}, {"words": {"a": [{"b\ud800": "c\ud800"}]}}])
def test_half_a_surrogate_pair_anywhere_in_a_tool_call_does_no_harm(arguments):
    world = World([call("search_files", **arguments)], [say("ok")], [say("Again.")])
    world.ask("find")
    world.restart()
    assert text(world.ask("again")) == "Again."
    assert len(world.model.requests[-1]["messages"]) == 5


def test_a_tool_call_nested_without_end_does_no_harm():
    deep = {}
    for _ in range(600):
        deep = {"a": deep}
    world = World([call("search_files", words=deep)], [say("ok")], [say("Again.")])
    world.ask("find")
    world.restart()
    assert text(world.ask("again")) == "Again."
