"""Sign in with an OpenID Connect provider: authorization code with PKCE S256, state and nonce, by Authlib.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 9207, RFC 9700. Nothing is kept here between the
two steps: the caller keeps what `start` returns, for the browser that began.
"""

import contextlib
import logging
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError

from callback.errors import (
    CallbackError,
    SignInAgainError,
    SignInRefusedError,
    SignInServiceError,
    TokenUnusableError,
)
from callback.hosts import is_loopback
from callback.records import PendingSignIn, Person, sha256
from callback.settings import OidcSettings
from callback.sign_in.issuers import answer_issuer_fits, issuer_fits, issuer_of_tokens
from callback.sign_in.tokens import person_of

__all__ = ["Oidc", "SignInStart"]

logger = logging.getLogger(__name__)

# A provider's list may name HS256 or none; only signatures that the provider alone can make are accepted (RFC 8725).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_ALGORITHMS = "id_token_signing_alg_values_supported"
_TIMEOUT_S = 10.0
# Somebody who signs out waits meanwhile, and is signed out here already.
_REVOKE_WAIT_S = 3.0


@dataclass(frozen=True)
class SignInStart:
    """Where to send the browser, and what to remember until it comes back."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    pending: PendingSignIn


class Oidc:
    """One provider, found by its discovery document. Raises only `CallbackError`s."""

    def __init__(self, settings: OidcSettings, redirect_uri: str, tls: ssl.SSLContext) -> None:
        self._redirect_uri = redirect_uri
        self._settings = settings
        self._http: dict[str, Any] = {
            "timeout": _TIMEOUT_S,
            "verify": tls,
            # A proxy of the environment leads out, never to a provider on this machine itself.
            "trust_env": not is_loopback(urlsplit(settings.discovery_url).hostname or ""),
        }
        # Authlib publishes no types; what leaves this class is checked and typed.
        self._app: Any = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=settings.discovery_url,
            client_kwargs={"scope": settings.scopes, "code_challenge_method": "S256", **self._http},
        )

    async def start(self, return_to: str, *, handle: str, now: datetime, ask_again: bool = False) -> SignInStart:
        """Build the authorization request of the browser with this session handle.

        `ask_again`: the provider must not rest on who it remembers.
        https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, `prompt=login`. Cognito heeds it on its
        managed login pages, not in the classic hosted UI:
        https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
        """
        await self._metadata()
        extra = {"prompt": "login"} if ask_again else {}
        if self._settings.audience is not None:
            extra["audience"] = self._settings.audience
        try:
            request = await self._app.create_authorization_url(self._redirect_uri, **extra)
        except (AuthlibBaseError, RuntimeError) as error:  # RuntimeError: no authorization_endpoint in the metadata
            raise SignInServiceError from error
        pending = PendingSignIn(request["nonce"], request["code_verifier"], return_to, sha256(handle), now)
        return SignInStart(request["url"], request["state"], pending)

    async def finish(self, pending: PendingSignIn, code: str, iss: str | None = None) -> Person:
        """Exchange the code and verify the ID token; the person is the one of the access token.

        `iss` is the parameter that came with the code; it must be checked before the code goes anywhere (RFC 9207).
        """
        metadata = await self._metadata()
        if not answer_issuer_fits(metadata, iss):
            raise SignInRefusedError
        try:
            tokens = await self._app.fetch_access_token(
                redirect_uri=self._redirect_uri, code=code, code_verifier=pending.code_verifier
            )
            claims = await self._app.parse_id_token(
                tokens,
                nonce=pending.nonce,
                claims_options={
                    "iss": {"essential": True},
                    "aud": {"essential": True, "value": self._settings.client_id},
                },
            )
        except AuthlibBaseError as error:  # the token endpoint said no: a code used twice, or too late
            raise SignInRefusedError from error
        except (httpx2.HTTPError, JoseError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise SignInServiceError from error
        if not isinstance(claims, dict):
            raise TokenUnusableError
        if claims["iss"] != issuer_of_tokens(metadata, claims):
            raise SignInServiceError
        return person_of(_text(tokens, "access_token"), "oidc", claims, _text(tokens, "refresh_token"))

    async def refresh(self, person: Person) -> Person:
        """Return the same person with a new access token, and a new refresh token where the provider rotates them.

        Raises: `SignInAgainError` when the provider does not take the refresh token any more, or answers with somebody
        else; `SignInServiceError` when it cannot be asked. A refresh token must not be used twice, so the caller sees
        to it that only one asks at a time (RFC 9700, 4.14.2).
        """
        metadata = await self._metadata()
        try:
            async with self._client() as client:
                tokens = await client.refresh_token(metadata["token_endpoint"], refresh_token=person.refresh_token)
        except AuthlibBaseError as error:
            raise (SignInAgainError if error.error == "invalid_grant" else SignInServiceError) from error
        except (httpx2.HTTPError, KeyError, TypeError, ValueError) as error:
            raise SignInServiceError from error
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
        with contextlib.suppress(CallbackError, AuthlibBaseError, httpx2.HTTPError, ValueError):
            with anyio.move_on_after(_REVOKE_WAIT_S):
                endpoint = (await self._metadata()).get("revocation_endpoint")
                if not isinstance(endpoint, str):
                    return
                async with self._client() as client:
                    answer = await client.revoke_token(
                        endpoint,
                        token=person.refresh_token,
                        token_type_hint="refresh_token",  # noqa: S106 - RFC 7009's word
                    )
                is_done = answer.is_success
        if not is_done:
            logger.warning("the identity provider did not revoke a refresh token at a sign-out")

    def _client(self) -> Any:  # Any: Authlib publishes no types
        # Without scopes: a refresh then asks for those that were granted (RFC 6749, 6).
        return AsyncOAuth2Client(self._settings.client_id, self._settings.client_secret, **self._http)

    async def _metadata(self) -> dict[str, Any]:
        """The discovery document. Authlib keeps it once it has been read."""
        try:
            metadata: dict[str, Any] = await self._app.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInServiceError from error
        issuer = metadata.get("issuer")
        if not isinstance(issuer, str) or not issuer_fits(issuer, self._settings.discovery_url):
            logger.warning("the issuer in the discovery document is not who DRIVE_AGENT_OIDC_DISCOVERY_URL belongs to")
            raise SignInServiceError
        offered = metadata.get(_ALGORITHMS) or ["RS256"]
        metadata[_ALGORITHMS] = [name for name in offered if name in _SIGNATURES] or ["RS256"]
        return metadata


def _text(tokens: dict[str, Any], name: str) -> str:
    """A text of the token answer; empty where there is none, which is no access token to anybody."""
    value = tokens.get(name)
    return value if isinstance(value, str) else ""
