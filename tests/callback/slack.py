"""Slack as an OpenID Connect provider, and a Runtime for IAM callers, over real HTTP.

What the documents and answers look like is Slack's: https://docs.slack.dev/authentication/sign-in-with-slack/
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.callback.cloud import CLIENT_ID, CLIENT_SECRET, Cloud
from tests.callback.sigv4 import check_signature

AWS_SECRETS = {"AKIDSAMPLE": "sample-secret-of-the-service"}
TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
TEAM_NAME = "https://slack.com/team_name"
SESSION_ID = "x-amzn-bedrock-agentcore-runtime-session-id"
USER_ID = "x-amzn-bedrock-agentcore-runtime-user-id"
CUSTOM_USER_ID = "x-amzn-bedrock-agentcore-runtime-custom-user-id"


@dataclass
class SlackCloud(Cloud):
    """`people`: workspace, user, name and the workspace's name, by `who`."""

    key: RSAKey | ECKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "slack"}))  # type: ignore[assignment]
    algorithm: str = "RS256"
    people: dict[str, tuple[str, str, str, str]] = field(
        default_factory=lambda: {
            "alice": ("T0ACME", "U0ALICE", "Alice", "Acme"),
            "bob": ("T0ACME", "U0BOB", "Bob", "Acme"),
            "eve": ("T0OTHER", "U0ALICE", "Alice", "Other"),
        }
    )
    id_token_changes: dict[str, Any] = field(default_factory=dict)
    profile_changes: dict[str, Any] = field(default_factory=dict)
    has_pkce: bool = False
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None

    def app(self) -> Starlette:
        app = super().app()
        app.router.routes += [
            Route("/.well-known/openid-configuration", self._route(self.discovery)),
            Route("/openid/connect/authorize", self._route(self.authorize)),
            Route("/openid/connect/keys", self._route(self.jwks)),
            Route("/api/openid.connect.token", self._route(self.token), methods=["POST"]),
            Route("/api/openid.connect.userInfo", self._route(self.profile)),
        ]
        return app

    # --- Slack

    async def discovery(self, request: Request) -> Response:
        said = {
            "issuer": "https://slack.com",
            "authorization_endpoint": f"{self.url}/openid/connect/authorize",
            "token_endpoint": f"{self.url}/api/openid.connect.token",
            "userinfo_endpoint": f"{self.url}/api/openid.connect.userInfo",
            "jwks_uri": f"{self.url}/openid/connect/keys",
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["form_post"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "claims_supported": ["sub", "auth_time", "iss"],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
        return JSONResponse(said | ({"code_challenge_methods_supported": ["S256"]} if self.has_pkce else {}))

    async def token(self, request: Request) -> Response:
        """Slack refuses with status 200, and takes no verifier beside a secret from an app that has no PKCE."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.token_requests.append(form)
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"ok": False, "error": "bad_client_secret"})
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"ok": False, "error": "invalid_code"})
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if self.has_pkce and asked["code_challenge"] != challenge.decode().rstrip("="):
            return JSONResponse({"ok": False, "error": "invalid_grant"})
        if not self.has_pkce and "code_verifier" in form:
            return JSONResponse({"ok": False, "error": "internal_error"})
        return JSONResponse(self.tokens(asked))

    def tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        team, user, name, team_name = self.people[asked["who"]]
        now = int(time.time())
        claims = {
            "iss": "https://slack.com",
            "sub": user,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": asked["nonce"],
            TEAM: team,
            USER: user,
            "name": name,
            "locale": "en-US",
        } | self.id_token_changes
        claims = {key: value for key, value in claims.items() if value is not None}
        id_token = jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)
        access_token = f"xoxp-{secrets.token_urlsafe(8)}"
        self.secrets_seen |= {id_token, access_token}
        self.profiles[access_token] = {"ok": True, "sub": user, TEAM: team, USER: user, TEAM_NAME: team_name}
        return {"ok": True, "access_token": access_token, "token_type": "Bearer", "id_token": id_token}

    async def profile(self, request: Request) -> Response:
        known = self.profiles.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse(known | self.profile_changes if known else {"ok": False, "error": "invalid_auth"})

    # --- Runtime

    async def invoke(self, request: Request) -> Response:
        """Whatever the signature does not cover was not said by the service."""
        headers = dict(request.headers)
        path, query, body = request.scope["raw_path"].decode(), request.url.query, await request.body()
        if self.refusal is not None:
            status, code = self.refusal
            return JSONResponse({"message": "No."}, status, headers={"x-amzn-ErrorType": code})
        try:
            covered = check_signature(AWS_SECRETS, "POST", path, query, headers, body)
        except (ValueError, KeyError):
            return JSONResponse({"message": "No."}, 403, headers={"x-amzn-ErrorType": "InvalidSignatureException"})
        assert {SESSION_ID, USER_ID, CUSTOM_USER_ID, "content-type"} <= covered
        assert headers[USER_ID] == headers[CUSTOM_USER_ID]
        return await super().invoke(request)

    def proof(self, headers: dict[str, str]) -> str:
        return headers[USER_ID]
