"""Routes of the way back from Google: bind the grant, look whose account it is, say how it ended.

Coming back has to be a GET, which is why it goes through every rule of `callback.binding`.
"""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.accounts import Concern, is_refused, judge_account
from callback.addresses import Ask
from callback.announcements import Changed
from callback.aws.runtime import Connection
from callback.binding import Reason, Refused, Return, is_state, judge, same
from callback.errors import BadRequestError, BindingRefusedError, CallbackError, ConsentRefusedError
from callback.records import ConnectedAccount, Finished, Flow, Grant, Person, sha256
from callback.service_errors import AuthorizationOverError, IdentityBusyError, IdentityFailedError, NotGivenBackError
from callback.services import Services, one
from callback.web.browser import Browser, flow_handle, flow_id, has_flow_cookie, is_page_visit

router = APIRouter()
logger = logging.getLogger(__name__)

RETURN_PATH = "/callback"
CONNECTED_PATH = "/connected"

# A person waits meanwhile; the account's name is not worth more. Where only some accounts may be connected, it is.
ACCOUNT_WAIT_S = 15.0
STRICT_ACCOUNT_WAIT_S = 60.0
# What was true then; later the overview says what is.
FINISHED_LIFE = timedelta(minutes=2)
# Ours has one; what has more is no address of ours, and is not worth more.
_MOST_STATES = 4
_NOBODY = ConnectedAccount("", "")


@dataclass(frozen=True)
class End:
    """What comes to its end: what for, for how much, and which flow it was, where it took one (as in `Finished`)."""

    runtime_session: str
    ask: Ask
    client: str = ""
    flow: str = ""


@router.get(RETURN_PATH)
async def finish(request: Request) -> Response:
    """Google and AgentCore send the browser back. Bind the grant to the person who asked, or bind nothing."""
    services = Services.of(request)
    browser = await services.browser(request)
    person = services.signed_in(browser)
    await end_astray(services, request)
    if person is not None and _has_finished(request, browser):  # reloaded, or the answer was lost on its way
        return RedirectResponse(CONNECTED_PATH, status_code=303)
    with services.audit.watch("consent_completed", person):
        if not is_page_visit(request):
            raise BadRequestError
        if one(request, "error") is not None:
            raise ConsentRefusedError
        handle, flow = await _bind(services, request, person)
    assert person is not None
    person = replace(person, proof=flow.proof)
    if not services.account_policy.is_strict:  # else only after it was judged: a waiting turn would be answered from it
        _announce(services, person, flow.runtime_session)
    connection = await _connection(services, person, flow.runtime_session)
    # Judged before anything else that can fail: what must not be connected must not stay so.
    done = flow_id(one(request, "state") or "")
    end = End(flow.runtime_session, flow.ask, flow.client, done)
    response = await show_connected(services, browser, person, end, connection)
    # Not before: whoever is cut off while the account is asked for gets the same page by reloading this address.
    with _not_worth_an_error():
        await services.flows.done(handle)
    return response


async def end_astray(services: Services, request: Request) -> None:
    """End each flow whose return this is and whose cookie this browser lacks, however the request looks otherwise."""
    for state in request.query_params.getlist("state")[:_MOST_STATES]:
        if is_state(state) and flow_handle(request, flow_id(state)) is None:
            await services.flows.seen_elsewhere(sha256(state))


@router.get(CONNECTED_PATH)
async def connected(request: Request) -> Response:
    """The end of a flow, under an address without secrets: reloading it is harmless."""
    services = Services.of(request)
    browser = await services.browser(request)
    person, browser_session = services.signed_in(browser), browser.browser_session
    finished = browser_session.finished if browser_session else None
    if person is None or not isinstance(finished, Finished) or services.now() - finished.at > FINISHED_LIFE:
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
        client=finished.client,
        chat_path=services.chat_path,
    )


async def show_connected(
    services: Services, browser: Browser, person: Person, end: End, connection: Connection | None
) -> Response:
    """Judge the account that is connected, give it back where it must not be, and go to the page that says so."""
    assert browser.handle is not None
    account, concern = connection.account if connection else _NOBODY, judge_connection(services, person, connection)
    services.audit.account_checked(person, account.email, concern, is_refused=is_refused(concern))
    if is_refused(concern):
        await _give_back_at_once(services, person, end.runtime_session)
    else:
        with _not_worth_an_error():
            await services.grants.put(person.key, Grant(since=services.now()))
        _announce(services, person, end.runtime_session, account.email)
    finished = Finished(
        account=account,
        concern=concern,
        runtime_session=_conversation(services, person, end.runtime_session),
        ask=end.ask,
        at=services.now(),
        client=end.client,
        flow=end.flow,
    )
    await services.sessions.change(browser.handle, services.now(), lambda now: replace(now, finished=finished))
    return RedirectResponse(CONNECTED_PATH, status_code=303)


