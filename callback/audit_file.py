"""Where audit lines go: to standard output, and to a file where one is set. That never fails a request.

The agent has the same in `agent.audit_file`: the two processes share no code.
"""

import errno
import logging
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from callback.audit import audit_logger
from callback.settings import Settings, SettingsError

__all__ = ["AuditFile", "AuditHandler", "AuditStream", "configure_audit"]

logger = logging.getLogger(__name__)


class AuditStream:
    """Writes whole lines to a descriptor, each with one write(2).

    Not for several threads at once; a handler's lock sees to that.
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
        self._write = write
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's message; a formatter is not asked."""
        try:
            self._write(record.getMessage())
        except OSError as error:
            self._lost += 1
            if self._lost == 1:
                logger.error("target=%s error=%s | audit lines are being lost", self._target, error.strerror)  # noqa: TRY400 - one line
            return
        if self._lost:
            logger.warning("target=%s lost=%d | audit lines are written again", self._target, self._lost)
            self._lost = 0


def configure_audit(settings: Settings) -> None:
    """Send audit lines to standard output and to the file of the settings, whatever the log level.

    Called once, by the process's entry point. Raises: `SettingsError` where the file cannot be written.
    """
    handlers = []
    if sys.__stdout__ is not None:  # closed by whoever started this process
        handlers.append(AuditHandler("stdout", AuditStream(sys.__stdout__.fileno()).write))
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


def _open(path: Path) -> int:
    # Without O_NONBLOCK opening a pipe that nobody reads would wait for ever; to a file it means nothing.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file")
    return descriptor
