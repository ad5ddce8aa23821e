"""Which questions are being answered, in the store: what a process that was killed leaves behind is put right.

A question is written down before anything is done for it, and crossed out when its answer is complete. Each process
has one record with what it is at, and renews it; when that is over, whichever process notices first tells the people.
"""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from callback.errors import CallbackError
from chat.slack import views
from chat.slack.answers import Answers
from chat.slack.conversations import Conversation, Place
from chat.slack.desk import Desk
from chat.slack.errors import SlackTroubleError

__all__ = ["Entry", "Ledger", "Process", "Running"]

logger = logging.getLogger(__name__)

_RENEWAL_S = 5.0
# After so many renewals a process looks for others that are gone: every 30 s, and at its start.
_ROUND = 6
_LEASE = timedelta(seconds=20)
_LIFE = timedelta(days=1)
_MOST_PROCESSES = 16


@dataclass(frozen=True)
class Running:
    """A question on its way. `ts` is the message in which its answer grows, empty while there is none."""

    conversation: Conversation
    question: str = field(repr=False)
    shown: Place
    ts: str = ""


@dataclass(frozen=True)
class Process:
    """What a process is at, as handles of `Running`. After `until` it is gone."""

    name: str
    until: datetime
    running: tuple[str, ...]


class Ledger:
    """One process's."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk, self._answers = desk, answers
        self._running = desk.door.records("slack-running", Running)
        self._processes = desk.door.records("slack-processes", Process)
        self._name = secrets.token_urlsafe(9)
        self._slot: str | None = None
        self._entries: set[str] = set()
        self._lock = asyncio.Lock()
        self._written, self._wanted = 0, 0

    async def enter(self, running: Running) -> "Entry":
        """Write a question down. Raises: `CallbackError`."""
        handle = secrets.token_urlsafe(16)
        await self._running.put(handle, running, _LIFE)
        self._entries.add(handle)
        await self._renew()
        return Entry(self, handle)

    async def change(self, handle: str, running: Running) -> None:
        """Write down what has become of it."""
        async with self._running.lock(handle):
            if handle in self._entries:
                await self._running.put(handle, running, _LIFE)

    async def leave(self, handle: str) -> None:
        """Cross it out."""
        self._entries.discard(handle)
        async with self._running.lock(handle):
            await self._running.delete(handle)

    async def keep(self) -> None:
        """Say that this process lives, and look after those that do not, until cancelled."""
        for number in count():
            try:
                await self._renew()
                if number % _ROUND == 0:
                    await self._mend_all()
            except CallbackError as error:
                logger.warning("kind=%s | what is being answered could not be written down", type(error).__name__)
            await asyncio.sleep(_RENEWAL_S)

    async def _renew(self) -> None:
        self._wanted += 1
        wanted = self._wanted
        async with self._lock:
            if wanted <= self._written:  # somebody who waited here, too, has written it
                return
            written = self._wanted
            record = Process(self._name, self._desk.door.now() + _LEASE, tuple(self._entries))
            if not await self._put(record):
                logger.warning("most=%d | there are too many processes to look after this one", _MOST_PROCESSES)
            self._written = written

    async def _put(self, record: Process) -> bool:
        if self._slot is not None:
            found = await self._processes.get(self._slot)
            if found is not None and found.name == self._name:
                await self._processes.put(self._slot, record, _LIFE)
                return True
        for number in range(_MOST_PROCESSES):
            if await self._processes.add(str(number), record, _LIFE):
                self._slot = str(number)
                return True
        return False

    async def _mend_all(self) -> None:
        for number in range(_MOST_PROCESSES):
            found = await self._processes.get(str(number))
            if found is None or found.name == self._name or self._desk.door.now() < found.until:
                continue
            taken = await self._processes.take(str(number))
            if taken is None or self._desk.door.now() < taken.until:  # it lives, and will write itself down again
                continue
            for handle in taken.running:
                running = await self._running.take(handle)
                if running is not None:
                    await self._mend(running)

    async def _mend(self, running: Running) -> None:
        """End an answer that nobody goes on with, in whatever state it is."""
        logger.info("is_begun=%s | a question of a process that is gone", bool(running.ts))
        conversation, place = running.conversation, running.shown
        words = (await self._desk.people.profile(conversation.member.user)).words
        handle = await self._answers.keep(conversation, running.question, place)
        message, slack = views.interrupted(words, handle), self._desk.slack
        try:
            await slack.stop_stream(place.channel, running.ts, (), message.blocks)
        except SlackTroubleError:  # it has not begun, or Slack has ended it
            try:
                await slack.post(place.channel, message, place.thread)
            except SlackTroubleError as error:
                logger.warning("code=%s | an answer that broke off could not be ended", error.code)
        with suppress(SlackTroubleError):
            await slack.set_session_status(place, "active")


class Entry:
    """One question's."""

    def __init__(self, ledger: Ledger, handle: str) -> None:
        self._ledger, self._handle = ledger, handle

    async def change(self, running: Running) -> None:
        """Write down what has become of it. Should that fail, a note may stand in another place one day."""
        with suppress(CallbackError):
            await self._ledger.change(self._handle, running)

    async def leave(self) -> None:
        """Cross it out. Should that fail, it is forgotten in a day."""
        with suppress(CallbackError):
            await self._ledger.leave(self._handle)
