"""Routes for signing in and out. What a sign-in returns to is kept on the server: no address names it."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from callback.errors import NotFoundError, SignInRefusedError
from callback.records import Person
from callback.services import Services, one, read_form
from callback.sign_in.people import person_at_this_computer, ways
from callback.web.browser import (
    forget_session,
    forget_sign_out,
    has_signed_out,
    remember_session,
    remember_sign_out,
    require_own_page,
)

router = APIRouter()

SIGN_IN_PATH = "/sign-in"
OIDC_RETURN_PATH = "/sign-in/callback"
SIGNED_OUT_PATH = "/signed-out"
# Ways to sign in somewhere else, which may remember somebody.
_PROVIDERS = frozenset({"oidc", "slack"})


@router.get(SIGN_IN_PATH)
async def choose(request: Request) -> Response:
    """Offer the ways to sign in; where there is only an identity provider, go there at once."""
    services = Services.of(request)
    offered = ways(services.settings)
    if offered in ({"oidc"}, {"slack"}):
        return await start(request)
    browser = await services.browser(request)
    handle, browser_session = await browser.with_session(services.sessions, services.now())
    response = services.show(request, "sign_in", browser_session, offered=offered)
    remember_session(response, handle)
    return response


@router.get("/sign-in/start")
async def start(request: Request) -> Response:
    """Send the browser to the identity provider."""
    services = Services.of(request)
    if services.oidc is None or not ways(services.settings) & _PROVIDERS:
        raise NotFoundError
    browser = await services.browser(request)
    handle, browser_session = await browser.with_session(services.sessions, services.now())
    now = services.now()
    begun = await services.oidc.start(
        browser_session.return_to, handle=handle, now=now, ask_again=has_signed_out(request)
    )
    await services.sessions.open_sign_in(handle, now, begun.state, begun.pending)
    response = RedirectResponse(begun.url, status_code=303)
    remember_session(response, handle)
    return response


@router.get(OIDC_RETURN_PATH)
async def finish(request: Request) -> Response:
    """Take the identity provider's answer. It must belong to a request of this browser, and works once."""
    services = Services.of(request)
    browser = await services.browser(request)
    with services.audit.watch("sign_in", None) as entry:
        state, code = one(request, "state"), one(request, "code")
        if services.oidc is None or browser.handle is None or not state:
            raise SignInRefusedError
        pending = await services.sessions.take_sign_in(browser.handle, services.now(), state)
        if pending is None or one(request, "error") is not None or not code:
            raise SignInRefusedError
        entry.person = await services.oidc.finish(pending, code, one(request, "iss"))
    response = await _sign_in(services, browser.handle, entry.person, pending.return_to)
    forget_sign_out(response)
    return response


@router.post(SIGN_IN_PATH)
async def sign_in_here(request: Request) -> Response:
    """Sign in the person at this computer, where the settings allow that (never off loopback)."""
    services = Services.of(request)
    browser = await services.browser(request)
    with services.audit.watch("sign_in", None) as entry:
        form = await read_form(request)
        require_own_page(request, services.settings.callback_url, browser.browser_session, form.get("csrf"))
        assert browser.browser_session is not None
        entry.person = person_at_this_computer(services.settings, form.get("who", ""))
    return await _sign_in(services, browser.handle, entry.person, browser.browser_session.return_to)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, here and on the server. The identity provider is asked to ask again at the next sign-in."""
    services = Services.of(request)
    browser = await services.browser(request)
    person = browser.person
    with services.audit.watch("sign_out", person):
        form = await read_form(request)
        require_own_page(request, services.settings.callback_url, browser.browser_session, form.get("csrf"))
        assert browser.handle is not None
        person = await services.sessions.end(browser.handle, services.now()) or person
        if person is not None and services.oidc is not None:
            await services.oidc.revoke(person)
    response = RedirectResponse(SIGNED_OUT_PATH, status_code=303)
    forget_session(response)
    # What the chat's page has kept in this browser: questions that were not sent. https://www.w3.org/TR/clear-site-data/
    response.headers["clear-site-data"] = '"storage"'
    if ways(services.settings) & _PROVIDERS:
        # Whoever it was last: somebody may have signed in at the provider in this browser before.
        remember_sign_out(response)
    return response


@router.get(SIGNED_OUT_PATH)
async def signed_out(request: Request) -> Response:
    """Say what a sign-out has done, and what it has not."""
    services = Services.of(request)
    browser = await services.browser(request)
    if services.signed_in(browser) is not None:
        return RedirectResponse("/", status_code=303)
    remembers = ways(services.settings) & _PROVIDERS if has_signed_out(request) else frozenset()
    return services.show(request, "signed_out", remembers=remembers)


async def to_sign_in(services: Services, request: Request, return_to: str) -> Response:
    """Send somebody to sign in first, and remember (on the server) where they wanted to go."""
    browser = await services.browser(request)
    handle, _ = await browser.with_session(services.sessions, services.now())
    await services.sessions.change(handle, services.now(), lambda current: replace(current, return_to=return_to))
    response = RedirectResponse(SIGN_IN_PATH, status_code=303)
    remember_session(response, handle)
    return response


async def _sign_in(services: Services, old_handle: str | None, person: Person, return_to: str) -> Response:
    handle, _ = await services.sessions.rotate(old_handle, services.now(), person)
    response = RedirectResponse(return_to, status_code=303)
    remember_session(response, handle)
    return response
