"""Conversations over restarts: owner, snapshot, memory."""

import asyncio
import json

import pytest
from strands.storage import InMemoryStorage
from strands.types.exceptions import StorageError

from agent.build import Service
from agent.errors import NotOwnerError
from agent.events import Failed
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


def forgetful(world):
    """A service that keeps one idle conversation in memory."""
    return Service(
        world.settings,
        model=world.model,
        store=ConversationStore(world.storage),
        api=world.drive,
        tokens=world.tokens,
        max_conversations=1,
    )


def test_the_newest_conversation_is_never_the_one_that_is_forgotten():
    world = World([say("hi")], [say("hi")])
    world.service = forgetful(world)

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


def rewrite(world, change):
    """Change what is stored, as another version or another hand would have, and begin again."""
    key = next(key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json"))
    stored = json.loads(asyncio.run(world.storage.read(key)))
    change(stored["data"])
    asyncio.run(world.storage.write(key, json.dumps(stored).encode()))
    world.restart()


def message(*blocks, role="user"):
    return {"role": role, "content": list(blocks)}


USE = {"toolUse": {"name": "list_files", "toolUseId": "t1", "input": {}}}
PAUSE = {"id": "a", "name": "n", "reason": None, "response": None}
BROKEN = {
    "messages": [1],
    "role": [message({"text": "x"}, role="stranger")],
    "content": [{"role": "user", "content": "x"}],
    "block": [message(None)],
    "empty block": [message({})],
    "text": [message({"text": None})],
    "unknown block": [message({"sound": {}})],
    "toolUse": [message({"toolUse": 5}, role="assistant")],
    "toolUse without id": [message({"toolUse": {"name": "list_files", "input": {}}}, role="assistant")],
    "toolUse without input": [message({"toolUse": {"name": "list_files", "toolUseId": "t"}}, role="assistant")],
    "toolResult": [message({"toolResult": {"toolUseId": "t", "content": "x"}})],
    "result's content": [message({"toolResult": {"toolUseId": "t", "content": ["x"]}})],
}


@pytest.mark.parametrize("messages", BROKEN.values(), ids=BROKEN)
def test_a_snapshot_with_messages_that_strands_would_choke_on_is_set_aside(messages):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    rewrite(world, lambda data: data.update(messages=messages))
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


@pytest.mark.parametrize(
    "handles", [[[1]], {"abcdef": 1}, [["a", "b"]], [[None] * 6], [[{}, [], False, 1, "", ""]], "abcdef"]
)
def test_a_snapshot_with_odd_handles_is_set_aside_for_their_numbers_would_come_to_mean_other_files(handles):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    rewrite(world, lambda data: data.update(state={"handles": handles}))
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


@pytest.mark.parametrize("state", [{"lists": "x"}, {"lists": [1]}, {"lists": {"open": {}}}, {"contents": {"a": 1}}])
def test_odd_lists_and_marks_are_let_go_and_the_conversation_stays(state):
    world = World([say("one")], [call("more_files")], [say("two")])
    world.ask("hi")
    rewrite(world, lambda data: data.update(state=state))
    assert text(world.ask("hi again")) == "two"
    assert len(world.model.requests[-1]["messages"]) == 5
    assert not asyncio.run(world.storage.list("unreadable/"))


PAUSED = {"context": {}, "activated": True}
BROKEN_PAUSES = {
    "no state": {"state": 5},
    "no interrupts": {"interrupt_state": PAUSED | {"interrupts": {}}},
    "no tool": {"interrupt_state": PAUSED | {"interrupts": {"a": PAUSE}}},
    "no messages": {"messages": [], "interrupt_state": PAUSED | {"interrupts": {"a": PAUSE}}},
    "another id": {
        "messages": [message(USE, role="assistant")],
        "interrupt_state": PAUSED | {"interrupts": {"b": PAUSE}},
    },
    "odd scopes": {
        "messages": [message(USE, role="assistant")],
        "interrupt_state": PAUSED | {"interrupts": {"a": PAUSE | {"reason": {"scopes": 7}}}},
    },
    "odd pending tools": {"interrupt_state": PAUSED | {"interrupts": {"a": PAUSE}, "pending_tool_execution": {"x": 1}}},
    "odd pending results": {
        "messages": [message(USE, role="assistant")],
        "interrupt_state": PAUSED
        | {
            "interrupts": {"a": PAUSE},
            "pending_tool_execution": {
                "assistant_message": message(USE, role="assistant"),
                "completed_tool_results": [5],
            },
        },
    },
}


@pytest.mark.parametrize("data", BROKEN_PAUSES.values(), ids=BROKEN_PAUSES)
def test_a_snapshot_that_waits_with_nothing_or_with_something_odd_is_set_aside(data):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    rewrite(world, lambda stored: stored.update(data))
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


class FullStorage(InMemoryStorage):
    """Takes nothing more once `error` is set."""

    error = None

    async def write(self, key, data):
        if self.error:
            raise self.error
        await super().write(key, data)


@pytest.mark.parametrize("error", [OSError(28, "canary"), StorageError("canary")])
def test_a_conversation_that_cannot_be_kept_says_so_and_blames_no_model(error, caplog):
    world = World([say("one")], [say("two")])
    world.storage = FullStorage()
    world.restart()
    world.ask("hi")
    world.storage.error = error
    failed = world.ask("hi again")[-1]
    assert (type(failed), failed.code) == (Failed, "internal")
    assert failed.message.startswith("I cannot keep this conversation")
    assert f"error=NotKeptError:{type(error).__name__} " in caplog.text
    assert "canary" not in caplog.text + failed.message
    world.storage.error = None
    assert text(world.ask("and now?")) == "two"


def test_a_storage_that_fails_after_the_answer_takes_nothing_of_it_back():
    world = World([say("one")])
    world.storage = FullStorage()
    world.restart()
    world.model.turns[0].append(say(""))
    stream = world.model.stream

    async def fill_up(*args, **values):
        async for event in stream(*args, **values):
            yield event
        world.storage.error = OSError(28, "canary")

    world.model.stream = fill_up
    events = world.ask("hi")
    assert text(events) == "one"
    assert events[-1].message.startswith("I cannot keep this conversation")


def test_a_conversation_that_somebody_holds_is_not_opened_a_second_time():
    world = World()
    world.service = forgetful(world)

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
