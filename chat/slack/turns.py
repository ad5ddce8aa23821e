"""Turns: a question is written down, waits for those before it, goes to the agent, and is shown until its end."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress

from callback.errors import CallbackError
from chat.errors import ChatError
from chat.events import Event
from chat.slack import views
from chat.slack.answers import Answers
from chat.slack.consents import Consents
from chat.slack.conversations import Conversation, Member, Place
from chat.slack.desk import Desk, Turn
from chat.slack.errors import SlackTroubleError, TooManyError
from chat.slack.incoming import Question
from chat.slack.mrkdwn import mentioned, plain_question
from chat.slack.people import Profile
from chat.slack.places import Places
from chat.slack.running import Entry, Ledger, Running
from chat.slack.showing import LAST_WORDS_S, Showing

__all__ = ["Turns"]

logger = logging.getLogger(__name__)

_MOST_NAMES = 5


class Turns:
    """The turns of this process. To be made where it runs: it looks after what other processes have left at once."""

    def __init__(self, desk: Desk, places: Places) -> None:
        self._desk, self._places = desk, places
        self.answers = Answers(desk)
        self._ledger = Ledger(desk, self.answers)
        self.consents = Consents(desk, places, self._ledger, self._go_on)
        self._shown: dict[str, Showing] = {}
        desk.work.start(self._ledger.keep(), is_idle=True)

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
        place, member = question.place, question.member
        # Without the names of people, which Slack has yet to tell.
        brief = plain_question(question.text, (await self._desk.slack.bot()).user, {})
        if not brief or not self._desk.welcomes(member):
            words = (await self._desk.people.profile(member.user)).words
            empty = "asked.empty" if place.is_private else "channel.empty"
            hello = views.plain(words(empty if not brief else "channel.stranger"))
            await self._desk.slack.post(place.channel, hello, place.thread)
            return
        conversation = await self._places.conversation(place, member)
        running = Running(conversation, brief, place)
        entry = await self._ledger.enter(running)
        try:
            profile = await self._desk.people.profile(member.user)
            await self._desk.state.keep_member(member)
            turn = await self._places.turn(conversation, question, await self._plain(question.text), profile)
        except asyncio.CancelledError:
            await self._say_good_bye(running, entry)
            raise
        except BaseException:
            await entry.leave()
            raise
        await self._begin(turn, entry)

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
        await self._begin(turn, await self._ledger.enter(Running(turn.conversation, turn.question, turn.shown)))

    async def stop(self, conversation: Conversation) -> None:
        """Stop the turn of this conversation, here and at the Runtime."""
        if (showing := self._shown.get(conversation.runtime_session)) is not None:
            showing.stop()
        client = self._desk.runtime(conversation.member)
        with suppress(ChatError, CallbackError):  # where it cannot be reached there is nothing to stop
            await client.action(conversation.runtime_session, "cancel")

    async def move(self, conversation: Conversation) -> None:
        """Have what is being answered in a channel go on in private, at once where it is this process's."""
        if (showing := self._shown.get(conversation.runtime_session)) is not None:
            await showing.move()

    async def retry(self, handle: str, member: Member, clicked: Place) -> str:
        """Ask the same question again. Return the key of what there is to say instead, or nothing."""
        kept = await self.answers.of(handle, member)
        if isinstance(kept, str):
            return kept
        profile: Profile = await self._desk.people.profile(member.user)
        await self.begin(await self._places.again(kept.conversation, kept.question, profile, clicked))
        return ""

    async def _plain(self, text: str) -> str:
        bot = await self._desk.slack.bot()
        people = [user for user in mentioned(text) if user != bot.user][:_MOST_NAMES]
        return plain_question(text, bot.user, {user: (await self._desk.people.profile(user)).name for user in people})

    async def _begin(self, turn: Turn, entry: Entry) -> None:
        conversation, profile = turn.conversation, turn.profile
        client = self._desk.runtime(conversation.member)
        events = client.turn(conversation.runtime_session, turn.question, profile.timezone, profile.locale)
        await self._go_on(turn, events, entry, is_new=True)

    async def _go_on(self, turn: Turn, events: AsyncGenerator[Event], entry: Entry, *, is_new: bool = False) -> None:
        """Show an answer, once the turns before this one are through. `is_new`: nothing may wait for consent then."""
        conversation, words = turn.conversation, turn.profile.words
        running = Running(conversation, turn.question, turn.shown)
        await entry.change(running)
        is_shown = False
        try:
            async with self._desk.turnstile.through(conversation.runtime_session, conversation.member.key):
                if is_new:
                    await self.consents.supersede(conversation.runtime_session, words)
                is_shown = True
                await self._show(turn, events, entry)
        except TooManyError:
            await events.aclose()
            await self._desk.slack.post(turn.shown.channel, views.plain(words("turn.queue_full")), turn.shown.thread)
        except asyncio.CancelledError:
            if not is_shown:
                await self._say_good_bye(running, entry)
            raise
        except BaseException:
            await events.aclose()
            await entry.leave()
            raise
        await entry.leave()

    async def _show(self, turn: Turn, events: AsyncGenerator[Event], entry: Entry) -> None:
        showing = Showing(self._desk, self._places, self.answers, self.consents.ask)
        name = turn.conversation.runtime_session
        self._shown[name] = showing
        try:
            await showing.show(turn, events, entry)
        finally:
            del self._shown[name]

    async def _say_good_bye(self, running: Running, entry: Entry) -> None:
        """This process is about to end, before the question's turn has come."""
        place = running.shown
        with suppress(TimeoutError, SlackTroubleError):
            async with asyncio.timeout(LAST_WORDS_S):
                words = (await self._desk.people.profile(running.conversation.member.user)).words
                handle = await self.answers.keep(running.conversation, running.question, place)
                await self._desk.slack.post(place.channel, views.interrupted(words, handle), place.thread)
                await entry.leave()  # else another process sees to it
