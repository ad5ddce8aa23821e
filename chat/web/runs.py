"""A run: one answer on its way, as a task of the server.

It reads what the agent says, keeps the events for whoever follows, and has written down what the turn has come to. It
goes on when the browser goes away, and it always ends: by itself, by being stopped, by making way, or with the process.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any, Literal

from agent.agui import AguiRun
from callback.errors import CallbackError
from chat.consent import ConsentTimeoutError
from chat.errors import ChatError
from chat.events import AuthRequired, Done, Event, Failure, Files, Text, to_object
from chat.web.answer import Answer
from chat.web.ends import LAST, end_log, is_good_beginning, log_error
from chat.web.errors import AgentSilentError, AnswerTooLongError, problem_of
from chat.web.event_log import EventLog, LogFullError
from chat.web.keeper import Keeper
from chat.web.limits import Limits
from chat.web.line import Connected, Heard
from chat.web.painter import Painter
from chat.web.records import Outcome, Turn
from chat.web.transcripts import Transcripts

__all__ = ["Run"]


class Run:
    """One run. `base` is its turn as it was before; `turn` is what has become of it."""

    def __init__(
        self,
        base: Turn,
        source: AsyncGenerator[Heard],
        *,
        person: str,
        conversation: str,
        transcripts: Transcripts,
        words: Mapping[str, str],
        limits: Limits,
        cancel: Callable[[], Awaitable[None]],
        with_html: bool = False,
        asked: AuthRequired | None = None,
        replaced: Turn | None = None,
    ) -> None:
        """`asked`: what the run waits for before anything else, if it waits. `cancel` tells the agent to stop.

        `replaced`: a turn that waits, until this run has begun well.
        """
        self.base, self.id = base, base.run
        self.person, self.conversation = person, conversation
        self.log = EventLog(max_followers=limits.followers)
        self.is_waiting = asked is not None
        self.replaced, self.has_begun_well = replaced, False
        self._source, self._asked = source, asked
        self._words, self._limits, self._cancel_turn = words, limits, cancel
        # A turn that was cut off is answered anew; one that waited goes on.
        self._answer = Answer(base.parts if base.outcome == "waiting" else (), self.id)
        self._outcome: Outcome | None = None
        self._has_come = False  # anything that changes what there was
        self._agui = AguiRun(conversation, self.id)
        self._painter = Painter(self.log, limits.pace_s) if with_html else None
        self._unsent = ""
        self._has_text, self._flushing = asyncio.Event(), asyncio.Lock()
        self._keeper = Keeper(self, transcripts, limits)
        self._ending: Literal["", "stopped", "made way", "shut down"] = ""
        self._last: list[dict[str, Any]] = []
        self._is_full = False
        self._is_listening = self._is_cut = False
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        if not self._has_come:
            return self.base if self._outcome is None else replace(self.base, outcome=self._outcome)
        return replace(self.base, parts=self._answer.parts, outcome=self._outcome or "running")

    @property
    def replayed(self) -> Turn:
        """The turn as it was before the first event of this run, for who follows it from there."""
        parts = self.base.parts if self.base.outcome == "waiting" else ()
        return replace(self.base, parts=parts, outcome="waiting" if self.is_waiting else "running")

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and its turn is kept."""
        return self._over.is_set()

    def begin(self, on_end: Callable[["Run"], None]) -> None:
        """Start. `on_end` is called when the turn is kept, before followers hear of the end."""
        self._emit(self._agui.begin())
        self._task = asyncio.create_task(self._live(on_end))

    async def stop(self) -> None:
        """End it because the person wants that; what was said so far stays. Returns when it has ended.

        A turn that only waits goes on waiting: for another question, a no, or somebody who follows it again. A run that
        has asked nothing yet asks nothing any more.
        """
        self._ending = self._ending or "stopped"
        if self._is_listening and not self.is_waiting:
            with suppress(ChatError, CallbackError, TimeoutError):
                async with asyncio.timeout(self._limits.stop_s):
                    await self._cancel_turn()
                    await self._over.wait()
        self._cut()
        await self._over.wait()

    async def make_way(self) -> None:
        """End it for the sake of something else. Its turn is kept as it is then: one that waits goes on waiting."""
        self._give_up()
        await self._over.wait()

    async def shut_down(self) -> None:
        """End it with the process. Who follows is not told of an end, because it is none."""
        self._ending = self._ending or "shut down"
        self._cut()
        await self._over.wait()

    def _give_up(self) -> None:
        self._ending = "made way"
        self._cut()

    def _cut(self) -> None:
        """End the listening. Never the task before its first step: then nobody would hear of its end."""
        self._is_cut = True
        if self._task is not None and self._is_listening:
            self._is_listening = False
            self._task.cancel()

    async def _live(self, on_end: Callable[["Run"], None]) -> None:
        drawing, keeping = (
            asyncio.create_task(each) for each in (self._flush_on(), self._keeper.keep_on(self._give_up))
        )
        ended: BaseException | None = None
        try:
            await self._listen()
        except (asyncio.CancelledError, Exception) as error:  # noqa: BLE001 - it ends this run and no other
            ended = error
        self._is_listening = False
        try:
            drawing.cancel()
            self._keeper.stop()
            await asyncio.gather(drawing, keeping, return_exceptions=True)
            with suppress(LogFullError):
                await self._flush()
            if self._is_full or isinstance(ended, LogFullError):
                ended = AnswerTooLongError()
                with suppress(ChatError, CallbackError, TimeoutError):
                    async with asyncio.timeout(self._limits.stop_s):
                        await self._cancel_turn()
            self._conclude(ended)
            await self._keeper.settle()
        finally:
            on_end(self)
            if self._ending != "shut down":
                end_log(self.log, [*self._last, *self._agui.end()], self._words)
            self.log.close()
            self._over.set()

    async def _listen(self) -> None:
        if self._is_cut:
            raise asyncio.CancelledError
        self._is_listening = True
        try:
            async with asyncio.timeout(self._limits.run_s), aclosing(self._source) as events:
                async for event in events:
                    await self._hear(event)
        except TimeoutError as error:
            raise AgentSilentError from error
        if self._outcome is None:
            raise AgentSilentError

    async def _hear(self, event: Heard) -> None:
        self.has_begun_well = self.has_begun_well or is_good_beginning(event)
        if isinstance(event, Text):
            self._has_come = True
            self._answer.feed(event)
            self._unsent += event.text
            self._has_text.set()
            return
        async with self._flushing:
            if isinstance(event, AuthRequired):  # whose message has come as text, too, which the page shows in a card
                await self._flush(self._answer.text_without(event.message))
            else:
                await self._flush()
        if isinstance(event, Connected):
            self._connect(event.account)
        elif isinstance(event, Failure) and self.is_waiting:  # the agent could not be asked; consent may come yet
            self._outcome = "waiting"
            self._emit(self._agui.feed(to_object(event)))
        else:
            self._answer.feed(event)
            self._note(event)
            self._emit(self._agui.feed(to_object(event)))
            if isinstance(event, Files):
                self._keeper.hurry()

    def _note(self, event: Event) -> None:
        """Tell from an event how the turn ends."""
        self._has_come = self._has_come or not isinstance(event, Done)
        match event:
            case AuthRequired():
                self._outcome, self._asked, self.is_waiting = "waiting", event, True
            case Failure():
                self._outcome = "failed"
            case Done(stop_reason="cancelled"):
                self._outcome = "stopped"
            case Done() if self._outcome is None:
                self._outcome = "answered"
        if self._outcome in {"failed", "stopped"}:
            self._answer.close()

    def _connect(self, account: str) -> None:
        self.is_waiting, self._has_come = False, True
        self._answer.connect(account)
        self._emit([{"type": "CUSTOM", "name": "drive-agent.connected", "value": {"account": account}}])

    async def _flush_on(self) -> None:
        """Send what was said, and draw it, as often as anybody can read."""
        while True:
            await self._has_text.wait()
            async with self._flushing:
                self._has_text.clear()
                try:
                    await self._flush()
                except LogFullError:
                    self._is_full = True
                    self._cut()
                    return
            await asyncio.sleep(self._painter.pace_s if self._painter else self._limits.pace_s)

    async def _flush(self, drawn: str | None = None) -> None:
        """Send what was said since the last time. `drawn`: the message's text as it is drawn, if that is another."""
        text, self._unsent = self._unsent, ""
        if text:
            self._emit(self._agui.feed(to_object(Text(text))))
        if self._painter and (text or drawn is not None):
            await self._painter.paint(self._answer.text if drawn is None else drawn)

    def _emit(self, events: list[dict[str, Any]]) -> None:
        if any(event["type"] in LAST for event in events):
            self._last += events
            return
        for event in events:
            if self._painter:
                self._painter.see(event)
            self.log.append(event)

    def _conclude(self, ended: BaseException | None) -> None:
        """Say how it has ended, unless the agent has said so itself."""
        if self._outcome == "answered" or ended is None:
            return
        if isinstance(ended, asyncio.CancelledError) or self._ending == "stopped":
            self._end_early()
        elif isinstance(ended, ConsentTimeoutError) and self._asked is not None:
            # Nobody has given consent for as long as a link lives. Whoever is still there may go on waiting.
            self._outcome = "waiting"
            self._emit(self._agui.feed(to_object(self._asked)))
            self._emit(self._agui.feed(to_object(Done("consent_required", {}, {}))))
        else:
            self._fail(ended)

    def _end_early(self) -> None:
        if self.is_waiting:
            self._outcome = "waiting"
        elif self._ending == "shut down":
            self._outcome = "cut_off"
        else:
            self._outcome = "stopped"
            self._answer.close()
        self._emit(self._agui.feed(to_object(Done("cancelled", {}, {}))))

    def _fail(self, error: BaseException) -> None:
        assert isinstance(error, Exception)
        problem = problem_of(error, self._words, goes_on=self.is_waiting)
        if problem.code == "internal":
            log_error(error)
        if self.is_waiting:
            self._outcome = "waiting"  # which can be tried again
        elif self.base.outcome in {"waiting", "cut_off"} and not self._has_come:
            self._outcome = self.base.outcome
        else:
            self._outcome, self._has_come = "failed", True
            self._answer.close()
            self._answer.fail(problem.sentence, problem.code)
        self._emit(self._agui.feed(to_object(Failure(problem.sentence, problem.code))))
