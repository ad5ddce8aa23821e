"""What a client's server asks: discovery, tokens, user info, revocation.

https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.aws.clock import Clock
from local.aws.cognito.pools import AppClient, Grant, Pools, issuer_of
from local.aws.cognito.sessions import SignIns

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenError(Exception):
    """A refusal at the token endpoint. Its text is the code of RFC 6749 section 5.2."""


class TokenEndpoints:
    """No page, only JSON."""

    def __init__(self, pools: Pools, sign_ins: SignIns, origin: str, clock: Clock) -> None:
        self._pools = pools
        self._sign_ins = sign_ins
        self._origin = origin
        self._clock = clock

    def routes(self) -> list[Route]:
        """For the app. Keys are served by moto, at `/<pool>/.well-known/jwks.json`."""
        return [
            Route("/{pool_id}/.well-known/openid-configuration", self.discovery, methods=["GET"]),
            Route("/oauth2/token", self.token, methods=["POST"]),
            Route("/oauth2/revoke", self.revoke, methods=["POST"]),
            Route("/oauth2/userInfo", self.user_info, methods=["GET", "POST"]),
        ]

    async def discovery(self, request: Request) -> Response:
        """The issuer is the `iss` of the tokens, which is AWS's address; the endpoints are here."""
        pool_id = request.path_params["pool_id"]
        if not self._pools.exists(pool_id):
            raise HTTPException(404, f"User pool {pool_id} does not exist.")
        return JSONResponse(
            {
                "issuer": issuer_of(pool_id),
                "authorization_endpoint": f"{self._origin}/oauth2/authorize",
                "token_endpoint": f"{self._origin}/oauth2/token",
                "userinfo_endpoint": f"{self._origin}/oauth2/userInfo",
                "revocation_endpoint": f"{self._origin}/oauth2/revoke",
                "end_session_endpoint": f"{self._origin}/logout",
                "jwks_uri": f"{self._origin}/{pool_id}/.well-known/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "phone", "profile"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def token(self, request: Request) -> Response:
        """Code or refresh token in, tokens out; 400 with the code of RFC 6749 for everything else."""
        form = await _form(request)
        try:
            client = self._client(request, form)
            kind = form.get("grant_type")
            if kind == "authorization_code":
                answer = self._from_code(client, form)
            elif kind == "refresh_token":
                answer = self._from_refresh_token(client, form)
            else:
                raise TokenError("unsupported_grant_type")  # noqa: TRY301  # one place answers refusals
        except TokenError as error:
            return JSONResponse({"error": str(error)}, 400, _NO_STORE)
        return JSONResponse(answer, headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """200, also for a token that is unknown (RFC 7009 section 2.2)."""
        form = await _form(request)
        try:
            client = self._client(request, form)
        except TokenError as error:
            return JSONResponse({"error": str(error)}, 400, _NO_STORE)
        self._pools.revoke_refresh_token(client.client_id, form.get("token", ""))
        return Response(headers=_NO_STORE)

    async def user_info(self, request: Request) -> Response:
        """The person of an access token."""
        scheme, _, access_token = request.headers.get("authorization", "").partition(" ")
        owner = self._pools.access_token_owner(access_token) if scheme.lower() == "bearer" else None
        if owner is None:
            headers = {"WWW-Authenticate": 'error="invalid_token"', **_NO_STORE}
            return JSONResponse({"error": "invalid_token"}, 401, headers)
        pool_id, username = owner
        claims = self._pools.person(pool_id, username, ("openid",))
        if isinstance(claims.get("email_verified"), bool):
            # Cognito's UserInfo says it as a string: see the example in its userinfo-endpoint page.
            claims["email_verified"] = "true" if claims["email_verified"] else "false"
        return JSONResponse({**claims, "username": username}, headers=_NO_STORE)

    def _from_code(self, client: AppClient, form: Mapping[str, str]) -> dict[str, Any]:
        grant = self._sign_ins.redeem(
            form.get("code", ""), client.client_id, form.get("redirect_uri", ""), form.get("code_verifier")
        )
        if grant is None:
            raise TokenError("invalid_grant")
        answer = self._pools.tokens(grant, self._clock())
        return {**answer, "refresh_token": self._new_refresh_token(grant)}

    def _new_refresh_token(self, grant: Grant) -> str:
        refresh_token = self._pools.new_refresh_token(grant.client_id, grant.username)
        self._sign_ins.remember_refresh(refresh_token, grant)
        return refresh_token

    def _from_refresh_token(self, client: AppClient, form: Mapping[str, str]) -> dict[str, Any]:
        refresh_token = form.get("refresh_token", "")
        username = self._pools.refresh_token_owner(client.client_id, refresh_token)
        if username is None or self._sign_ins.is_rotated_out(refresh_token):
            raise TokenError("invalid_grant")
        grant = self._sign_ins.refresh_grant(refresh_token) or Grant(
            client_id=client.client_id,
            username=username,
            scopes=("aws.cognito.signin.user.admin",),
            nonce=None,
            auth_time=self._clock(),
        )
        answer = self._pools.tokens(grant, self._clock())
        if client.retry_s is None:
            return answer
        # Rotation: "all forms of successful token-refresh requests return a new … refresh token".
        # https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
        self._sign_ins.rotate_out(refresh_token, client.retry_s)
        return {**answer, "refresh_token": self._new_refresh_token(grant)}

    def _client(self, request: Request, form: Mapping[str, str]) -> AppClient:
        client_id, secret = _credentials(request.headers.get("authorization"), form)
        client = self._pools.client(client_id)
        if client is None:
            raise TokenError("invalid_client")
        if client.secret is not None and not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise TokenError("invalid_client")
        return client


def _credentials(authorization: str | None, form: Mapping[str, str]) -> tuple[str, str]:
    """client_secret_basic or client_secret_post (RFC 6749 section 2.3.1)."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenError("invalid_client") from error
    return unquote(client_id), unquote(secret)


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
