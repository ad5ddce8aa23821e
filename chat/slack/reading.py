"""Reading a turn's events into a stream, and remembering what its end needs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from chat.events import AuthRequired, Done, Event, Failure, FileCard, Files, Notice, Text, ToolProgress
from chat.slack.stream import Stream

__all__ = ["Reading", "until_stopped"]

_STATUS = {"running": "in_progress", "done": "complete", "failed": "error"}


class Reading:
    """One turn's. The agent says its link as text, too, for clients that know no buttons: that text is left out."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._held = ""
        self._running: dict[str, str] = {}
        self.text = ""
        self.files: list[FileCard] = []
        self.notices: list[str] = []
        self.asked: AuthRequired | None = None
        self.failure: Failure | None = None
        self.stop_reason = ""

    def take(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, AuthRequired):
            self._held = "" if event.auth_url in self._held else self._held
        self._let_go()
        match event:
            # An address may be the link: it waits for what comes next. Nothing else does.
            case Text(text) if "://" in text:
                self._held = text
            case Text(text):
                self._show(text)
            case ToolProgress():
                self._task(event)
            case Files(files):
                self.files.extend(files)
            case Notice(message):
                self.notices.append(message)
            case AuthRequired():
                self.asked = event
            case Failure():
                self.failure = event
            case Done():
                self.stop_reason = event.stop_reason

    def move_to(self, stream: Stream) -> None:
        """Go on in another stream, which shows all that was said so far."""
        self._stream = stream
        if self.text:
            stream.text(self.text)
        for task, label in self._running.items():
            stream.task(task, label, "in_progress")

    def close(self) -> None:
        """Show what was held back, and let no tool seem to be at work."""
        self._let_go()
        for task, label in self._running.items():
            self._stream.task(task, label, "pending" if self.asked else "error")
        self._running.clear()

    def _let_go(self) -> None:
        held, self._held = self._held, ""
        self._show(held)

    def _show(self, text: str) -> None:
        self.text += text
        self._stream.text(text)

    def _task(self, event: ToolProgress) -> None:
        if event.status == "running":
            self._running[event.id] = event.label
        else:
            self._running.pop(event.id, None)
        self._stream.task(event.id, event.label, _STATUS.get(event.status, "in_progress"))


async def until_stopped(events: AsyncGenerator[Event], stopped: asyncio.Event) -> AsyncGenerator[Event]:
    """Yield events until there are no more or somebody has stopped them; then hang up."""
    stop = asyncio.ensure_future(stopped.wait())
    coming: asyncio.Task[Event | None] | None = None
    try:
        while not stopped.is_set():
            coming = asyncio.ensure_future(_next(events))
            await asyncio.wait((coming, stop), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return
            event = coming.result()
            if event is None:
                return
            yield event
    finally:
        for task in filter(None, (coming, stop)):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        await events.aclose()


async def _next(events: AsyncGenerator[Event]) -> Event | None:
    return await anext(events, None)
