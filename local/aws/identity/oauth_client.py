"""AgentCore's side of OAuth with a provider: endpoints, code exchange, refresh. All HTTP to providers is here.

RFC 6749 sections 4.1.3 and 6, RFC 7636. Google's public discovery URL leads to the Google stand-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.aws.clock import Clock
from local.aws.identity.providers import Provider


class ProviderError(Exception):
    """The provider did not do as asked.

    Cause: it refused (`refused`, a 4xx), or it failed or could not be reached. Its text is not passed on:
    https://github.com/aws/bedrock-agentcore-sdk-python/issues/81
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True)
class Endpoints:
    """Where a provider authorizes and hands out tokens."""

    authorization: str
    token: str


@dataclass(frozen=True)
class Tokens:
    """A token response. `scopes` None: the provider granted what was asked."""

    access_token: str
    refresh_token: str | None
    expires: datetime | None
    scopes: tuple[str, ...] | None


class OauthClient:
    """Speaks to providers."""

    def __init__(self, http: httpx.AsyncClient, google_url: str, clock: Clock) -> None:
        self._http = http
        self._google_url = google_url.rstrip("/")
        self._clock = clock

    async def endpoints(self, provider: Provider) -> Endpoints:
        """From the provider's own metadata. Raises `ProviderError`."""
        metadata = provider.discovery.get("authorizationServerMetadata")
        if metadata:
            return Endpoints(metadata["authorizationEndpoint"], metadata["tokenEndpoint"])
        url = provider.discovery.get("discoveryUrl", "")
        if urlsplit(url).hostname == "accounts.google.com":
            url = f"{self._google_url}/.well-known/openid-configuration"
        document = await self._json("GET", url)
        try:
            return Endpoints(document["authorization_endpoint"], document["token_endpoint"])
        except KeyError as error:
            raise ProviderError("The provider's discovery document names no endpoints.") from error

    async def exchange(self, provider: Provider, secret: str, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Turn an authorization code into tokens."""
        return await self._token(
            provider,
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
                "client_id": provider.client_id,
                "client_secret": secret,
            },
        )

    async def refresh(self, provider: Provider, secret: str, refresh_token: str) -> Tokens:
        """Turn a refresh token into a new access token."""
        return await self._token(
            provider,
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "client_id": provider.client_id,
                "client_secret": secret,
            },
        )

    async def _token(self, provider: Provider, form: Mapping[str, str]) -> Tokens:
        url = (await self.endpoints(provider)).token
        body = await self._json("POST", url, form)
        access_token = body.get("access_token")
        if not isinstance(access_token, str) or not access_token:
            raise ProviderError("The provider's answer has no access token.")
        seconds = body.get("expires_in")
        scope = body.get("scope")
        refresh_token = body.get("refresh_token")
        return Tokens(
            access_token=access_token,
            refresh_token=refresh_token if isinstance(refresh_token, str) else None,
            expires=self._clock() + timedelta(seconds=float(seconds)) if seconds else None,
            scopes=tuple(scope.split()) if isinstance(scope, str) else None,
        )

    async def _json(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            response = await self._http.request(method, url, data=form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError("The provider could not be reached.") from error
        if response.status_code >= 400:
            raise ProviderError(f"The provider answered {response.status_code}.", refused=response.status_code < 500)
        try:
            body = response.json()
        except ValueError as error:
            raise ProviderError("The provider's answer is not JSON.") from error
        if not isinstance(body, dict):
            raise ProviderError("The provider's answer is not a JSON object.")
        return body
