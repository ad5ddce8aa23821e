"""Sign in with Slack in the browser: discovery, keys, and the page that asks who you are. Translates only.

The page sets no `form-action` policy: Chromium applies it to redirects too, and the answer to the form is a redirect
to the application. https://docs.slack.dev/authentication/sign-in-with-slack
"""

import secrets
from pathlib import Path
from typing import Any  # template values
from urllib.parse import urlencode, urlsplit, urlunsplit

import anyio
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.people import PEOPLE
from local.slack.sign_ins import Ask, AskError, read_ask
from local.slack.state import State
from local.slack.workspace import TEAM_NAME, USERS

__all__ = ["openid_routes"]

_AUTHORIZE = "/openid/connect/authorize"
_BROWSER, _PERSON = "slack_standin_browser", "slack_standin_person"
_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def _redirect(ask: Ask, **answer: str) -> Response:
    parts = urlsplit(ask.redirect_uri)
    query = {"state": ask.state, **answer} if ask.state is not None else answer
    joined = "&".join(filter(None, (parts.query, urlencode(query))))
    return RedirectResponse(urlunsplit(parts._replace(query=joined)), 303, _HEADERS)


class _Endpoints:
    """One method for each address."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._templates = Environment(
            loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )

    def _show(self, name: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(values), status, _HEADERS)

    async def discovery(self, _: Request) -> Response:
        origin = self._state.origin
        return JSONResponse(
            {
                "issuer": origin,
                "authorization_endpoint": f"{origin}{_AUTHORIZE}",
                "token_endpoint": f"{origin}/api/openid.connect.token",
                "userinfo_endpoint": f"{origin}/api/openid.connect.userInfo",
                "jwks_uri": f"{origin}/openid/connect/keys",
                "scopes_supported": ["openid", "profile", "email"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "claims_supported": ["sub", "auth_time", "iss"],
                "claims_parameter_supported": False,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": True,
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse(self._state.keys.jwks())

    async def authorize(self, request: Request) -> Response:
        struck = self._state.faults.strike("authorize")
        await anyio.sleep(struck.stall_seconds)
        if struck.fault and struck.fault.kind != "error":
            return self._show("problem.html", struck.fault.status, sentence="Something went wrong. Try again later.")
        try:
            ask = read_ask(request.query_params, self._state.app)
        except AskError as error:
            return self._show("problem.html", 400, sentence=str(error))
        if struck.fault:
            return _redirect(ask, error=struck.fault.error)
        browser = request.cookies.get(_BROWSER) or secrets.token_urlsafe(24)
        known = USERS.get(request.cookies.get(_PERSON, ""))
        # Whoever is signed in here comes first, as in a browser in which Slack is open.
        people = sorted(PEOPLE, key=lambda person: person != known)
        name = self._state.sign_ins.begin(ask, browser)
        page = self._show(
            "sign_in.html", ask=ask, ask_name=name, people=people, known=known, team=TEAM_NAME, app=self._state.app.name
        )
        page.set_cookie(_BROWSER, browser, path="/openid/", httponly=True, samesite="lax")
        return page

    async def decide(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            name, user = str(form.get("ask", "")), str(form.get("user", ""))
        try:
            ask = self._state.sign_ins.take(name, request.cookies.get(_BROWSER, ""))
        except AskError as error:
            return self._show("problem.html", 400, sentence=str(error))
        if user not in USERS:
            return _redirect(ask, error="access_denied")
        response = _redirect(ask, code=self._state.sign_ins.allow(ask, user))
        response.set_cookie(_PERSON, user, path="/", httponly=True, samesite="lax")
        return response


def openid_routes(state: State) -> list[Route]:
    """The routes of OpenID Connect beside `openid.connect.token` and `openid.connect.userInfo`."""
    endpoints = _Endpoints(state)
    return [
        Route("/.well-known/openid-configuration", endpoints.discovery),
        Route("/openid/connect/keys", endpoints.keys),
        Route(_AUTHORIZE, endpoints.authorize),
        Route(_AUTHORIZE, endpoints.decide, methods=["POST"]),
    ]
