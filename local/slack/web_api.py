"""The Web API over HTTP: who calls, what they may, planned faults, arguments; then the method itself.

https://docs.slack.dev/apis/web-api
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any  # JSON bodies

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.slack.arguments import METHODS, Method, read_arguments
from local.slack.calls import Answer, Call, Perform
from local.slack.chat_api import CHAT_METHODS
from local.slack.errors import RateLimitedError, SlackError
from local.slack.faults import Fault
from local.slack.people_api import PEOPLE_METHODS
from local.slack.state import State
from local.slack.stream_api import STREAM_METHODS
from local.slack.surface_api import SURFACE_METHODS

__all__ = ["api_routes"]

_PERFORM: dict[str, Perform] = {**CHAT_METHODS, **STREAM_METHODS, **PEOPLE_METHODS, **SURFACE_METHODS}
_LARGEST_BODY_BYTES = 1_000_000
_BROKEN = "<!DOCTYPE html><title>Server Error</title><h1>Server Error</h1>"


def api_routes(state: State) -> list[Route]:
    """`/api/<method>`."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["method"]
        try:
            given = await _given(request)
        except SlackError as error:
            return JSONResponse(error.body())
        bearer = _bearer(request, given)
        entry = state.journal.call(name, given, bearer, state.now.timestamp())
        response = await _answer(state, request, name, given, bearer, entry)
        entry["status"] = response.status_code
        state.bell.ring()
        return response

    return [Route("/api/{method}", endpoint, methods=["GET", "POST"])]


async def _answer(
    state: State, request: Request, name: str, given: Mapping[str, Any], bearer: str, entry: dict[str, Any]
) -> Response:
    struck = state.faults.strike(name)
    await anyio.sleep(struck.stall_seconds)
    if struck.fault and struck.fault.kind in {"status", "not_json"}:
        return HTMLResponse(_BROKEN, struck.fault.status if struck.fault.kind == "status" else 200)
    try:
        body = _perform(state, request, name, given, bearer, struck.fault)
    except SlackError as error:
        entry |= {"ok": False, "error": error.code}
        return JSONResponse(error.body(), error.status, error.headers())
    entry["ok"] = True
    if struck.fault is not None:  # `drop`: done, and nobody hears of it
        return HTMLResponse(_BROKEN, 502)
    return JSONResponse({"ok": True, **body}, headers={"x-oauth-scopes": ",".join(sorted(state.app.scopes))})


def _perform(
    state: State, request: Request, name: str, given: Mapping[str, Any], bearer: str, fault: Fault | None
) -> Answer:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    if fault is not None and fault.kind == "rate_limit":
        raise RateLimitedError(max(1, round(fault.seconds)))
    if fault is not None and fault.kind == "error":
        raise SlackError(fault.error)
    _check_bearer(state, method, bearer)
    call = Call(state, read_arguments(method, given), bearer, _basic(request))
    return _PERFORM[name](call)


def _check_bearer(state: State, method: Method, bearer: str) -> None:
    app = state.app
    kinds = {app.bot_token: "bot", app.app_token: "app"}
    if method.kind == "none":
        return
    if not bearer:
        raise SlackError("not_authed")
    kind = kinds.get(bearer, "person" if state.sign_ins.grant_of(bearer) else "")
    if not kind:
        raise SlackError("invalid_auth")
    if kind != method.kind:
        raise SlackError("not_allowed_token_type")
    if method.scope and method.scope not in app.scopes:
        raise SlackError("missing_scope", needed=method.scope, provided=",".join(sorted(app.scopes)))


async def _given(request: Request) -> dict[str, Any]:
    """What came in the query, the form or the JSON. Raises: `SlackError`."""
    given: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if len(body) > _LARGEST_BODY_BYTES:
        raise SlackError("request_too_large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            said = json.loads(body or b"{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(said, dict):
            raise SlackError("json_not_object")
        return given | said
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form(max_files=0) as form:
            return given | {name: str(value) for name, value in form.items()}
    if body:
        raise SlackError("missing_post_type" if not kind else "invalid_post_type")
    return given


def _bearer(request: Request, given: Mapping[str, Any]) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(given.get("token", ""))


def _basic(request: Request) -> tuple[str, str] | None:
    """The client of RFC 6749, 2.3.1."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return name, secret
