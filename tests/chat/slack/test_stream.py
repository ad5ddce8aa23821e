"""Whatever happens to an answer's message, nothing of the answer is lost."""

import asyncio
import threading

import pytest

from chat.events import Text
from chat.slack.conversations import Member, Place
from chat.slack.stream import Stream

from .conftest import DONE, answer, until


def texts(world, asked):
    return [said["words"] for said in world.slack.from_app("alice", thread_ts=asked["ts"])]


def test_a_stream_that_slack_has_ended_goes_on_in_a_new_message_at_once(world):
    gate, end = threading.Event(), threading.Event()
    world.agent.answers = [(Text("The first part. "), gate, Text("The second part."), end, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "The first part. " in texts(world, asked))
    assert world.slack.expire() == 1
    gate.set()
    until(lambda: "The second part." in texts(world, asked))
    end.set()
    world.answered("alice", asked)
    whole = "".join(texts(world, asked))
    assert whole.count("The first part.") == whole.count("The second part.") == 1
    assert all(said["stream"] != "open" for said in world.slack.from_app("alice", thread_ts=asked["ts"]))


@pytest.mark.parametrize("code", ["channel_type_not_supported", "method_not_supported_for_channel_type"])
def test_where_there_can_be_no_stream_the_answer_is_posted(world, code):
    world.slack.fault("chat.startStream", error=code, times=None)
    world.agent.answers = [answer("All ", "of it.")]
    [said] = world.answered("alice", world.slack.say("alice", "tell me"))
    assert "All of it." in said["words"]
    assert not said["unfurls"]
    assert said["buttons"]


_UNKNOWN = {("chat.startStream", "drop")}


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize("kind", ["rate_limit", "status", "drop", "not_json"])
def test_a_passing_trouble_loses_nothing(world, method, kind):
    world.slack.fault(method, kind=kind, seconds=0)
    gate, end = threading.Event(), threading.Event()
    world.agent.answers = [(Text("First, "), gate, Text("second."), end, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: world.slack.calls("chat.startStream"))
    gate.set()
    until(lambda: "second." in "".join(texts(world, asked)))
    end.set()
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")
    whole = "".join(texts(world, asked))
    # A message whose beginning got lost on the way to us stands twice; nothing else does.
    assert whole.count("First, ") == (2 if (method, kind) in _UNKNOWN else 1)
    assert whole.count("second.") == 1


def test_an_end_that_slack_does_not_take_is_put_in_the_messages_place(world):
    world.slack.fault("chat.stopStream", error="invalid_arguments", times=None)
    gate = threading.Event()
    world.agent.answers = [(Text("First, "), gate, Text("second."), DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "First, " in texts(world, asked))
    gate.set()
    until(lambda: "second." in "".join(texts(world, asked)))
    assert "".join(texts(world, asked)).count("second.") == 1


def test_a_long_answer_goes_over_several_messages_and_is_whole(world):
    lines = [f"line {n} with some words\n" for n in range(2000)]
    world.agent.answers = [answer(*lines)]
    asked = world.slack.say("alice", "tell me all")
    until(lambda: "line 1999 " in "".join(texts(world, asked)))
    said = world.answered("alice", asked)
    assert "".join(one["text"] for one in said) == "".join(lines)
    assert all(len(one["text"]) <= 12_000 for one in said)


def test_nothing_in_an_answer_calls_anybody(world):
    world.agent.answers = [answer("<", "!channel> <@U0BOB00001> &lt", ";!here&gt; done")]
    [said] = world.answered("alice", world.slack.say("alice", "tell me"))
    assert "<!" not in said["text"]
    assert "<@" not in said["text"]
    assert "&lt;!" not in said["text"]
    assert said["text"].endswith("done")


def test_an_empty_answer_says_that_there_is_none(world):
    world.agent.answers = [(DONE,)]
    [said] = world.answered("alice", world.slack.say("alice", "tell me"))
    assert "I have no answer to that." in said["words"]


def test_what_slack_does_not_take_under_an_answer_is_posted_alone_and_the_stream_ends(world):
    world.slack.fault("chat.stopStream", error="invalid_blocks")
    asked = world.slack.say("alice", "tell me")
    said = world.answered("alice", asked)
    assert (said[0]["words"], said[0]["stream"]) == ("Hello.", "done")
    assert "Try again" in str(said[-1]["buttons"])
    assert not world.slack.calls("chat.update")


def test_where_slack_takes_no_blocks_at_all_the_stream_ends_all_the_same(world):
    world.slack.fault("chat.stopStream", error="invalid_blocks")
    world.slack.fault("chat.postMessage", error="invalid_blocks", times=None)
    asked = world.slack.say("alice", "tell me")
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")
    [said] = world.slack.from_app("alice", thread_ts=asked["ts"])
    assert (said["words"], said["stream"]) == ("Hello.", "done")


class Sent:
    """As much of Slack as a stream needs; keeps what it was given."""

    def __init__(self):
        self.chunks = []

    async def start_stream(self, place, member, chunks):
        self.chunks += chunks
        return "2.2"

    async def append(self, channel, ts, chunks):
        self.chunks += chunks

    async def stop_stream(self, channel, ts, chunks, blocks):
        self.chunks += chunks


def test_after_a_drop_nothing_is_shown_neither_what_waits_nor_what_comes():
    async def doing():
        slack = Sent()
        stream = Stream(slack, Place("C1", "1.1"), Member("T1", "U1"), lambda ts: None)
        stream.text("seen ")
        await asyncio.sleep(0.05)
        stream.text("waits ")
        stream.drop()
        stream.text("comes ")
        stream.task("t1", "Searching", "running")
        await stream.end()
        return slack.chunks

    assert asyncio.run(doing()) == [{"type": "markdown_text", "text": "seen "}]
