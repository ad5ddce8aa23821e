"""Read what comes over HTTP, within bounds, and write JSON and event streams."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from chat.plain import plain_line
from chat.web.errors import BadRequestError, TitleTooLongError, TooLongError

__all__ = ["EventStream", "Json", "number_in", "read_object", "title_in"]

MAX_BODY_BYTES = 64 * 1024
MAX_TITLE_CHARS = 120
# In UTF-8, so that a list of 200 fits its record whatever the script (`chat.web.transcripts`).
_MAX_TITLE_BYTES = 3 * MAX_TITLE_CHARS
# No answer has so many events, no conversation so many turns.
_MAX_NUMBER = 10_000_000


class Json(Response):
    """A JSON response. Half of a surrogate pair, which a name from outside may hold, is replaced."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the body."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class EventStream(StreamingResponse):
    """Server-sent events. A proxy that buffers would hold the first word back until the last."""

    def __init__(self, content: AsyncGenerator[bytes]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(content, media_type="text/event-stream", headers=headers)


async def read_object(request: Request, patience_s: float, longest: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Return the JSON object that a request brings. Raises: `BadRequestError`, `TooLongError`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequestError('Send "Content-Type: application/json".')
    body = bytearray()
    try:
        async with asyncio.timeout(patience_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > longest:
                    raise TooLongError
        value = json.loads(body)
    except (TimeoutError, ClientDisconnect, ValueError, RecursionError) as error:
        raise BadRequestError("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise BadRequestError("The body must be a JSON object.")
    return value


def number_in(request: Request, name: str) -> int | None:
    """A query parameter that is a whole number, or None. Raises: `BadRequestError`."""
    value = request.query_params.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(_MAX_NUMBER)):
        raise BadRequestError(f'"{name}" must be a whole number.')
    return int(value)


def title_in(body: dict[str, Any]) -> str:
    """A title: one line, without what nobody sees. Raises: `BadRequestError`, `TitleTooLongError`."""
    given = body.get("title")
    title = plain_line(given) if isinstance(given, str) else ""
    if not title:
        raise BadRequestError('Send {"title": "…"}.')
    if len(title) > MAX_TITLE_CHARS or len(title.encode()) > _MAX_TITLE_BYTES:
        raise TitleTooLongError
    return title
