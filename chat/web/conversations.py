"""Everybody's conversations in this process: what may run, what runs, and what becomes of it.

One run at a time works on a conversation: here that is certain, over several processes as certain as a heartbeat in the
store can make it, and the agent takes one turn after the other in any case.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx

from agent.agui import AguiInput, interrupt_of
from callback.door import Door, Visitor
from callback.errors import SignInAgainError
from chat.client import http_client
from chat.errors import ChatError, SignInNeededError
from chat.events import AuthRequired
from chat.hosted import caller_for
from chat.web.claims import Claims
from chat.web.drawn import Drawn
from chat.web.errors import (
    AgentUnreachableError,
    BadRequestError,
    BusyError,
    NoConversationError,
    NothingWaitingError,
    TooManyError,
)
from chat.web.limits import Limits
from chat.web.line import Line
from chat.web.records import Head, State, Summary, Turn, open_among, title_of
from chat.web.runs import Run
from chat.web.safety import safe_events
from chat.web.taken_up import with_what_was_found
from chat.web.transcripts import Transcripts
from chat.web.views import conversation_view, summary_view

__all__ = ["Conversations"]


class Conversations:
    """Keyed by the person and the conversation's id together, always."""

    def __init__(self, door: Door, limits: Limits) -> None:
        self._door = door
        self._limits = limits
        self._transcripts = Transcripts(door)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._close = AsyncExitStack()
        self._claims = Claims()
        self._drawn = Drawn()
        # By person and run; those that have ended not long ago, too.
        self._runs: dict[tuple[str, str], Run] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    async def close(self) -> None:
        """End all runs, written down as cut off, and close the connections."""
        await asyncio.gather(*(run.shut_down() for run in self._claims.runs()))
        for timer in self._timers:
            timer.cancel()
        await self._close.aclose()

    def find_run(self, person: str, run: str) -> Run | None:
        """A run of this person's in this process, or one that has ended a moment ago."""
        return self._runs.get((person, run))

    async def start(self, visitor: Visitor, asked: AguiInput, words: Mapping[str, str]) -> Run:
        """Begin a run, with everything that was said kept before it is sent. The same run, sent twice, is one.

        Raises: `BusyError`, `NothingWaitingError`, `TooManyError`, `BadRequestError`, `StateUnavailableError`.
        """
        known = self.find_run(visitor.key, asked.run_id)
        if known is not None and known.conversation == asked.thread_id:
            return known
        if known is not None:
            raise BadRequestError('"runId" is that of a run in another conversation.')
        place = visitor.key, asked.thread_id
        waiting = self._claims.run(place)
        if waiting is not None and (asked.is_resume or not waiting.is_waiting):
            raise BusyError
        if not self._claims.is_claimed(place) and self._claims.at_work(visitor.key) >= self._limits.runs:
            raise TooManyError
        async with self._claims.claimed(place):
            if waiting is not None:
                await waiting.make_way()
            async with self._transcripts.claimed(*place, asked.run_id) as is_ours:
                if not is_ours:  # another process begins at this moment
                    raise BusyError
                run = await self._prepared(visitor, asked, words)
            self._claims.hand_over(place, run)
            self._runs[visitor.key, run.id] = run
            run.begin(self._ended)
        await self._make_room(visitor.key)
        return run

    async def stop(self, visitor: Visitor, conversation: str) -> bool:
        """Stop what works on a conversation, here or elsewhere, or is about to; False where nothing is."""
        place = visitor.key, conversation
        if self._claims.is_claimed(place):
            self._claims.stop_later(place)
            return True
        run = self._claims.run(place)
        if run is not None:
            await run.stop()
            return True
        if await self._transcripts.beat(*place) is None:
            return False
        # The process that follows the turn hears of its end from the agent.
        await self._line(visitor, conversation).cancel()
        return True

    async def delete(self, visitor: Visitor, conversation: str) -> None:
        """Have the agent forget a conversation, then forget it here: all of it or, with an error, nothing.

        Raises: `NoConversationError`, with whatever is left of one gone; `AgentUnreachableError`, `BusyError`.
        """
        place = visitor.key, conversation
        async with self._claims.claimed(place) as run:
            if run is None and await self._transcripts.head(*place) is None:
                await self._transcripts.tidy(*place)
                raise NoConversationError
            await self._forget(self._line(visitor, conversation))
            if run is not None:
                await run.make_way()
            await self._transcripts.delete(*place)

    async def rename(self, person: str, conversation: str, title: str) -> dict[str, Any]:
        """Give a conversation another title. Raises: `NoConversationError`."""
        head = await self._transcripts.rename(person, conversation, title)
        if head is None:
            raise NoConversationError
        return summary_view(head)

    async def summaries(self, person: str) -> list[dict[str, Any]]:
        """The list of a person's conversations."""
        return [summary_view(one, self._state(person, one)) for one in await self._transcripts.summaries(person)]

    async def show(
        self, person: str, conversation: str, before: int | None, words: Mapping[str, str]
    ) -> dict[str, Any]:
        """A page of a conversation. The turn that runs is as it was before its run, which is to be followed.

        A run is named together with its turn only: one that is about to begin is in neither. Raises:
        `NoConversationError`.
        """
        run = self._claims.run((person, conversation))
        head = await self._transcripts.head(person, conversation)
        if head is None:
            raise NoConversationError
        turns, is_earlier = await self._transcripts.page(person, head, before)
        if self._claims.run((person, conversation)) is not run:  # what was read is from before, or from in between
            return await self.show(person, conversation, before, words)
        if run is not None:
            turns = [run.replayed if turn.n == run.base.n else turn for turn in turns]
            state, run_id = self._state(person, head), run.id
        else:
            beat = await self._transcripts.beat(person, conversation)
            run_id = beat.run if beat else ""
            waits = before is None and any(turn.outcome == "waiting" for turn in open_among(turns))
            idle: State = "waiting" if waits or (beat and beat.is_waiting) else "idle"
            state = "running" if beat and not beat.is_waiting else idle
        shown = run_id if run_id in {turn.run for turn in turns} else None
        draw = partial(conversation_view, head, turns, words, state=state, run=shown, earlier=is_earlier)
        return await self._drawn.beside(person, partial(draw, html_of=self._drawn.html))

    def _state(self, person: str, conversation: Summary | Head) -> State:
        run = self._claims.run((person, conversation.id))
        if run is None:
            return conversation.state
        return "waiting" if run.is_waiting else "running"

    async def _prepared(self, visitor: Visitor, asked: AguiInput, words: Mapping[str, str]) -> Run:
        """Make a run of what was asked, and keep its turn."""
        person, conversation = visitor.key, asked.thread_id
        beat = await self._transcripts.beat(person, conversation)
        if beat is not None and (asked.is_resume or not beat.is_waiting):
            raise BusyError
        head = await self._transcripts.head(person, conversation)
        last = await self._transcripts.last_turn(person, head) if head is not None else None
        if last is not None and last.run == asked.run_id:
            raise BusyError  # the same run, sent once more, has ended already: there is something new to load
        open_turns = await self._transcripts.open_turns(person, head) if head is not None else []
        replaced: Turn | None = None
        if asked.is_resume or asked.is_refused:
            meant = (turn for turn in open_turns if asked.interrupt_id in map(interrupt_of, turn.asking_runs))
            before = next(meant, None)
            if head is None or before is None:
                raise NothingWaitingError
            base = replace(before, run=asked.run_id)
        else:
            now = self._door.now()
            head = head or Head(conversation, title_of(asked.prompt), now, now)
            base = Turn(head.turns, asked.run_id, now, asked.prompt)
            replaced = next((turn for turn in open_turns if turn.outcome == "waiting"), None)
        run = self._made(visitor, asked, base, words, replaced)
        stored = base if base.outcome == "waiting" else replace(base, outcome="running")
        await self._transcripts.begin(person, head, stored, "waiting" if run.is_waiting else "running")
        return run

    def _made(
        self, visitor: Visitor, asked: AguiInput, base: Turn, words: Mapping[str, str], replaced: Turn | None
    ) -> Run:
        line = self._line(visitor, asked.thread_id)
        said = asked.timezone, asked.locale
        consent = base.consent if asked.is_resume else None
        waits_for = None
        if consent is not None and asked.props.get("wait") is True:
            waits_for = AuthRequired(consent.provider, consent.url, consent.message, consent.scopes)
            source = line.wait(waits_for, base.question, *said)
        elif asked.is_resume:
            source = line.resume(base.question, *said, is_waiting=consent is not None)
            if base.outcome == "cut_off":
                source = with_what_was_found(source, base.parts)
        else:
            source = line.ask(asked.prompt, *said)
        return Run(
            base,
            safe_events(source, self._door.settings.callback_url),
            person=visitor.key,
            conversation=asked.thread_id,
            transcripts=self._transcripts,
            words=words,
            limits=self._limits,
            cancel=line.cancel,
            with_html=asked.props.get("html") is True,
            asked=waits_for,
            replaced=replaced,
        )

    def _line(self, visitor: Visitor, conversation: str) -> Line:
        url = caller_for(self._door, visitor).url
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self._clients:
            self._clients[origin] = http_client(url, verify=self._door.tls)
            self._close.push_async_callback(self._clients[origin].aclose)
        return Line(self._door, visitor, conversation, self._clients[origin], self._limits)

    async def _forget(self, line: Line) -> None:
        try:
            answer = await line.forget()
        except (SignInNeededError, SignInAgainError):
            raise
        except ChatError as error:
            raise AgentUnreachableError from error
        if answer.get("status") != "forgotten":
            raise AgentUnreachableError

    async def _make_room(self, person: str) -> None:
        """Of more waits than anybody has use for, the oldest makes way: its question goes on waiting."""
        while len(waiting := self._claims.waiting(person)) > self._limits.runs:
            await waiting[0].make_way()

    def _ended(self, run: Run) -> None:
        """Let the next run begin; who was cut off from this one may still read its end."""
        self._claims.let_go((run.person, run.conversation), run)

        def let_go() -> None:
            self._runs.pop((run.person, run.id), None)
            self._timers.discard(timer)

        timer = asyncio.get_running_loop().call_later(self._limits.linger_s, let_go)
        self._timers.add(timer)
