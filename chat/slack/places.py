"""Where an answer appears: for a question from a channel, in the person's direct messages unless they choose otherwise.

What comes out of somebody's Drive is for them. So a mention is answered in a thread of their direct messages, which
belongs to the channel's thread, and the channel sees a short note. With a button they have this thread's answers in
the channel, or back in private.
"""

import asyncio
import logging
from weakref import WeakValueDictionary

from chat.slack import views
from chat.slack.conversations import Conversation, Member, Place, conversation_in
from chat.slack.desk import Desk, Turn
from chat.slack.errors import SlackTroubleError
from chat.slack.incoming import Question
from chat.slack.people import Profile
from chat.slack.words import Words

__all__ = ["Places"]

logger = logging.getLogger(__name__)


class Places:
    """Knows each conversation's places."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def conversation(self, place: Place, member: Member) -> Conversation:
        """The conversation that somebody has in a thread: in direct messages, it may be one from a channel."""
        if place.is_private:
            found = await self._desk.state.conversation_behind(place)
            if found is not None and found.member == member:
                return found
        secret = self._desk.door.settings.session_key
        return conversation_in((await self._desk.slack.bot()).team, place, member, secret)

    async def turn(self, conversation: Conversation, question: Question, text: str, profile: Profile) -> Turn:
        """Make a question a turn; a channel learns where its answer will be. Raises: `SlackTroubleError`."""
        if question.place.is_private:
            return Turn(conversation, question.place, text, profile)
        await self._desk.state.keep_last(conversation, "")
        talk = await self._desk.state.talk(conversation)
        if talk.is_here:
            return Turn(conversation, conversation.place, text, profile, is_from_channel=True)
        shown, is_first = await self._quoted(conversation, text, profile.words)
        # Not before: what is said there is to be true.
        self._desk.work.start(self._tell_channel(conversation, profile.words, is_first=is_first))
        return Turn(conversation, shown, text, profile, is_from_channel=True)

    async def again(self, conversation: Conversation, text: str, profile: Profile, clicked: Place) -> Turn:
        """The turn that asks a question again, where the button was pressed."""
        if conversation.place.is_private or clicked.is_private:
            return Turn(conversation, clicked, text, profile)
        return await self._from_channel(conversation, text, profile)

    async def resumed(self, turn: Turn) -> Turn:
        """The turn after consent: the person may have chosen another place by then."""
        if not turn.is_from_channel:
            return turn
        return await self._from_channel(turn.conversation, turn.question, turn.profile)

    async def direct(self, conversation: Conversation, text: str, words: Words) -> Place:
        """The thread of direct messages that belongs to a conversation from a channel."""
        talk = await self._desk.state.talk(conversation)
        return talk.direct or (await self._quoted(conversation, text, words))[0]

    async def hint(self, conversation: Conversation, words: Words, *, is_here: bool) -> None:
        """Tell the person in the channel where they are answered. Should it get lost, nothing is missing."""
        try:
            message = views.hint(words, conversation.place, is_here=is_here)
            await self._desk.slack.whisper(conversation.place, conversation.member, message)
        except SlackTroubleError as error:
            logger.info("code=%s | a hint was not shown", error.code)

    async def _tell_channel(self, conversation: Conversation, words: Words, *, is_first: bool) -> None:
        """Say that there is an answer elsewhere: once to everybody, and each time to the person."""
        if is_first:
            note = views.note(words, conversation.member)
            await self._desk.slack.post(conversation.place.channel, note, conversation.place.thread)
        await self.hint(conversation, words, is_here=False)

    async def _from_channel(self, conversation: Conversation, text: str, profile: Profile) -> Turn:
        talk = await self._desk.state.talk(conversation)
        shown = conversation.place if talk.is_here else await self.direct(conversation, text, profile.words)
        return Turn(conversation, shown, text, profile, is_from_channel=True)

    async def _quoted(self, conversation: Conversation, text: str, words: Words) -> tuple[Place, bool]:
        """Put the question into the thread of direct messages; begin that thread where there is none yet.

        Return the thread, and whether it was begun.
        """
        slack, message = self._desk.slack, views.asked_in(words, conversation.place.channel, text)
        # Two questions in one breath must not begin two threads.
        async with self._locks.setdefault(conversation.runtime_session, asyncio.Lock()):
            talk = await self._desk.state.talk(conversation)
            if talk.direct is not None:
                await slack.post(talk.direct.channel, message, talk.direct.thread)
                return await self._desk.state.keep_direct(conversation, talk.direct), False
            channel = await slack.direct_messages(conversation.member)
            begun = Place(channel, await slack.post(channel, message), is_private=True)
            direct = await self._desk.state.keep_direct(conversation, begun)
            return direct, direct == begun
