"""A turn's events as a streamed HTTP response.

The SDK would stream an async generator through a thread of the web server's pool, and learn of a client that left only
when Python collects the garbage. Here the turn runs on the SDK's worker loop and the response on the server's, with no
thread in between; a client that leaves stops the turn at once.
"""

import asyncio
import contextlib
import json
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


async def _lines(source: Objects, home: asyncio.AbstractEventLoop) -> AsyncIterator[str]:
    here = asyncio.get_running_loop()
    arrived: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def pump() -> None:
        try:
            async with contextlib.aclosing(source):
                async for value in source:
                    here.call_soon_threadsafe(arrived.put_nowait, value)
        finally:
            here.call_soon_threadsafe(arrived.put_nowait, None)

    pumping = asyncio.run_coroutine_threadsafe(pump(), home)
    try:
        while (value := await arrived.get()) is not None:
            yield f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
    finally:
        pumping.cancel()
