"""Sharing: an answer comes into the channel once, whole, and for who asked alone."""

import asyncio
from types import SimpleNamespace

from callback.state.store import encrypted
from chat.slack.answers import Answers
from chat.slack.conversations import Member, Place, conversation_in
from chat.slack.errors import SlackTroubleError
from chat.slack.people import Profile
from chat.slack.state import State
from chat.slack.words import words_in

from .conftest import Clock, FakeDoor, Store

ALICE = Member("T1", "U1")
ASKED = conversation_in("T1", Place("C1", "1.1"), ALICE, "sample-key")
DIRECT = Place("D1", "2.2", is_private=True)
LONG = "x" * 7000 + "\n\n" + "y" * 7000 + "\n\n" + "z" * 7000


class Channel:
    """Takes posts, but for the one with the number `refused`."""

    def __init__(self, refused=-1):
        self.refused, self.posted, self.tried = refused, [], 0

    async def post(self, channel, message, thread=None):
        self.tried += 1
        if self.tried == self.refused:
            raise SlackTroubleError("is_archived")
        self.posted.append((channel, thread, message.blocks[-1]["text"][0]))
        return "3.3"


class Everybody:
    async def profile(self, user):
        return Profile(words_in("en"))


def answers(channel):
    state = State(FakeDoor(encrypted(Store(), "s" * 32), Clock()))
    return Answers(SimpleNamespace(state=state, slack=channel, people=Everybody()))


def test_of_an_answer_that_was_shared_in_part_only_the_rest_is_posted():
    channel = Channel(refused=2)

    async def doing():
        kept = answers(channel)
        handle = await kept.keep(ASKED, "q", DIRECT, LONG)
        return [await kept.share(handle, ALICE) for _ in range(3)]

    assert asyncio.run(doing()) == ["share.failed", "share.done", "share.done"]
    assert channel.posted == [("C1", "1.1", letter) for letter in "xyz"]


def test_one_that_is_shared_twice_at_once_is_posted_once():
    channel = Channel()

    async def doing():
        kept = answers(channel)
        handle = await kept.keep(ASKED, "q", DIRECT, "x")
        await asyncio.gather(*(kept.share(handle, ALICE) for _ in range(4)))

    asyncio.run(doing())
    assert len(channel.posted) == 1


def test_nobody_else_can_share_it_and_what_is_not_kept_is_too_old():
    channel = Channel()

    async def doing():
        kept = answers(channel)
        handle = await kept.keep(ASKED, "q", DIRECT, "x")
        return await kept.share(handle, Member("T1", "U2")), await kept.share("another", ALICE)

    assert asyncio.run(doing()) == ("buttons.not_yours", "buttons.too_old")
    assert not channel.posted
