"""Who asks: whoever has a bearer token, somebody of the user pool by password, or whoever signs in."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Protocol, TypeAlias

from chat.plain import plain_line
from chat.terminal.bearer import Bearer, Forget, bearer_for, claims_of
from chat.terminal.settings import ChatSettings
from chat.terminal.sign_in.command import signing_in
from chat.terminal.sign_in.id_token import Who
from chat.terminal.sign_in.issuer import IssuerSettings

__all__ = ["Person", "SignedIn", "TokenPerson", "person_of"]


class Person(Protocol):
    """Who asks, through a Runtime."""

    def bearer(self) -> Awaitable[str]:
        """Return a bearer token. Raises: `SignInNeededError`."""

    def forget(self) -> bool:
        """Drop what is kept, for it was refused; say whether another try may go better."""

    async def who(self) -> Who | None:
        """Say who it is, as far as that is known here."""


# Gets what says a sentence to the person, and whether somebody is there to sign in.
SignedIn: TypeAlias = Callable[[Callable[[str], None], bool], AbstractAsyncContextManager[Person]]


def person_of(
    settings: ChatSettings,
    issuer: IssuerSettings | None,
    user: str = "",
    fetch: Callable[[], str] | None = None,
    *,
    may_open_browser: bool = True,
) -> SignedIn:
    """Choose: a token that is set, else `user` with what `fetch` returns, else a sign-in at `issuer`.

    `fetch` as in `chat.terminal.bearer.bearer_for`.
    """
    if settings.has_bearer or fetch is not None:
        name = "" if settings.has_bearer else user
        bearer, forget = bearer_for(settings, fetch)
        return lambda _say, _is_interactive: nullcontext(TokenPerson(bearer, forget, name))
    if issuer is not None and not may_open_browser:
        issuer = replace(issuer, has_browser=False)
    return lambda say, is_interactive: signing_in(issuer, say=say, interactive=is_interactive)


class TokenPerson:
    """Somebody whose bearer token comes from `bearer_for`; `name` is who they said they are, "" where they did not."""

    def __init__(self, bearer: Bearer, forget: Forget, name: str = "") -> None:
        self.bearer = bearer
        self.forget = forget
        self._name = name

    async def who(self) -> Who | None:
        """Say who it is, as far as the token tells it. Raises: `SignInNeededError`."""
        if self._name:
            return Who(self._name, self._name)
        claims = claims_of(await self.bearer())
        names = [claims.get(key) for key in ("email", "username", "cognito:username", "sub")]
        name = next((plain_line(name) for name in names if isinstance(name, str) and plain_line(name)), "")
        return Who(name, "") if name else None
