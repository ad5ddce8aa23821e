"""Google's pages over HTTP: choose an account, allow or deny. Translates only; the rules are elsewhere.

The pages set no `form-action` policy: Chromium applies it to redirects too, and the answer to the consent form
is a redirect to the application.
"""

from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import Any  # template values
from urllib.parse import urlencode, urlsplit, urlunsplit

import anyio
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.google.asks import SIGN_IN_SCOPES, Ask, AskError, read_ask
from local.google.flows import Flow, FlowError
from local.google.state import State
from local.people import GOOGLE_ACCOUNTS

__all__ = ["account_routes"]

_AUTH = "/o/oauth2/v2/auth"
_COOKIE = "google_standin_browser"
_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_EMAILS = frozenset(account.email for account in GOOGLE_ACCOUNTS)
_GONE = "This page is over, or was opened in another browser. Go back to the application and start again."


class _Pages:
    """The templates, read once."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.templates = Environment(
            loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )

    def show(self, name: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self.templates.get_template(name).render(values), status, _HEADERS)

    def problem(self, code: str, sentence: str, status: int = 400) -> Response:
        return self.show("problem.html", status, code=code, sentence=sentence)

    def chooser(self, flow: Flow) -> Response:
        return self.show("choose.html", flow=flow, accounts=GOOGLE_ACCOUNTS)

    def consent(self, flow: Flow) -> Response:
        account = next(each for each in GOOGLE_ACCOUNTS if each.email == flow.email)
        scopes = [
            (scope, self.state.discovery.scopes[scope]) for scope in flow.ask.scopes if scope not in SIGN_IN_SCOPES
        ]
        signs_in = any(scope in SIGN_IN_SCOPES for scope in flow.ask.scopes)
        return self.show("consent.html", flow=flow, account=account, scopes=scopes, signs_in=signs_in)


def _redirect(ask: Ask, answer: Mapping[str, str]) -> Response:
    """Back to the application: 303, so that the browser follows with GET whatever the form was."""
    parts = urlsplit(ask.redirect_uri)
    query = {"state": ask.state, **answer} if ask.state is not None else answer
    joined = "&".join(filter(None, (parts.query, urlencode(query))))
    return RedirectResponse(urlunsplit(parts._replace(query=joined)), 303, _HEADERS)


def _hand_over(state: State, ask: Ask, email: str, scopes: frozenset[str]) -> Response:
    code = state.grants.allow(ask, email, scopes, state.clock())
    granted = " ".join(sorted(scopes))
    prompt = "consent" if "consent" in ask.prompts else "none"
    return _redirect(ask, {"code": code, "scope": granted, "authuser": "0", "prompt": prompt})


def _is_allowed_already(state: State, ask: Ask, email: str) -> bool:
    return "consent" not in ask.prompts and set(ask.scopes) <= state.grants.consented(email, ask.client_id)


def _begin(state: State, pages: _Pages, request: Request, ask: Ask) -> Response:
    hinted = ask.login_hint if ask.login_hint in _EMAILS and "select_account" not in ask.prompts else ""
    if hinted and _is_allowed_already(state, ask, hinted):
        return _hand_over(state, ask, hinted, frozenset(ask.scopes))
    if "none" in ask.prompts:
        return _redirect(ask, {"error": "interaction_required"})
    browser = request.cookies.get(_COOKIE) or token_urlsafe(24)
    flow = state.flows.begin(ask, browser, state.clock())
    response = pages.consent(state.flows.choose(flow, hinted)) if hinted else pages.chooser(flow)
    response.set_cookie(_COOKIE, browser, path="/o/", httponly=True, samesite="lax")
    return response


def _form_flow(state: State, request: Request, form: FormData) -> Flow:
    browser = request.cookies.get(_COOKIE, "")
    return state.flows.find_for_form(str(form.get("flow", "")), browser, str(form.get("csrf", "")), state.clock())


def _decide(state: State, pages: _Pages, flow: Flow, form: FormData) -> Response:
    ticked = {str(scope) for scope in form.getlist("scope")} | SIGN_IN_SCOPES
    scopes = frozenset(scope for scope in flow.ask.scopes if scope in ticked)
    decision = form.get("decision")
    if decision not in {"allow", "deny"} or not flow.email:
        return pages.problem("invalid_request", "The form needs an account and an answer: allow or deny.")
    state.flows.end(flow)
    if decision == "deny" or not scopes:
        return _redirect(flow.ask, {"error": "access_denied"})
    if state.faults.strike("auth", is_allowed=True).fault:
        # A grant always covers something: who is asked for one scope of Drive's alone has said who they are.
        scopes = scopes & SIGN_IN_SCOPES or frozenset({"openid"})
    return _hand_over(state, flow.ask, flow.email, scopes)


class _Endpoints:
    """One method for each page and form."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.pages = _Pages(state)
        self.known_scopes = frozenset(state.discovery.scopes)

    async def authorize(self, request: Request) -> Response:
        struck = self.state.faults.strike("auth")
        await anyio.sleep(struck.stall_seconds)
        if struck.fault and struck.kind in {"status", "html_502"}:
            status = 502 if struck.kind == "html_502" else struck.fault.status
            return self.pages.problem("server_error", "That is an error. Please try again later.", status)
        try:
            ask = read_ask(request.query_params, self.known_scopes)
        except AskError as error:
            return self.pages.problem(error.code, error.sentence)
        if struck.kind == "access_denied":
            return _redirect(ask, {"error": "access_denied"})
        return _begin(self.state, self.pages, request, ask)

    def _flow(self, request: Request) -> Flow:
        browser = request.cookies.get(_COOKIE, "")
        return self.state.flows.find(request.query_params.get("flow", ""), browser, self.state.clock())

    async def choose(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20) as form:
            try:
                flow = _form_flow(self.state, request, form)
            except FlowError:
                return self.pages.problem("invalid_request", _GONE)
            email = str(form.get("account", ""))
        if email not in _EMAILS:
            return self.pages.problem("invalid_request", "There is no such account here.")
        flow = self.state.flows.choose(flow, email)
        if _is_allowed_already(self.state, flow.ask, email):
            self.state.flows.end(flow)
            return _hand_over(self.state, flow.ask, email, frozenset(flow.ask.scopes))
        return RedirectResponse(f"{_AUTH}/consent?{urlencode({'flow': flow.id})}", 303, _HEADERS)

    async def consent(self, request: Request) -> Response:
        try:
            flow = self._flow(request)
        except FlowError:
            return self.pages.problem("invalid_request", _GONE)
        return self.pages.consent(flow) if flow.email else self.pages.chooser(flow)

    async def chooser(self, request: Request) -> Response:
        try:
            return self.pages.chooser(self._flow(request))
        except FlowError:
            return self.pages.problem("invalid_request", _GONE)

    async def decide(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=100) as form:
            try:
                return _decide(self.state, self.pages, _form_flow(self.state, request, form), form)
            except FlowError:
                return self.pages.problem("invalid_request", _GONE)


async def _style(_: Request) -> Response:
    return Response((_PAGES / "style.css").read_bytes(), media_type="text/css")


def account_routes(state: State) -> list[Route]:
    """The routes that browsers open."""
    endpoints = _Endpoints(state)
    return [
        Route(_AUTH, endpoints.authorize),
        Route(f"{_AUTH}/account", endpoints.choose, methods=["POST"]),
        Route(f"{_AUTH}/chooser", endpoints.chooser),
        Route(f"{_AUTH}/consent", endpoints.consent),
        Route(f"{_AUTH}/consent", endpoints.decide, methods=["POST"]),
        Route("/o/style.css", _style),
    ]
