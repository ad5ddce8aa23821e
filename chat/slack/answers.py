"""What the buttons under an answer are about, and the sharing of an answer."""

import asyncio
import logging
import secrets
from dataclasses import replace

from callback.errors import CallbackError
from chat.slack import views
from chat.slack.conversations import Conversation, Member, Place
from chat.slack.desk import Desk
from chat.slack.errors import SlackTroubleError
from chat.slack.state import Answer

__all__ = ["Answers"]

logger = logging.getLogger(__name__)


class Answers:
    """The answers that can still be shared or asked for again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def keep(self, conversation: Conversation, question: str, shown: Place, text: str = "") -> str:
        """Remember an answer, its text only where it can be shared. Return its handle; empty where that failed."""
        handle = secrets.token_urlsafe(16)
        is_elsewhere = shown.is_private and not conversation.place.is_private
        try:
            await self._desk.state.keep_answer(handle, Answer(conversation, question, text if is_elsewhere else ""))
        except CallbackError as error:  # the answer is whole without its buttons
            logger.warning("kind=%s | what an answer's buttons are about could not be kept", type(error).__name__)
            return ""
        return handle

    async def of(self, handle: str, member: Member) -> Answer | str:
        """The answer, for who asked; else the key of what there is to say."""
        kept = await self._desk.state.answer(handle)
        if kept is None:
            return "buttons.too_old"
        return kept if kept.conversation.member == member else "buttons.not_yours"

    async def share(self, handle: str, member: Member) -> str:
        """Post an answer into the thread where it was asked for. Return the key of what there is to say.

        Once, and only for the person who asked. What Slack has not taken can be shared again, from there on.
        """
        kept = await self.of(handle, member)
        if isinstance(kept, str):
            return kept
        taken = await self._desk.state.take_text(handle)
        if taken is None or not taken.text:
            return "share.done"
        place, profile = taken.conversation.place, await self._desk.people.profile(member.user)
        posted = taken.posted
        try:
            for message in views.shared(profile.words, member, taken.text)[posted:]:
                await self._desk.slack.post(place.channel, message, place.thread)
                posted += 1
        except SlackTroubleError as error:
            logger.info("code=%s posted=%d | an answer could not be shared", error.code, posted)
            await self._desk.state.keep_answer(handle, replace(taken, posted=posted))
            return "share.failed"
        except asyncio.CancelledError:
            await self._desk.state.keep_answer(handle, replace(taken, posted=posted))
            raise
        return "share.done"
