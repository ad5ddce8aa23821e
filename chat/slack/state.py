"""What the app remembers, in the service's store: encrypted there, and shared by all processes of the service."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from callback.door import Door
from callback.state.store import Records
from chat.slack.conversations import Conversation, Member, Place
from chat.slack.waits import Lease, Slot, Wait, Waits

__all__ = ["Answer", "Choice", "Deliveries", "Last", "State", "Talk"]

# Slack repeats a delivery for up to five minutes, and, where the app's settings say so, for a day.
_DELIVERY_LIFE = timedelta(hours=25)
# From taking a delivery to beginning with it: milliseconds. Who takes longer has died.
_DELIVERY_LEASE = timedelta(seconds=20)

_TALK_LIFE = timedelta(days=30)
_ANSWER_LIFE = timedelta(days=1)
_MEMBER_LIFE = timedelta(days=90)


@dataclass(frozen=True)
class Talk:
    """A conversation from a channel: whether it is answered there, and where in the person's direct messages else.

    `last_answer` is the handle of the answer to what was asked last, empty while there is none. Each of the three is a
    record of its own in the store: what one process writes undoes nothing that another one has written.
    """

    conversation: Conversation
    is_here: bool = False
    direct: Place | None = None
    last_answer: str = ""


@dataclass(frozen=True)
class Choice:
    """Whether somebody wants a channel's thread answered there."""

    is_here: bool


@dataclass(frozen=True)
class Last:
    """The answer to what was asked last in a channel's thread."""

    handle: str


@dataclass(frozen=True)
class Answer:
    """What the buttons under an answer are about.

    `text` is there where it can still be shared; so many of its messages are `posted` in the channel already.
    """

    conversation: Conversation
    question: str = field(repr=False)
    text: str = field(default="", repr=False)
    posted: int = 0


@dataclass(frozen=True)
class Delivery:
    """Something of Slack's that was taken. `until`: then whoever took it is given up, unless it is done."""

    is_done: bool
    until: datetime


class Deliveries:
    """Each delivery is handled once, however often Slack repeats it; one whose taker died is handled by another."""

    def __init__(self, records: Records[Delivery], now: Callable[[], datetime]) -> None:
        self._records, self._now = records, now

    async def take(self, name: str) -> Literal["new", "taken", "done"]:
        """Take a delivery: `new` for one caller, until its time is over."""
        found = await self._records.get(name)
        if found is not None and found.is_done:
            return "done"
        if found is not None and (self._now() < found.until or not await self._records.delete(name)):
            return "taken"
        taken = Delivery(is_done=False, until=self._now() + _DELIVERY_LEASE)
        return "new" if await self._records.add(name, taken, _DELIVERY_LIFE) else "taken"

    async def done(self, name: str) -> None:
        """Say that it has begun: from here on a repetition would do harm."""
        await self._records.put(name, Delivery(is_done=True, until=self._now()), _DELIVERY_LIFE)


class State:
    """All of it. Raises: what the store raises (`callback.errors.CallbackError`)."""

    def __init__(self, door: Door) -> None:
        self.deliveries = Deliveries(door.records("slack-deliveries", Delivery), door.now)
        self.waits = Waits(
            door.records("slack-waits", Wait), door.records("slack-leases", Lease), door.records("slack-waiting", Slot)
        )
        self._choices = door.records("slack-choices", Choice)
        self._directs = door.records("slack-directs", Place)
        self._lasts = door.records("slack-last", Last)
        self._threads = door.records("slack-threads", Conversation)
        self._answers = door.records("slack-answers", Answer)
        self._members = door.records("slack-members", Member)

    async def talk(self, conversation: Conversation) -> Talk:
        """What is known of a conversation from a channel."""
        name = conversation.runtime_session
        choice, direct, last = await asyncio.gather(
            self._choices.get(name), self._directs.get(name), self._lasts.get(name)
        )
        return Talk(conversation, choice.is_here if choice else False, direct, last.handle if last else "")

    async def choose(self, conversation: Conversation, *, is_here: bool) -> None:
        """Remember where somebody wants their answers."""
        await self._choices.put(conversation.runtime_session, Choice(is_here), _TALK_LIFE)

    async def keep_last(self, conversation: Conversation, handle: str) -> None:
        """Remember the answer to what was asked last; empty: there is none yet."""
        await self._lasts.put(conversation.runtime_session, Last(handle), _TALK_LIFE)

    async def keep_direct(self, conversation: Conversation, place: Place) -> Place:
        """Remember the thread of direct messages that belongs to a conversation. Return the one that was first."""
        name = conversation.runtime_session
        first = place if await self._directs.add(name, place, _TALK_LIFE) else await self._directs.get(name) or place
        # A channel's thread may be in use for longer than a record lives.
        await self._directs.put(name, first, _TALK_LIFE)
        await self._threads.put(_name(first), conversation, _TALK_LIFE)
        return first

    async def conversation_behind(self, place: Place) -> Conversation | None:
        """The conversation from a channel that goes on in this thread of direct messages."""
        return await self._threads.get(_name(place))

    async def keep_answer(self, handle: str, answer: Answer) -> None:
        """Remember what an answer's buttons are about."""
        await self._answers.put(handle, answer, _ANSWER_LIFE)

    async def answer(self, handle: str) -> Answer | None:
        """What an answer's buttons are about."""
        return await self._answers.get(handle)

    async def take_text(self, handle: str) -> Answer | None:
        """The answer, for the one who shares it: its text is given out once."""
        async with self._answers.lock(handle):
            answer = await self._answers.take(handle)
            if answer is not None:
                await self._answers.put(handle, replace(answer, text=""), _ANSWER_LIFE)
        return answer

    async def keep_member(self, member: Member) -> None:
        """Remember who in Slack a person is, for news of their connection."""
        await self._members.put(member.key, member, _MEMBER_LIFE)

    async def member(self, person_key: str) -> Member | None:
        """Who in Slack a person is, if they have been here."""
        return await self._members.get(person_key)


def _name(place: Place) -> str:
    return f"{place.channel} {place.thread}"
