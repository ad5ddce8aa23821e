"""What a process that was killed was at is put right by another one."""

import threading
from datetime import timedelta

import pytest

from chat.events import Text

from .conftest import CONSENT, DONE, LINK, World, answer, until


@pytest.fixture
def later(world):
    """Another process of the same service, made when the first one is gone for a minute: it does not renew any more."""
    made = World(world.slack, world.agent, lambda: world.clock() + timedelta(minutes=1), world.store, world.memory)
    yield made
    made.stop()


def thread(world, asked):
    return world.slack.from_app("alice", thread_ts=asked["ts"])


def running(world):
    return [one for one in world.memory.kept if one[0] == "slack-running"]


def test_an_answer_that_broke_off_is_ended_with_a_note_and_can_be_asked_for_again(world, later):
    gate = threading.Event()
    world.agent.answers = [(Text("The first part. "), gate, DONE), answer("All of it.")]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "The first part." in str(thread(world, asked)))
    later.start()
    until(lambda: "I was restarted" in str(thread(world, asked)))
    [said] = thread(world, asked)
    assert said["stream"] == "done"
    assert "The first part." in said["words"]
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")
    assert not running(world)
    world.slack.press("alice", said, "retry")
    until(lambda: "All of it." in str(thread(world, asked)))
    gate.set()


def test_a_question_of_which_nothing_was_shown_yet_is_not_lost(world, later):
    gate = threading.Event()
    world.agent.answers = [(gate, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: running(world))
    later.start()
    [said] = until(lambda: thread(world, asked))
    assert "I was restarted" in said["words"]
    assert "Try again" in str(said["buttons"])
    gate.set()


def test_what_was_answered_is_left_alone(world, later):
    asked = world.slack.say("alice", "tell me")
    world.answered("alice", asked)
    until(lambda: not running(world))
    later.start()
    later.answered("bob", world.slack.say("bob", "hello"))
    assert "I was restarted" not in str(thread(world, asked))


def test_what_waits_for_consent_goes_on_waiting(world, later):
    world.agent.answers = [CONSENT, answer("There are 3.")]
    asked = world.slack.say("alice", "how many files?")
    until(lambda: LINK in str(thread(world, asked)))
    until(lambda: not running(world))
    later.start()
    world.connect()
    until(lambda: "There are 3." in str(thread(world, asked)))
    assert "I was restarted" not in str(thread(world, asked))


def test_a_process_that_lives_is_left_alone(world):
    gate = threading.Event()
    world.agent.answers = [(Text("The first part. "), gate, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "The first part." in str(thread(world, asked)))
    other = World(world.slack, world.agent, world.clock, world.store, world.memory)
    other.start()
    try:
        assert "I was restarted" not in str(thread(world, asked))
        gate.set()
        [said] = world.answered("alice", asked)
        assert said["text"] == "The first part. "
    finally:
        other.stop()
