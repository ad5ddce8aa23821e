"""What the app remembers, in the service's store: encrypted there, and shared by all processes of the service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from callback.door import Door
from callback.state.store import Records
from chat.events import AuthRequired
from chat.slack.conversations import Conversation, Member, Place

__all__ = ["Answer", "Deliveries", "State", "Talk", "Waits"]

# Slack repeats a delivery for up to five minutes, and, where the app's settings say so, for a day.
_DELIVERY_LIFE = timedelta(hours=25)
# From taking a delivery to beginning with it: milliseconds. Who takes longer has died.
_DELIVERY_LEASE = timedelta(seconds=20)

_TALK_LIFE = timedelta(days=30)
_ANSWER_LIFE = timedelta(days=1)
_WAIT_LIFE = timedelta(days=7)
_MEMBER_LIFE = timedelta(days=90)
_MOST_WAITS = 20


@dataclass(frozen=True)
class Talk:
    """A conversation from a channel: whether it is answered there, and where in the person's direct messages else.

    `last_answer` is the handle of the answer to what was asked last, empty while there is none.
    """

    conversation: Conversation
    is_here: bool = False
    direct: Place | None = None
    last_answer: str = ""


@dataclass(frozen=True)
class Answer:
    """What the buttons under an answer are about. `text` is there where it can still be shared."""

    conversation: Conversation
    question: str = field(repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Wait:
    """A question that waits for consent.

    `notice` is the thread that has the link; until `lease`, a process asks for the answer.
    """

    conversation: Conversation
    question: str = field(repr=False)
    shown: Place
    is_from_channel: bool
    asked: AuthRequired
    notice: Place
    notice_ts: str
    lease: datetime


@dataclass(frozen=True)
class Waits:
    """A person's conversations that wait, for a consent that belongs to none of them."""

    runtime_sessions: tuple[str, ...]


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
        self._talks = door.records("slack-talks", Talk)
        self._threads = door.records("slack-threads", Conversation)
        self._answers = door.records("slack-answers", Answer)
        self._waits = door.records("slack-waits", Wait)
        self._waiting = door.records("slack-waiting", Waits)
        self._members = door.records("slack-members", Member)

    async def talk(self, conversation: Conversation) -> Talk:
        """What is known of a conversation from a channel."""
        return await self._talks.get(conversation.runtime_session) or Talk(conversation)

    async def change_talk(self, conversation: Conversation, change: Callable[[Talk], Talk]) -> Talk:
        """Change what is known of it, and return that."""
        async with self._talks.lock(conversation.runtime_session):
            talk = change(await self.talk(conversation))
            await self._talks.put(conversation.runtime_session, talk, _TALK_LIFE)
            if talk.direct is not None:
                await self._threads.put(_name(talk.direct), conversation, _TALK_LIFE)
        return talk

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
                await self._answers.put(handle, Answer(answer.conversation, answer.question), _ANSWER_LIFE)
        return answer

    async def wait(self, runtime_session: str) -> Wait | None:
        """The question of this conversation that waits."""
        return await self._waits.get(runtime_session)

    async def keep_wait(self, wait: Wait) -> None:
        """Remember that a question waits."""
        name, key = wait.conversation.runtime_session, wait.conversation.member.key
        await self._waits.put(name, wait, _WAIT_LIFE)
        async with self._waiting.lock(key):
            known = await self._waiting.get(key) or Waits(())
            if name not in known.runtime_sessions:
                kept = (*known.runtime_sessions, name)[-_MOST_WAITS:]
                await self._waiting.put(key, Waits(kept), _WAIT_LIFE)

    async def renew_wait(self, wait: Wait) -> None:
        """Say that somebody still asks."""
        await self._waits.put(wait.conversation.runtime_session, wait, _WAIT_LIFE)

    async def take_wait(self, runtime_session: str) -> Wait | None:
        """The question that waits, for exactly one caller over all processes: who has it answers it."""
        wait = await self._waits.take(runtime_session)
        if wait is not None:
            key = wait.conversation.member.key
            async with self._waiting.lock(key):
                known = await self._waiting.get(key) or Waits(())
                kept = tuple(name for name in known.runtime_sessions if name != runtime_session)
                await self._waiting.put(key, Waits(kept), _WAIT_LIFE)
        return wait

    async def waiting_of(self, person_key: str) -> tuple[str, ...]:
        """The conversations of a person in which a question waits."""
        known = await self._waiting.get(person_key)
        return known.runtime_sessions if known else ()

    async def keep_member(self, member: Member) -> None:
        """Remember who in Slack a person is, for news of their connection."""
        await self._members.put(member.key, member, _MEMBER_LIFE)

    async def member(self, person_key: str) -> Member | None:
        """Who in Slack a person is, if they have been here."""
        return await self._members.get(person_key)


def _name(place: Place) -> str:
    return f"{place.channel} {place.thread}"
