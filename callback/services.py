"""What the routes work with: one frozen bundle, made by `callback.app` and reached through the request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fastapi import Request, Response

from callback.accounts import AccountPolicy
from callback.announcements import Announcements
from callback.audit import Audit
from callback.aws.identity import Identity
from callback.aws.runtime import Runtime
from callback.aws.signing import Signer
from callback.errors import BadRequestError
from callback.records import BrowserSession, Person
from callback.settings import Settings
from callback.sign_in.oidc import Oidc
from callback.sign_in.people import still_signed_in
from callback.sign_in.renewal import FLOW_PROOF_LIFE, has_hope, renew
from callback.state.flows import Flows
from callback.state.grants import Grants
from callback.state.sessions import Sessions
from callback.web.browser import Browser
from callback.web.languages import choose_language
from callback.web.rendering import Pages

_MAX_FORM_BYTES = 16 * 1024


@dataclass(frozen=True)
class Services:
    """The collaborators of one app. `chat_path`: where its own chat is, for who comes back to it; empty without one."""

    settings: Settings
    sessions: Sessions
    flows: Flows
    grants: Grants
    runtime: Runtime
    identity: Identity
    signer: Signer
    oidc: Oidc | None
    pages: Pages
    audit: Audit
    account_policy: AccountPolicy
    announcements: Announcements
    chat_path: str
    now: Callable[[], datetime]

    @staticmethod
    def of(request: Request) -> "Services":
        """The services of the app that got this request."""
        services = request.app.state.services
        assert isinstance(services, Services)
        return services

    def show(
        self,
        request: Request,
        name: str,
        browser_session: BrowserSession | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> Response:
        """Render a page in the language that this browser prefers."""
        language = choose_language(request.headers.get("accept-language", ""))
        return self.pages.show(name, language, browser_session, status=status, headers=headers, **values)

    def own_session(self, person: Person) -> str:
        """The runtime session for what belongs to no conversation of the person's."""
        return person.runtime_session(self.settings.session_key)

    async def browser(self, request: Request) -> Browser:
        """The browser that sent this request."""
        return await Browser.of(request, self.sessions, self.now())

    def signed_in(self, browser: Browser) -> Person | None:
        """Who is signed in, if the way they signed in is still offered."""
        return still_signed_in(self.settings, browser.person)

    def able_to_act(self, browser: Browser, life: timedelta = FLOW_PROOF_LIFE) -> Person | None:
        """Who is signed in and has a proof that lives that long, can be renewed (`renew`), or is as new as can be."""
        person = self.signed_in(browser)
        if person is None or browser.browser_session is None:
            return None
        return person if has_hope(browser.browser_session, person, life, self.now()) else None

    async def act_as(self, browser: Browser, return_to: str, life: timedelta = FLOW_PROOF_LIFE) -> Person:
        """As `renew`, with the way back kept: where to go on after a sign-in, or from an error's page."""
        assert browser.handle is not None
        if browser.browser_session and browser.browser_session.return_to != return_to:  # a look should not cost a write
            await self.sessions.change(browser.handle, self.now(), lambda now: replace(now, return_to=return_to))
        return await self.renew(browser, life)

    async def renew(self, browser: Browser, life: timedelta = FLOW_PROOF_LIFE, *, is_visit: bool = True) -> Person:
        """Return the signed-in person with a proof that lives that long; see `callback.sign_in.renewal`.

        `is_visit`: somebody is there, which keeps the session alive.
        Raises: `SignInAgainError`, `SignInServiceError`, `TokenUnusableError`.
        """
        return await renew(self.settings, self.sessions, self.oidc, browser, life, self.now(), is_visit=is_visit)


def one(request: Request, name: str) -> str | None:
    """A query parameter that may come once. Raises: `BadRequestError` for more: whom would each reader believe?"""
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise BadRequestError
    return values[0] if values else None


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small urlencoded form. Raises: `BadRequestError` for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    if kind != "application/x-www-form-urlencoded" or not length.isdecimal() or int(length) > _MAX_FORM_BYTES:
        raise BadRequestError
    async with request.form() as form:
        fields = form.multi_items()
        if len(fields) != len({name for name, _ in fields}):
            raise BadRequestError
        return {name: value for name, value in fields if isinstance(value, str)}
