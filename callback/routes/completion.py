"""Routes of the way back from Google: bind the grant, look whose account it is, say how it ended.

Coming back has to be a GET, which is why it goes through every rule of `callback.binding`.
"""

import contextlib
from dataclasses import replace

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.accounts import Concern, is_refused, judge_account
from callback.addresses import Ask
from callback.aws.runtime import Connection
from callback.binding import Reason, Refused, Return, is_astray, judge
from callback.errors import BadRequestError, BindingRefusedError, CallbackError, ConsentRefusedError
from callback.records import ConnectedAccount, Finished, Flow, Grant, Person, UserProof, sha256
from callback.service_errors import AuthorizationOverError, IdentityBusyError, IdentityFailedError, NotGivenBackError
from callback.services import Services, one
from callback.web.browser import Browser, flow_handle, flow_id, has_flow_cookie, is_page_visit

router = APIRouter()

RETURN_PATH = "/callback"
CONNECTED_PATH = "/connected"

# A person waits meanwhile; the account's name is not worth more.
ACCOUNT_WAIT_S = 15.0
_NOBODY = ConnectedAccount("", "")


@router.get(RETURN_PATH)
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
        handle, flow = await _bind(services, request, person)
    assert person is not None
    await services.grants.put(person.key, Grant(since=services.now()))
    person = replace(person, proof=flow.proof)
    connection = await _connection(services, flow.proof, flow.runtime_session)
    response = await show_connected(services, browser, person, flow.runtime_session, flow.ask, connection)
    # Not before: whoever is cut off while the account is asked for gets the same page by reloading this address.
    await services.flows.done(handle)
    return response


@router.get(CONNECTED_PATH)
async def connected(request: Request) -> Response:
    """The end of a flow, under an address without secrets: reloading it is harmless."""
    services = Services.of(request)
    browser = await services.browser(request)
    person, browser_session = services.signed_in(browser), browser.browser_session
    finished = browser_session.finished if browser_session else None
    if person is None or finished is None:
        return RedirectResponse("/connections", status_code=303)
    return services.show(
        request,
        "connected",
        browser_session,
        account=finished.account,
        concern=finished.concern,
        expected=services.account_policy.expected(person.email),
        runtime_session=finished.runtime_session,
        ask=finished.ask,
    )


async def show_connected(
    services: Services,
    browser: Browser,
    person: Person,
    runtime_session: str,
    ask: Ask,
    connection: Connection | None,
) -> Response:
    """Judge the account that is connected, give it back where it must not be, and go to the page that says so."""
    assert browser.handle is not None
    concern = judge_connection(services, person, connection)
    if is_refused(concern):
        try:
            with services.audit.watch("disconnected", person):
                await give_back(services, person, runtime_session)
        except CallbackError as error:
            raise NotGivenBackError from error
    finished = Finished(connection.account if connection else _NOBODY, concern, runtime_session, ask)
    await services.sessions.change(browser.handle, services.now(), lambda now: replace(now, finished=finished))
    return RedirectResponse(CONNECTED_PATH, status_code=303)


def judge_connection(services: Services, person: Person, connection: Connection | None) -> Concern:
    """Judge what is connected by the settings."""
    if connection is None or not (connection.is_connected or connection.is_insufficient):
        return "unknown"
    if connection.is_insufficient:
        return "insufficient"
    return judge_account(connection.account.email, person.email, services.account_policy)


async def give_back(services: Services, person: Person, runtime_session: str) -> None:
    """Have the grant revoked at Google and forgotten here. Raises: what the agent refuses or fails at."""
    await services.runtime.disconnect(person.proof, runtime_session)
    await services.grants.delete(person.key)


async def _bind(services: Services, request: Request, person: Person | None) -> tuple[str, Flow]:
    """Judge this return, use its flow up, and only then complete it. Raises: a `CallbackError`; nothing is bound.

    The caller says `done` for the handle when the person can be told.
    """
    state = one(request, "state")
    handle = flow_handle(request, flow_id(state)) if state else None
    returned = Return(
        state=state,
        session_uri=one(request, "session_id"),
        user_key=person.key if person else None,
        has_flow_cookie=has_flow_cookie(request),
        flow=await services.flows.find(handle) if handle else None,
    )
    verdict = judge(returned, services.now())
    if isinstance(verdict, Refused):
        if state is not None and is_astray(returned, verdict):
            await services.flows.seen_elsewhere(sha256(state))
        raise BindingRefusedError(verdict.reason)
    taken = await services.flows.take(handle, services.now()) if handle else None
    if taken is None or handle is None:
        raise BindingRefusedError(Reason.UNKNOWN_FLOW)
    await _complete(services, handle, taken)
    return handle, taken


async def _complete(services: Services, handle: str, flow: Flow) -> None:
    """Complete a flow that was taken. What AWS has not used up may be tried again by reloading the page."""
    try:
        await services.identity.complete(flow.proof, flow.session_uri)
    except IdentityBusyError:
        await services.flows.put_back(handle, flow)
        raise
    except IdentityFailedError:
        raise  # nobody knows what became of it, so the lease stays and the same browser may ask once more
    except AuthorizationOverError:
        # The first try may have come through without its answer.
        if not (flow.is_retry and await _is_connected(services, flow)):
            await services.flows.done(handle)
            raise
    except CallbackError:
        await services.flows.done(handle)
        raise


async def _is_connected(services: Services, flow: Flow) -> bool:
    connection = await _connection(services, flow.proof, flow.runtime_session)
    return connection is not None and connection.is_connected


async def _connection(services: Services, proof: UserProof, runtime_session: str) -> Connection | None:
    """Ask the agent what is connected. The grant is bound already, so a failure here costs only the name."""
    found: tuple[Connection, ...] = ()
    with contextlib.suppress(CallbackError), anyio.move_on_after(ACCOUNT_WAIT_S):
        found = await services.runtime.connections(proof, runtime_session)
    return found[0] if found else None
