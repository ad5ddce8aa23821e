"""A conversation that is deleted: all of it, by its owner alone, whatever runs in it."""

import asyncio
import threading

import boto3
import pytest
from moto import mock_aws
from strands.types.exceptions import StorageError

from agent.errors import NotForgottenError, NotOwnerError
from agent.events import Done, Failed, Notice
from agent.ownership import Beginning
from agent.request import Prompt, Resume
from agent.store import ConversationStore, open_storage
from tests.agent.test_app import CLOUD, Agent, bearer, events
from tests.agent.test_audit import lines  # noqa: F401 - a fixture
from tests.support.model import call, say
from tests.support.world import ALICE, BERLIN, BOB, SESSION, World, text

FORGET = {"action": "forget"}
HI = Prompt(text="hi", zone=BERLIN, locale="")
RESUME = Resume(zone=BERLIN, locale="")


def kept(world):
    return asyncio.run(world.storage.list(""))


def forget(world, caller=ALICE):
    asyncio.run(world.service.forget(SESSION, caller))


@pytest.mark.parametrize("restarted", [False, True])
def test_nothing_is_left_of_a_conversation_and_the_next_one_begins_anew(restarted):
    world = World([call("search_files", words="budget")], [say("One file.")], [say("Hello.")])
    world.ask("find the budget")
    assert "budget" in world.stored()
    if restarted:
        world.restart()
    forget(world)
    assert kept(world) == []
    assert asyncio.run(world.service.existing(SESSION, ALICE)) is None
    assert text(world.ask("hi")) == "Hello."
    assert [message["content"] for message in world.model.requests[-1]["messages"]] == [[{"text": "hi"}]]


def test_afterwards_it_is_nobodys_and_may_become_somebody_elses():
    world = World([say("Hello Alice.")], [say("Hello Bob.")])
    world.ask("hi")
    forget(world)
    assert text(world.ask("hi", caller=BOB)) == "Hello Bob."


def test_what_was_set_aside_goes_as_well_and_other_conversations_stay():
    world = World([say("one")], [say("two")], [say("three")])
    world.ask("hi")
    key = next(key for key in kept(world) if key.endswith("latest.json"))
    asyncio.run(world.storage.write(key, b'{"cut'))
    world.restart()
    world.ask("hi")
    assert any(key.startswith("unreadable/") for key in kept(world))

    async def another():
        conversation = await world.service.conversation(SESSION + "-2", ALICE)
        return [event async for event in conversation.run(HI)]

    before = set(kept(world))
    asyncio.run(another())
    others = set(kept(world)) - before
    forget(world)
    assert set(kept(world)) == others
    assert len(others) == 2


def test_a_snapshot_whose_owner_is_no_longer_known_goes_too():
    world = World([say("one")])
    world.ask("hi")
    [owner] = asyncio.run(world.storage.list("owner/"))
    asyncio.run(world.storage.delete(owner))
    world.restart()
    forget(world)
    assert kept(world) == []


def test_nobody_elses_conversation_is_deleted():
    world = World([say("Hello.")])
    world.ask("hi")
    before = world.stored()
    for _ in range(2):
        with pytest.raises(NotOwnerError):
            forget(world, BOB)
        world.restart()
    assert world.stored() == before


