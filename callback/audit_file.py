"""Where audit lines go: to standard output, and to a file where one is set. That never fails or holds up a request.

The file is written before a request goes on: writing to a local disk does not wait for anybody, and what is in a file
outlives a process that is killed. A pipe is another thing: where nobody reads it, a write waits for ever. So standard
output has a queue and a thread of its own.

The agent has the same in `agent.audit_file`: the two processes share no code.
"""

import errno
import logging
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callback.audit import audit_logger
from callback.settings import Settings, SettingsError

__all__ = [
    "AuditFile",
    "AuditFlush",
    "AuditHandler",
    "AuditStream",
    "QueueingAuditHandler",
    "configure_audit",
    "flush_audit",
]

logger = logging.getLogger(__name__)

# What waits for a reader at most: some megabytes.
LONGEST_QUEUE = 10_000
# How long the end of the process waits for one.
FLUSH_S = 1.0


class AuditStream:
    """Writes whole lines to a descriptor, each with one write(2).

    Not for several threads at once; a handler sees to that.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_torn = False

    def write(self, line: str) -> None:
        """Write one line. Raises `OSError` where the system does not take all of it."""
        # A full disk may have taken the beginning of the line before this one.
        content = f"{chr(10) if self._is_torn else ''}{line}\n".encode()
        written = os.write(self._descriptor, content)
        self._is_torn = written != len(content)
        if self._is_torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class AuditFile(AuditStream):
    """Appends to a file that other processes append to as well. Raises `OSError` where it cannot be opened.

    With O_APPEND no line lands inside another. A file that was renamed or removed is left, and a new one made with
    mode 0600, so that rotating it takes no signal. A file that exists keeps its mode.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(_open(path))
        self._path = path

    def write(self, line: str) -> None:
        """Append one line to what is now under the path."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            there = None
        if there is None or not os.path.samestat(there, os.fstat(self._descriptor)):
            old, self._descriptor = self._descriptor, _open(self._path)
            self._is_torn = False
            os.close(old)
        super().write(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class AuditHandler(logging.Handler):
    """Hands each line to `write`. Where that fails it is said once in the log, and once more when it works again."""

    def __init__(self, target: str, write: Callable[[str], None]) -> None:
        super().__init__()
        self._target = target
        self._hand_over = write
        self._lost = 0
        self._counting = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's message; a formatter is not asked."""
        self._write(record.getMessage())

    def _write(self, line: str) -> None:
        try:
            self._hand_over(line)
        except OSError as error:
            self._lose(error.strerror or type(error).__name__)
        else:
            self._recover()

    def _lose(self, why: str) -> None:
        with self._counting:
            self._lost += 1
            is_first = self._lost == 1
        if is_first:
            self._say(logging.ERROR, "target=%s error=%s | audit lines are being lost", self._target, why)

    def _recover(self) -> None:
        with self._counting:
            lost, self._lost = self._lost, 0
        if lost:
            self._say(logging.WARNING, "target=%s lost=%d | audit lines are written again", self._target, lost)

    def _say(self, level: int, text: str, *values: object) -> None:
        logger.log(level, text, *values)


class QueueingAuditHandler(AuditHandler):
    """Does the same in a thread of its own, for a target that may keep a writer waiting. The order of lines is kept.

    Where the target takes nothing any more, lines wait, at most LONGEST_QUEUE of them; those beyond are lost. It works
    again when all that waited is written: a slow reader is not worth two messages for each line.
    """

    def __init__(self, target: str, write: Callable[[str], None]) -> None:
        super().__init__(target, write)
        self._queue: SimpleQueue[str | threading.Event | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._saying: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record's message."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"audit-{self._target}", daemon=True)
            self._thread.start()
        if self._queue.qsize() < LONGEST_QUEUE:
            self._queue.put(record.getMessage())
        else:
            self._lose("nobody reads it")

    def flush(self) -> None:
        """Wait until all lines so far are written, FLUSH_S at most; what is not written by then is said in the log."""
        if self._thread is None:
            return
        written = threading.Event()
        self._queue.put(written)
        if not written.wait(FLUSH_S):
            waiting = self._queue.qsize()
            self._say(logging.ERROR, "target=%s waiting=%d | nobody reads the audit lines", self._target, waiting)

    def close(self) -> None:
        """End the thread, after what is queued."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread = None
        super().close()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, str):
                self._write(item)
            else:
                item.set()

    def _recover(self) -> None:
        if self._queue.empty():
            super()._recover()

    def _say(self, level: int, text: str, *values: object) -> None:
        # Where nobody reads standard output, maybe nobody reads standard error either, and a request must not wait.
        before = self._saying

        def say() -> None:
            if before is not None:
                before.join()
            logger.log(level, text, *values)

        self._saying = threading.Thread(target=say, name=f"audit-{self._target}-log", daemon=True)
        self._saying.start()


class AuditFlush:
    """ASGI middleware that waits for the audit's queue when the server has ended its last request.

    A process that ends by itself does so anyway (`logging.shutdown`), but uvicorn ends one that got SIGTERM by another.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def ending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                flush_audit()
            await send(message)

        await self._app(scope, receive, ending if scope["type"] == "lifespan" else send)


def configure_audit(settings: Settings) -> None:
    """Send audit lines to standard output and to the file of the settings, whatever the log level.

    Called once, by the process's entry point. Raises: `SettingsError` where the file cannot be written.
    """
    handlers: list[AuditHandler] = []
    if sys.__stdout__ is not None:  # closed by whoever started this process
        handlers.append(QueueingAuditHandler("stdout", AuditStream(sys.__stdout__.fileno()).write))
    if settings.audit_file is not None:
        try:
            handlers.append(AuditHandler("file", AuditFile(settings.audit_file).write))
        except OSError as error:
            raise SettingsError(
                f"DRIVE_AGENT_AUDIT_FILE is {str(settings.audit_file)!r}, which cannot be appended to"
                f" ({error.strerror}). Give it the path of a file in a folder that this process may write to."
            ) from error
    audit_logger.handlers[:] = handlers
    audit_logger.setLevel(logging.INFO)
    audit_logger.propagate = False
    if not settings.audit_key and settings.mode == "cloud":
        logger.warning("DRIVE_AGENT_AUDIT_KEY is not set | who somebody is can be found out from audit lines by trying")


def flush_audit() -> None:
    """Wait, for a moment at most, until all audit lines so far are written."""
    for handler in audit_logger.handlers:
        handler.flush()


def _open(path: Path) -> int:
    # Without O_NONBLOCK opening a pipe that nobody reads would wait for ever; to a file it means nothing.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file")
    return descriptor
