"""Sign in with an OpenID Connect provider, Slack too: authorization code with PKCE S256, state and nonce, by Authlib.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 9207, RFC 9700. Nothing is kept here between the
two steps: the caller keeps what `start` returns, for the browser that began.
"""

import contextlib
import logging
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import anyio
import httpx2
from authlib.common.errors import AuthlibBaseError
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError

from callback.errors import (
    CallbackError,
    SignInAgainError,
    SignInRefusedError,
    SignInServiceError,
    TokenUnusableError,
)
from callback.records import PendingSignIn, Person, sha256
from callback.settings import OidcSettings
from callback.sign_in.issuers import answer_issuer_fits, issuer_of_tokens
from callback.sign_in.metadata import Metadata
from callback.sign_in.provider import Provider
from callback.sign_in.slack import needs_profile, slack_person
from callback.sign_in.tokens import person_of

__all__ = ["Oidc", "SignInStart"]

logger = logging.getLogger(__name__)

# For all that one step asks of the provider, from the first byte out to the last one in. A refresh holds up the other
# tabs of its browser for as long.
DEADLINE_S = 10.0
# Somebody who signs out waits meanwhile, and is signed out here already.
_REVOKE_WAIT_S = 3.0
# The name of a workspace is not worth more.
_PROFILE_WAIT_S = 3.0

