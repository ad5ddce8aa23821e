"""What the service takes and answers, as OpenAPI 3.1.

Handlers read their parameters themselves, because a refusal has to be a page with a
sentence, so the framework knows only the paths; everything else stands here. `tests/callback/test_fuzz.py` holds the
running service to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from callback.web.browser import SESSION_COOKIE

__all__ = ["describe"]

# Each value as one JSON schema of a string; the rules themselves are in `addresses`, `binding` and `sessions`.
_RUNTIME_SESSION = {"type": "string", "pattern": "^([A-Za-z0-9_-]{16,256})?$"}
_ASK = {"type": "string", "enum": ["details", "contents"]}
_CSRF = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
_STATE = {"type": "string", "pattern": "^[A-Za-z0-9_-]{20,256}$"}
_SESSION_URI = {"type": "string", "pattern": "^urn:ietf:params:oauth:request_uri:[A-Za-z0-9._~-]{1,990}$"}
_FLOW = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_TEXT = {"type": "string"}

_LOCATION = {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}}
_HEALTH = {
    "type": "object",
    "required": ["status", "service"],
    "properties": {"status": {"const": "ok"}, "service": {"const": "callback"}},
    "additionalProperties": False,
}

# What the guard and the reading of any request may answer: a foreign name, a repeated parameter, a foreign page.
_ALWAYS = frozenset({400, 403, 500})
# What the agent may make of a request: unknown, too busy, broken, too slow (`service_errors`).
_AGENT = frozenset({502, 503, 504})


@dataclass(frozen=True)
class _Operation:
    """One method of one path. `pages` and `leads_on` are the statuses of pages and of redirects."""

    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    form: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    pages: frozenset[int] = frozenset({200})
    leads_on: bool = True


_REFUSAL = frozenset[int]()
_OPERATIONS: Mapping[tuple[str, str], _Operation] = {
    ("get", "/"): _Operation(leads_on=False),
    ("get", "/sign-in"): _Operation(pages=frozenset({200, 502})),
    ("post", "/sign-in"): _Operation(
        form={"csrf": _CSRF, "who": {"type": "string", "enum": ["loopback", "local"]}},
        needed=("csrf", "who"),
        pages=_REFUSAL,
    ),
    ("get", "/sign-in/start"): _Operation(pages=frozenset({404, 502})),
    ("get", "/sign-in/callback"): _Operation(
        query={"state": _TEXT, "code": _TEXT, "error": _TEXT, "iss": _TEXT}, pages=frozenset({502})
    ),
    ("post", "/sign-out"): _Operation(form={"csrf": _CSRF}, needed=("csrf",), pages=_REFUSAL),
    ("get", "/signed-out"): _Operation(),
    ("get", "/connect/google-drive"): _Operation(
        query={"session": _RUNTIME_SESSION}, pages=frozenset({200, 502}) | _AGENT
    ),
    ("post", "/connect/google-drive"): _Operation(
        form={"csrf": _CSRF, "session": _RUNTIME_SESSION, "ask": _ASK, "force": {"type": "string", "enum": ["", "1"]}},
        needed=("csrf",),
        pages=frozenset({200, 502}) | _AGENT,
    ),
    ("get", "/connect/google-drive/continue"): _Operation(query={"flow": _FLOW}, needed=("flow",), pages=_REFUSAL),
    ("get", "/callback"): _Operation(
        query={"state": _STATE, "session_id": _SESSION_URI, "error": _TEXT}, pages=frozenset({410}) | _AGENT
    ),
    ("get", "/connected"): _Operation(),
    ("get", "/connections"): _Operation(pages=frozenset({200, 502}) | _AGENT),
    ("post", "/connections/disconnect"): _Operation(form={"csrf": _CSRF}, needed=("csrf",), pages=_AGENT),
    ("get", "/disconnected"): _Operation(),
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of a callback service. Raises: `KeyError` for a route that is not described here."""
    document = dict(app.openapi())
    document["info"] = {"title": app.title, "version": "1"}
    document["paths"] = {
        path: {method: _described(method, path, found) for method, found in methods.items()}
        for path, methods in document["paths"].items()
    }
    document["components"] = {
        "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}}
    }
    return document


def _described(method: str, path: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The framework's part (name and docstring) with ours."""
    named = {name: found[name] for name in ("summary", "description", "operationId") if name in found}
    if path == "/healthz":
        body = {"application/json": {"schema": _HEALTH}}
        return {**named, "responses": {"200": {"description": "It runs", "content": body}, **_pages(_ALWAYS)}}
    operation = _OPERATIONS[method, path]
    # Signing in is asked for by redirect, so no operation requires the cookie.
    described: dict[str, Any] = {**named, "security": [{}, {"session": []}]}
    if operation.query:
        described["parameters"] = [_parameter(name, schema, operation) for name, schema in operation.query.items()]
    if operation.form:
        described["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _form(operation)}},
        }
    described["responses"] = _pages(operation.pages | _ALWAYS)
    if operation.leads_on:
        described["responses"]["303"] = {"description": "Goes on to another page", "headers": _LOCATION}
    return described


def _parameter(name: str, schema: Mapping[str, Any], operation: _Operation) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": name in operation.needed, "schema": dict(schema)}


def _form(operation: _Operation) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(operation.needed),
        "properties": {name: dict(schema) for name, schema in operation.form.items()},
    }


def _pages(statuses: frozenset[int]) -> dict[str, Any]:
    """A page for each status; an error is a page, too."""
    content = {"text/html": {"schema": {"type": "string"}}}
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in sorted(statuses)}
