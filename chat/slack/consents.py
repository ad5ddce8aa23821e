"""Questions that wait for consent: asked for in private, answered by themselves as soon as consent is there.

The process that asked waits (`chat.consent.until_consent`), and holds a lease on the question in the store. When that
process is gone, whichever process hears of the connection goes on. Who takes the question out of the store answers it,
and nobody else does.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from callback.announcements import Changed
from callback.errors import CallbackError
from chat.consent import ConsentTimeoutError, Waiting, until_consent
from chat.errors import ChatError
from chat.events import AuthRequired, Event
from chat.slack import views
from chat.slack.desk import Desk, Turn, proof_of
from chat.slack.errors import SlackTroubleError, word_for
from chat.slack.places import Places
from chat.slack.state import Wait
from chat.slack.words import Words

__all__ = ["Consents"]

logger = logging.getLogger(__name__)

# Connecting is announced in the process where it happens; the others ask this often, one call to the Runtime each time.
_STEP_S = 3.0
# A process that has not asked for this long is gone, and whoever hears of the connection takes over.
_LEASE = timedelta(seconds=7)
_MOST_ACCOUNTS = 1000
# Beyond that nobody asks: a question then waits for news of the connection alone.
_MOST_WAITERS = 500

# Goes on with a turn: the turn, and the events of its answer.
GoOn = Callable[[Turn, AsyncGenerator[Event]], Awaitable[None]]


class Consents:
    """The questions that wait."""

    def __init__(self, desk: Desk, places: Places, go_on: GoOn) -> None:
        self._desk, self._places, self._go_on = desk, places, go_on
        self._waiters: dict[str, asyncio.Task[None]] = {}
        self._accounts: dict[str, str] = {}
        self._told: set[str] = set()  # requests for consent that say "connected" already

    async def ask(self, turn: Turn, asked: AuthRequired) -> None:
        """Ask the person in private, and wait. Raises: `SlackTroubleError` where they cannot be asked."""
        words, conversation = turn.profile.words, turn.conversation
        place = turn.shown
        if not place.is_private:
            place = await self._places.direct(conversation, turn.question, words)
        message = await self._request(turn, asked, words)
        ts = await self._desk.slack.post(place.channel, message, place.thread)
        wait = Wait(
            conversation=conversation,
            question=turn.question,
            shown=turn.shown,
            is_from_channel=turn.is_from_channel,
            asked=asked,
            notice=place,
            notice_ts=ts,
            lease=self._desk.door.now() + _LEASE,
        )
        if len(self._waiters) >= _MOST_WAITERS:
            await self._desk.state.keep_wait(replace(wait, lease=self._desk.door.now()))
        else:
            await self._desk.state.keep_wait(wait)
            self._start(wait)

    async def supersede(self, runtime_session: str, words: Words) -> None:
        """Something else is asked in this conversation: the agent deals with what waited, and so nobody waits."""
        wait = await self._desk.state.take_wait(runtime_session)
        self._end_waiter(runtime_session)
        if wait is not None:
            await self._update(wait, views.superseded(words, wait.asked.auth_url))

    async def show_place(self, runtime_session: str, words: Words, *, is_here: bool) -> None:
        """Say in the request for consent where the answer will appear, after the person has chosen."""
        wait = await self._desk.state.wait(runtime_session)
        if wait is not None and wait.is_from_channel:
            asked, place = wait.asked, wait.conversation.place
            await self._update(wait, views.consent(words, asked.auth_url, asked.scopes, place, is_here=is_here))

    def hear(self, changed: Changed) -> None:
        """Go on after somebody has connected. For `Announcements.subscribe`."""
        if changed.is_connected:
            while len(self._accounts) >= _MOST_ACCOUNTS:
                self._accounts.pop(next(iter(self._accounts)))
            self._accounts[changed.person_key] = changed.account_email
            self._desk.work.start(self._connected(changed))

    async def _connected(self, changed: Changed) -> None:
        waiting = await self._desk.state.waiting_of(changed.person_key)
        for runtime_session in dict.fromkeys(filter(None, (changed.runtime_session, *waiting))):
            wait = await self._desk.state.wait(runtime_session)
            if wait is None or wait.conversation.member.key != changed.person_key:
                continue
            await self._tell(wait)
            if runtime_session not in self._waiters:
                self._desk.work.start(self._take_over(wait), is_idle=True)

    async def _take_over(self, wait: Wait) -> None:
        """Go on with a question for which no process asks any more."""
        kept: Wait | None = wait
        while kept is not None and kept.notice_ts == wait.notice_ts:
            left = (kept.lease - self._desk.door.now()).total_seconds()
            if left <= 0:
                self._start(kept)
                return
            await asyncio.sleep(left)
            kept = await self._desk.state.wait(wait.conversation.runtime_session)

    def _start(self, wait: Wait) -> None:
        runtime_session = wait.conversation.runtime_session
        self._end_waiter(runtime_session)
        task = self._desk.work.start(self._wait(wait), is_idle=True)
        self._waiters[runtime_session] = task
        task.add_done_callback(lambda done: self._forget(runtime_session, done))

    def _forget(self, runtime_session: str, task: asyncio.Task[None]) -> None:
        if self._waiters.get(runtime_session) is task:
            del self._waiters[runtime_session]

    def _end_waiter(self, runtime_session: str) -> None:
        if (task := self._waiters.pop(runtime_session, None)) is not None and task is not asyncio.current_task():
            task.cancel()

    async def _wait(self, wait: Wait) -> None:
        conversation = wait.conversation
        profile = await self._desk.people.profile(conversation.member.user)
        client = self._desk.runtime(conversation.member)

        def resume() -> AsyncGenerator[Event]:
            return client.resume(conversation.runtime_session, profile.timezone, profile.locale)

        patience = _Patience(self._desk, wait)
        events = until_consent(resume, wait.asked, Waiting(sleep=patience))
        try:
            first = await anext(events, None)
        except asyncio.CancelledError:
            await patience.give_up()
            raise
        except _TakenError:
            return
        except ConsentTimeoutError:
            return  # it stays in the store: whoever hears of the connection goes on
        except ChatError as error:
            if await self._desk.state.take_wait(conversation.runtime_session) is not None:
                failed = views.plain(profile.words(word_for(error)))
                await self._desk.slack.post(wait.notice.channel, failed, wait.notice.thread)
            return
        taken = await self._desk.state.take_wait(conversation.runtime_session)
        if first is None or taken is None:
            await events.aclose()
            return
        if taken.notice_ts not in self._told:
            await self._tell(taken)
        self._told.discard(taken.notice_ts)
        turn = Turn(conversation, taken.shown, taken.question, profile, is_from_channel=taken.is_from_channel)
        self._waiters.pop(conversation.runtime_session, None)  # from here on it is a turn like any other
        await self._go_on(await self._places.resumed(turn), _from(first, events))

    async def _request(self, turn: Turn, asked: AuthRequired, words: Words) -> views.Message:
        if not turn.is_from_channel:
            return views.consent(words, asked.auth_url, asked.scopes)
        talk = await self._desk.state.talk(turn.conversation)
        return views.consent(words, asked.auth_url, asked.scopes, turn.conversation.place, is_here=talk.is_here)

    async def _tell(self, wait: Wait) -> None:
        """Turn the request for consent into "connected as …"."""
        self._told.add(wait.notice_ts)
        member = wait.conversation.member
        profile = await self._desk.people.profile(member.user)
        email = self._accounts.get(member.key)
        if email is None:  # it was announced in another process
            try:
                found = await self._desk.door.connections(member.key, proof_of(member))
            except CallbackError:
                found = ()
            email = next((one.account.email for one in found if one.is_connected), "")
        await self._update(wait, views.connected(profile.words, email))

    async def _update(self, wait: Wait, message: views.Message) -> None:
        try:
            await self._desk.slack.update(wait.notice.channel, wait.notice_ts, message)
        except SlackTroubleError as error:
            logger.info("code=%s | a request for consent could not be updated", error.code)


class _TakenError(Exception):
    """Somebody else has the question by now."""


class _Patience:
    """The sleep between two questions. It ends early when the person connects, and keeps the lease on the question."""

    def __init__(self, desk: Desk, wait: Wait) -> None:
        self._desk, self._wait = desk, wait
        self._sleep = desk.door.announcements.sleeper(wait.conversation.member.key)
        self._is_first = True

    async def __call__(self, seconds: float) -> None:
        # At once the first time: who goes on after another process may have been told already.
        await self._sleep(seconds if self._is_first else max(seconds, _STEP_S))
        self._is_first = False
        await self._lease(_LEASE)

    async def give_up(self) -> None:
        """This process is about to end: another one need not wait for it."""
        with suppress(_TakenError, CallbackError):
            await self._lease(timedelta())

    async def _lease(self, life: timedelta) -> None:
        kept = await self._desk.state.wait(self._wait.conversation.runtime_session)
        if kept is None or kept.notice_ts != self._wait.notice_ts:
            raise _TakenError
        await self._desk.state.renew_wait(replace(kept, lease=self._desk.door.now() + life))


async def _from(first: Event, events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    try:
        yield first
        async for event in events:
            yield event
    finally:
        await events.aclose()
