"""Write down what a run's turn has come to while it runs, that its process is alive, and how it ended."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from callback.errors import CallbackError
from chat.web.limits import Limits
from chat.web.records import Turn
from chat.web.transcripts import Transcripts

__all__ = ["Keeper", "Kept"]

logger = logging.getLogger(__name__)

# To write the end down, in steps of as long as it takes otherwise.
_RETRIES = (1, 2)


class Kept(Protocol):
    """A run, as far as it is written down."""

    id: str
    person: str
    conversation: str
    is_waiting: bool
    replaced: Turn | None
    has_begun_well: bool

    @property
    def turn(self) -> Turn:
        """Its turn as it is now."""


class Keeper:
    """One run's. A store that fails for a while is waited out: the answer itself needs none."""

    def __init__(self, run: Kept, transcripts: Transcripts, limits: Limits) -> None:
        self._run = run
        self._transcripts = transcripts
        self._every_s = limits.keep_s
        self._beats_every = max(1, round(limits.beat_s / limits.keep_s))
        self._kept = run.turn
        self._was_waiting = run.is_waiting
        self._is_to_stop, self._has_news = False, asyncio.Event()
        self._has_replaced = run.replaced is None

    def stop(self) -> None:
        """Have `keep_on` return when what it writes is written. It is never to be cancelled.

        The store may still be writing then, and what it writes would land behind the turn's end, or bring back what was
        deleted.
        """
        self._is_to_stop = True
        self._has_news.set()

    def hurry(self) -> None:
        """Have it written now: what tools have found is not found again where this process ends."""
        self._has_news.set()

    async def keep_on(self, make_way: Callable[[], None]) -> None:
        """Write until stopped. `make_way` is called where another process has taken the conversation over."""
        to_beat = self._beats_every
        while not await self._is_stopped():
            to_beat -= 1
            is_due = to_beat <= 0 or self._was_waiting != self._run.is_waiting
            try:
                is_to_replace = self._run.has_begun_well and not self._has_replaced
                if not is_due and not is_to_replace and self._run.turn == self._kept:
                    continue
                # Before each write: the conversation may have been deleted, or taken over, by another process.
                if not await self._is_held() or (is_due and not await self._beat()):
                    make_way()
                    return
                if is_due:
                    to_beat = self._beats_every
                await self._replace()
                await self._keep()
            except CallbackError as error:
                logger.warning("code=%s | a run could not be written down", error.code)

    async def settle(self) -> None:
        """Write down how it ended, unless another run has taken over; what cannot be is lost, and reads as cut off."""
        run = self._run
        for steps in (*_RETRIES, None):
            try:
                if await self._is_held():
                    await self._replace()
                    await self._transcripts.settle(
                        run.person, run.conversation, run.turn, is_waiting=not self._has_replaced
                    )
            except CallbackError as error:
                logger.warning("code=%s | the end of a run could not be written down", error.code)
                if steps is not None:
                    await asyncio.sleep(steps * self._every_s)
            else:
                return

    async def _is_stopped(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every_s):
                await self._has_news.wait()
        self._has_news.clear()
        return self._is_to_stop

    async def _replace(self) -> None:
        """Let the question that waited before go: the agent answers both in one, or lets it be."""
        if self._run.replaced is not None and self._run.has_begun_well and not self._has_replaced:
            answered = replace(self._run.replaced, outcome="answered")
            await self._transcripts.keep(self._run.person, self._run.conversation, answered)
            self._has_replaced = True

    async def _keep(self) -> None:
        turn = self._run.turn
        if turn != self._kept:
            await self._transcripts.keep(self._run.person, self._run.conversation, turn)
            self._kept = turn

    async def _beat(self) -> bool:
        """Say that this process is alive; False where there is no conversation any more."""
        run, is_waiting = self._run, self._run.is_waiting
        await self._transcripts.keep_alive(run.person, run.conversation, run.id, is_waiting=is_waiting)
        # After writing, not before: of two who overlap, one then sees the other.
        if await self._transcripts.head(run.person, run.conversation) is None:
            await self._transcripts.let_go(run.person, run.conversation, run.id)
            return False
        if self._was_waiting and not is_waiting:
            await self._transcripts.mark(run.person, run.conversation, "running")
        self._was_waiting = is_waiting
        return True

    async def _is_held(self) -> bool:
        """Whether no other run has worked on the conversation since, and nobody has deleted it."""
        return await self._transcripts.is_held_by(self._run.person, self._run.conversation, self._run.id)
