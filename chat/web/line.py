"""One person's line to the agent for one conversation: ask, go on, wait for consent, cancel, forget."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import httpx

from callback.announcements import Changed
from callback.door import Door, Visitor
from callback.errors import CallbackError
from chat.client import RuntimeClient
from chat.consent import Waiting, until_consent
from chat.events import AuthRequired, Done, Event, Failure, Notice, Text, ToolProgress
from chat.hosted import caller_for
from chat.web.limits import Limits

__all__ = ["Connected", "Heard", "Line", "runtime_session"]

# Consent that is given on this service is announced. Somebody may also give it elsewhere, so the agent is asked now and
# then (`Limits.ask_s`), and less and less often.
_LONGEST_STEP_S = 10.0
_GROWTH = 1.3


@dataclass(frozen=True)
class Connected:
    """Consent is there. `account` is the Google account's address, empty where nobody has named it."""

    account: str = field(repr=False)


Heard: TypeAlias = Event | Connected


def runtime_session(secret: str, person: str, conversation: str) -> str:
    """The runtime session of a person's conversation: 68 characters.

    Another person's conversation of the same id is another one. Keyed, because a runtime session belongs to whoever
    uses it first: who could work it out would shut its owner out.
    """
    key = hashlib.sha256(f"drive-agent web chat|{secret}".encode()).digest()
    return f"web-{hmac.new(key, json.dumps([person, conversation]).encode(), hashlib.sha256).hexdigest()}"


class Line:
    """Asks the agent as one person, in the runtime session of one conversation.

    Raises `ChatError`s, and `CallbackError`s where a sign-in has ended.
    """

    def __init__(
        self, door: Door, visitor: Visitor, conversation: str, http: httpx.AsyncClient, limits: Limits
    ) -> None:
        self._door, self._visitor, self._limits = door, visitor, limits
        self._client = RuntimeClient(caller_for(door, visitor), kind="web", http=http)
        self._runtime_session = runtime_session(door.settings.session_key, visitor.key, conversation)

    def ask(self, question: str, timezone: str | None, locale: str | None) -> AsyncGenerator[Heard]:
        """Ask something."""
        return self._client.turn(self._runtime_session, question, timezone, locale)

    async def resume(
        self, question: str, timezone: str | None, locale: str | None, *, is_waiting: bool
    ) -> AsyncGenerator[Heard]:
        """Go on with a turn that was cut off, or that waits for consent: then say if that is there.

        Where the agent has nothing to go on with, it is asked the question again.
        """
        with closing(_News(self._door, self._visitor, self._limits)) as news:
            resumed = self._client.resume(self._runtime_session, timezone, locale)
            anew = partial(self._client.turn, self._runtime_session, question, timezone, locale)
            async with aclosing(_or_anew(resumed, anew)) as events:
                async for event in _told(events, news) if is_waiting else events:
                    yield event

    async def wait(
        self, asked: AuthRequired, question: str, timezone: str | None, locale: str | None
    ) -> AsyncGenerator[Heard]:
        """Wait until consent is there, say so, and go on with the answer. Raises: also `ConsentTimeoutError`."""

        async def resume() -> AsyncGenerator[Event]:
            await self._door.proof(self._visitor)  # not every way to the agent asks whether somebody is still there
            async with aclosing(self._client.resume(self._runtime_session, timezone, locale)) as answer:
                async for event in answer:
                    yield event

        with closing(_News(self._door, self._visitor, self._limits)) as news:
            waiting = Waiting(news.sleep, time.monotonic, self._limits.consent_s)
            anew = partial(self._client.turn, self._runtime_session, question, timezone, locale)
            events = _or_anew(until_consent(resume, asked, waiting), anew)
            async with aclosing(events), aclosing(_told(events, news)) as told:
                async for event in told:
                    yield event

    async def cancel(self) -> None:
        """Have the agent stop the turn that is running."""
        await self._client.action(self._runtime_session, "cancel")

    async def forget(self) -> Mapping[str, Any]:
        """Have the agent forget the conversation; its answer, refusals included."""
        return await self._client.action(self._runtime_session, "forget")


