"""Drive v3 over HTTP: from Starlette's request to a call, and from an answer to Starlette's response."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from local.google import errors
from local.google.batch import BatchError, batch_boundary, join, split
from local.google.calls import Answer, Call, json_answer
from local.google.errors import GoogleError
from local.google.faults import Struck
from local.google.journal import note
from local.google.service import Wishes
from local.google.state import State

__all__ = ["drive_routes"]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# Google's limit for a batch's body is not known; a hundred calls of the longest URL fit.
_MAX_BODY_BYTES = 2 * 1024 * 1024
_DOMAIN_POLICY = "The domain administrators have disabled Drive apps."
_NO_PERMISSION = "The user does not have sufficient permissions for file"
_NOT_CONFIGURED = "Google Drive API has not been used in project 0 before or it is disabled."
_HTML_502 = (
    b"<!DOCTYPE html>\n<html lang=en><title>Error 502 (Server Error)!!1</title>"
    b"<p><b>502.</b> <ins>That\xe2\x80\x99s an error.</ins><p>The server encountered a temporary error."
)


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
    struck = state.faults.strike("drive", state.service.method_id(call))
    if struck.stall_seconds:
        await anyio.sleep(struck.stall_seconds)
    if struck.kind == "html_502":
        return Answer(502, _HTML_502, content_type="text/html; charset=UTF-8")
    if error := _fault(state, struck, call):
        return json_answer(error.body, error.status, error.headers)
    _age(state, struck, call)
    wishes = Wishes(is_incomplete=struck.kind == "incomplete", is_empty_page=struck.kind == "empty_page")
    return await run_in_threadpool(state.service.answer, call, state.clock(), wishes)


def _fault(state: State, struck: Struck, call: Call) -> GoogleError | None:
    found = state.discovery.find(call.http_method, call.path)
    if found is None or struck.fault is None:
        return None
    method, path = found
    file_id = path.get("fileId", "")
    if struck.kind == "status":
        return errors.backend(struck.fault.status)
    if struck.kind == "scope":
        return errors.insufficient_scope(method.scopes, method.rpc_name, state.switches.scope_error)
    fixed: Mapping[str, Callable[[], GoogleError]] = {
        "rate_limit": lambda: errors.rate_limit(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        "throttle": lambda: errors.rate_limit(429, "rateLimitExceeded", "Rate Limit Exceeded", {"retry-after": "1"}),
        "daily_limit": lambda: errors.rate_limit(403, "dailyLimitExceeded", "Daily Limit Exceeded"),
        "unauthorized": errors.invalid_credentials,
        "not_found": lambda: errors.file_not_found(file_id),
        "domain_policy": lambda: errors.forbidden("domainPolicy", _DOMAIN_POLICY),
        "file_forbidden": lambda: errors.forbidden("insufficientFilePermissions", f"{_NO_PERMISSION} {file_id}."),
        "access_not_configured": lambda: errors.forbidden("accessNotConfigured", _NOT_CONFIGURED),
    }
    make = fixed.get(struck.kind)
    return make() if make else None


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
    if isinstance(answer.body, bytes):
        response = Response(answer.body, answer.status, headers)
        response.headers["content-type"] = answer.content_type
        return response
    streamed = StreamingResponse(answer.body, answer.status, headers)
    streamed.headers["content-type"] = answer.content_type
    return streamed
