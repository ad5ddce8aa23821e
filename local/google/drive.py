"""Drive v3 over HTTP: from Starlette's request to a call, and from an answer to Starlette's response."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from local.google import errors
from local.google.batch import BatchError, batch_boundary, join, split
from local.google.calls import Answer, Call, json_answer
from local.google.context import Wishes
from local.google.fault_answers import damaged, failure
from local.google.faults import Struck
from local.google.journal import note
from local.google.state import State

__all__ = ["drive_routes"]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# Google's limit for a batch's body is not known; a hundred calls of the longest URL fit.
_MAX_BODY_BYTES = 2 * 1024 * 1024
_SLICES = 8


def drive_routes(state: State) -> list[Route]:
    """The routes of the API."""

    async def call(request: Request) -> Response:
        made = await _call(request)
        note(request.scope, drive_method=state.service.method_id(made), params=dict(made.parameters))
        return _response(await _answer(state, made))

    async def batch(request: Request) -> Response:
        try:
            body = await _body(request)
            parts = split(request.headers.get("content-type", ""), body, dict(request.headers))
        except BatchError as error:
            return _response(json_answer(errors.invalid("body", str(error)).body, 400))
        answers = [(part.content_id, await _answer(state, part.call)) for part in parts]
        boundary = batch_boundary(body)
        note(request.scope, drive_method="batch", params={"calls": len(parts)})
        return Response(join(answers, boundary), media_type=f"multipart/mixed; boundary={boundary}")

    return [
        Route("/drive/v3/{path:path}", call, methods=_METHODS),
        Route("/batch/drive/v3", batch, methods=["POST"]),
    ]


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise BatchError("The request is too large.")
    return body


async def _call(request: Request) -> Call:
    method, parameters = request.method, dict(request.query_params)
    # Google's clients send a URL of more than 2048 characters as a form, with the real method in a header.
    if method == "POST" and request.headers.get("x-http-method-override", "").upper() == "GET":
        method = "GET"
        try:
            form = (await _body(request)).decode("utf-8", "replace")
            parameters |= dict(parse_qsl(form, keep_blank_values=True, max_num_fields=100))
        except (BatchError, ValueError):
            parameters["q"] = "("  # too large to read: no query, as it would be for Google
    return Call(method, request.path_params["path"], parameters, dict(request.headers))


async def _answer(state: State, call: Call) -> Answer:
    struck = state.faults.strike("drive", state.service.method_id(call), has_page_token="pageToken" in call.parameters)
    if struck.stall_seconds:
        await anyio.sleep(struck.stall_seconds)
    found = state.discovery.find(call.http_method, call.path)
    if found and struck.fault and (failed := failure(struck.fault, *found, state.switches.scope_error)):
        return failed
    _age(state, struck, call)
    answer = await run_in_threadpool(state.service.answer, call, state.clock(), Wishes.of(struck.kind))
    return damaged(answer, struck.fault) if struck.fault else answer


def _age(state: State, struck: Struck, call: Call) -> None:
    if struck.kind not in {"expire", "revoke"}:
        return
    access_token = call.headers.get("authorization", "").partition(" ")[2]
    access = state.grants.access(access_token, state.clock())
    if access and struck.kind == "expire":
        state.grants.expire_account(access.email, state.clock())
    elif access:
        state.grants.revoke(access_token)


def _response(answer: Answer) -> Response:
    headers = {"cache-control": "no-cache, no-store, max-age=0, must-revalidate", **answer.headers}
    response: Response
    if isinstance(answer.body, bytes) and not answer.is_cut_off and not answer.slow_seconds:
        response = Response(answer.body, answer.status, headers)
    else:
        response = _PiecedResponse(answer, headers)
    response.headers["content-type"] = answer.content_type
    return response


class _PiecedResponse(StreamingResponse):
    """A body in pieces. It may be told to come slowly, or to end too soon: the server then closes the connection."""

    def __init__(self, answer: Answer, headers: Mapping[str, str]) -> None:
        pieces = _slices(answer.body) if isinstance(answer.body, bytes) else answer.body
        if isinstance(answer.body, bytes):
            headers = {**headers, "content-length": str(len(answer.body))}
        super().__init__(pieces, answer.status, headers)
        self._answer = answer

    async def stream_response(self, send: Send) -> None:
        """Send the body."""
        if not self._answer.is_cut_off and not self._answer.slow_seconds:
            await super().stream_response(send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pieces = [piece async for piece in self.body_iterator]
        if self._answer.is_cut_off:
            pieces = pieces[: len(pieces) // 2]
        for piece in pieces:
            await anyio.sleep(self._answer.slow_seconds / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if not self._answer.is_cut_off:
            await send({"type": "http.response.body", "body": b""})


def _slices(body: bytes) -> Iterator[bytes]:
    step = len(body) // _SLICES + 1
    return (body[at : at + step] for at in range(0, len(body), step))
