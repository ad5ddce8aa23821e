"""The identity provider over HTTP: its document and keys, its token endpoint, revocation. Nothing is kept of a person.

Nothing here is logged: what goes out and comes back are codes and tokens.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from chat.errors import ChatError, RefusedError, UnreachableError
from chat.plain import plain_line
from chat.terminal.sign_in.discovery import Endpoints, read_endpoints
from chat.terminal.sign_in.issuer import IssuerSettings

__all__ = ["Provider", "TokenAnswer", "TokenRefusedError", "seconds"]

# For a whole request. httpx bounds each read, and a provider that drips would never be late.
_PATIENCE_S = 15.0
# Somebody who signs out waits meanwhile, and is signed out here already.
_REVOKE_WAIT_S = 5.0
_MAX_BYTES = 1_000_000
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_MAX_DESCRIPTION_CHARS = 300


class TokenRefusedError(ChatError):
    """The provider says no with a code of RFC 6749 section 5.2 or RFC 8628 section 3.5."""

    def __init__(self, code: str, description: str = "") -> None:
        said = plain_line(description)[:_MAX_DESCRIPTION_CHARS]
        super().__init__(f"The identity provider refuses ({code})." + (f" It says: {said}" if said else ""))
        self.code = code

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "TokenRefusedError":
        """Read `error` and `error_description`, which come from outside."""
        code, description = said.get("error"), said.get("error_description")
        is_code = isinstance(code, str) and _CODE.fullmatch(code)
        return cls(str(code) if is_code else "error", description if isinstance(description, str) else "")


@dataclass(frozen=True)
class TokenAnswer:
    """What the token endpoint gives. `lifetime_s` is None, and a text empty, where it does not say."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    lifetime_s: float | None = None


class Provider:
    """One provider, for one public client. Raises only `ChatError`s."""

    def __init__(self, settings: IssuerSettings, http: httpx.AsyncClient, *, patience_s: float = _PATIENCE_S) -> None:
        """`patience_s`: how long one request may take, from connecting to the last byte of its answer."""
        self._settings = settings
        self._http = http
        self._patience_s = patience_s
        self._endpoints: Endpoints | None = None

    async def endpoints(self) -> Endpoints:
        """The discovery document; asked for once."""
        if self._endpoints is None:
            said = await self._ask("GET", self._settings.discovery_url)
            try:
                self._endpoints = read_endpoints(said, self._settings.discovery_url)
            except ValueError as error:
                raise ChatError(
                    "What DRIVE_AGENT_OIDC_DISCOVERY_URL leads to is no identity provider's description of itself."
                ) from error
        return self._endpoints

    async def keys(self) -> object:
        """The JWKS with which ID tokens are verified."""
        return await self._ask("GET", (await self.endpoints()).keys)

    async def tokens(self, form: Mapping[str, str]) -> TokenAnswer:
        """Ask the token endpoint. Raises: `TokenRefusedError` where it says no."""
        said = await self.post((await self.endpoints()).token_endpoint, form)
        access_token = _visible(said.get("access_token"))
        if not access_token:
            raise _useless()
        return TokenAnswer(
            access_token=access_token,
            refresh_token=_visible(said.get("refresh_token")),
            id_token=_visible(said.get("id_token")),
            lifetime_s=seconds(said.get("expires_in")),
        )

    async def revoke(self, refresh_token: str) -> bool:
        """Have the provider forget a refresh token (RFC 7009). False where it cannot, or does not answer in time."""
        form = {"token": refresh_token, "token_type_hint": "refresh_token", "client_id": self._settings.client_id}
        try:
            async with asyncio.timeout(_REVOKE_WAIT_S):
                endpoint = (await self.endpoints()).revocation
                if not endpoint:
                    return False
                async with self._http.stream("POST", endpoint, data=form, timeout=None) as answer:
                    return answer.is_success  # what else it says is not read
        except (ChatError, TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            return False

    async def post(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Send a form as this client and return the JSON object that comes back. Raises: `TokenRefusedError`, too."""
        said = await self._ask("POST", url, {**form, "client_id": self._settings.client_id})
        if not isinstance(said, dict):
            raise _useless()
        return said

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> object:
        try:
            async with asyncio.timeout(self._patience_s):
                answer, body = await self._fetch(method, url, form)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise UnreachableError(
                "The identity provider does not answer. Is this machine online, and"
                " DRIVE_AGENT_OIDC_DISCOVERY_URL right?",
                is_passing=True,
            ) from error
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        if answer.status_code == httpx.codes.OK and said is not None:
            return said
        # Auth0 answers "not yet" with 403, others with 400: the code counts.
        if form is not None and answer.is_client_error and isinstance(said, dict) and "error" in said:
            raise TokenRefusedError.of(said)
        is_passing = answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        raise RefusedError(
            f"The identity provider answers with HTTP {answer.status_code}." + (" Try again." if is_passing else ""),
            answer.status_code,
            is_passing=is_passing,
        )

    async def _fetch(self, method: str, url: str, form: Mapping[str, str] | None) -> tuple[httpx.Response, bytes]:
        """The answer and its body, of which no more is read than may be: one that is too long counts as empty.

        Compression is not asked for, and nothing is unpacked: a small piece could unfold to any size.
        """
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        body = bytearray()
        async with self._http.stream(method, url, data=form, headers=headers, timeout=None) as answer:
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > _MAX_BYTES:
                    return answer, b""
        return answer, bytes(body)


def _useless() -> ChatError:
    return ChatError("The identity provider's answer is of no use.")


def seconds(value: object) -> float | None:
    """A number of seconds in an answer; some write it as a text."""
    try:
        found = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _visible(value: object) -> str:
    """A token as RFC 6749, appendix A has it: visible ASCII. Anything else counts as absent."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value else ""
