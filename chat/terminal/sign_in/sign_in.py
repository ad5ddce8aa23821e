"""Who the person at this terminal is: sign in, keep it, renew it, sign out.

The Runtime gets the access token, and only it decides what that is worth; the ID token says whom to greet.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from typing import Literal

import httpx

from chat.errors import ChatError, SignInNeededError
from chat.terminal.sign_in.browser import sign_in_here
from chat.terminal.sign_in.device import sign_in_elsewhere
from chat.terminal.sign_in.id_token import InvalidIdTokenError, Who, read_id_token, who_of
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep, Kept
from chat.terminal.sign_in.provider import Provider, TokenAnswer, TokenRefusedError

__all__ = ["NOBODY", "SignIn", "Way", "Who"]

Way = Literal["browser", "device", "auto"]

NOBODY = "Nobody is signed in: run `drive-agent sign-in`."
_ENDED = "Your sign-in has ended: run `drive-agent sign-in` again."
_STILL_IN_KEYRING = (
    "The keyring of this computer could not be asked. A sign-in that it holds does not count here any more, but may"
    " still be in it: unlock it and run `drive-agent sign-out` again to have that deleted and revoked."
)
# The Runtime refuses tokens in their last minute; a question may take another.
_MARGIN_S = 120.0
_LAST_MINUTE_S = 60.0
_UNKNOWN_LIFETIME_S = 300.0
_PATIENCE_S = 600.0
_JWT_PARTS = 3


class SignIn:
    """One person at one identity provider. Every failure is a `ChatError` whose sentence says what to do."""

    def __init__(
        self,
        issuer: IssuerSettings,
        keep: Keep,
        *,
        http: httpx.AsyncClient,
        open_browser: Callable[[str], bool],
        say: Callable[[str], None],
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        interactive: bool = False,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """`say` gets sentences, and addresses alone on a line. `now`: seconds since 1970.

        `interactive`: somebody is there, so `bearer` signs in where nobody is signed in. `patience_s`: how long the
        browser may take.
        """
        self._issuer = issuer
        self._keep = keep
        self._provider = Provider(issuer, http)
        self._open_browser = open_browser
        self._say = say
        self._now = now
        self._sleep = sleep
        self._interactive = interactive
        self._patience_s = patience_s
        self._kept: Kept | None = None
        self._refused = ""
        self._last_try = ""
        self._one_at_a_time = asyncio.Lock()

    async def bearer(self) -> str:
        """The access token, renewed two minutes before it ends.

        Raises: `SignInNeededError` where nobody is signed in any more, and nobody is there to do so.
        """
        async with self._one_at_a_time:
            try:
                self._kept = await self._current()
            except SignInNeededError as error:
                self._kept = None
                if not self._interactive:
                    raise
                self._say(error.user_message)
                self._kept = await self._signed_in("auto", ask_again=False)
            return self._kept.access_token

    async def sign_in(self, way: Way = "auto", *, ask_again: bool = False) -> Who:
        """Sign in anew, whoever was. `ask_again`: the provider must not rest on whom its browser session names."""
        async with self._one_at_a_time:
            self._kept = await self._signed_in(way, ask_again=ask_again)
            return Who(self._kept.name, self._kept.email)

    async def sign_out(self) -> bool:
        """Forget the sign-in here, and have the provider forget its refresh token. False: nobody was signed in.

        A keyring that cannot be asked may keep its entry; then that is said, and the entry does not count any more.
        """
        async with self._one_at_a_time, self._keep.locked():
            kept = await self._keep.load(is_leaving=True)
            was_there = await self._keep.clear()
            self._kept = None
        if was_there is None:
            self._say(_STILL_IN_KEYRING)
        if kept is not None and kept.refresh_token and not await self._provider.revoke(kept.refresh_token):
            self._say("The identity provider could not be told. What it gave to this terminal ends by itself.")
        return was_there is not False

    async def who(self) -> Who | None:
        """Who is signed in, as far as it is known here; asks nobody."""
        kept = self._kept or await self._keep.load()
        return Who(kept.name, kept.email) if kept else None

    def forget(self) -> bool:
        """Believe the Runtime that it does not take the access token: the next `bearer` renews it.

        False: there is nothing to renew it with, or it is what came of doing so.
        """
        if self._kept is None or not self._kept.refresh_token or self._kept.access_token == self._last_try:
            return False
        self._refused = self._kept.access_token
        return True

    async def _current(self) -> Kept:
        kept = self._kept or await self._keep.load()
        if kept is None:
            raise SignInNeededError(NOBODY)
        if self._is_good(kept):
            return kept
        async with self._keep.locked():
            # Another process may have renewed it meanwhile.
            kept = await self._keep.load()
            if kept is None:
                raise SignInNeededError(NOBODY)
            return kept if self._is_good(kept) else await self._renewed(kept)

    def _is_good(self, kept: Kept) -> bool:
        return kept.access_token != self._refused and self._now() < kept.expires_at - _MARGIN_S

    async def _renewed(self, kept: Kept) -> Kept:
        if not kept.refresh_token:
            raise SignInNeededError(_ENDED)
        try:
            answer = await self._provider.tokens({"grant_type": "refresh_token", "refresh_token": kept.refresh_token})
        except TokenRefusedError as error:
            if error.code != "invalid_grant":
                raise
            await self._keep.clear()
            raise SignInNeededError(_ENDED) from error
        except ChatError as error:
            is_usable = kept.access_token != self._refused and self._now() < kept.expires_at - _LAST_MINUTE_S
            if error.is_passing and is_usable:
                return kept
            raise
        renewed = self._to_keep(answer, Who(kept.name, kept.email), kept.refresh_token)
        await self._keep.store(renewed)
        if kept.access_token == self._refused:
            self._last_try = renewed.access_token
        return renewed

    async def _signed_in(self, way: Way, *, ask_again: bool) -> Kept:
        if way == "auto":
            has_device = bool((await self._provider.endpoints()).device)
            way = "device" if has_device and not self._issuer.has_browser else "browser"
        if way == "device":
            answer = await sign_in_elsewhere(
                self._provider, self._issuer, say=self._say, now=self._now, sleep=self._sleep
            )
            kept = await self._checked(answer, None)
        else:
            async with sign_in_here(
                self._provider,
                self._issuer,
                open_browser=self._open_browser,
                say=self._say,
                patience_s=self._patience_s,
                ask_again=ask_again,
            ) as (answer, nonce):
                kept = await self._checked(answer, nonce)
        async with self._keep.locked():
            await self._keep.store(kept)
        self._refused = ""
        return kept

    async def _checked(self, answer: TokenAnswer, nonce: str | None) -> Kept:
        """Find out who it is. `nonce` as in the request."""
        endpoints = await self._provider.endpoints()
        keys = await self._provider.keys()
        try:
            claims = read_id_token(answer.id_token, keys, endpoints, self._issuer.client_id, nonce, self._now())
        except InvalidIdTokenError as error:
            raise SignInNeededError(
                "The identity provider's ID token does not fit this sign-in. Is this machine's clock right?"
            ) from error
        if answer.access_token.count(".") != _JWT_PARTS - 1:
            # Auth0 gives others unless it is told the API.
            raise ChatError(
                "The identity provider's access token is no JWT, and the agent takes nothing else:"
                " set DRIVE_AGENT_OIDC_AUDIENCE to the name of its API there."
            )
        return self._to_keep(answer, who_of(claims), "")

    def _to_keep(self, answer: TokenAnswer, who: Who, refresh_token: str) -> Kept:
        """`refresh_token` counts where the provider gives no new one."""
        if answer.lifetime_s is not None:
            expires_at = self._now() + answer.lifetime_s
        else:
            expires_at = _expiry(answer.access_token) or self._now() + _UNKNOWN_LIFETIME_S + _MARGIN_S
        refresh_token = answer.refresh_token or refresh_token
        return Kept(answer.access_token, refresh_token, expires_at, who.name, who.email)


def _expiry(access_token: str) -> float | None:
    """Read `exp` without verifying anything: only the Runtime decides what a token is worth."""
    try:
        claims = access_token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (binascii.Error, ValueError, IndexError, KeyError, TypeError, RecursionError):
        return None
