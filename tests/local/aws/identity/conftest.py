"""A small OAuth provider in Google's place, and a way to play a whole consent."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

RETURN_URL = "http://localhost:9090/callback"
GOOGLE = {"access_type": "offline", "prompt": "consent"}


@dataclass
class Provider:
    """Consents to everything at once, checks PKCE, and hands out refresh tokens for `access_type=offline` only."""

    url: str
    asked: list[dict[str, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    deny: bool = False
    status: int = 200

    def reset(self) -> None:
        self.asked, self.forms, self.codes = [], [], {}
        self.deny, self.status = False, 200

    async def discovery(self, _request: Request) -> Response:
        paths = {"authorization_endpoint": "/o/oauth2/v2/auth", "token_endpoint": "/token"}
        return JSONResponse({"issuer": self.url, **{name: self.url + path for name, path in paths.items()}})

    async def auth(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        answer = {"error": "access_denied"} if self.deny else {"code": secrets.token_urlsafe(8)}
        if not self.deny:
            self.codes[answer["code"]] = query
        return RedirectResponse(query["redirect_uri"] + "?" + urlencode({**answer, "state": query["state"]}), 302)

    async def token(self, request: Request) -> Response:
        async with request.form() as form:
            sent = {name: str(value) for name, value in form.items()}
        self.forms.append(sent)
        if self.status != 200:
            return JSONResponse({"error": "invalid_grant"}, self.status)
        answer: dict[str, Any] = {
            "access_token": "at-" + secrets.token_urlsafe(8),
            "expires_in": 3599,
            "token_type": "Bearer",
        }
        if sent["grant_type"] == "authorization_code":
            query = self.codes.pop(sent["code"])
            digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
            assert sent["redirect_uri"] == query["redirect_uri"]
            answer["scope"] = query["scope"]
            if query.get("access_type") == "offline":
                answer["refresh_token"] = "rt-" + secrets.token_urlsafe(8)
        return JSONResponse(answer)


@pytest.fixture(scope="session")
def provider_server(serve: Any, addresses: Any) -> Provider:
    double = Provider(addresses["google"].url)
    routes = [
        Route("/.well-known/openid-configuration", double.discovery),
        Route("/o/oauth2/v2/auth", double.auth),
        Route("/token", double.token, methods=["POST"]),
    ]
    serve(Starlette(routes=routes), addresses["google"])
    return double


@dataclass
class Agent:
    """A workload identity of one's own, asking for tokens of its users."""

    data: Any
    http: httpx.Client
    name: str = "drive-agent-local"

    def wat(self, user_id: str = "alice") -> str:
        answer = self.data.get_workload_access_token_for_user_id(workloadName=self.name, userId=user_id)
        return answer["workloadAccessToken"]

    def wat_for_jwt(self, token: str) -> str:
        answer = self.data.get_workload_access_token_for_jwt(workloadName=self.name, userToken=token)
        return answer["workloadAccessToken"]

    def ask(self, wat: str | None = None, **more: Any) -> dict[str, Any]:
        wish = {
            "workloadIdentityToken": wat or self.wat(),
            "resourceCredentialProviderName": "google-drive-provider",
            "scopes": ["drive.metadata.readonly"],
            "oauth2Flow": "USER_FEDERATION",
            "resourceOauth2ReturnUrl": RETURN_URL,
            "customParameters": GOOGLE,
        }
        answer = self.data.get_resource_oauth2_token(**{**wish, **more})
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def complete(self, session_uri: str, **identifier: str) -> None:
        self.data.complete_resource_token_auth(sessionUri=session_uri, userIdentifier=identifier or {"userId": "alice"})

    def consent(self, wat: str | None = None, **more: Any) -> str:
        """Ask and go through the browser; returns the session URI, still to be completed."""
        asked = self.ask(wat, **more)
        self.browse(asked["authorizationUrl"])
        return asked["sessionUri"]

    def browse(self, url: str) -> dict[str, str]:
        """Be a browser until the return URL; returns its query."""
        while not url.startswith(RETURN_URL):
            response = self.http.get(url)
            assert response.status_code == 302, response.text
            url = response.headers["location"]
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    def vault(self) -> list[dict[str, Any]]:
        return self.http.get("/_standin/vault").json()["tokens"]


@pytest.fixture
def provider(provider_server: Provider) -> Provider:
    provider_server.reset()
    return provider_server


@pytest.fixture
def agent(client: Any, http: httpx.Client, provider: Provider) -> Agent:
    """With the provider registered, and the return URL."""
    control = client("bedrock-agentcore-control")
    control.create_oauth2_credential_provider(
        name="google-drive-provider",
        credentialProviderVendor="GoogleOauth2",
        oauth2ProviderConfigInput={
            "googleOauth2ProviderConfig": {"clientId": "sample-client", "clientSecret": "sample-secret"}
        },
    )
    control.create_workload_identity(name="drive-agent-local", allowedResourceOauth2ReturnUrls=[RETURN_URL])
    return Agent(client("bedrock-agentcore"), http)
