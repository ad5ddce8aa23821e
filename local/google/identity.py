"""Who is who at the stand-in, over HTTP: token information, user information, discovery, keys.

OpenID Connect Discovery 1.0; token information:
https://developers.google.com/identity/sign-in/web/backend-auth#calling-the-tokeninfo-endpoint
"""

from collections.abc import Mapping
from typing import Any  # JSON bodies

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.google.keys import KeysError, person_claims
from local.google.state import State
from local.people import GOOGLE_ACCOUNTS

__all__ = ["base_url", "identity_routes"]

_ACCOUNTS = {account.email: account for account in GOOGLE_ACCOUNTS}
_NO_STORE = {"cache-control": "no-cache, no-store, max-age=0, must-revalidate", "pragma": "no-cache"}


def base_url(request: Request) -> str:
    """Where the caller reached the stand-in, without a slash at the end; the Host header was checked before."""
    return str(request.base_url).rstrip("/")


def _invalid() -> Response:
    return JSONResponse({"error": "invalid_token", "error_description": "Invalid Value"}, 400, _NO_STORE)


class _Endpoints:
    """One method for each endpoint."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def tokeninfo(self, request: Request) -> Response:
        given = dict(request.query_params)
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=20) as form:
                given |= {name: str(value) for name, value in form.items()}
        return _token_information(self.state, given)

    async def userinfo(self, request: Request) -> Response:
        access_token = request.headers.get("authorization", "").partition(" ")[2]
        access = self.state.grants.access(access_token, self.state.clock())
        if access is None:
            body = {"error": "invalid_request", "error_description": "Invalid Credentials"}
            return JSONResponse(body, 401, _NO_STORE)
        return JSONResponse(person_claims(_ACCOUNTS[access.email], access.scopes), headers=_NO_STORE)

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(_configuration(base_url(request)))

    async def keys(self, _: Request) -> Response:
        return JSONResponse(self.state.keys.jwks())

    async def certificates(self, _: Request) -> Response:
        return JSONResponse(dict(self.state.keys.certificates))


def identity_routes(state: State) -> list[Route]:
    """The routes that tell who is who."""
    endpoints = _Endpoints(state)
    return [
        Route("/tokeninfo", endpoints.tokeninfo, methods=["GET", "POST"]),
        Route("/v1/userinfo", endpoints.userinfo, methods=["GET", "POST"]),
        Route("/.well-known/openid-configuration", endpoints.discovery),
        Route("/oauth2/v3/certs", endpoints.keys),
        Route("/oauth2/v1/certs", endpoints.certificates),
    ]


def _token_information(state: State, given: Mapping[str, str]) -> Response:
    now = state.clock()
    if "id_token" in given:
        try:
            claims = state.keys.claims(given["id_token"], now)
        except KeysError:
            return _invalid()
        return JSONResponse({name: str(value) for name, value in claims.items()}, headers=_NO_STORE)
    access = state.grants.access(given.get("access_token", ""), now)
    if access is None:
        return _invalid()
    account = _ACCOUNTS[access.email]
    answer = {
        "azp": access.client_id,
        "aud": access.client_id,
        "sub": account.subject,
        "scope": " ".join(sorted(access.scopes)),
        "exp": str(int(access.expires.timestamp())),
        "expires_in": str(int((access.expires - now).total_seconds())),
        "access_type": "offline" if access.is_offline else "online",
    }
    if "email" in (person := person_claims(account, access.scopes)):
        answer |= {"email": person["email"], "email_verified": "true"}
    return JSONResponse(answer, headers=_NO_STORE)


def _configuration(base: str) -> dict[str, Any]:
    claims = "aud email email_verified exp family_name given_name iat iss name sub"
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/o/oauth2/v2/auth",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/v1/userinfo",
        "revocation_endpoint": f"{base}/revoke",
        "jwks_uri": f"{base}/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": claims.split(),
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }
