"""Questions that wait for consent: asked for in private, answered by themselves as soon as consent is there.

The process that asked waits (`chat.consent.until_consent`), and holds a lease on the question in the store. When that
process is gone, whichever process hears of the connection goes on. Who takes the question out of the store answers it,
and nobody else does.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from callback.announcements import Changed
from callback.errors import CallbackError
from chat.consent import ConsentTimeoutError, Waiting, until_consent
from chat.errors import ChatError
from chat.events import AuthRequired, Event
from chat.slack import views
from chat.slack.desk import Desk, Turn, proof_of
from chat.slack.errors import SlackTroubleError, word_for
from chat.slack.people import Profile
from chat.slack.places import Places
from chat.slack.running import Entry, Ledger, Running
from chat.slack.waits import Wait
from chat.slack.words import Words

__all__ = ["Consents"]

logger = logging.getLogger(__name__)

# Connecting is announced in the process where it happens; the others ask this often, one call to the Runtime each time.
_STEP_S = 3.0
# A process that has not asked for this long is gone, and whoever hears of the connection takes over.
_LEASE = timedelta(seconds=7)
# Beyond that nobody asks: a question then waits for news of the connection alone.
_MOST_WAITERS = 500

# Goes on with a turn: the turn, the events of its answer, and where it is written down.
GoOn = Callable[[Turn, AsyncGenerator[Event], Entry], Awaitable[None]]


class Consents:
    """The questions that wait."""

    def __init__(self, desk: Desk, places: Places, ledger: Ledger, go_on: GoOn) -> None:
        self._desk, self._places, self._ledger, self._go_on = desk, places, ledger, go_on
        self._waits = desk.state.waits
        self._waiters: dict[str, asyncio.Task[None]] = {}
        self._told: set[str] = set()  # requests for consent that say "connected" already, while somebody waits

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
        )
        if len(self._waiters) >= _MOST_WAITERS:
            await self._waits.keep(wait)
        else:
            await self._waits.keep(wait)
            await self._waits.lease(wait, self._desk.door.now() + _LEASE)
            self._start(wait)

    async def supersede(self, runtime_session: str, words: Words) -> None:
        """Something else is asked in this conversation: the agent deals with what waited, and so nobody waits."""
        wait = await self._waits.take(runtime_session)
        self._end_waiter(runtime_session)
        if wait is not None:
            await self._update(wait, views.superseded(words, wait.asked.auth_url))

    async def show_place(self, runtime_session: str, words: Words, *, is_here: bool) -> None:
        """Say in the request for consent where the answer will appear, after the person has chosen."""
        wait = await self._waits.get(runtime_session)
        if wait is not None and wait.is_from_channel:
            asked, place = wait.asked, wait.conversation.place
            await self._update(wait, views.consent(words, asked.auth_url, asked.scopes, place, is_here=is_here))

    def hear(self, changed: Changed) -> None:
        """Go on after somebody has connected. For `Announcements.subscribe`."""
        if changed.is_connected:
            self._desk.work.start(self._connected(changed))

    async def _connected(self, changed: Changed) -> None:
        waiting = await self._waits.of(changed.person_key)
        for runtime_session in dict.fromkeys(filter(None, (changed.runtime_session, *waiting))):
            wait = await self._waits.get(runtime_session)
            if wait is None or wait.conversation.member.key != changed.person_key:
                continue
            if runtime_session in self._waiters:
                self._told.add(wait.notice_ts)
            await self._tell(wait, changed.account_email)
            if runtime_session not in self._waiters:
                self._desk.work.start(self._take_over(wait), is_idle=True)

    async def _take_over(self, wait: Wait) -> None:
        """Go on with a question for which no process asks any more."""
        kept: Wait | None = wait
        while kept is not None and kept.notice_ts == wait.notice_ts:
            until = await self._waits.leased_until(kept)
            left = (until - self._desk.door.now()).total_seconds() if until else 0.0
            if left <= 0:
                self._start(kept)
                return
            await asyncio.sleep(left)
            kept = await self._waits.get(wait.conversation.runtime_session)

    def _start(self, wait: Wait) -> None:
        runtime_session = wait.conversation.runtime_session
        self._end_waiter(runtime_session)
        task = self._desk.work.start(self._wait(wait), is_idle=True)
        self._waiters[runtime_session] = task
        task.add_done_callback(lambda done: self._forget(wait, done))

    def _forget(self, wait: Wait, task: asyncio.Task[None]) -> None:
        self._told.discard(wait.notice_ts)
        runtime_session = wait.conversation.runtime_session
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
            if await self._waits.take(conversation.runtime_session) is not None:
                failed = views.plain(profile.words(word_for(error)))
                await self._desk.slack.post(wait.notice.channel, failed, wait.notice.thread)
            return
        await self._answer(wait, profile, first, events)

    async def _answer(self, wait: Wait, profile: Profile, first: Event | None, events: AsyncGenerator[Event]) -> None:
        """Go on with what has waited, unless somebody else does."""
        conversation = wait.conversation
        # Written down before it is taken: at no moment is it in neither place.
        entry = await self._ledger.enter(Running(conversation, wait.question, wait.notice))
        taken = None
        if first is not None:
            taken = await self._waits.take(conversation.runtime_session)
        if first is None or taken is None:
            await entry.leave()
            await events.aclose()
            return
        self._waiters.pop(conversation.runtime_session, None)  # from here on it is a turn like any other
        try:
            if taken.notice_ts not in self._told:
                await self._tell(taken)
            turn = Turn(conversation, taken.shown, taken.question, profile, is_from_channel=taken.is_from_channel)
            turn = await self._places.resumed(turn)
        except asyncio.CancelledError:
            await self._waits.keep(taken)
            await self._waits.lease(taken, self._desk.door.now())
            await entry.leave()
            raise
        await self._go_on(turn, _from(first, events), entry)

    async def _request(self, turn: Turn, asked: AuthRequired, words: Words) -> views.Message:
        if not turn.is_from_channel:
            return views.consent(words, asked.auth_url, asked.scopes)
        talk = await self._desk.state.talk(turn.conversation)
        return views.consent(words, asked.auth_url, asked.scopes, turn.conversation.place, is_here=talk.is_here)

    async def _tell(self, wait: Wait, email: str = "") -> None:
        """Turn the request for consent into "connected as …". Without an address the agent is asked for it."""
        member = wait.conversation.member
        profile = await self._desk.people.profile(member.user)
        if not email:
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
        waits = self._desk.state.waits
        kept = await waits.get(self._wait.conversation.runtime_session)
        if kept is None or kept.notice_ts != self._wait.notice_ts:
            raise _TakenError
        await waits.lease(kept, self._desk.door.now() + life)


async def _from(first: Event, events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    try:
        yield first
        async for event in events:
            yield event
    finally:
        await events.aclose()
