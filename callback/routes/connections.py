"""Routes of the start page, the overview of connections, disconnecting, and health."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from callback.accounts import Concern
from callback.aws.runtime import Connection
from callback.records import DISCONNECTED, MIN_TOKEN_LIFE, ConnectedAccount, Person
from callback.routes.completion import give_back, judge_connection
from callback.routes.login import to_sign_in
from callback.services import Services, read_form
from callback.web.browser import require_own_page

router = APIRouter()

LAST_USED_WITHIN = timedelta(minutes=6)
OVERVIEW_PATH = "/connections"
DISCONNECTED_PATH = "/disconnected"


@dataclass(frozen=True)
class Shown:
    """One connection as the page shows it."""

    provider: str
    is_connected: bool
    is_insufficient: bool
    account: ConnectedAccount
    since: datetime | None
    last_used: datetime | None
    concern: Concern


@router.get("/")
async def home(request: Request) -> Response:
    """What this is, and where to go."""
    services = Services.of(request)
    browser = await services.browser(request)
    return services.show(request, "home", browser.browser_session if services.signed_in(browser) else None)


@router.get("/healthz")
async def health() -> Response:
    """For load balancers and the local supervisor. Asks nobody: a broken neighbour is no reason to restart this."""
    return JSONResponse({"status": "ok", "service": "callback"})


@router.get(OVERVIEW_PATH)
async def overview(request: Request) -> Response:
    """What the signed-in person has connected, as the agent sees it now."""
    services = Services.of(request)
    browser = await services.browser(request)
    if services.able_to_act(browser, MIN_TOKEN_LIFE) is None:
        return await to_sign_in(services, request, OVERVIEW_PATH)
    person = await services.act_as(browser, OVERVIEW_PATH, MIN_TOKEN_LIFE)
    found = await services.runtime.connections(person.proof, services.own_session(person))
    grant = await services.grants.get(person.key)
    shown = [_shown(services, person, connection, grant.since if grant else None) for connection in found]
    return services.show(request, "connections", browser.browser_session, connections=shown, now=services.now())


@router.post(f"{OVERVIEW_PATH}/disconnect")
async def disconnect(request: Request) -> Response:
    """Revoke the person's grant at Google and forget it. What was asked before stays answered."""
    services = Services.of(request)
    browser = await services.browser(request)
    with services.audit.watch("disconnected", services.signed_in(browser)):
        form = await read_form(request)
        ours, held = services.settings.callback_url, browser.browser_session
        require_own_page(request, ours, held, form.get("csrf"), OVERVIEW_PATH)
        person = await services.act_as(browser, OVERVIEW_PATH, MIN_TOKEN_LIFE)
        await give_back(services, person, services.own_session(person))
    assert browser.handle is not None
    await services.sessions.change(browser.handle, services.now(), lambda now: replace(now, finished=DISCONNECTED))
    return RedirectResponse(DISCONNECTED_PATH, status_code=303)


@router.get(DISCONNECTED_PATH)
async def disconnected(request: Request) -> Response:
    """Say what disconnecting has done."""
    services = Services.of(request)
    browser = await services.browser(request)
    if services.signed_in(browser) is None or browser.browser_session is None:
        return RedirectResponse("/", status_code=303)
    if browser.browser_session.finished != DISCONNECTED:  # connected again since, or opened by hand
        return RedirectResponse(OVERVIEW_PATH, status_code=303)
    return services.show(request, "disconnected", browser.browser_session)


def _shown(services: Services, person: Person, connection: Connection, since: datetime | None) -> Shown:
    is_there = connection.is_connected or connection.is_insufficient
    # The agent remembers a person's last call, whichever account it went to, and only to within some minutes.
    last_used = connection.last_used
    is_of_this = since is None or (last_used is not None and last_used >= since - LAST_USED_WITHIN)
    return Shown(
        provider=connection.provider,
        is_connected=connection.is_connected,
        is_insufficient=connection.is_insufficient,
        account=connection.account,
        since=since if is_there else None,
        last_used=last_used if is_of_this else None,
        concern=judge_connection(services, person, connection) if is_there else "",
    )
