"""Sign in with an OpenID Connect provider: authorization code with PKCE S256, state and nonce, by Authlib.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 9700. Nothing is kept here between the two steps:
the caller stores what `start` returns in the browser's server-side session.
"""

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError

from callback.errors import SignInRefusedError, SignInServiceError, TokenUnusableError
from callback.records import PendingSignIn, Person
from callback.settings import OidcSettings, is_loopback
from callback.tokens import person_of

# A provider's list may name HS256 or none; only signatures that the provider alone can make are accepted (RFC 8725).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_ALGORITHMS = "id_token_signing_alg_values_supported"
_TIMEOUT_S = 10.0


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
        self._client_id = settings.client_id
        # Authlib publishes no types; what leaves this class is checked and typed.
        self._app: Any = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=settings.discovery_url,
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT_S,
                "verify": tls,
                # A proxy of the environment leads out, never to a provider on this machine itself.
                "trust_env": not is_loopback(urlsplit(settings.discovery_url).hostname or ""),
            },
        )

    async def start(self, return_to: str, *, ask_again: bool = False) -> SignInStart:
        """Build the authorization request. `ask_again`: the provider must not rest on who it remembers.

        https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, `prompt=login`. Cognito heeds it on its
        managed login pages, not in the classic hosted UI:
        https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
        """
        await self._metadata()
        extra = {"prompt": "login"} if ask_again else {}
        try:
            request = await self._app.create_authorization_url(self._redirect_uri, **extra)
        except (AuthlibBaseError, RuntimeError) as error:  # RuntimeError: no authorization_endpoint in the metadata
            raise SignInServiceError from error
        pending = PendingSignIn(request["nonce"], request["code_verifier"], return_to)
        return SignInStart(request["url"], request["state"], pending)

    async def finish(self, pending: PendingSignIn, code: str) -> Person:
        """Exchange the code and verify the ID token; the person is the one of the access token."""
        metadata = await self._metadata()
        try:
            tokens = await self._app.fetch_access_token(
                redirect_uri=self._redirect_uri, code=code, code_verifier=pending.code_verifier
            )
            claims = await self._app.parse_id_token(
                tokens,
                nonce=pending.nonce,
                claims_options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self._client_id},
                },
            )
        except AuthlibBaseError as error:  # the token endpoint said no: a code used twice, or too late
            raise SignInRefusedError from error
        except (httpx2.HTTPError, JoseError, KeyError, ValueError, RuntimeError) as error:
            raise SignInServiceError from error
        if not isinstance(claims, dict) or not isinstance(tokens.get("access_token"), str):
            raise TokenUnusableError
        return person_of(tokens["access_token"], "oidc", claims)

    async def _metadata(self) -> dict[str, Any]:
        """The discovery document. Authlib keeps it once it has been read."""
        try:
            metadata: dict[str, Any] = await self._app.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInServiceError from error
        if not isinstance(metadata.get("issuer"), str):
            raise SignInServiceError
        offered = metadata.get(_ALGORITHMS) or ["RS256"]
        metadata[_ALGORITHMS] = [name for name in offered if name in _SIGNATURES] or ["RS256"]
        return metadata