@pytest.fixture
def bucket(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sample")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
        yield "s3://bucket/prefix"


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_in_a_folder_and_in_a_bucket_nothing_is_left_either(place, tmp_path, bucket):
    storage = open_storage(bucket if place == "bucket" else str(tmp_path), "us-east-1")
    store = ConversationStore(storage)

    async def play():
        for caller, runtime_session in ((ALICE, SESSION), (BOB, SESSION + "-2")):
            await store.claim(runtime_session, caller, Beginning())
            name = store.session_manager(runtime_session, caller).session_id
            await storage.write(f"session/{name}/scopes/agent/drive/snapshots/snapshot_latest.json", b"{")
        await store.set_aside(SESSION, ALICE)
        await storage.write(f"session/{store.session_manager(SESSION, ALICE).session_id}/scopes/x.json", b"{}")
        before = await storage.list("")
        await store.forget(SESSION, ALICE)
        after = await storage.list("")
        with pytest.raises(NotOwnerError):
            await store.forget(SESSION + "-2", ALICE)
        assert await storage.list("") == after
        return before, after

    before, after = asyncio.run(play())
    assert (len(before), len(after)) == (5, 2)


class Stuck(World):
    """A world whose Drive waits until the turn that asks it is stopped."""

    def __init__(self, *turns):
        super().__init__(*turns)
        self.at_work = threading.Event()
        list_page = self.drive.list_page

        def until_it_is_stopped(*args, **values):
            [conversation] = self.service._held.values()
            stopped = conversation._cancel
            self.at_work.set()
            assert stopped.wait(10)
            return list_page(*args, **values)

        self.drive.list_page = until_it_is_stopped


async def listen(conversation, turn):
    return [event async for event in conversation.run(turn)]


@pytest.mark.parametrize("waiting", [HI, RESUME])
def test_a_running_turn_is_stopped_first_and_none_that_waits_begins(waiting):
    world = Stuck([call("search_files")], [say("never said")])

    async def play():
        conversation = await world.service.conversation(SESSION, ALICE)
        running = asyncio.create_task(listen(conversation, HI))
        await asyncio.to_thread(world.at_work.wait, 10)
        queued = asyncio.create_task(listen(conversation, waiting))
        await asyncio.sleep(0)
        await world.service.forget(SESSION, ALICE)
        assert await world.storage.list("") == [], "what the turn wrote at its end is gone as well"
        assert await world.service.existing(SESSION, ALICE) is None, "though somebody still holds it"
        return await running, await queued, await listen(conversation, waiting)

    stopped, queued, late = asyncio.run(play())
    assert stopped[-1].stop_reason == "cancelled"
    for events_ in (queued, late):
        assert [type(event) for event in events_] == [Failed]
        assert events_[0].code == "conversation_deleted"
    assert len(world.model.requests) == 1
    assert kept(world) == []


class Slow:
    """A storage that takes its time: others have a turn before each of its operations."""

    def __init__(self, storage):
        self.storage = storage

    def __getattr__(self, name):
        operation = getattr(self.storage, name)

        async def later(*args):
            await steps(3)
            return await operation(*args)

        return later


async def steps(number):
    for _ in range(number):
        await asyncio.sleep(0)


def race(world, turn, *, lead, restarted):
    """Let `turn` begin `lead` steps of the event loop after the deletion, or before it; return what both did."""
    storage, world.storage = world.storage, Slow(world.storage)
    if restarted:
        world.restart()

    async def forget_it():
        await steps(-lead)
        await world.service.forget(SESSION, ALICE)

    async def play():
        return (await asyncio.gather(forget_it(), turn()))[1]

    told = asyncio.run(play())
    world.storage = storage
    return told


LEADS = range(-12, 24)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_turn_that_begins_meanwhile_leaves_a_whole_conversation_or_none(restarted):
    ends = set()
    for lead in LEADS:
        world = World([say("one")], [say("two")])
        world.ask("the first words")

        async def ask(lead=lead, world=world):
            await steps(lead)
            conversation = await world.service.conversation(SESSION, ALICE)
            return await listen(conversation, Prompt(text="the later words", zone=BERLIN, locale=""))

        told = race(world, ask, lead=lead, restarted=restarted)
        keys = kept(world)
        ends.add((len(keys), getattr(told[-1], "code", None) or told[-1].stop_reason))
        if keys:
            assert sorted(key.partition("/")[0] for key in keys) == ["owner", "session"]
            assert "the first words" not in world.stored()
            world.restart()
            assert [message["content"][0]["text"] for message in asyncio.run(messages(world))][:1] == [
                "the later words"
            ]
    # Stopped, or told, and nothing is left; or a new conversation.
    assert ends <= {(0, "cancelled"), (0, "end_turn"), (0, "conversation_deleted"), (2, "end_turn")}
    assert {number for number, _ in ends} == {0, 2}


async def messages(world):
    conversation = await world.service.existing(SESSION, ALICE)
    return conversation._agent.messages


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("lead", LEADS)
def test_a_resume_that_comes_meanwhile_begins_no_conversation(lead, restarted):
    world = World([say("one")])
    world.ask("hi")

    async def resume():
        await steps(lead)
        conversation = await world.service.existing(SESSION, ALICE)
        return await listen(conversation, RESUME) if conversation else []

    race(world, resume, lead=lead, restarted=restarted)
    assert kept(world) == []


class Failing:
    """A storage that deletes nothing while it `is_failing`."""

    def __init__(self, storage):
        self.storage = storage
        self.is_failing = True

    def __getattr__(self, name):
        return getattr(self.storage, name)

    async def delete(self, key):
        if self.is_failing:
            raise StorageError(f"no permission for {key}")
        await self.storage.delete(key)


def test_where_the_storage_refuses_it_is_said_and_the_conversation_goes_on():
    world = World([say("one")], [say("two")])
    world.ask("hi")
    world.storage = Failing(world.storage)
    world.restart()
    with pytest.raises(NotForgottenError, match="could not delete"):
        forget(world)
    assert text(world.ask("hi again")) == "two"
    assert len(world.model.requests[-1]["messages"]) == 3
    world.storage.is_failing = False
    forget(world)
    assert kept(world) == []


def test_over_the_wire_the_owner_forgets_and_others_are_refused():
    with Agent([call("search_files")], environ=CLOUD, granted=False) as agent:
        agent.post({"prompt": "find my salary"}, headers=bearer("alice"))
        assert agent.post(FORGET, headers=bearer("bob")).json()["code"] == "not_owner"
        assert agent.post({"action": "conversation"}, headers=bearer("alice")).json()["pending"]
        assert agent.post(FORGET, headers=bearer("alice")).json() == {"status": "forgotten"}
        told = agent.post({"action": "conversation"}, headers=bearer("alice")).json()
        assert (told["conversation"], told["pending"]) == (None, False)
        assert events(agent.post({"action": "resume"}, headers=bearer("alice")))[-1]["stop_reason"] == "nothing_pending"
        assert asyncio.run(agent.storage.list("")) == []


def test_forgetting_what_never_was_changes_nothing_and_makes_nobody_its_owner():
    with Agent([say("Hello Alice.")], environ=CLOUD) as agent:
        assert agent.post(FORGET, headers=bearer("bob")).json() == {"status": "forgotten"}
        assert asyncio.run(agent.storage.list("")) == []
        assert events(agent.post({"prompt": "hi"}, headers=bearer("alice")))[-1]["type"] == "done"
        assert agent.tokens.asked == []


def test_a_grant_outlives_the_conversation_in_which_it_was_given():
    with Agent([call("search_files")], [say("One file.")]) as agent:
        agent.post({"prompt": "find the budget"})
        agent.post(FORGET)
        assert agent.post({"action": "status"}).json()["connections"][0]["connected"]
        assert not any(question.get("discard") for question in agent.tokens.asked)


def test_the_audit_says_who_has_deleted_a_conversation_and_nothing_of_it(lines):  # noqa: F811 - the fixture
    with Agent([say("Hello.")], environ=CLOUD) as agent:
        agent.post({"prompt": "find my salary"}, headers=bearer("alice"))
        agent.post(FORGET, headers=bearer("bob"))
        agent.post(FORGET, headers=bearer("alice"))
    refused, forgotten = lines()
    assert (refused["event"], refused["reason"]) == ("request_refused", "not_owner")
    assert (forgotten["event"], forgotten["outcome"]) == ("conversation_forgotten", "ok")
    assert set(forgotten) == {"time", "version", "service", "event", "who", "outcome", "reason", "ms"}


def test_a_waiting_turn_is_forgotten_with_its_conversation():
    world = World([call("search_files")], granted=False)
    world.ask("find the budget")
    forget(world)
    world.tokens.granted = True
    assert [type(event) for event in world.resume()] == [Notice, Done]
