"""OpenID Connect issuers over HTTP: discovery document and keys, kept for a few minutes. Decides nothing.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from local.aws.clock import Clock

KEPT_FOR = timedelta(minutes=5)


class DiscoveryError(Exception):
    """Cause: the issuer does not answer, or not with a discovery document and keys."""


@dataclass(frozen=True)
class Issuer:
    """What an issuer publishes."""

    name: str
    keys: KeySet
    read_at: datetime


class Issuers:
    """Reads issuers; Cognito's public host names lead to the stand-in's own user pools."""

    def __init__(self, http: httpx.AsyncClient, origin: str, clock: Clock) -> None:
        self._http = http
        self._origin = origin
        self._clock = clock
        self._known: dict[str, Issuer] = {}

    async def read(self, discovery_url: str, *, fresh: bool = False) -> Issuer:
        """The issuer behind a discovery URL. `fresh`: read again, for a key that is not known yet.

        Raises: `DiscoveryError`.
        """
        known = self._known.get(discovery_url)
        if known and not fresh and self._clock() - known.read_at < KEPT_FOR:
            return known
        document = await self._get(self._reachable(discovery_url))
        name, jwks_uri = document.get("issuer"), document.get("jwks_uri")
        if not isinstance(name, str) or not isinstance(jwks_uri, str):
            raise DiscoveryError(f"{discovery_url} names no issuer or no jwks_uri.")
        try:
            keys = KeySet.import_key_set(await self._get(self._reachable(jwks_uri)))  # type: ignore[arg-type]  # checked by joserfc
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise DiscoveryError(f"{jwks_uri} holds no usable keys.") from error
        issuer = Issuer(name, keys, self._clock())
        self._known[discovery_url] = issuer
        return issuer

    def forget(self) -> None:
        """Read everything again when it is next needed."""
        self._known.clear()

    def _reachable(self, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host.startswith("cognito-idp.") and host.endswith(".amazonaws.com"):
            return self._origin + parts.path
        return url

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            response = await self._http.get(url)
            response.raise_for_status()
            document = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise DiscoveryError(f"{url} cannot be read.") from error
        if not isinstance(document, dict):
            raise DiscoveryError(f"{url} is not a JSON object.")
        return document