# What Authlib, joserfc or we stumble over in an answer that is not as it must be. RecursionError: JSON too deep.
_TROUBLE = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    JoseError,
    TimeoutError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class SignInStart:
    """Where to send the browser, and what to remember until it comes back."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    pending: PendingSignIn


class Oidc:
    """One provider, found by its discovery document. Raises only `CallbackError`s."""

    def __init__(
        self,
        settings: OidcSettings,
        redirect_uri: str,
        tls: ssl.SSLContext,
        *,
        clock: Callable[[], float] = time.monotonic,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """`clock`: seconds that only go forward, for how long the provider's document and keys are believed."""
        self._redirect_uri = redirect_uri
        self._settings = settings
        self._deadline_s = deadline_s
        self._provider = Provider(settings, tls, clock)

    async def start(self, return_to: str, *, handle: str, now: datetime, ask_again: bool = False) -> SignInStart:
        """Build the authorization request of the browser with this session handle.

        `ask_again`: the provider must not rest on who it remembers.
        https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, `prompt=login`. Cognito heeds it on its
        managed login pages, not in the classic hosted UI:
        https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
        """
        extra = self._slack_workspace(ask_again=ask_again)
        if ask_again and self._settings.slack is None:
            extra["prompt"] = "login"
        if self._settings.audience is not None:
            extra["audience"] = self._settings.audience
        with self._asking(refused=SignInServiceError):
            app = self._provider.app(await self._provider.metadata())
            request = await app.create_authorization_url(self._redirect_uri, **extra)
        code_verifier = request.get("code_verifier", "")
        pending = PendingSignIn(request["nonce"], code_verifier, return_to, sha256(handle), now)
        return SignInStart(request["url"], request["state"], pending)

    async def finish(self, pending: PendingSignIn, code: str, iss: str | None = None) -> Person:
        """Exchange the code and verify the ID token. It says who a Slack person is; else the access token does.

        `iss` is the parameter that came with the code; it must be checked before the code goes anywhere (RFC 9207).
        """
        # Refused by the token endpoint: a code used twice, or too late.
        with self._asking(refused=SignInRefusedError):
            metadata = await self._provider.metadata()
            if not answer_issuer_fits(metadata.issuer, iss, is_always_sent=metadata.always_sends_iss):
                raise SignInRefusedError
            pkce = {"code_verifier": pending.code_verifier} if pending.code_verifier else {}
            tokens = await self._provider.app(metadata).fetch_access_token(
                redirect_uri=self._redirect_uri, code=code, **pkce
            )
            claims = await self._verified(metadata, tokens, pending.nonce)
            if self._settings.slack is not None:
                return slack_person(claims, self._settings.slack, await self._profile(metadata, tokens, claims))
            return person_of(_text(tokens, "access_token"), "oidc", claims, _text(tokens, "refresh_token"))

    async def refresh(self, person: Person) -> Person:
        """Return the same person with a new access token, and a new refresh token where the provider rotates them.

        Raises: `SignInAgainError` when the provider does not take the refresh token any more, or answers with somebody
        else; `SignInServiceError` when it cannot be asked. A refresh token must not be used twice, so the caller sees
        to it that only one asks at a time (RFC 9700, 4.14.2).
        """
        with self._asking(refused=SignInServiceError, over=SignInAgainError):
            metadata = await self._provider.metadata()
            async with self._provider.client() as client:
                tokens = await client.refresh_token(metadata.token_endpoint, refresh_token=person.refresh_token)
            current = person_of(_text(tokens, "access_token"), "oidc")
        if current.key != person.key:
            raise SignInAgainError
        refresh_token = _text(tokens, "refresh_token") or person.refresh_token
        return replace(person, proof=current.proof, expires_at=current.expires_at, refresh_token=refresh_token)

    async def revoke(self, person: Person) -> None:
        """Have the provider forget a refresh token (RFC 7009), where it can. Tried for a moment; it never fails."""
        if not person.refresh_token:
            return
        is_done = False
        with contextlib.suppress(CallbackError, AuthlibBaseError, *_TROUBLE):
            with anyio.move_on_after(_REVOKE_WAIT_S):
                endpoint = (await self._provider.metadata()).revocation_endpoint
                if endpoint is None:
                    return
                async with self._provider.client() as client:
                    answer = await client.revoke_token(
                        endpoint,
                        token=person.refresh_token,
                        token_type_hint="refresh_token",  # noqa: S106 - RFC 7009's word
                    )
                is_done = answer.is_success
        if not is_done:
            logger.warning("the identity provider did not revoke a refresh token at a sign-out")

    def _slack_workspace(self, *, ask_again: bool) -> dict[str, str]:
        """Where one workspace counts, Slack need not ask which; it then signs in whom it knows without a question."""
        teams = self._settings.slack.teams if self._settings.slack else frozenset()
        return {"team": next(iter(teams))} if len(teams) == 1 and not ask_again else {}

    async def _profile(self, metadata: Metadata, tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """What userInfo says where the ID token leaves out the workspace's name. It is only shown, so nothing fails."""
        said: object = None
        if needs_profile(claims):
            with contextlib.suppress(AuthlibBaseError, *_TROUBLE), anyio.move_on_after(_PROFILE_WAIT_S):
                said = await self._provider.profile(metadata, _text(tokens, "access_token"))
        return said if isinstance(said, dict) else {}

    async def _verified(self, metadata: Metadata, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token. A key that is not known, or not any more, is looked for once more."""
        options = {"iss": {"essential": True}, "aud": {"essential": True, "value": self._settings.client_id}}
        keys = await self._provider.keys()
        try:
            claims = await self._provider.app(metadata, keys).parse_id_token(
                tokens, nonce=nonce, claims_options=options
            )
        except (BadSignatureError, InvalidKeyIdError):
            newer = await self._provider.newer_keys()
            if newer is keys:
                raise
            claims = await self._provider.app(metadata, newer).parse_id_token(
                tokens, nonce=nonce, claims_options=options
            )
        if not isinstance(claims, dict):
            raise TokenUnusableError
        if claims["iss"] != issuer_of_tokens(metadata.issuer, claims):
            raise ValueError("iss")
        return claims

    @contextlib.contextmanager
    def _asking(self, *, refused: type[CallbackError], over: type[CallbackError] | None = None) -> Iterator[None]:
        """One step at the provider: a deadline for all of it, and one error for whatever is wrong with its answers.

        `refused`: the error for an OAuth error. `over`: the one for `invalid_grant` (RFC 6749, 5.2), where it differs.
        """
        try:
            with anyio.fail_after(self._deadline_s):
                yield
        except AuthlibBaseError as error:
            if error.error == "invalid_grant":
                raise (over or refused) from error
            self._provider.forget()
            raise refused from error
        except _TROUBLE as error:
            self._provider.forget()
            logger.warning("error=%s | the identity provider's answer is of no use", type(error).__name__)
            raise SignInServiceError from error


def _text(tokens: dict[str, Any], name: str) -> str:
    """A text of the token answer; empty where there is none, which is no access token to anybody.

    Printable ASCII, as RFC 6749, A.12 and A.17, have it.
    """
    value = tokens.get(name)
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""
