"""Where a channel's question is answered: a choice holds at once, over all processes, and nothing is lost."""

import asyncio
import json
import threading
from datetime import timedelta

import pytest

from callback.state.store import encrypted
from chat.events import Text
from chat.slack.conversations import Member, Place, conversation_in
from chat.slack.state import State
from chat.slack.waits import Wait

from .conftest import ASKED, CONSENT, DONE, Clock, FakeDoor, Store, World, answer, until

SECRET = "Layoffs 2027"
MEMBER = Member("T1", "U1")
ONE, OTHER = (conversation_in("T1", Place("C1", ts), MEMBER, "key") for ts in ("1.1", "2.2"))


class SlowStore(Store):
    """Every call takes as long as two processes need to get in each other's way."""

    async def get(self, key, *, collection):
        await asyncio.sleep(0.002)
        return await super().get(key, collection=collection)

    async def put(self, key, value, *, collection, ttl):
        await asyncio.sleep(0.002)
        await super().put(key, value, collection=collection, ttl=ttl)


def two_processes():
    store = encrypted(SlowStore(), "s" * 32)
    return State(FakeDoor(store, Clock())), State(FakeDoor(store, Clock()))


def waiting(conversation, ts="9.9"):
    place = Place("D1", "1.1", is_private=True)
    return Wait(conversation, "q", place, False, ASKED, place, ts)


def test_what_one_process_writes_about_a_conversation_undoes_no_choice_of_another():
    async def doing():
        one, other = two_processes()
        await one.choose(ONE, is_here=True)
        direct = Place("D1", "1.1", is_private=True)
        await asyncio.gather(
            one.choose(ONE, is_here=False), other.keep_last(ONE, "handle"), other.keep_direct(ONE, direct)
        )
        talk = await one.talk(ONE)
        return talk.is_here, talk.last_answer, talk.direct == direct

    assert asyncio.run(doing()) == (False, "handle", True)


def test_of_two_private_threads_begun_at_once_both_processes_use_one():
    async def doing():
        one, other = two_processes()
        places = (Place("D1", "1.1", is_private=True), Place("D1", "2.2", is_private=True))
        return await asyncio.gather(one.keep_direct(ONE, places[0]), other.keep_direct(ONE, places[1]))

    first, second = asyncio.run(doing())
    assert first == second


def test_two_questions_that_begin_to_wait_in_two_processes_are_both_known():
    async def doing():
        one, other = two_processes()
        await asyncio.gather(one.waits.keep(waiting(ONE)), other.waits.keep(waiting(OTHER)))
        known = await one.waits.of(MEMBER.key)
        await other.waits.take(ONE.runtime_session)
        return set(known), await one.waits.of(MEMBER.key)

    both = {ONE.runtime_session, OTHER.runtime_session}
    assert asyncio.run(doing()) == (both, (OTHER.runtime_session,))


def test_a_lease_that_is_renewed_does_not_bring_back_a_question_that_was_taken():
    async def doing():
        one, other = two_processes()
        wait = waiting(ONE)
        await one.waits.keep(wait)
        until_then = Clock()() + timedelta(seconds=7)
        taken, _ = await asyncio.gather(other.waits.take(ONE.runtime_session), one.waits.lease(wait, until_then))
        return taken == wait, await one.waits.get(ONE.runtime_session)

    assert asyncio.run(doing()) == (True, None)


def public(world, asked):
    return world.slack.from_app("bob", "general", asked["ts"])


def private(world, asked):
    [head] = until(lambda: world.slack.from_app("alice"))
    return world.slack.from_app("alice", thread_ts=head["ts"])


def buttons(world, asked, action):
    thread = world.slack.from_app("alice", "general", asked["ts"])
    return [one for one in thread if action in json.dumps(one["buttons"])]


@pytest.fixture
def here(world):
    """alice's questions in a thread of the channel are answered there."""
    asked = world.slack.mention("alice", "which file is it?")
    [head] = until(lambda: world.slack.from_app("alice"))
    world.answered("alice", head)
    world.slack.press("alice", until(lambda: buttons(world, asked, "answer_here"))[0], "answer_here")
    until(lambda: "Hello." in str(public(world, asked)))
    until(lambda: buttons(world, asked, "answer_private"))
    return asked


@pytest.fixture
def growing(world, here):
    """An answer of hers grows in the channel; its gate is opened by the test."""
    gate = threading.Event()
    world.agent.answers = [(Text("The first part. "), gate, Text(SECRET), DONE)]
    world.slack.mention("alice", "and another?", thread_ts=here["ts"])
    until(lambda: "The first part." in str(public(world, here)))
    return gate


def test_who_goes_back_to_private_while_an_answer_grows_gets_the_rest_in_private(world, here, growing):
    world.slack.press("alice", buttons(world, here, "answer_private")[-1], "answer_private")
    until(lambda: "The first part." in str(private(world, here)))
    [ended] = [one for one in public(world, here) if "The first part." in one["words"]]
    assert ended["stream"] == "done"
    assert "in private" in ended["words"]
    growing.set()
    until(lambda: SECRET in str(private(world, here)))
    [said] = [one for one in private(world, here) if SECRET in one["text"]]
    assert said["text"] == f"The first part. {SECRET}"
    assert SECRET not in str(public(world, here))


def test_what_waits_to_be_shown_when_somebody_goes_back_to_private_is_never_public(world, here, growing):
    world.slack.fault("chat.appendStream", "stall", seconds=0.5)
    world.slack.press("alice", buttons(world, here, "answer_private")[-1], "answer_private")
    growing.set()
    until(lambda: SECRET in str(private(world, here)))
    assert SECRET not in json.dumps(
        [call for call in world.slack.calls() if call.get("arguments", {}).get("channel") == here["channel"]]
    )


