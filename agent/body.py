"""Refuses, before the SDK reads it, a body that is too large or no JSON, and in local mode a request from a web page.

On this machine a direct call needs no identity. A page that a browser has open could make one too: under its own name,
which is in `Origin`, or by DNS rebinding under a name that it makes point here, which is in `Host`.
"""

import json
import re

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent import wire
from agent.settings import is_loopback

MAX_BODY_BYTES = 512 * 1024
MAX_DEPTH = 32

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
_ORIGIN = re.compile(rf"https?://{_HOST.pattern}")


class BodyGuard:
    """ASGI middleware. Holds at most `MAX_BODY_BYTES` of a body."""

    def __init__(self, app: ASGIApp, *, is_local: bool) -> None:
        self._app = app
        self._is_local = is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, check it, and hand it on."""
        if self._is_local and scope["type"] in {"http", "websocket"} and not _is_from_here(Headers(scope=scope)):
            text = "In local mode the agent answers programs on this machine only, under its loopback address."
            await JSONResponse(wire.error(text, "not_local"), status_code=403)(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                text = f"The request is larger than {MAX_BODY_BYTES // 1024} KB. Send a shorter question."
                await JSONResponse(wire.error(text, "request_too_large"), status_code=413)(scope, receive, send)
                return
        try:
            is_good = _is_shallow(json.loads(body))
        except (ValueError, RecursionError):
            is_good = False
        if not is_good:
            text = 'The body is not valid JSON. Send an object such as {"prompt": "which files did I open last?"}.'
            await JSONResponse(wire.error(text, "invalid_json"), status_code=400)(scope, receive, send)
            return
        await self._app(scope, _Replay(bytes(body), receive), send)


def _is_from_here(headers: Headers) -> bool:
    named = [_HOST.fullmatch(host) for host in headers.getlist("host")]
    named += [_ORIGIN.fullmatch(origin) for origin in headers.getlist("origin")]
    return all(match is not None and is_loopback(match["name"].strip("[]").lower()) for match in named)


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return not level


class _Replay:
    """Hands out a body that was read, and after it whatever comes (a disconnect)."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
