"""One answer in one thread: it grows as it comes, and nothing of it is lost whatever happens to its message.

Slack ends a stream after about five minutes, when the person presses Slack's own stop button, or when the message is
full. Then the answer goes on in a new message of the same thread. Where there can be no stream, or none that holds,
what has not been shown is posted at the end.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chat.slack.blocks import Block, markdown, shortened
from chat.slack.conversations import Member, Place
from chat.slack.errors import SlackTroubleError
from chat.slack.mrkdwn import Calm, cut, escaped, pieces
from chat.slack.slack import Chunk, Slack
from chat.slack.views import LONGEST_MARKDOWN, Message

__all__ = ["Stream"]

logger = logging.getLogger(__name__)

# The first words are shown at once; after that a call for each word would be too many: chat.appendStream is Tier 4,
# about 100 calls a minute for the whole workspace. https://docs.slack.dev/apis/web-api/rate-limits
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _GROWTH = 0.3, 3.0, 1.4
_MOST_FAILURES = 3
_LONGEST_TITLE = 250
_LONGEST_NOTIFICATION = 150


class Stream:
    """To be used by one turn, and ended once. `text` and `task` never wait. `began` is told the ts of each message."""

    def __init__(
        self,
        slack: Slack,
        place: Place,
        member: Member,
        began: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._slack, self._place, self._member, self._began, self._sleep = slack, place, member, began, sleep
        self._calm = Calm()
        self._pending: list[dict[str, Any]] = []
        self._ts: str | None = None
        self._shown = ""  # the text in the present message
        self._failures = 0
        self._is_refused = self._is_ended = self._is_dropped = self._is_shown = False
        self._is_doubtful = False  # a piece may be there that we do not know of
        self._wake, self._lock = asyncio.Event(), asyncio.Lock()
        self._flow = asyncio.create_task(self._go())

    @property
    def has_begun(self) -> bool:
        """Whether there is something to see, or to be seen in a moment."""
        return self._ts is not None or bool(self._pending)

    def text(self, piece: str) -> None:
        """Add Markdown."""
        self._add_text(self._calm.feed(piece))

    def task(self, task: str, title: str, status: str) -> None:
        """Add or change a line of progress. `status`: in_progress, complete or error."""
        if self._is_dropped:
            return
        chunk = {"type": "task_update", "id": task, "title": shortened(title, _LONGEST_TITLE), "status": status}
        for pending in self._pending:
            if pending.get("id") == task:
                pending.update(chunk)
                break
        else:
            self._pending.append(chunk)
        self._wake.set()

    def drop(self) -> None:
        """Show nothing more, neither what waits nor what comes. Only a call that is on its way may still arrive."""
        self._is_dropped = True
        self._pending.clear()

    async def end(self, blocks: Sequence[Block] = ()) -> bool:
        """Show all that there is, with these blocks under it. Return whether Slack has taken the words.

        Once: a second call does nothing. Blocks without words are shown, but not under what was dropped unseen.
        """
        if self._is_ended:
            return self._is_shown
        self._is_ended = True
        self._add_text(self._calm.close())
        async with self._lock:  # a call that is on its way may have been taken
            self._flow.cancel()
            try:
                while self._has_too_much() and not self._is_refused:
                    await self._flush()
                await self._finish(() if self._is_dropped and self._ts is None else blocks)
                self._is_shown = True
            except SlackTroubleError as error:
                logger.warning("code=%s | the end of an answer could not be shown", error.code)
        return self._is_shown

    def _add_text(self, text: str) -> None:
        if not text or self._is_dropped:
            return
        if self._pending and self._pending[-1]["type"] == "markdown_text":
            self._pending[-1]["text"] += text
        else:
            self._pending.append({"type": "markdown_text", "text": text})
        self._wake.set()

    async def _go(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._is_refused:
            await self._wake.wait()
            self._wake.clear()
            async with self._lock:
                await self._flush()
            await self._sleep(pause_s)
            pause_s = min(pause_s * _GROWTH, _LONGEST_PAUSE_S)

    def _has_too_much(self) -> bool:
        return len(self._shown) + len(_text_of(self._pending)) > LONGEST_MARKDOWN

    async def _flush(self) -> None:
        """Show what fits into the present message; begin another one where it is full."""
        chunks = self._take()
        if not chunks:
            if self._pending:  # the message is full
                await self._leave()
            return
        try:
            if self._ts is None:
                await self._start(chunks)
            else:
                await self._slack.append(self._place.channel, self._ts, chunks)
        except SlackTroubleError as error:
            if not self._is_dropped:
                self._pending[:0] = chunks
            await self._recover(error)
        else:
            self._shown += _text_of(chunks)
            self._failures = 0

    async def _start(self, chunks: Sequence[Chunk]) -> None:
        self._ts = await self._slack.start_stream(self._place, self._member, chunks)
        self._began(self._ts)

    def _take(self) -> list[dict[str, Any]]:
        """Take from what waits as much as the present message has room for."""
        taken: list[dict[str, Any]] = []
        room = LONGEST_MARKDOWN - len(self._shown)
        while self._pending:
            chunk = self._pending[0]
            first, rest = cut(chunk.get("text", ""), room) if room > 0 else ("", chunk.get("text", ""))
            if rest:
                if first:
                    taken.append({**chunk, "text": first})
                    chunk["text"] = rest
                break
            room -= len(first)
            taken.append(self._pending.pop(0))
        return taken

    async def _recover(self, error: SlackTroubleError) -> None:
        logger.info("code=%s is_begun=%s | a piece of an answer was not taken", error.code, self._ts is not None)
        self._failures += 1
        self._is_doubtful |= error.is_passing and self._ts is not None
        if error.is_stopped:  # news of that is on its way; until then nothing more is shown
            self._is_refused = True
        elif error.is_stream_over and self._ts is not None and self._failures <= _MOST_FAILURES:
            await self._leave(is_over=True)
        elif not error.is_passing or self._failures > _MOST_FAILURES:
            self._is_refused = True
        self._wake.set()  # for what was not taken

    async def _leave(self, *, is_over: bool = False) -> None:
        """Leave the present message as it is and go on in a new one.

        A stream that Slack has ended looks broken until it is updated; what was done in it goes with that, not what
        was said.
        """
        assert self._ts is not None
        ts, shown = self._ts, self._shown
        self._ts, self._shown, self._is_doubtful = None, "", False
        try:
            if not is_over:
                await self._slack.stop_stream(self._place.channel, ts, (), ())
            elif shown:
                await self._slack.update(self._place.channel, ts, _message(shown))
        except SlackTroubleError as error:
            logger.info("code=%s | a part of an answer could not be closed", error.code)

    async def _finish(self, blocks: Sequence[Block]) -> None:
        chunks, self._pending = self._pending, []
        rest = _text_of(chunks)
        if self._ts is None and not self._is_refused and chunks:
            try:
                await self._start(chunks)
                chunks, self._shown, rest = [], rest, ""
            except SlackTroubleError as error:
                logger.info("code=%s | an answer is posted, because it could not be streamed", error.code)
        if self._ts is not None:
            whole = self._shown + rest
            if await self._stopped(self._ts, chunks, blocks):
                if self._is_doubtful:
                    await self._replaced(self._ts, _message(whole, blocks))
                return
            does_fit = len(whole) <= LONGEST_MARKDOWN
            last = _message(whole, blocks) if does_fit else _message(self._shown)
            if await self._replaced(self._ts, last) and does_fit:
                return
        await self._post(rest, blocks)

    async def _stopped(self, ts: str, chunks: Sequence[Chunk], blocks: Sequence[Block]) -> bool:
        try:
            await self._slack.stop_stream(self._place.channel, ts, chunks, blocks)
        except SlackTroubleError as error:
            logger.info("code=%s | an answer's end is not taken as a stream", error.code)
            if not blocks or not error.is_about_content or not await self._stopped(ts, chunks, ()):
                return False
            await self._under(blocks)
        return True

    async def _under(self, blocks: Sequence[Block]) -> None:
        """Post blocks that Slack has not taken together with the words. Should it not take them at all, let them go."""
        try:
            await self._slack.post(self._place.channel, _message("", blocks), self._place.thread)
        except SlackTroubleError as error:
            logger.warning("code=%s | what stands under an answer is not shown", error.code)

    async def _replaced(self, ts: str, message: Message) -> bool:
        try:
            await self._slack.update(self._place.channel, ts, message)
        except SlackTroubleError as error:
            logger.info("code=%s | an answer could not be put in its message's place", error.code)
            return False
        return True

    async def _post(self, text: str, blocks: Sequence[Block]) -> None:
        """Post what is left. Should Slack not take the blocks either, the words alone."""
        parts = pieces(text, LONGEST_MARKDOWN)
        for part in parts[:-1]:
            await self._slack.post(self._place.channel, _message(part), self._place.thread)
        if not parts and not blocks:
            return
        last = _message(parts[-1] if parts else "", blocks)
        try:
            await self._slack.post(self._place.channel, last, self._place.thread)
        except SlackTroubleError:
            if not parts or not blocks:
                raise
            await self._slack.post(self._place.channel, _message(parts[-1]), self._place.thread)


def _text_of(chunks: Sequence[Chunk]) -> str:
    return "".join(chunk.get("text", "") for chunk in chunks)


def _message(text: str, blocks: Sequence[Block] = ()) -> Message:
    shown = (markdown(text), *blocks) if text.strip() else tuple(blocks)
    return Message(escaped(shortened(text.strip(), _LONGEST_NOTIFICATION)) or "…", shown)
