"""What the routes work with: one frozen bundle, made by `callback.app` and reached through the request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from callback.audit import Audit
from callback.browser import Browser
from callback.errors import BadRequestError
from callback.identity import Identity
from callback.oidc import Oidc
from callback.people import still_signed_in
from callback.records import MIN_TOKEN_LIFE, Person
from callback.rendering import Pages
from callback.runtime import Runtime
from callback.sessions import Flows, Sessions
from callback.settings import Settings

_MAX_FORM_BYTES = 16 * 1024


@dataclass(frozen=True)
class Services:
    """The collaborators of one app."""

    settings: Settings
    sessions: Sessions
    flows: Flows
    runtime: Runtime
    identity: Identity
    oidc: Oidc | None
    pages: Pages
    audit: Audit
    now: Callable[[], datetime]

    @staticmethod
    def of(request: Request) -> "Services":
        """The services of the app that got this request."""
        services = request.app.state.services
        assert isinstance(services, Services)
        return services

    async def browser(self, request: Request) -> Browser:
        """The browser that sent this request."""
        return await Browser.of(request, self.sessions, self.now())

    def signed_in(self, browser: Browser) -> Person | None:
        """Who is signed in, if the way they signed in is still offered."""
        return still_signed_in(self.settings, browser.person)

    def able_to_act(self, browser: Browser) -> Person | None:
        """Who is signed in with a token that lives long enough to start something.

        Somebody who has just signed in counts, whatever the token says: a provider with very short-lived tokens, or
        a clock that is wrong, must end on a page and not in a circle of redirects.
        """
        person = self.signed_in(browser)
        if person is None or browser.browser_session is None or person.source == "loopback":
            return person
        is_fresh = self.now() - browser.browser_session.created < MIN_TOKEN_LIFE
        return person if is_fresh or person.can_act(self.now()) else None


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
