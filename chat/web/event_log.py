"""The events of one run, for any number of readers, each at their own pace and from wherever they like.

Who writes never waits for who reads, and each event is there once however many read it. An event that a later one
makes superfluous is dropped: whoever has not read it yet finds the later one.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from chat.web.errors import TooManyError

__all__ = ["EventLog", "LogFullError"]

MAX_BYTES = 4 * 1024 * 1024
# In one go to one reader; a new one may find a whole answer there.
_PIECE_BYTES = 256 * 1024


class LogFullError(Exception):
    """The run has said more than any answer has."""


@dataclass(slots=True)
class _Entry:
    seq: int
    data: bytes


class EventLog:
    """Numbers events from 1 on. Belongs to one event loop."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, max_followers: int = 32) -> None:
        self._entries: list[_Entry] = []
        self._bytes = 0
        self._max_bytes = max_bytes
        self._max_followers = max_followers
        self._seq = 0
        self._followers = 0
        self._is_over = False
        self._grown = asyncio.Event()

    @property
    def followers(self) -> int:
        """How many read at the moment."""
        return self._followers

    @property
    def size_bytes(self) -> int:
        """What it holds."""
        return self._bytes

    def append(self, event: Mapping[str, object], *, is_last: bool = False) -> int:
        """Add an event and return its number. `is_last`: it always fits. Raises: `LogFullError`."""
        self._seq += 1
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        # A name from outside may hold half of a surrogate pair, which UTF-8 cannot say.
        entry = _Entry(self._seq, f"id: {self._seq}\ndata: {text}\n\n".encode("utf-8", "replace"))
        if self._bytes + len(entry.data) > self._max_bytes and not is_last:
            raise LogFullError
        self._entries.append(entry)
        self._bytes += len(entry.data)
        self._wake()
        return self._seq

    def drop(self, seq: int) -> None:
        """Forget an event that a later one stands for."""
        at = bisect_right(self._entries, seq, key=lambda entry: entry.seq) - 1
        if at >= 0 and self._entries[at].seq == seq:
            self._bytes -= len(self._entries.pop(at).data)

    def close(self) -> None:
        """There will be no more; readers come to an end."""
        self._is_over = True
        self._wake()

    def follow(self, after: int, keep_alive_s: float) -> AsyncGenerator[bytes]:
        """Yield the events behind number `after`, as server-sent events, as they come; a comment when it is quiet.

        Raises: `TooManyError`, at once.
        """
        if self._followers >= self._max_followers:
            raise TooManyError
        return self._follow(after, keep_alive_s)

    async def _follow(self, after: int, keep_alive_s: float) -> AsyncGenerator[bytes]:
        self._followers += 1
        try:
            while True:
                grown = self._grown
                after, piece = self._piece(after)
                if piece:
                    yield piece
                elif self._is_over:
                    return
                else:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(keep_alive_s):
                            await grown.wait()
                    if not grown.is_set():
                        yield b": still here\n\n"
        finally:
            self._followers -= 1

    def _piece(self, after: int) -> tuple[int, bytes]:
        piece = bytearray()
        for entry in self._entries[bisect_right(self._entries, after, key=lambda entry: entry.seq) :]:
            piece += entry.data
            after = entry.seq
            if len(piece) >= _PIECE_BYTES:
                break
        return after, bytes(piece)

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
