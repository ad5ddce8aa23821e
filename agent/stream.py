"""A turn's events as a streamed HTTP response.

The SDK would stream an async generator through a thread of the web server's pool, and learn of a client that left only
when Python collects the garbage. Here the turn runs on the SDK's worker loop and the response on the server's, with no
thread in between; a client that leaves stops the turn at once.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

Objects = AsyncGenerator[dict[str, Any]]


class EventStream(StreamingResponse):
    """Server-sent events, one JSON object each. `source` is run on the loop on which this is made."""

    def __init__(self, source: Objects) -> None:
        # A proxy that buffers would hold the first word back until the last.
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        body = _lines(source, asyncio.get_running_loop())
        super().__init__(body, media_type="text/event-stream", headers=headers)


async def _lines(source: Objects, home: asyncio.AbstractEventLoop) -> AsyncIterator[bytes]:
    arrived = _Handover(asyncio.get_running_loop())

    async def pump() -> None:
        try:
            async with contextlib.aclosing(source):
                async for value in source:
                    arrived.put(value)
        finally:
            arrived.put(None)

    pumping = asyncio.run_coroutine_threadsafe(pump(), home)
    try:
        is_open = True
        while is_open:
            values = await arrived.take()
            is_open = values[-1] is not None
            lines = [f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values if value is not None]
            if lines:
                yield "".join(lines).encode("utf-8", "replace")  # a model may write half a surrogate pair
    finally:
        pumping.cancel()


class _Handover:
    """Hands values from any thread to the loop `here`, None last; what comes while it is busy goes over in one piece.

    Each waking of another loop and each send cost more than a value does.
    """

    def __init__(self, here: asyncio.AbstractEventLoop) -> None:
        self._here = here
        self._lock = threading.Lock()
        self._values: list[dict[str, Any] | None] = []
        self._has_values = asyncio.Event()

    def put(self, value: dict[str, Any] | None) -> None:
        with self._lock:
            self._values.append(value)
            is_first = len(self._values) == 1
        if is_first:
            self._here.call_soon_threadsafe(self._has_values.set)

    async def take(self) -> list[dict[str, Any] | None]:
        await self._has_values.wait()
        self._has_values.clear()
        with self._lock:
            values, self._values = self._values, []
        return values
