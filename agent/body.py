"""Refuses a request body that is too large or no JSON before the SDK reads it, with a sentence on what to send."""

import json

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent import wire

MAX_BODY_BYTES = 512 * 1024


class BodyGuard:
    """ASGI middleware. Holds at most `MAX_BODY_BYTES` of a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, check it, and hand it on."""
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
            json.loads(body)
        except (ValueError, RecursionError):
            text = 'The body is not valid JSON. Send an object such as {"prompt": "which files did I open last?"}.'
            await JSONResponse(wire.error(text, "invalid_json"), status_code=400)(scope, receive, send)
            return
        await self._app(scope, _Replay(bytes(body), receive), send)


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
