"""The identity provider over HTTP: what it says about itself, kept for a while, and Authlib on top of that.

Authlib keeps a document and keys for ever, before anybody has looked at them: one bad answer would stop sign-in until a
restart, and a key that the provider has withdrawn would be trusted as long. So they are loaded, checked and kept here,
and Authlib gets what is good.
"""

import asyncio
import json
import logging
import math
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import InvalidKeyIdError

from callback.bounded import PLAIN, read_bounded
from callback.hosts import is_loopback
from callback.settings import OidcSettings
from callback.sign_in.metadata import ForeignIssuerError, Keys, Metadata, read_keys, read_metadata

__all__ = ["LIFE_S", "PAUSE_S", "Provider"]

logger = logging.getLogger(__name__)

# How long a document and its keys are believed. Withdrawn keys count no longer than that.
LIFE_S = 600.0
# Between two times that a token makes us ask for newer keys, or a failure makes us forget: whatever comes, the provider
# is not asked more often because of it.
PAUSE_S = 5.0
_TIMEOUT_S = 10.0


class _Client(AsyncOAuth2Client):  # type: ignore[misc]  # Authlib publishes no types
    """Authlib's client, for answers that are plain and not too long."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # Any: as httpx2 has them
        """As httpx2's, but bounded. Raises: `UnreadableAnswerError`, too."""
        request.headers.update(PLAIN)
        answer = await super().send(request, **{**options, "stream": True})
        try:
            content = await read_bounded(answer)
        finally:
            await answer.aclose()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=content, request=answer.request)


class _App(StarletteOAuth2App):  # type: ignore[misc]  # Authlib publishes no types
    """Authlib's OpenID Connect client for one document and its keys. It fetches neither."""

    client_cls = _Client

    async def fetch_jwk_set(self, force: bool = False) -> Any:  # noqa: FBT001, FBT002 - Authlib's signature
        """The keys that were checked. `force`: Authlib has not found the one that it needs."""
        if force:
            raise InvalidKeyIdError("no such key")
        return self.server_metadata["jwks"]


class Provider:
    """One identity provider. What goes wrong is an error of httpx2, of joserfc, or a `ValueError`.

    `clock`: seconds that only go forward.
    """

    def __init__(self, settings: OidcSettings, tls: ssl.SSLContext, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._http: dict[str, Any] = {
            "timeout": _TIMEOUT_S,
            "verify": tls,
            # A proxy of the environment leads out, never to a provider on this machine itself.
            "trust_env": not is_loopback(urlsplit(settings.discovery_url).hostname or ""),
        }
        self._loading = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: Keys | None = None
        self._loaded_at = self._refetched_at = self._forgotten_at = -math.inf

    async def metadata(self) -> Metadata:
        """The discovery document, at most ten minutes old."""
        async with self._loading:
            if self._metadata is None or self._clock() - self._loaded_at >= LIFE_S:
                self._metadata = self._keys = None
                said = await self._get(self._settings.discovery_url)
                try:
                    self._metadata = read_metadata(said, self._settings.discovery_url)
                except ForeignIssuerError:
                    logger.warning(
                        "the discovery document's issuer is not who DRIVE_AGENT_OIDC_DISCOVERY_URL belongs to"
                    )
                    raise
                self._loaded_at = self._clock()
            return self._metadata

    async def keys(self) -> Keys:
        """The keys, no older than the document that names their address."""
        metadata = await self.metadata()
        async with self._loading:
            if self._keys is None:
                self._keys = read_keys(await self._get(metadata.jwks_uri))
            return self._keys

    async def newer_keys(self) -> Keys:
        """The keys once more, because a token does not fit them; the same ones where that has just been the case."""
        metadata = await self.metadata()
        async with self._loading:
            if self._keys is None or self._clock() - self._refetched_at >= PAUSE_S:
                self._refetched_at = self._clock()
                self._keys = read_keys(await self._get(metadata.jwks_uri))
            return self._keys

    def forget(self) -> None:
        """Load everything anew the next time: something has failed, and what is known may be why."""
        if self._clock() - self._forgotten_at >= PAUSE_S:
            self._forgotten_at = self._clock()
            self._metadata = self._keys = None

    def client(self) -> Any:  # Any: Authlib publishes no types
        """Authlib's client for the token endpoint. Without scopes: a refresh then asks for those that were granted."""
        return _Client(self._settings.client_id, self._settings.client_secret, **self._http)

    def app(self, metadata: Metadata, keys: Keys | None = None) -> Any:  # Any: Authlib publishes no types
        """Authlib's client for a sign-in. It gets no more of the document than this: fields become its options.

        PKCE always, but with Slack, whose document names no method and whose token endpoint takes a verifier next to a
        client secret from some apps only: there it is used as soon as the document says S256. Until then the secret and
        the nonce keep a stolen code from being used (RFC 9700, 2.1.1).
        """
        has_pkce = self._settings.slack is None or metadata.knows_s256
        return _App(
            None,
            "provider",
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            client_kwargs={
                "scope": self._settings.scopes,
                "code_challenge_method": "S256" if has_pkce else None,
                **self._http,
            },
            authorization_endpoint=metadata.authorization_endpoint,
            token_endpoint=metadata.token_endpoint,
            id_token_signing_alg_values_supported=list(metadata.signatures),
            jwks=keys,
        )

    async def profile(self, metadata: Metadata, access_token: str) -> object:
        """What the provider's userInfo says about the owner of this token; None where there is no such address."""
        if metadata.userinfo_endpoint is None:
            return None
        return await self._get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> object:
        async with self.client() as client:
            answer = await client.request("GET", url, headers=headers, withhold_token=True)
        answer.raise_for_status()
        return json.loads(answer.content)
