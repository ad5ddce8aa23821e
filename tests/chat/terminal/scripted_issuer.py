"""An identity provider that says what it is told to say, over real HTTP: authorize, token, device code, revoke."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio
import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "sample-terminal"
KEY = ECKey.generate_key("P-256", {"kid": "1", "use": "sig"})
ALICE = {"sub": "alice-sub", "name": "Alice", "email": "alice@example.com"}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
DISCOVERY = "/tenant/.well-known/openid-configuration"


@dataclass
class Issuer:
    """`token_answers` come first, each once: (status, body) or a callable; then it answers as it should."""

    url: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    authorized: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[dict[str, str]], dict[str, str]] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    token_answers: list[Any] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    device_answer: dict[str, Any] = field(default_factory=dict)
    device_asked: list[dict[str, str]] = field(default_factory=list)
    revoked: list[dict[str, str]] = field(default_factory=list)
    revoke_status: int = 200
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    life_s: int = 3600
    now: Callable[[], float] = time.time

    @property
    def issuer(self) -> str:
        return f"{self.url}/tenant"

    @property
    def discovery_url(self) -> str:
        return self.url + DISCOVERY

    def discovery(self, _: Request) -> Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "revocation_endpoint": f"{self.url}/revoke",
            **self.metadata,
        }
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.authorized.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"]}
        if self.answer is not None:
            answer = self.answer(answer)
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 302)

    def token(self, form: dict[str, str]) -> Response:
        self.asked.append(form)
        scripted = self.token_answers.pop(0) if self.token_answers else None
        if callable(scripted):
            scripted = scripted()
        if scripted is not None:
            status, body = scripted
            return Response(body if isinstance(body, str) else json.dumps(body), status)
        kind, asked = form["grant_type"], {}
        if kind == "authorization_code":
            asked = self.codes.pop(form["code"], {})
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if (asked.get("code_challenge"), asked.get("redirect_uri")) != (challenge, form["redirect_uri"]):
                return JSONResponse({"error": "invalid_grant"}, 400)
        elif kind == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return JSONResponse({"error": "invalid_grant", "error_description": "rotated out"}, 400)
            self.refresh_tokens.discard(form["refresh_token"])
        said = self.tokens(asked.get("nonce")) | self.more
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    def tokens(self, nonce: str | None) -> dict[str, Any]:
        refresh_token = secrets.token_urlsafe(16)
        self.refresh_tokens.add(refresh_token)
        access = {"iss": self.issuer, "sub": "alice-sub", "jti": secrets.token_hex(4), "exp": self._end()}
        identity = {"iss": self.issuer, "aud": CLIENT_ID, "exp": self._end(), "iat": int(self.now()), **ALICE}
        identity |= ({"nonce": nonce} if nonce else {}) | self.claims
        return {
            "access_token": jwt.encode({"alg": "ES256", "kid": "1"}, access, KEY),
            "id_token": jwt.encode({"alg": "ES256", "kid": "1"}, identity, KEY),
            "refresh_token": refresh_token,
            "expires_in": self.life_s,
            "token_type": "Bearer",
        }

    def device(self, form: dict[str, str]) -> Response:
        self.device_asked.append(form)
        return JSONResponse(
            {
                "device_code": "sample-device-code",
                "user_code": "WDJB-MJHT",
                "verification_uri": f"{self.url}/activate",
                "verification_uri_complete": f"{self.url}/activate?user_code=WDJB-MJHT",
                "expires_in": 900,
                "interval": 5,
                **self.device_answer,
            }
        )

    def revoke(self, form: dict[str, str]) -> Response:
        self.revoked.append(form)
        self.refresh_tokens.discard(form["token"])
        return Response(status_code=self.revoke_status)

    def _end(self) -> int:
        return int(self.now()) + self.life_s


@dataclass
class Held:
    """The issuer of the test that runs, behind the one server of the session."""

    issuer: Issuer


def app(held: Held) -> Starlette:
    def get(name: str) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return getattr(held.issuer, name)(request)

        return answer

    def post(name: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            return await anyio.to_thread.run_sync(getattr(held.issuer, name), form)

        return answer

    return Starlette(
        routes=[
            Route(DISCOVERY, get("discovery")),
            Route("/keys", get("keys")),
            Route("/authorize", get("authorize")),
            Route("/token", post("token"), methods=["POST"]),
            Route("/device", post("device"), methods=["POST"]),
            Route("/revoke", post("revoke"), methods=["POST"]),
        ]
    )


class Browser:
    """Follows what it is given to the page at the end, in whichever thread it is opened."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.opened: list[str] = []
        self.pages: list[httpx.Response] = []
        self.done = threading.Event()

    def __call__(self, url: str) -> bool:
        self.opened.append(url)
        try:
            with httpx.Client(trust_env=False, headers={"Accept-Language": self.language}) as http:
                where = http.get(url).headers["location"]
                self.pages.extend(self.visit(http, where))
        finally:
            self.done.set()
        return True

    def visit(self, http: httpx.Client, where: str) -> list[httpx.Response]:
        """Go where the provider sends it."""
        return [http.get(where)]
