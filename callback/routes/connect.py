"""Routes that begin a consent: confirm, start, go on to AgentCore. `callback.routes.completion` has the way back.

Looking (GET) never starts anything. Starting is a POST from our own page.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.addresses import (
    CONNECT_PATH,
    CONTINUE_PATH,
    SCOPES,
    Ask,
    ask_for,
    connect_path,
    continue_path,
    is_authorization_url,
    is_flow_id,
    is_runtime_session,
    read_ask,
    read_client,
)
from callback.aws.runtime import AuthorizationNeeded, Connection, Conversation, MoreNeeded
from callback.binding import Refused, judge_departure
from callback.errors import BadRequestError, BindingRefusedError
from callback.records import Flow, Person, sha256
from callback.routes.completion import End, show_connected
from callback.routes.login import to_sign_in
from callback.service_errors import RuntimeFailedError
from callback.services import Services, one, read_form
from callback.state.sessions import new_handle
from callback.web.browser import Browser, flow_handle, flow_id, remember_flow, require_own_page

router = APIRouter()

_NO_CONVERSATION = Conversation(is_begun=False, client="", started=None, scopes=(SCOPES["details"],))


@dataclass(frozen=True)
class _Wish:
    """What a confirmation is about.

    `replaces`: the account that is given up with the press; None where there is none. `widens`: the account that is
    connected for less, whose grant the press risks; None where there is none. Each is empty where it has no name.
    `client`: where the conversation began, as in `Conversation`. `is_more`: the conversation has come to need more
    since the person was told.
    """

    runtime_session: str
    ask: Ask
    replaces: str | None = None
    widens: str | None = None
    client: str = ""
    is_more: bool = False


@router.get(CONNECT_PATH)
async def confirm(request: Request) -> Response:
    """Show who is about to be connected, and for which conversation. Nothing happens before the button."""
    services = Services.of(request)
    runtime_session, is_again = _checked(one(request, "session")), one(request, "again") == "1"
    browser = await services.browser(request)
    if services.able_to_act(browser) is None:
        return await to_sign_in(services, request, connect_path(runtime_session))
    person = await services.act_as(browser, connect_path(runtime_session))
    conversation = _NO_CONVERSATION
    if runtime_session:
        conversation = await services.runtime.conversation(person.proof, runtime_session)
    if conversation.is_begun:
        wish = _Wish(runtime_session, ask_for(conversation.scopes), client=conversation.client)
        wish = await _with_what_it_risks(services, person, wish)
        return _confirmation(services, request, browser, wish, conversation.started)
    # Outside any conversation, or in one that nobody has begun: then what there is to say is what is connected.
    found = await services.runtime.connections(person.proof, services.own_session(person))
    present = next((each for each in found if each.is_connected or each.is_insufficient), None)
    if present is None:
        return _confirmation(services, request, browser, _Wish("", "details"))
    if not is_again:
        return RedirectResponse("/connections", status_code=303)
    wish = _Wish("", ask_for(present.account.scopes), replaces=present.account.email)
    return _confirmation(services, request, browser, wish)


@router.post(CONNECT_PATH)
async def start(request: Request) -> Response:
    """Ask the agent for an authorization, with the browser's own token, and send the browser on its way."""
    services = Services.of(request)
    browser = await services.browser(request)
    with services.audit.watch("consent_started", services.signed_in(browser)):
        form = await read_form(request)
        asked = _checked(form.get("session"))
        here = connect_path(asked)
        require_own_page(request, services.settings.callback_url, browser.browser_session, form.get("csrf"), here)
        is_forced = form.get("force") == "1"
        replaced = "" if is_forced else None
        wish = _Wish(asked, read_ask(form.get("ask")), replaces=replaced, client=read_client(form.get("client")))
        person = await services.act_as(browser, here)
        runtime_session, state = wish.runtime_session or services.own_session(person), new_handle()
        answer = await services.runtime.connect(
            person.proof, runtime_session, state, [SCOPES[wish.ask]], force=is_forced
        )
        if isinstance(answer, AuthorizationNeeded):
            assert browser.handle is not None
            if is_forced:  # what the page of an earlier end says is over
                await services.sessions.change(browser.handle, services.now(), lambda now: replace(now, finished=None))
            flow = _flow(services, person, replace(wish, runtime_session=runtime_session), state, answer)
            return await _send_to_consent(services, request, flow, state, answer.scopes)
        if isinstance(answer, MoreNeeded):
            return await _ask_for_more(services, request, browser, person, wish, answer)
    connection = Connection(provider="", is_connected=True, account=answer.account)
    end = End(runtime_session, wish.ask, wish.client)
    return await show_connected(services, browser, person, end, connection)


