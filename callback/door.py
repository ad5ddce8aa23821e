"""What a front end that lives on this service's origin gets from it: who is there, a store, and news of consent.

A web chat or a Slack app adds its routes to the service and needs nothing else of its inside. Everything that decides
(who somebody is, whether a form is ours, what is bound to whom) stays here.
"""

import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from fastapi import APIRouter, Request, Response

from callback.announcements import Announcements
from callback.aws.runtime import Connection
from callback.errors import SignInAgainError
from callback.records import MIN_TOKEN_LIFE, Person, Source, UserProof
from callback.routes.completion import give_back
from callback.routes.login import to_sign_in
from callback.services import Services
from callback.settings import Settings
from callback.state.store import Records, Sealed
from callback.web.browser import Browser, require_own_page

__all__ = ["Door", "FrontEnd", "Visitor"]

RecordT = TypeVar("RecordT")


class FrontEnd(Protocol):
    """Something that people talk to the agent with, on this service's origin.

    `start_path` is where its own page begins, for the way back from connecting; empty where it has none.
    """

    start_path: str

    @property
    def router(self) -> APIRouter:
        """Its routes. They come before the service's own, so that it may have the start page."""

    def running(self, door: "Door") -> AbstractAsyncContextManager[None]:
        """What lives as long as the service does."""


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, in one browser. `key` (`callback.records.person_key`) decides; `name` is only shown."""

    key: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    source: Source
    csrf: str = field(repr=False)
    handle: str = field(repr=False)
    proof: UserProof


class Door:
    """One service's. Raises only `CallbackError`s."""

    def __init__(self, services: Services, store: Sealed, tls: ssl.SSLContext) -> None:
        self._services = services
        self._store = store
        self._tls = tls

    @staticmethod
    def of(request: Request) -> "Door":
        """The door of the app that got this request."""
        door = request.app.state.door
        assert isinstance(door, Door)
        return door

    @property
    def settings(self) -> Settings:
        """What the service was told."""
        return self._services.settings

    @property
    def announcements(self) -> Announcements:
        """News of who has connected, in this process."""
        return self._services.announcements

    @property
    def tls(self) -> ssl.SSLContext:
        """The certificates that this service trusts, loaded once, for the front end's own clients."""
        return self._tls

    @property
    def now(self) -> Callable[[], datetime]:
        """The service's clock, in UTC."""
        return self._services.now

    def records(self, collection: str, record: type[RecordT]) -> Records[RecordT]:
        """Encrypted records in the service's store. The collection's name must be the front end's own."""
        return Records(self._store, collection, record)

    async def visitor(self, request: Request) -> Visitor | None:
        """Who is signed in, as far as is known here; nobody else is asked."""
        browser = await self._services.browser(request)
        person = self._services.signed_in(browser)
        return _visitor(browser, person) if person else None

    async def acting(self, request: Request) -> Visitor:
        """Who is signed in, with a proof that the Runtime takes.

        Raises: `SignInAgainError`; `SignInServiceError` where the identity provider is needed and does not answer.
        """
        browser = await self._services.browser(request)
        return _visitor(browser, await self._services.renew(browser, MIN_TOKEN_LIFE))

    async def proof(self, visitor: Visitor) -> UserProof:
        """A proof that the Runtime takes, later on in what the visitor has begun.

        It does not count as a visit: a page that somebody has left does not keep them signed in. Raises: as `acting`,
        also where somebody else is signed in by now.
        """
        held = await self._services.sessions.peek(visitor.handle, self.now())
        browser = Browser(visitor.handle if held else None, held)
        person = await self._services.renew(browser, MIN_TOKEN_LIFE, is_visit=False)
        if person.key != visitor.key:
            raise SignInAgainError
        return person.proof

    def require_own_page(self, request: Request, visitor: Visitor, csrf: str | None) -> None:
        """Refuse what none of our own pages of this sign-in has sent. Raises: `ForgedRequestError`."""
        require_own_page(request, self.settings.callback_url, visitor, csrf)

    async def to_sign_in(self, request: Request, return_to: str) -> Response:
        """Send somebody to sign in, and then to `return_to`, which must be a path of the front end's own making."""
        return await to_sign_in(self._services, request, return_to)

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """All headers of a request that this process's AWS principal sends. Raises: `NoAwsCredentialsError`."""
        return await self._services.signer.sign(method, url, headers, body)

    async def connections(self, person_key: str, proof: UserProof, source: Source = "slack") -> tuple[Connection, ...]:
        """What somebody has connected, as the agent sees it now.

        `source` is how they are signed in (`Visitor.source`). Somebody in Slack is proven by Slack, signed in or not.
        """
        person = _person(person_key, proof, source)
        return await self._services.runtime.connections(proof, self._services.own_session(person))

    async def disconnect(self, person_key: str, proof: UserProof, source: Source = "slack") -> None:
        """Have somebody's grant revoked at Google and forgotten: proven, or an error. `source`: as in `connections`."""
        person = _person(person_key, proof, source)
        with self._services.audit.watch("disconnected", person):
            await give_back(self._services, person, self._services.own_session(person))


def _visitor(browser: Browser, person: Person) -> Visitor:
    assert browser.handle is not None
    assert browser.browser_session is not None
    return Visitor(
        key=person.key,
        name=person.name,
        email=person.email,
        source=person.source,
        csrf=browser.browser_session.csrf,
        handle=browser.handle,
        proof=person.proof,
    )


def _person(person_key: str, proof: UserProof, source: Source) -> Person:
    """As much of a person as it takes to ask the agent about them."""
    return Person(key=person_key, name="", source=source, proof=proof, expires_at=None)
