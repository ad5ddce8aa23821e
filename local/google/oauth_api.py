"""Google's token and revocation endpoints over HTTP. Translates only; the rules are in `grants.py`.

Bodies: https://developers.google.com/identity/protocols/oauth2/web-server; errors: RFC 6749 section 5.2.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any  # JSON bodies
from urllib.parse import unquote_plus

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.google.faults import Struck
from local.google.grants import ACCESS_LIFETIME, Issued, TokenError
from local.google.identity import base_url
from local.google.journal import note
from local.google.state import State
from local.people import GOOGLE_ACCOUNTS

__all__ = ["oauth_routes"]

_ACCOUNTS = {account.email: account for account in GOOGLE_ACCOUNTS}
_NO_STORE = {"cache-control": "no-cache, no-store, max-age=0, must-revalidate", "pragma": "no-cache"}


def _error(error: str, description: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, _NO_STORE)


async def _form(request: Request) -> Mapping[str, str]:
    async with request.form(max_files=0, max_fields=100) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


async def _strike(state: State, target: str) -> Response | None:
    """What the faults that were asked for do to this request."""
    struck: Struck = state.faults.strike(target)
    if struck.stall_seconds:
        await anyio.sleep(struck.stall_seconds)
    match struck.kind:
        case "":
            return None
        case "html_502":
            return Response("<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>", 502, media_type="text/html")
        case "invalid_client":
            return _error("invalid_client", "Unauthorized", 401)
        case "invalid_grant":
            return _error("invalid_grant", "Token has been expired or revoked.")
        case "invalid_token":
            return _error("invalid_token", "Token expired or revoked")
        case _:
            status = struck.fault.status if struck.fault else 500
            return _error("internal_failure", "Backend Error", status)


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from the form (client_secret_post) or the header (client_secret_basic)."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise TokenError("invalid_client", "The Authorization header cannot be read.", 401) from error
        client_id, _, client_secret = pair.partition(":")
        return unquote_plus(client_id), unquote_plus(client_secret)
    client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
    if not client_id:
        raise TokenError("invalid_request", "Could not determine client ID from request.")
    if not client_secret:
        raise TokenError("invalid_request", "client_secret is missing.")
    return client_id, client_secret


def _issue(state: State, request: Request, form: Mapping[str, str]) -> Issued:
    client_id, client_secret = _client(request, form)
    state.grants.check_client(client_id, client_secret)
    match form.get("grant_type", ""):
        case "authorization_code":
            return state.grants.redeem(
                _needed(form, "code"),
                client_id=client_id,
                client_secret=client_secret,
                redirect_uri=_needed(form, "redirect_uri"),
                verifier=form.get("code_verifier", ""),
                now=state.clock(),
            )
        case "refresh_token":
            scopes = frozenset(form.get("scope", "").split())
            text = _needed(form, "refresh_token")
            return state.grants.refresh(text, client_id=client_id, scopes=scopes, now=state.clock())
        case "":
            raise TokenError("invalid_request", "Required parameter is missing: grant_type")
        case other:
            raise TokenError("unsupported_grant_type", f"Invalid grant_type: {other}")


def _needed(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise TokenError("invalid_request", f"Missing required parameter: {name}")
    return form[name]


def _issued_answer(state: State, request: Request, issued: Issued) -> dict[str, Any]:
    now = state.clock()
    answer: dict[str, Any] = {
        "access_token": issued.access_token,
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": " ".join(sorted(issued.access.scopes)),
        "token_type": "Bearer",
    }
    if issued.refresh_token:
        answer["refresh_token"] = issued.refresh_token
    if "openid" in issued.access.scopes:
        account = _ACCOUNTS[issued.access.email]
        answer["id_token"] = state.keys.id_token(issued, account, base_url(request), now)
        state.grants.ledger.note("Google ID token", answer["id_token"])
    return answer


class _Endpoints:
    """The endpoints that hand out and take back tokens."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def token(self, request: Request) -> Response:
        if struck := await _strike(self.state, "token"):
            return struck
        form = await _form(request)
        note(request.scope, grant_type=form.get("grant_type", ""))
        try:
            issued = _issue(self.state, request, form)
        except TokenError as error:
            return _error(error.error, error.description, error.status)
        return JSONResponse(_issued_answer(self.state, request, issued), headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        if struck := await _strike(self.state, "revoke"):
            return struck
        text = (await _form(request)).get("token") or request.query_params.get("token", "")
        if not text or not self.state.grants.revoke(text):
            return _error("invalid_token", "Token expired or revoked")
        return JSONResponse({}, headers=_NO_STORE)


def oauth_routes(state: State) -> list[Route]:
    """The routes of the token service."""
    endpoints = _Endpoints(state)
    return [
        Route("/token", endpoints.token, methods=["POST"]),
        Route("/revoke", endpoints.revoke, methods=["POST"]),
    ]