def _announce(services: Services, person: Person, runtime_session: str, account_email: str = "") -> None:
    conversation = _conversation(services, person, runtime_session)
    services.announcements.announce(
        Changed(person.key, is_connected=True, runtime_session=conversation, account_email=account_email)
    )


def _conversation(services: Services, person: Person, runtime_session: str) -> str:
    """The conversation that a flow was for; empty where it was for none."""
    return "" if runtime_session == services.own_session(person) else runtime_session


def _has_finished(request: Request, browser: Browser) -> bool:
    """Say whether this browser session has seen the end of the very flow whose return this is."""
    state, finished = one(request, "state"), browser.browser_session and browser.browser_session.finished
    return bool(state) and isinstance(finished, Finished) and same(finished.flow, flow_id(state or ""))


def judge_connection(services: Services, person: Person, connection: Connection | None) -> Concern:
    """Judge what is connected by the settings. What nobody can name is not what was expected."""
    if connection is not None and connection.is_insufficient:
        return "insufficient"
    email = connection.account.email if connection is not None and connection.is_connected else ""
    return judge_account(email, person.email, services.account_policy)


async def give_back(services: Services, person: Person, runtime_session: str) -> None:
    """Have the grant revoked at Google and forgotten here. Raises: what the agent refuses or fails at."""
    await services.runtime.disconnect(person.proof, runtime_session)
    services.announcements.announce(Changed(person.key, is_connected=False))
    with _not_worth_an_error():
        await services.grants.delete(person.key)


async def _give_back_at_once(services: Services, person: Person, runtime_session: str) -> None:
    """Give an account back that must not be connected. Raises: `NotGivenBackError`."""
    try:
        with services.audit.watch("disconnected", person):
            try:
                await give_back(services, person, runtime_session)
            except CallbackError:
                # The conversation may be somebody else's by now, or busy; the grant is the person's in each.
                await give_back(services, person, services.own_session(person))
    except CallbackError as error:
        raise NotGivenBackError from error


@contextlib.contextmanager
def _not_worth_an_error() -> Iterator[None]:
    """Go on when the store does not answer after everything that matters has happened."""
    try:
        yield
    except CallbackError as error:
        logger.warning("code=%s | a completed flow was not tidied up", error.code)


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
        if state is not None and verdict.reason is Reason.OTHER_USER:
            await services.flows.seen_elsewhere(sha256(state))
        mine = returned.flow if verdict.reason is not Reason.OTHER_USER else None
        raise BindingRefusedError(verdict.reason, mine.runtime_session if mine else "")
    assert handle is not None
    taken = await services.flows.take(handle, services.now())
    if taken is None:
        is_under_way = await services.flows.is_under_way(handle, services.now())
        raise BindingRefusedError(Reason.UNDER_WAY if is_under_way else Reason.UNKNOWN_FLOW)
    await _complete(services, person, handle, taken)
    return handle, taken


async def _complete(services: Services, person: Person | None, handle: str, flow: Flow) -> None:
    """Complete a flow that was taken. What AWS has not used up may be tried again by reloading the page."""
    # If this process ends before it hears from AWS, this line is all that tells of a grant that may have been bound.
    services.audit.returned(person)
    try:
        await services.identity.complete(flow.proof, flow.session_uri)
    except IdentityBusyError:
        await services.flows.put_back(handle, flow)
        raise
    except IdentityFailedError:
        await services.flows.lost_sight(handle, flow, services.now())
        raise
    except AuthorizationOverError:
        # The first try may have come through without its answer.
        if not (flow.is_retry and person and await _is_connected(services, person, flow)):
            await services.flows.done(handle)
            raise
    except CallbackError:
        await services.flows.done(handle)
        raise


async def _is_connected(services: Services, person: Person, flow: Flow) -> bool:
    connection = await _connection(services, replace(person, proof=flow.proof), flow.runtime_session)
    return connection is not None and connection.is_connected


async def _connection(services: Services, person: Person, runtime_session: str) -> Connection | None:
    """Ask the agent what is connected: in the conversation, which is awake, and where that fails in the person's own.

    The grant is bound already, so where any account will do a failure costs only the name.
    """
    is_strict = services.account_policy.is_strict
    wait_s = STRICT_ACCOUNT_WAIT_S if is_strict else ACCOUNT_WAIT_S
    for asked in (runtime_session, services.own_session(person))[: 2 if is_strict else 1]:
        with contextlib.suppress(CallbackError), anyio.move_on_after(wait_s):
            found = await services.runtime.connections(person.proof, asked)
            return found[0] if found else None
    return None