@router.get(CONTINUE_PATH)
async def go_on(request: Request) -> Response:
    """Send the browser that started a flow to AgentCore. The authorization URL is on no page, only in this redirect."""
    services = Services.of(request)
    browser = await services.browser(request)
    asked = one(request, "flow") or ""
    handle = flow_handle(request, asked) if is_flow_id(asked) else None
    flow = await services.flows.find(handle) if handle else None
    person = services.signed_in(browser)
    verdict = judge_departure(flow, person.key if person else None, services.now())
    if isinstance(verdict, Refused):
        refusal = BindingRefusedError(verdict.reason)
        services.audit.refused(refusal, person)
        raise refusal
    return RedirectResponse(verdict.flow.auth_url, status_code=303)


def _checked(runtime_session: str | None) -> str:
    """The runtime session of a link; empty without one. Raises: `BadRequestError`."""
    if runtime_session and not is_runtime_session(runtime_session):
        raise BadRequestError
    return runtime_session or ""


async def _with_what_it_risks(services: Services, person: Person, wish: _Wish) -> _Wish:
    """Name the account that is connected for less than is asked for: a vault that keeps one token loses it.

    The conversation is asked, which is awake. Raises: what the agent refuses or fails at.
    """
    if wish.ask != "contents" or wish.replaces is not None:
        return wish
    found = await services.runtime.connections(person.proof, wish.runtime_session or services.own_session(person))
    narrow = next((each for each in found if each.is_connected and ask_for(each.account.scopes) != "contents"), None)
    return replace(wish, widens=narrow.account.email if narrow else None)


def _confirmation(
    services: Services, request: Request, browser: Browser, wish: _Wish, started: datetime | None = None
) -> Response:
    """The page whose button starts the flow. It says what will be asked for, and the press sends that along."""
    return services.show(
        request,
        "confirm",
        browser.browser_session,
        runtime_session=wish.runtime_session,
        ask=wish.ask,
        is_more=wish.is_more,
        replaces=wish.replaces,
        widens=wish.widens,
        client=wish.client,
        started=started,
        now=services.now(),
    )


async def _ask_for_more(
    services: Services, request: Request, browser: Browser, person: Person, wish: _Wish, answer: MoreNeeded
) -> Response:
    """Tell the person what the conversation has come to need since the page was made. Nothing has happened yet."""
    if wish.ask == "contents" or set(answer.scopes) != {SCOPES["contents"]}:
        raise RuntimeFailedError
    wish = await _with_what_it_risks(services, person, replace(wish, ask="contents", is_more=True))
    return _confirmation(services, request, browser, wish)


def _flow(services: Services, person: Person, wish: _Wish, state: str, needed: AuthorizationNeeded) -> Flow:
    if not is_authorization_url(needed.auth_url, services.settings.authorization_origins):
        raise RuntimeFailedError
    return Flow(
        state_sha256=sha256(state),
        session_uri=needed.session_uri,
        auth_url=needed.auth_url,
        ask=wish.ask,
        user_key=person.key,
        proof=person.proof,
        runtime_session=wish.runtime_session,
        created=services.now(),
        client=wish.client,
    )


async def _send_to_consent(
    services: Services, request: Request, flow: Flow, state: str, scopes: tuple[str, ...]
) -> Response:
    """Keep the flow on the server, its handle in the browser, and go on by a page of ours.

    A page with a `Refresh` header, not a redirect: after a form POST, `form-action 'self'` stops redirects to others.
    """
    handle = await services.flows.open(flow)
    next_path = continue_path(flow_id(state))
    response = services.show(
        request, "continue", next_path=next_path, scopes=scopes, headers={"Refresh": f"0; url={next_path}"}
    )
    remember_flow(response, state, handle)
    return response
