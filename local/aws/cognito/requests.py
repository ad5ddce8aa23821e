"""An authorization request checked against its app client. Pure.

https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.aws.cognito.pools import AppClient


class PageError(Exception):
    """The browser must not be sent anywhere. Cause: unknown client, or a redirect URI that is not the client's."""


class RedirectError(Exception):
    """The client hears of it at its redirect URI. `error` is a code of RFC 6749 section 4.1.2.1."""

    def __init__(self, request: "SignInRequest", error: str, description: str) -> None:
        super().__init__(description)
        self.request = request
        self.error = error


@dataclass(frozen=True)
class SignInRequest:
    """A request that may be answered at `redirect_uri`."""

    client: AppClient
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str | None
    prompt: tuple[str, ...]


def parse_request(query: Mapping[str, str], find_client: Callable[[str], AppClient | None]) -> SignInRequest:
    """Check a request. Raises `PageError`, `RedirectError`."""
    client = find_client(query.get("client_id", ""))
    if client is None:
        raise PageError("invalid_request: there is no app client with this client_id")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.callback_urls:
        raise PageError("redirect_mismatch: this redirect_uri is not one of the app client's callback URLs")
    request = SignInRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=tuple(query.get("scope", "").split()) or client.scopes,
        state=query.get("state"),
        nonce=query.get("nonce"),
        challenge=query.get("code_challenge"),
        prompt=tuple(query.get("prompt", "").split()),
    )
    _check(request, query)
    return request


def _check(request: SignInRequest, query: Mapping[str, str]) -> None:
    if not request.client.code_flow:
        raise RedirectError(request, "unauthorized_client", "the app client may not use the code grant")
    if query.get("response_type") != "code":
        raise RedirectError(request, "unsupported_response_type", "only response_type=code is supported")
    if not set(request.scopes) <= set(request.client.scopes):
        raise RedirectError(request, "invalid_scope", "a scope is not allowed for the app client")
    method = query.get("code_challenge_method")
    if (request.challenge or method) and (not request.challenge or method != "S256"):
        raise RedirectError(request, "invalid_request", "code_challenge needs code_challenge_method=S256")
