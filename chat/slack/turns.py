"""One turn: a question goes to the agent, its answer grows in a thread, and ends with what can be done about it."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace

from callback.errors import CallbackError
from chat.errors import ChatError
from chat.events import Event
from chat.slack import views
from chat.slack.blocks import Block, context
from chat.slack.consents import Consents
from chat.slack.conversations import Conversation, Member, Place
from chat.slack.desk import Desk, Turn
from chat.slack.errors import SlackTroubleError, TooManyError, word_for
from chat.slack.incoming import Question
from chat.slack.mrkdwn import mentioned, plain_question
from chat.slack.people import Profile
from chat.slack.places import Places
from chat.slack.reading import Reading, until_stopped
from chat.slack.state import Answer
from chat.slack.status import Status
from chat.slack.stream import Stream

__all__ = ["Turns"]

logger = logging.getLogger(__name__)

_MOST_NAMES = 5
# The process is about to end; Slack has this long to take the last words.
_LAST_WORDS_S = 2.0


class Turns:
    """The turns of this process."""

    def __init__(self, desk: Desk, places: Places) -> None:
        self._desk, self._places = desk, places
        self.consents = Consents(desk, places, self._go_on)
        self._stops: dict[str, asyncio.Event] = {}

    async def ask(self, question: Question) -> None:
        """Answer what somebody wrote, if only with an apology."""
        try:
            await self._ask(question)
        except (CallbackError, SlackTroubleError) as error:
            logger.warning("kind=%s code=%s | a question could not be dealt with", type(error).__name__, error.code)
            words = (await self._desk.people.profile(question.member.user)).words
            sorry = views.plain(words("errors.failed"))
            await self._desk.slack.post(question.place.channel, sorry, question.place.thread)

    async def _ask(self, question: Question) -> None:
        profile = await self._desk.people.profile(question.member.user)
        text = await self._plain(question.text)
        if not text or not self._desk.welcomes(question.member):
            hello = views.plain(profile.words("channel.empty" if not text else "channel.stranger"))
            await self._desk.slack.post(question.place.channel, hello, question.place.thread)
            return
        await self._desk.state.keep_member(question.member)
        await self.begin(await self._places.turn(question, text, profile))

    async def ask_in_direct_messages(self, member: Member, text: str) -> None:
        """Ask something in somebody's name, in a new thread of their direct messages: a button of the Home tab."""
        profile = await self._desk.people.profile(member.user)
        await self._desk.state.keep_member(member)
        channel = await self._desk.slack.direct_messages(member)
        ts = await self._desk.slack.post(channel, views.asked_in(profile.words, "", text))
        place = Place(channel, ts, is_private=True)
        await self.begin(Turn(await self._places.conversation(place, member), place, text, profile))

    async def begin(self, turn: Turn) -> None:
        """Send a question to the agent."""
        conversation, profile = turn.conversation, turn.profile
        await self.consents.supersede(conversation.runtime_session, profile.words)
        client = self._desk.runtime(conversation.member)
        events = client.turn(conversation.runtime_session, turn.question, profile.timezone, profile.locale)
        await self._go_on(turn, events)

    async def stop(self, conversation: Conversation) -> None:
        """Stop the turn of this conversation, here and at the Runtime."""
        if (stop := self._stops.get(conversation.runtime_session)) is not None:
            stop.set()
        client = self._desk.runtime(conversation.member)
        with suppress(ChatError, CallbackError):  # where it cannot be reached there is nothing to stop
            await client.action(conversation.runtime_session, "cancel")

    def is_at_work(self, conversation: Conversation) -> bool:
        """Whether this process is answering in this conversation."""
        return conversation.runtime_session in self._stops

    async def _plain(self, text: str) -> str:
        bot = await self._desk.slack.bot()
        people = [user for user in mentioned(text) if user != bot.user][:_MOST_NAMES]
        return plain_question(text, bot.user, {user: (await self._desk.people.profile(user)).name for user in people})

    async def _go_on(self, turn: Turn, events: AsyncGenerator[Event]) -> None:
        """Show an answer, once the turns before this one are through."""
        try:
            async with self._desk.turnstile.through(turn.conversation.runtime_session):
                await self._show(turn, events)
        except TooManyError:
            await events.aclose()
            full = views.plain(turn.profile.words("turn.queue_full"))
            await self._desk.slack.post(turn.shown.channel, full, turn.shown.thread)

    async def _show(self, turn: Turn, events: AsyncGenerator[Event]) -> None:
        words, conversation = turn.profile.words, turn.conversation
        stop = self._stops[conversation.runtime_session] = asyncio.Event()
        status = Status(self._desk.slack, turn.shown, words, turn.question, self._desk.stop_button_after_s)
        stream = Stream(self._desk.slack, turn.shown, conversation.member)
        reading, failure = Reading(stream), ""
        try:
            async for event in until_stopped(events, stop):
                reading.take(event)
            failure = reading.failure.message if reading.failure else ""
        except ChatError as error:
            failure = words(word_for(error))
        except CallbackError:  # this process cannot sign
            failure = words("errors.not_accepted")
        except asyncio.CancelledError:
            reading.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await stream.end(views.after_failure(words, words("turn.interrupted"), await self._keep(turn)))
                    await status.end("active")
            raise
        finally:
            del self._stops[conversation.runtime_session]
        reading.close()
        is_stopped = stop.is_set() or reading.stop_reason == "cancelled"
        try:
            await self._close(turn, stream, reading, failure, is_stopped=is_stopped)
        finally:  # whatever became of the rest, what was said is shown
            await stream.end()
            await status.end("suspended" if reading.asked and not is_stopped else "active")

    async def _close(self, turn: Turn, stream: Stream, reading: Reading, failure: str, *, is_stopped: bool) -> None:
        words = turn.profile.words
        if is_stopped:
            await stream.end(views.after_stop(words, await self._keep(turn)))
        elif failure:
            await stream.end(views.after_failure(words, failure, await self._keep(turn)))
        elif reading.asked is not None:
            await stream.end(() if turn.shown.is_private else (context(words("channel.consent_sent")),))
            await self.consents.ask(turn, reading.asked)
        elif reading.stop_reason != "nothing_pending" or reading.text:
            await self._complete(turn, stream, reading)
        else:  # another process has answered
            await stream.end()

    async def _complete(self, turn: Turn, stream: Stream, reading: Reading) -> None:
        """End an answer with its buttons; show it in the channel where the person has chosen that meanwhile."""
        words, conversation = turn.profile.words, turn.conversation
        handle = await self._keep(turn, reading.text)
        is_elsewhere = turn.shown.is_private and not conversation.place.is_private
        is_wanted_there = False
        if is_elsewhere and turn.is_from_channel:
            talk = await self._desk.state.change_talk(conversation, lambda known: replace(known, last_answer=handle))
            is_wanted_there = talk.is_here
        if not reading.text.strip():
            stream.text(words("turn.empty"))
        await stream.end(self._under(turn, reading, handle, is_shareable=is_elsewhere and not is_wanted_there))
        if is_wanted_there:
            await self.share(handle, conversation.member)

    def _under(self, turn: Turn, reading: Reading, handle: str, *, is_shareable: bool) -> tuple[Block, ...]:
        cards = views.cards_for(reading.files, reading.text)
        can_share = is_shareable and bool(reading.text.strip())
        return views.after_answer(turn.profile.words, handle, cards, reading.notices, is_shareable=can_share)

    async def share(self, handle: str, member: Member) -> str:
        """Post an answer into the thread where it was asked for. Return the key of what there is to say, or nothing.

        Once, and only for the person who asked. Raises: `SlackTroubleError`; it can be tried again then.
        """
        kept = await self._desk.state.answer(handle)
        if kept is None:
            return "buttons.too_old"
        if kept.conversation.member != member:
            return "buttons.not_yours"
        taken = await self._desk.state.take_text(handle)
        if taken is None or not taken.text:
            return "share.done"
        place, profile = taken.conversation.place, await self._desk.people.profile(member.user)
        try:
            for message in views.shared(profile.words, member, taken.text):
                await self._desk.slack.post(place.channel, message, place.thread)
        except SlackTroubleError:
            await self._desk.state.keep_answer(handle, taken)
            raise
        return ""

    async def retry(self, handle: str, member: Member, clicked: Place) -> str:
        """Ask the same question again. Return the key of what there is to say instead, or nothing."""
        kept = await self._desk.state.answer(handle)
        if kept is None:
            return "buttons.too_old"
        if kept.conversation.member != member:
            return "buttons.not_yours"
        profile: Profile = await self._desk.people.profile(member.user)
        await self.begin(await self._places.again(kept.conversation, kept.question, profile, clicked))
        return ""

    async def _keep(self, turn: Turn, text: str = "") -> str:
        handle = secrets.token_urlsafe(16)
        is_elsewhere = turn.shown.is_private and not turn.conversation.place.is_private
        kept = Answer(turn.conversation, turn.question, text if is_elsewhere else "")
        await self._desk.state.keep_answer(handle, kept)
        return handle
