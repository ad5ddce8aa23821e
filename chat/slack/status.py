"""That the agent is at work in a thread, as Slack shows it, and how the person can stop it.

Slack has a stop button of its own where the app is declared an agent and hears `agent_session_stopped`. Elsewhere a
message with a button stands in for it while a turn takes long. Nothing here may break a turn.
https://docs.slack.dev/ai/agent-sessions/
"""

import asyncio
import logging
from typing import Literal

from chat.slack.conversations import Place
from chat.slack.errors import SlackTroubleError
from chat.slack.slack import Slack
from chat.slack.views import stop_button
from chat.slack.words import Words

__all__ = ["Status"]

logger = logging.getLogger(__name__)

_LONGEST_TITLE = 80


class Status:
    """One turn's. `title` is what its thread is called in the person's list of threads.

    `button_after_s`: a button of ours that comes and goes at once would only be in the way.
    """

    def __init__(
        self,
        slack: Slack,
        place: Place,
        words: Words,
        title: str,
        button_after_s: float,
    ) -> None:
        self._slack, self._place, self._words, self._button_after_s = slack, place, words, button_after_s
        # In a channel a title would say in a second place what somebody asked.
        self._title = title[:_LONGEST_TITLE] if place.is_private else None
        self._has_session = True  # until Slack says otherwise: ending what has not begun does no harm
        self._button = ""
        self._over = asyncio.Event()
        self._begun = asyncio.create_task(self._begin())

    async def end(self, state: Literal["active", "suspended"]) -> None:
        """Say that the turn is over (`active`), or that it waits for the person (`suspended`)."""
        # Not cancelled: what is on its way may arrive, and then it would arrive last.
        self._over.set()
        await asyncio.wait((self._begun,))
        # The button first: a status that cannot be set must not leave it there.
        try:
            if self._button:
                await self._slack.delete(self._place.channel, self._button)
        except SlackTroubleError as error:
            logger.info("code=%s | the stop button could not be taken away", error.code)
        try:
            if self._has_session:
                await self._slack.set_session_status(self._place, state)
        except SlackTroubleError as error:
            logger.info("code=%s state=%s | the status could not be set", error.code, state)

    async def _begin(self) -> None:
        try:
            if await self._slack.set_session_status(self._place, "processing", self._title):
                return
        except SlackTroubleError as error:
            logger.info("code=%s | there are no agent sessions here", error.code)
            self._has_session = False
        try:
            if not self._has_session:
                await self._slack.set_thread_status(self._place, self._words("turn.status"))
        except SlackTroubleError as error:
            logger.info("code=%s | there is no thread status here", error.code)
        try:
            async with asyncio.timeout(self._button_after_s):
                await self._over.wait()
        except TimeoutError:
            await self._show_button()

    async def _show_button(self) -> None:
        try:
            self._button = await self._slack.post(self._place.channel, stop_button(self._words), self._place.thread)
        except SlackTroubleError as error:
            logger.info("code=%s | there is no stop button here", error.code)
