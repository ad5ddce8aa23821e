"""Small stand-ins over real HTTP: an OpenID Connect issuer, AgentCore's Runtime and Identity, and Google's consent.

Who signs in, what each of them answers, and what they were asked are plain attributes of `Cloud`.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent"
CLIENT_ID = "sample-client"
CLIENT_SECRET = "sample-client-secret"
URN = "urn:ietf:params:oauth:request_uri:"


@dataclass
class Invocation:
    headers: dict[str, str]
    payload: dict[str, Any]
    raw_path: str
    query: str


@dataclass
class Cloud:
    url: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "sample"}))
    who: str = "alice"
    token_life_s: int = 3600
    id_token_changes: dict[str, Any] = field(default_factory=lambda: {"email_verified": True})
    id_token_key: ECKey | None = None
    unsigned_id_token: bool = False
    opaque_access_token: bool = False
    access_tokens: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    authorize_requests: list[dict[str, str]] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    return_url: str = ""
    completions: list[dict[str, Any]] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    conversation: dict[str, str] | None = field(
        default_factory=lambda: {"client": "terminal", "started": "2026-11-20T09:00:00Z"}
    )
    not_owned: set[str] = field(default_factory=set)
    google_email: str = "alice@gmail.example"
    insufficient: bool = False
    last_used: str | None = None
    grants: list[str] = field(default_factory=lambda: ["https://www.googleapis.com/auth/drive.metadata.readonly"])
    identity_error: tuple[int, str, str] | None = None
    secrets_seen: set[str] = field(default_factory=set)
    # By the name of a route's handler: what it answers instead, and the requests that it got.
    instead: dict[str, Callable[[], Response]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def reset(self) -> None:
        fresh = type(self)(url=self.url, key=self.key)
        self.__dict__.update(fresh.__dict__)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oidc/.well-known/openid-configuration", self._route(self.discovery)),
                Route("/oidc/authorize", self._route(self.authorize)),
                Route("/oidc/token", self._route(self.token), methods=["POST"]),
                Route("/oidc/jwks", self._route(self.jwks)),
                Route("/runtimes/{arn:path}/invocations", self._route(self.invoke), methods=["POST"]),
                Route("/invocations", self._route(self.invoke), methods=["POST"]),
                Route("/identities/oauth2/authorize", self._route(self.consent)),
                Route("/identities/CompleteResourceTokenAuth", self._route(self.complete), methods=["POST"]),
            ]
        )

    def _route(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        name = handler.__name__

        async def answer(request: Request) -> Response:
            self.requests.append((name, request.headers.get("accept-encoding", "")))
            made = self.instead.get(name)
            return made() if made else await handler(request)

        return answer

    # --- OpenID Connect

    async def discovery(self, request: Request) -> Response:
        issuer = f"{self.url}/oidc"
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "id_token_signing_alg_values_supported": ["HS256", "none", "ES256"],
            }
        )

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.authorize_requests.append(asked)
        code = secrets.token_urlsafe(12)
        self.codes[code] = {**asked, "who": self.who}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.token_requests.append(form)
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {basic}"
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": f"{self.url}/oidc",
            "sub": f"{asked['who']}-sub",
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 3600,
            "nonce": asked["nonce"],
            "email": f"{asked['who']}@example.com",
        } | self.id_token_changes
        key = self.id_token_key or self.key
        id_token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
        if self.unsigned_id_token:
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            id_token = f"{head}.{id_token.split('.')[1]}."
        access_token = "opaque" if self.opaque_access_token else self.access_token(asked["who"])
        self.secrets_seen |= {access_token, id_token, form["code"], form["code_verifier"]}
        return JSONResponse(
            {"access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 3600}
        )

    def access_token(self, who: str) -> str:
        now = int(time.time())
        claims = {
            "iss": f"{self.url}/oidc",
            "sub": f"{who}-sub",
            "client_id": CLIENT_ID,
            "token_use": "access",
            "iat": now,
            "exp": now + self.token_life_s,
            "jti": secrets.token_urlsafe(8),
        }
        made = jwt.encode({"alg": "ES256", "kid": "sample"}, claims, self.key)
        self.access_tokens[made] = who
        return made

    # --- Runtime

    async def invoke(self, request: Request) -> Response:
        payload = json.loads(await request.body())
        headers = dict(request.headers)
        self.invocations.append(Invocation(headers, payload, request.scope["raw_path"].decode(), request.url.query))
        if (answer := self.answers.get(payload["action"])) is not None:
            status, body = answer
            return Response(body if isinstance(body, str) else json.dumps(body), status, media_type="application/json")
        if headers["x-amzn-bedrock-agentcore-runtime-session-id"] in self.not_owned:
            return JSONResponse({"error": "Not yours.", "type": "error", "code": "not_owner"})
        proof = self.proof(headers)
        if payload["action"] == "status":
            connected = proof in self.bound
            is_working = connected and not self.insufficient
            found = {
                "provider": "google-drive",
                "connected": is_working,
                "insufficient": connected and self.insufficient,
                "account": {"email": self.google_email, "name": "Alice"} if is_working else None,
                "scopes": self.grants if is_working else [],
                "last_used": self.last_used if is_working else None,
            }
            return JSONResponse({"connections": [found], "pending": False})
        if payload["action"] == "conversation":
            scopes = self.asks or ["https://www.googleapis.com/auth/drive.metadata.readonly"]
            return JSONResponse({"conversation": self.conversation, "pending": True, "scopes": scopes})
        if payload["action"] == "disconnect":
            self.bound = [bound for bound in self.bound if bound != proof]
            return JSONResponse({"status": "disconnected"})
        session_uri = f"{URN}{secrets.token_urlsafe(16)}"
        self.sessions[session_uri] = {"proof": proof, "state": payload["state"]}
        self.secrets_seen |= {session_uri, payload["state"]}
        auth_url = f"{self.url}/identities/oauth2/authorize?{urlencode({'request_uri': session_uri})}"
        needed = {"status": "auth_required", "auth_url": auth_url, "session_uri": session_uri}
        return JSONResponse(needed | ({"scopes": self.asks} if self.asks else {}))

    def proof(self, headers: dict[str, str]) -> str:
        """What a request says of the person, as a completion must say it again."""
        return headers.get("authorization", "").removeprefix("Bearer ") or "local"

    # --- Identity; Google always says yes

    async def consent(self, request: Request) -> Response:
        session_uri = request.query_params["request_uri"]
        query = urlencode({"session_id": session_uri, "state": self.sessions[session_uri]["state"]})
        return RedirectResponse(f"{self.return_url}?{query}", 302)

    async def complete(self, request: Request) -> Response:
        body = json.loads(await request.body())
        self.completions.append(body)
        error = self.identity_error
        proof = body["userIdentifier"].get("userToken") or body["userIdentifier"].get("userId")
        if error is None:
            open_session = self.sessions.pop(body["sessionUri"], None)
            if open_session is None or open_session["proof"] != proof:
                error = (403, "AccessDeniedException", "Invalid or expired session")
        if error is not None:
            status, code, message = error
            content = {"message": message, "reason": "CannotParse"}
            return JSONResponse(content, status, headers={"x-amzn-ErrorType": code})
        self.bound.append(proof)
        return JSONResponse({})
