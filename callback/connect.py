"""Routes of a consent: confirm, start, come back from Google, done.

Looking (GET) never starts anything. Starting is a POST from our own page. Coming back has to be a GET, which is why it
goes through every rule of `callback.binding`.
"""

import contextlib
from dataclasses import replace

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.addresses import (
    CONNECT_PATH,
    SCOPES,
    Ask,
    connect_path,
    is_authorization_url,
    is_runtime_session,
    read_ask,
)
from callback.binding import Reason, Refused, Return, judge
from callback.browser import Browser, flow_handle, has_flow_cookie, is_page_visit, remember_flow, require_own_page
from callback.errors import BadRequestError, BindingRefusedError, CallbackError, ConsentRefusedError, SignInAgainError
from callback.login import to_sign_in
from callback.people import renewed
from callback.records import ConnectedAccount, Flow, Person, sha256
from callback.runtime import AuthorizationNeeded, Connected, Connection, MoreNeeded
from callback.service_errors import RuntimeFailedError
from callback.services import Services, one, read_form
from callback.sessions import new_handle

router = APIRouter()

# A person waits meanwhile; the account's name is not worth more.
ACCOUNT_WAIT_S = 15.0


@router.get(CONNECT_PATH)
async def confirm(request: Request) -> Response:
    """Show who is about to be connected. Nothing happens before the button."""
    services = Services.of(request)
    runtime_session, ask = _checked(one(request, "session")), read_ask(one(request, "ask"))
    browser = await services.browser(request)
    person = services.able_to_act(browser)
    if person is None:
        return await to_sign_in(services, request, connect_path(runtime_session, ask))
    return _confirmation(services, browser, person, runtime_session, ask)


@router.post(CONNECT_PATH)
async def start(request: Request) -> Response:
    """Ask the agent for an authorization, with the browser's own token, and send the browser there."""
    services = Services.of(request)
    browser = await services.browser(request)
    with services.audit.watch("consent_started", services.signed_in(browser)):
        form = await read_form(request)
        require_own_page(request, services.settings.callback_url, browser.browser_session, form.get("csrf"))
        asked, ask = _checked(form.get("session")), read_ask(form.get("ask"))
        person = await _able_to_act(services, browser, connect_path(asked, ask))
        runtime_session, state = asked or person.runtime_session(services.settings.session_key), new_handle()
        answer = await services.runtime.connect(person.proof, runtime_session, state, [SCOPES[ask]])
        if isinstance(answer, Connected):
            return await _show_connected(services, browser, answer.account)
        if isinstance(answer, MoreNeeded):  # a link from before the conversation needed more
            if ask == "contents" or set(answer.scopes) != {SCOPES["contents"]}:
                raise RuntimeFailedError
            return _confirmation(services, browser, person, asked, "contents", is_more=True)
        return await _send_to_consent(services, person, runtime_session, state, answer)


@router.get("/callback")
async def finish(request: Request) -> Response:
    """Google and AgentCore send the browser back. Bind the grant to the person who asked, or bind nothing."""
    services = Services.of(request)
    browser = await services.browser(request)
    person = services.signed_in(browser)
    with services.audit.watch("consent_completed", person):
        if not is_page_visit(request):
            raise BadRequestError
        if one(request, "error") is not None:
            raise ConsentRefusedError
        flow = await _accepted_flow(services, request, person)
        await services.identity.complete(flow.proof, flow.session_uri)
    return await _show_connected(services, browser, await _account(services, flow))


@router.get("/connected")
async def connected(request: Request) -> Response:
    """The end of a flow, under an address without secrets: reloading it is harmless."""
    services = Services.of(request)
    browser = await services.browser(request)
    if (
        browser.browser_session is None
        or services.signed_in(browser) is None
        or browser.browser_session.connected is None
    ):
        return RedirectResponse("/connections", status_code=303)
    return services.pages.show("connected", browser.browser_session, account=browser.browser_session.connected)


def _checked(runtime_session: str | None) -> str:
    """The runtime session of a link; empty without one. Raises: `BadRequestError`."""
    if runtime_session and not is_runtime_session(runtime_session):
        raise BadRequestError
    return runtime_session or ""


def _confirmation(
    services: Services, browser: Browser, person: Person, runtime_session: str, ask: Ask, *, is_more: bool = False
) -> Response:
    """The page whose button starts the flow. It says what will be asked for, and the press sends that along."""
    return services.pages.show(
        "confirm",
        browser.browser_session,
        person_name=person.name,
        runtime_session=runtime_session,
        ask=ask,
        is_more=is_more,
    )


async def _able_to_act(services: Services, browser: Browser, return_to: str) -> Person:
    """The signed-in person with a fresh proof. Raises: `SignInAgainError`, with the way back remembered."""
    assert browser.handle is not None
    await services.sessions.change(browser.handle, services.now(), lambda now: replace(now, return_to=return_to))
    person = services.able_to_act(browser)
    person = renewed(services.settings, person) if person else None
    if person is None or not person.can_act(services.now()):
        raise SignInAgainError
    return person


async def _send_to_consent(
    services: Services, person: Person, runtime_session: str, state: str, needed: AuthorizationNeeded
) -> Response:
    """Keep the flow on the server, its handle in the browser, and go to AgentCore.

    A page with a `Refresh` header, not a redirect: after a form POST, `form-action 'self'` stops redirects to others.
    """
    if not is_authorization_url(needed.auth_url, services.settings.authorization_origins):
        raise RuntimeFailedError
    flow = Flow(
        state_sha256=sha256(state),
        session_uri=needed.session_uri,
        user_key=person.key,
        proof=person.proof,
        runtime_session=runtime_session,
        created=services.now(),
    )
    handle = await services.flows.open(flow)
    response = services.pages.show(
        "continue",
        auth_url=needed.auth_url,
        scopes=needed.scopes,
        headers={"Refresh": f"0; url={needed.auth_url}"},
    )
    remember_flow(response, state, handle)
    return response


async def _accepted_flow(services: Services, request: Request, person: Person | None) -> Flow:
    """Judge this return and use its flow up, before anything is completed. Raises: `BindingRefusedError`."""
    state = one(request, "state")
    handle = flow_handle(request, state) if state else None
    returned = Return(
        state=state,
        session_uri=one(request, "session_id"),
        user_key=person.key if person else None,
        has_flow_cookie=has_flow_cookie(request),
        flow=await services.flows.find(handle) if handle else None,
    )
    verdict = judge(returned, services.now())
    if isinstance(verdict, Refused):
        raise BindingRefusedError(verdict.reason)
    if handle is None or not await services.flows.consume(handle):
        raise BindingRefusedError(Reason.UNKNOWN_FLOW)
    return verdict.flow


async def _account(services: Services, flow: Flow) -> ConnectedAccount:
    """Ask the agent which account it is. The grant is bound already, so a failure here costs only the name."""
    found: tuple[Connection, ...] = ()
    with contextlib.suppress(CallbackError), anyio.move_on_after(ACCOUNT_WAIT_S):
        found = await services.runtime.connections(flow.proof, flow.runtime_session)
    return next((connection.account for connection in found if connection.is_connected), ConnectedAccount("", ""))


async def _show_connected(services: Services, browser: Browser, account: ConnectedAccount) -> Response:
    assert browser.handle is not None
    await services.sessions.change(browser.handle, services.now(), lambda current: replace(current, connected=account))
    return RedirectResponse("/connected", status_code=303)
