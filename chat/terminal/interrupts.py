"""Ctrl-C and the other signals of a conversation, on the main thread's event loop.

What runs is told to stop; where nothing runs, Ctrl-C is a `KeyboardInterrupt` as always.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["Interrupts"]

# The terminal has gone away; somebody wants the program to end. Windows knows no SIGHUP.
_ENDING = tuple(getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name))


class Interrupts:
    """Who hears a Ctrl-C now. `ended_by` is the signal that ended it all, 0 before that."""

    def __init__(self) -> None:
        self._stops: list[Callable[[], bool]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: Callable[[], object] | None = None
        self.ended_by = 0

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear signals inside. asyncio leaves a handler of SIGINT that it finds alone."""
        before = {number: signal.signal(number, self._ending) for number in _ENDING}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, self._interrupted)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def ending(self, task: "asyncio.Task[int]") -> Iterator[None]:
        """Cancel `task` when a signal wants the program to end."""
        self._loop, self._end = asyncio.get_running_loop(), task.cancel
        try:
            yield
        finally:
            self._end = None

    @contextmanager
    def stopping(self, stop: Callable[[], bool]) -> Iterator[None]:
        """Call `stop`, on the loop, for every Ctrl-C inside; where it had nothing to stop (False), the one outside."""
        self._loop = asyncio.get_running_loop()
        self._stops.append(stop)
        try:
            yield
        finally:
            self._stops.pop()

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Inside it, where the loop stands still, Ctrl-C is a `KeyboardInterrupt`."""
        before, self._stops = self._stops, []
        try:
            yield
        finally:
            self._stops = before

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if not self._stops or self._loop is None:
            signal.default_int_handler(number, frame)
        else:
            self._loop.call_soon_threadsafe(self._stop_innermost)

    def _stop_innermost(self) -> None:
        # Whoever is there now: what ran when the key was pressed may have come to its end.
        any(stop() for stop in reversed(self._stops))

    def _ending(self, number: int, _: FrameType | None) -> None:
        self.ended_by = number
        if self._end is not None and self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._end)
