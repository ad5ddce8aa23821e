"""One turn while it is shown: its answer grows in a thread, moves where the person wants it, and ends with buttons."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from callback.errors import CallbackError
from chat.errors import ChatError
from chat.events import AuthRequired, Event
from chat.slack import views
from chat.slack.answers import Answers
from chat.slack.blocks import Block, context
from chat.slack.desk import Desk, Turn
from chat.slack.errors import SlackTroubleError, word_for
from chat.slack.places import Places
from chat.slack.reading import Reading, until_stopped
from chat.slack.running import Entry, Running
from chat.slack.status import Status
from chat.slack.stream import Stream

__all__ = ["LAST_WORDS_S", "Showing"]

logger = logging.getLogger(__name__)

# The process is about to end; Slack has this long to take the last words.
LAST_WORDS_S = 2.0
# A choice of place may be made in another process.
_WATCH_S = 2.0


class Showing:
    """To be used once. `ask` asks for consent."""

    def __init__(
        self, desk: Desk, places: Places, answers: Answers, ask: Callable[[Turn, AuthRequired], Awaitable[None]]
    ) -> None:
        self._desk, self._places, self._answers, self._ask = desk, places, answers, ask
        self._stop = asyncio.Event()
        self._moving = asyncio.Lock()
        self._has_begun = self._has_to_move = self._is_over = False

    def stop(self) -> None:
        """End it, with what there is."""
        self._stop.set()

    async def show(self, turn: Turn, events: AsyncGenerator[Event], entry: Entry) -> None:
        """Show a turn from its beginning to its end. Raises: `CallbackError`, `SlackTroubleError`."""
        self._turn, self._entry = await self._settled(turn), entry
        self._reading, self._has_begun = Reading(self._begin()), True
        watch = self._desk.work.start(self._watch(), is_idle=True)
        failure = ""
        try:
            async for event in until_stopped(events, self._stop):
                self._reading.take(event)
            failure = self._reading.failure.message if self._reading.failure else ""
        except ChatError as error:
            failure = turn.profile.words(word_for(error))
        except CallbackError:  # this process cannot sign
            failure = turn.profile.words("errors.not_accepted")
        except asyncio.CancelledError:
            await self._say_good_bye()
            raise
        finally:
            watch.cancel()
        await self._finish(failure)

    async def move(self) -> None:
        """Go on in private: from now on the channel sees nothing more of this answer. Raises: `SlackTroubleError`."""
        if self._has_begun and (self._is_over or self._turn.shown.is_private):
            return
        self._has_to_move = True
        if self._has_begun:
            self._stream.drop()
            await self._move()

    async def _move(self) -> None:
        async with self._moving:
            if not self._has_to_move:
                return
            turn, stream, status = self._turn, self._stream, self._status
            await stream.end((context(turn.profile.words("channel.moved")),))
            await status.end("active")
            self._turn, self._has_to_move = await self._in_private(turn), False
            self._reading.move_to(self._begin())

    async def _settled(self, turn: Turn) -> Turn:
        """The turn where the person wants it by now: they may have chosen while it waited."""
        if turn.is_from_channel and not turn.shown.is_private:
            talk = await self._desk.state.talk(turn.conversation)
            if self._has_to_move or not talk.is_here:
                turn = await self._in_private(turn)
        self._has_to_move = False
        return turn

    async def _in_private(self, turn: Turn) -> Turn:
        direct = await self._places.direct(turn.conversation, turn.question, turn.profile.words)
        return replace(turn, shown=direct)

    def _begin(self) -> Stream:
        turn, slack = self._turn, self._desk.slack
        self._status = Status(slack, turn.shown, turn.profile.words, turn.question, self._desk.stop_button_after_s)
        self._stream = Stream(slack, turn.shown, turn.conversation.member, self._note)
        self._note("")
        return self._stream

    def _note(self, ts: str) -> None:
        turn = self._turn
        running = Running(turn.conversation, turn.question, turn.shown, ts)
        self._desk.work.start(self._entry.change(running), is_idle=True)

    async def _watch(self) -> None:
        turn = self._turn
        while turn.is_from_channel and not self._turn.shown.is_private:
            await asyncio.sleep(_WATCH_S)
            with suppress(CallbackError, SlackTroubleError):  # tried again
                if not (await self._desk.state.talk(turn.conversation)).is_here:
                    await self.move()

    async def _finish(self, failure: str) -> None:
        reading = self._reading
        reading.close()
        is_stopped = self._stop.is_set() or reading.stop_reason == "cancelled"
        try:
            self._is_over = True
            await self._move()  # where one has begun
            await self._close(failure, is_stopped=is_stopped)
            await self._entry.leave()  # from here on nothing of it can be lost
        finally:  # whatever became of the rest, what was said is shown
            await self._stream.end()
            await self._status.end("suspended" if reading.asked and not is_stopped else "active")

    async def _close(self, failure: str, *, is_stopped: bool) -> None:
        turn, reading = self._turn, self._reading
        words = turn.profile.words
        if is_stopped:
            await self._end(views.after_stop(words, await self._keep()))
        elif failure:
            await self._end(views.after_failure(words, failure, await self._keep()))
        elif reading.asked is not None:
            await self._stream.end(() if turn.shown.is_private else (context(words("channel.consent_sent")),))
            await self._ask(turn, reading.asked)
        elif reading.stop_reason != "nothing_pending" or reading.text:
            await self._complete()
        else:  # another process has answered
            await self._stream.end()

    async def _complete(self) -> None:
        """End an answer with its buttons; show it in the channel where the person has chosen that meanwhile."""
        turn, reading = self._turn, self._reading
        words = turn.profile.words
        handle = await self._keep(reading.text)
        is_elsewhere = turn.shown.is_private and not turn.conversation.place.is_private
        if not reading.text.strip():
            self._stream.text(words("turn.empty"))
        is_wanted_there = is_elsewhere and turn.is_from_channel and await self._is_wanted_there(handle)
        said = await self._answers.share(handle, turn.conversation.member) if is_wanted_there else ""
        is_shareable = is_elsewhere and said != "share.done" and bool(reading.text.strip())
        cards = views.cards_for(reading.files, reading.text)
        notices = (*reading.notices, *((words(said),) if said == "share.failed" else ()))
        await self._end(views.after_answer(words, handle, cards, notices, is_shareable=is_shareable))

    async def _is_wanted_there(self, handle: str) -> bool:
        conversation = self._turn.conversation
        try:
            await self._desk.state.keep_last(conversation, handle)
            return bool(handle) and (await self._desk.state.talk(conversation)).is_here
        except CallbackError as error:  # it can be shared with the button
            logger.warning("kind=%s | whether an answer is wanted elsewhere is not known", type(error).__name__)
            return False

    async def _end(self, blocks: tuple[Block, ...]) -> None:
        """End the stream. What the channel does not take, the person gets in private."""
        turn = self._turn
        if await self._stream.end(blocks) or turn.shown.is_private:
            return
        words = turn.profile.words
        elsewhere = await self._in_private(turn)
        stream = Stream(self._desk.slack, elsewhere.shown, turn.conversation.member, self._note)
        stream.text(f"{words('channel.not_in_channel')}\n\n{self._reading.text}")
        await stream.end(blocks)

    async def _keep(self, text: str = "") -> str:
        return await self._answers.keep(self._turn.conversation, self._turn.question, self._turn.shown, text)

    async def _say_good_bye(self) -> None:
        self._reading.close()
        words = self._turn.profile.words
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                blocks = views.after_failure(words, words("turn.interrupted"), await self._keep())
                if await self._stream.end(blocks):
                    await self._entry.leave()  # else another process sees to it
                await self._status.end("active")