def test_a_choice_of_private_that_another_process_hears_holds_here_too(world, here, growing):
    other = World(world.slack, world.agent, world.clock, world.store, world.memory)
    other.start()
    try:
        world.slack.press("alice", buttons(world, here, "answer_private")[-1], "answer_private")
        until(lambda: "The first part." in str(private(world, here)))
        growing.set()
        until(lambda: SECRET in str(private(world, here)))
        assert SECRET not in str(public(world, here))
    finally:
        other.stop()


def test_a_question_that_waits_behind_another_is_answered_where_the_person_wants_it_by_then(world, here, growing):
    world.agent.answers = [answer("The next one.")]
    world.slack.mention("alice", "and the next?", thread_ts=here["ts"])
    until(lambda: len([one for one in world.memory.kept if one[0] == "slack-running"]) == 2)
    world.slack.press("alice", buttons(world, here, "answer_private")[-1], "answer_private")
    until(lambda: "The first part." in str(private(world, here)))
    growing.set()
    until(lambda: "The next one." in str(private(world, here)))
    assert "The next one." not in str(public(world, here))


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived", "restricted_action"])
def test_what_the_channel_does_not_take_comes_in_private(world, here, code):
    world.slack.fault("chat.startStream", error=code)
    world.slack.fault("chat.postMessage", error=code, times=2)  # with buttons, and without
    world.agent.answers = [answer(f"It is {SECRET}.")]
    world.slack.mention("alice", "and this?", thread_ts=here["ts"])
    until(lambda: SECRET in str(private(world, here)))
    [said] = [one for one in private(world, here) if SECRET in one["words"]]
    assert "I cannot write in the channel" in said["words"]
    assert "Try again" in str(said["buttons"])


def test_where_there_are_no_direct_messages_nobody_is_told_of_an_answer_there(world):
    world.slack.fault("conversations.open", error="user_disabled", times=None)
    asked = world.slack.mention("alice", "which file is it?")
    until(lambda: "Something went wrong." in str(public(world, asked)))
    assert "in private" not in str(public(world, asked))


@pytest.fixture
def in_private(world):
    """alice asked in the channel, and has her answer in private."""
    world.agent.answers = [answer(f"It is {SECRET}.")]
    asked = world.slack.mention("alice", "which file is it?")
    [head] = until(lambda: world.slack.from_app("alice"))
    return asked, head, world.answered("alice", head)[-1]


def test_answer_here_brings_the_answer_while_a_private_question_is_at_work(world, in_private):
    asked, head, _ = in_private
    gate = threading.Event()
    world.agent.answers = [(gate, Text("More."), DONE)]
    world.slack.say("alice", "go on", thread_ts=head["ts"])
    until(lambda: len(world.agent.turns()) == 2)
    world.slack.press("alice", until(lambda: buttons(world, asked, "answer_here"))[0], "answer_here")
    until(lambda: SECRET in str(public(world, asked)))
    gate.set()
    until(lambda: "More." in str(private(world, asked)))
    assert "More." not in str(public(world, asked))


def test_answer_here_is_about_the_last_question_and_never_brings_an_earlier_answer(world, in_private):
    asked, _, _ = in_private
    gate = threading.Event()
    world.agent.answers = [(gate, Text("The second one."), DONE)]
    world.slack.mention("alice", "and another?", thread_ts=asked["ts"])
    until(lambda: len(world.agent.turns()) == 2)
    world.slack.press("alice", until(lambda: buttons(world, asked, "answer_here"))[0], "answer_here")
    until(lambda: buttons(world, asked, "answer_private"))
    gate.set()
    until(lambda: "The second one." in str(public(world, asked)))
    assert SECRET not in str(public(world, asked))


def test_try_again_in_the_private_thread_is_answered_there_whatever_was_chosen(world, in_private):
    asked, _, said = in_private
    world.slack.press("alice", until(lambda: buttons(world, asked, "answer_here"))[0], "answer_here")
    until(lambda: SECRET in str(public(world, asked)))
    world.agent.answers = [answer("Once more.")]
    world.slack.press("alice", said, "retry")
    until(lambda: "Once more." in str(private(world, asked)))
    assert "Once more." not in str(public(world, asked))


def test_sharing_says_in_private_what_came_of_it(world, in_private):
    asked, _, said = in_private
    until(lambda: public(world, asked))
    world.slack.fault("chat.postMessage", error="is_archived")
    world.slack.press("alice", said, "share")
    until(lambda: "could not be shared" in str(private(world, asked)))
    world.slack.press("alice", said, "share")
    until(lambda: "Shared in the thread." in str(private(world, asked)))
    assert SECRET in str(public(world, asked))


def test_a_title_would_say_in_the_channel_once_more_what_was_asked(world, here, growing):
    growing.set()
    calls = world.slack.calls("agents.sessions.setStatus")
    of_channel = [call["arguments"] for call in calls if call["arguments"]["channel_id"] == here["channel"]]
    assert of_channel
    assert not [one for one in of_channel if one.get("title")]


def test_consent_after_a_move_is_asked_for_and_answered_in_private(world, here):
    gate = threading.Event()
    world.agent.answers = [(Text("Looking. "), gate, *CONSENT[1:]), answer(f"It is {SECRET}.")]
    world.slack.mention("alice", "and this?", thread_ts=here["ts"])
    until(lambda: "Looking." in str(public(world, here)))
    world.slack.press("alice", buttons(world, here, "answer_private")[-1], "answer_private")
    until(lambda: "Looking." in str(private(world, here)))
    gate.set()
    until(lambda: "This link is yours" in str(private(world, here)))
    world.connect()
    until(lambda: SECRET in str(private(world, here)))
    assert SECRET not in str(public(world, here))
