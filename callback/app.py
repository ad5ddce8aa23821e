"""The composition root: settings and collaborators in, one FastAPI app out."""

import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from callback.accounts import AccountPolicy
from callback.announcements import Announcements
from callback.audit import Audit
from callback.aws.identity import Identity
from callback.aws.runtime import Runtime
from callback.aws.signing import Signer
from callback.door import Door, FrontEnd
from callback.errors import (
    CONNECT_AGAIN,
    BadRequestError,
    CallbackError,
    ForgedRequestError,
    MethodError,
    NotFoundError,
    SignInAgainError,
    way_back,
)
from callback.hosts import is_loopback
from callback.routes import completion, connect, connections, login
from callback.service_errors import StateUnavailableError
from callback.services import Services
from callback.settings import Settings
from callback.sign_in.oidc import Oidc
from callback.state.entries import AddingStore
from callback.state.flows import Flows
from callback.state.grants import Grants
from callback.state.sessions import Sessions
from callback.state.store import Sealed, encrypted, open_store
from callback.web.browser import Browser, remember_session
from callback.web.guard import Guard
from callback.web.languages import Language, choose_language
from callback.web.rendering import FOLDER, Banner, Pages


def create_app(
    settings: Settings,
    *,
    front_ends: Sequence[FrontEnd] = (),
    store: AddingStore | None = None,
    tls: ssl.SSLContext | None = None,
    identity: Identity | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """Build the callback service. Whatever is handed over is used as it is and stays its owner's to close.

    Nothing is opened before the app starts.
    """
    pages = Pages(_banner(settings))
    chat_path = next((each.start_path for each in front_ends if each.start_path), "")
    audit = Audit(settings.audit_key)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as close:
            kept: AddingStore
            if store is None:
                kept = await close.enter_async_context(open_store(settings))
            else:
                kept = store
            # One context for all clients: loading the trusted certificates is the slow part of making a client.
            trusted = tls or httpx.create_ssl_context()
            http = await close.enter_async_context(_client(settings, trusted))
            sealed = encrypted(kept, settings.session_key)
            app.state.services = _services(settings, sealed, pages, audit, http, trusted, identity, chat_path, now)
            app.state.door = Door(app.state.services, sealed, trusted)
            for front_end in front_ends:
                await close.enter_async_context(front_end.running(app.state.door))
            yield

    # No OpenAPI pages: they would need scripts, and this is a site for people.
    app = FastAPI(title="Drive Agent: connections", openapi_url=None, lifespan=lifespan)
    own = (routes.router for routes in (login, connect, completion, connections))
    for router in (*(front_end.router for front_end in front_ends), *own):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    _translate_errors(app, pages)

    async def refuse(error: CallbackError, scope: Scope, receive: Receive, send: Send) -> None:
        audit.refused(error)
        if scope["path"] == completion.RETURN_PATH:
            await completion.end_astray(Services.of(Request(scope)), Request(scope))
        await pages.show_error(error, _language(Request(scope)))(scope, receive, send)

    app.add_middleware(Guard, origin=settings.callback_url, refuse=refuse)
    return app


def _services(
    settings: Settings,
    kept: Sealed,
    pages: Pages,
    audit: Audit,
    http: httpx.AsyncClient,
    tls: ssl.SSLContext,
    identity: Identity | None,
    chat_path: str,
    now: Callable[[], datetime],
) -> Services:
    signer = Signer(settings.region)
    return Services(
        settings=settings,
        sessions=Sessions(kept),
        flows=Flows(kept),
        grants=Grants(kept),
        runtime=Runtime(
            url=settings.runtime_url,
            arn=settings.runtime_arn,
            local_agent_url=settings.local_agent_url,
            http=http,
            signer=signer if settings.runtime_auth == "iam" else None,
        ),
        signer=signer,
        identity=identity or Identity(region=settings.region, endpoint_url=settings.aws_endpoint_url),
        oidc=Oidc(settings.oidc, f"{settings.callback_url}{login.OIDC_RETURN_PATH}", tls) if settings.oidc else None,
        pages=pages,
        audit=audit,
        account_policy=AccountPolicy(settings.google_domains, settings.google_email),
        announcements=Announcements(),
        chat_path=chat_path,
        now=now,
    )


def _client(settings: Settings, tls: ssl.SSLContext) -> httpx.AsyncClient:
    """The client for the Runtime. A proxy of the environment leads out, never to this machine itself."""
    here = [urlsplit(url) for url in (settings.runtime_url, settings.local_agent_url) if url]
    direct = {f"all://{url.netloc}": None for url in here if is_loopback(url.hostname or "")}
    return httpx.AsyncClient(verify=tls, follow_redirects=False, mounts=direct)


def _translate_errors(app: FastAPI, pages: Pages) -> None:
    """The one place where errors become pages."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, CallbackError)
        services, browser = Services.of(request), await _browser(request)
        browser_session = browser.browser_session
        if isinstance(error, ForgedRequestError):
            services.audit.refused(error, services.signed_in(browser))
        if browser_session and (error.way_on is CONNECT_AGAIN or isinstance(error, ForgedRequestError)):
            error.way_on = way_back(browser_session.return_to)
        response = pages.show_error(error, _language(request), browser_session)
        if isinstance(error, SignInAgainError) and error.return_to and browser_session is None:
            handle, _ = await services.sessions.begin(services.now(), return_to=error.return_to)
            remember_session(response, handle)
        return response

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known: dict[int, type[CallbackError]] = {404: NotFoundError, 405: MethodError}
        if request.url.path == completion.RETURN_PATH:
            await completion.end_astray(Services.of(request), request)
        mistake = known.get(error.status_code, BadRequestError)()
        return pages.show_error(mistake, _language(request), (await _browser(request)).browser_session)

    async def unexpected(request: Request, __: Exception) -> Response:
        # Starlette raises it again after the answer, so that the server logs it.
        return pages.show_error(CallbackError(), _language(request))

    app.add_exception_handler(CallbackError, ours)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unexpected)


async def _browser(request: Request) -> Browser:
    """For the name of who is signed in: many a way on begins with signing out."""
    try:
        return await Services.of(request).browser(request)
    except StateUnavailableError:  # what keeps the sessions has failed, and must not fail the page that says so
        return Browser(None, None)


def _language(request: Request) -> Language:
    return choose_language(request.headers.get("accept-language", ""))


def _banner(settings: Settings) -> Banner:
    """What every page must say where signing in needs no password."""
    if settings.sign_in == "loopback":
        return "loopback"
    return "local" if settings.local_agent_url is not None else ""
