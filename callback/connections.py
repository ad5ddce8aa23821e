"""Routes of the start page, the overview of connections, and health."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from callback.errors import SignInAgainError
from callback.login import to_sign_in
from callback.people import renewed
from callback.services import Services

router = APIRouter()


@router.get("/")
async def home(request: Request) -> Response:
    """What this is, and where to go."""
    services = Services.of(request)
    browser = await services.browser(request)
    return services.pages.show("home", browser.browser_session if services.signed_in(browser) else None)


@router.get("/healthz")
async def health() -> Response:
    """For load balancers and the local supervisor. Asks nobody: a broken neighbour is no reason to restart this."""
    return JSONResponse({"status": "ok", "service": "callback"})


@router.get("/connections")
async def overview(request: Request) -> Response:
    """What the signed-in person has connected, as the agent sees it now."""
    services = Services.of(request)
    browser = await services.browser(request)
    person = services.able_to_act(browser)
    if person is None:
        return await to_sign_in(services, request, "/connections")
    person = renewed(services.settings, person)
    if not person.can_act(services.now()):
        raise SignInAgainError
    runtime_session = person.runtime_session(services.settings.session_key)
    found = await services.runtime.connections(person.proof, runtime_session)
    return services.pages.show("connections", browser.browser_session, connections=found)
