"""Bedrock Runtime's Converse and ConverseStream at the wire, and the admin routes of this stand-in.

Differs from Bedrock: any signature is accepted, there are no quotas, `stopSequences`, `toolChoice` and
`additionalModelRequestFields` are accepted and change nothing, tokens are estimated, and no model is behind it.
"""

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.aws.bedrock import eventstream, reply
from local.aws.bedrock.errors import BedrockError
from local.aws.bedrock.history import check_history
from local.aws.bedrock.planner import plan
from local.aws.bedrock.script import Script, ScriptError, Turn
from local.aws.bedrock.shape import check_shape

KEPT_REQUESTS = 200
_FAULT_ERRORS = {
    "throttle": ("ThrottlingException", "Too many requests, please wait before trying again."),
    "server_error": (
        "InternalServerException",
        "The system encountered an unexpected error during processing. Try again.",
    ),
}


@dataclass(slots=True)
class BedrockState:
    """What the stand-in remembers: the last requests, for tests that look for leaks, and the turns laid down for it."""

    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    script: Script = field(default_factory=Script)

    def reset(self) -> None:
        """Forget everything."""
        self.requests.clear()
        self.script.clear()


def bedrock_routes(state: BedrockState | None = None) -> list[Route]:
    """Return the routes to mount; a caller that wants to reset the stand-in passes its own `state`."""
    service = _Service(state or BedrockState())
    return [
        Route("/model/{model_id:path}/converse", service.converse, methods=["POST"]),
        Route("/model/{model_id:path}/converse-stream", service.converse_stream, methods=["POST"]),
        Route("/_standin/model-requests", service.model_requests, methods=["GET", "DELETE"]),
        Route("/_standin/model-script", service.model_script, methods=["POST", "DELETE"]),
    ]


class _Service:
    def __init__(self, state: BedrockState) -> None:
        self._state = state

    async def converse(self, request: Request) -> Response:
        """Answer in one piece. A stream error has no place here and becomes an internal error."""
        started = time.monotonic()
        try:
            turn, answer = await self._answer(request, "Converse")
        except BedrockError as error:
            return _error(error)
        if turn.fault:
            return _error(BedrockError("InternalServerException", "The model ended in the middle of its answer."))
        await asyncio.sleep(turn.delay_s * sum(1 for _ in reply.events(answer)))
        return JSONResponse(reply.response(answer, _elapsed_ms(started)), headers=_request_id())

    async def converse_stream(self, request: Request) -> Response:
        """Answer as a stream of events."""
        started = time.monotonic()
        try:
            turn, answer = await self._answer(request, "ConverseStream")
        except BedrockError as error:
            return _error(error)
        return StreamingResponse(
            _stream(turn, answer, started), media_type=eventstream.CONTENT_TYPE, headers=_request_id()
        )

    async def model_requests(self, request: Request) -> Response:
        """Show the last requests, oldest first, refused ones included; DELETE forgets them."""
        if request.method == "DELETE":
            self._state.requests.clear()
            return JSONResponse({"requests": []})
        return JSONResponse({"requests": list(self._state.requests)})

    async def model_script(self, request: Request) -> Response:
        """Queue turns; DELETE drops those that were not played and the default."""
        if request.method == "DELETE":
            self._state.script.clear()
        else:
            try:
                self._state.script.load(await request.json())
            except (ScriptError, json.JSONDecodeError) as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"queued": len(self._state.script.turns)})

    async def _answer(self, request: Request, operation: str) -> tuple[Turn, reply.Reply]:
        """Record, check and answer one request. Raises `BedrockError`."""
        body = await _body(request)
        model_id = request.path_params["model_id"]
        self._state.requests.append({"modelId": model_id, "operation": operation, "body": body})
        if not request.headers.get("authorization", "").startswith(("AWS4-HMAC-SHA256 ", "Bearer ")):
            raise BedrockError("MissingAuthenticationTokenException", "Missing Authentication Token")
        checked = check_shape(operation, model_id, body)
        check_history(checked)
        turn = self._state.script.next_turn()
        await asyncio.sleep(turn.first_byte_s)
        if turn.fault in _FAULT_ERRORS:
            raise BedrockError(*_FAULT_ERRORS[turn.fault])
        blocks = turn.content if turn.content is not None else _planned(checked)
        return turn, reply.make_reply(checked, _with_ids(blocks, keep=turn.content is not None))


def _planned(body: Mapping[str, Any]) -> list[reply.Block]:
    specs = [tool["toolSpec"] for tool in body.get("toolConfig", {}).get("tools", []) if "toolSpec" in tool]
    system = "\n".join(block["text"] for block in body.get("system", []) if "text" in block)
    return plan(body["messages"], specs, system)


def _with_ids(blocks: Sequence[Mapping[str, Any]], *, keep: bool) -> list[reply.Block]:
    """Give every toolUse an id as Bedrock forms them, unless the script has one."""
    named: list[reply.Block] = []
    for block in blocks:
        use = block.get("toolUse")
        if use and not (keep and "toolUseId" in use):
            use = {**use, "toolUseId": f"tooluse_{secrets.token_urlsafe(16)}"}
        named.append({"toolUse": use} if use else dict(block))
    return named


async def _stream(turn: Turn, answer: reply.Reply, started: float) -> AsyncIterator[bytes]:
    parts = list(reply.events(answer))
    broken_at = len(parts) // 2 if turn.fault == "stream_error" else -1
    for index, (name, payload) in enumerate(parts):
        if index == broken_at:
            yield eventstream.exception("modelStreamErrorException", "The model ended in the middle of its answer.")
            return
        yield eventstream.event(name, payload)
        await asyncio.sleep(turn.delay_s)
    yield eventstream.event("metadata", reply.metadata(answer, _elapsed_ms(started)))


async def _body(request: Request) -> Any:  # whatever JSON the client sent: `check_shape` types it
    try:
        return json.loads(await request.body() or b"{}")
    except ValueError:
        return None


def _error(error: BedrockError) -> Response:
    headers = {"x-amzn-errortype": error.code, **_request_id()}
    return JSONResponse({"message": str(error)}, status_code=error.status, headers=headers)


def _request_id() -> dict[str, str]:
    raw = secrets.token_hex(16)
    return {"x-amzn-requestid": f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"}


def _elapsed_ms(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


__all__ = ["BedrockState", "bedrock_routes"]