class _News:
    """What is announced while somebody waits, between two questions to the agent, too."""

    def __init__(self, door: Door, visitor: Visitor, limits: Limits) -> None:
        self._door, self._visitor, self._limits = door, visitor, limits
        self._has_come, self._is_named = asyncio.Event(), asyncio.Event()
        self._step_s = limits.ask_s
        self._asking: asyncio.Task[None] | None = None
        self._unsubscribe = door.announcements.subscribe(self._hear)
        self.account = ""

    def close(self) -> None:
        """Hear no more."""
        self._unsubscribe()
        if self._asking is not None:
            self._asking.cancel()

    async def sleep(self, _: float) -> None:
        """Wait for news, or for as long as it is worth while there are none."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._step_s):
                await self._has_come.wait()
        self._step_s = self._limits.ask_s if self._has_come.is_set() else min(self._step_s * _GROWTH, _LONGEST_STEP_S)
        self._has_come.clear()

    def ask(self) -> None:
        """Ask the agent whose account it is, where that was not announced; the answer does not wait for it."""
        if not self.account:
            self._asking = asyncio.create_task(self._ask())

    async def named(self) -> None:
        """Wait a moment for the account's name, from whoever says it first."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.name_s):
                await self._is_named.wait()

    def _hear(self, changed: Changed) -> None:
        if changed.person_key == self._visitor.key and changed.is_connected:
            self._name(changed.account_email)
            self._has_come.set()

    def _name(self, account: str) -> None:
        self.account = self.account or account
        if self.account:
            self._is_named.set()

    async def _ask(self) -> None:
        with suppress(CallbackError):
            proof = await self._door.proof(self._visitor)
            found = await self._door.connections(self._visitor.key, proof, self._visitor.source)
            self._name(next((each.account.email for each in found if each.is_connected), ""))
        self._is_named.set()  # or nobody can


async def _or_anew(resumed: AsyncGenerator[Event], ask: Callable[[], AsyncGenerator[Event]]) -> AsyncGenerator[Event]:
    """Ask where there is nothing to resume: the agent came to the end unheard, or has lost what it knew."""
    held: list[Event] = []
    has_come = False
    async with aclosing(resumed):
        async for event in resumed:
            held.append(event)
            has_come = has_come or not isinstance(event, Notice | Done)
            while has_come and held:
                yield held.pop(0)
    if not any(isinstance(event, Done) and event.stop_reason == "nothing_pending" for event in held):
        for event in held:
            yield event
        return
    async with aclosing(ask()) as asked:
        async for event in asked:
            yield event


async def _told(events: AsyncGenerator[Event], news: _News) -> AsyncGenerator[Heard]:
    """Say `Connected` before the first event that shows it, and once more when the account gets known."""
    held: list[Event] = []
    told: str | None = None
    is_clear = False
    async for event in events:
        if told == "" and isinstance(event, Done):
            await news.named()
        if is_clear and told == "" and news.account:
            told = news.account
            yield Connected(told)
        held.append(event)
        if not is_clear and _is_unclear(event):
            continue
        if not is_clear and _shows_consent(event):
            news.ask()
            told = news.account
            yield Connected(told)
        is_clear = True
        while held:
            yield held.pop(0)
    for event in held:
        yield event


def _is_unclear(event: Event) -> bool:
    """Another question for consent may follow, whose message comes as text, too."""
    return isinstance(event, Text) or (isinstance(event, ToolProgress) and event.status == "running")


def _shows_consent(event: Event) -> bool:
    if isinstance(event, Done):
        return event.stop_reason not in {"consent_required", "nothing_pending"}
    return not isinstance(event, AuthRequired | Failure | Notice)
