"""An OpenID Connect provider that also hands out refresh tokens, rotates and revokes them, and says who it is."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.callback.cloud import CLIENT_ID, CLIENT_SECRET, Cloud
from tests.callback.servers import Server


@dataclass
class Provider(Cloud):
    metadata: dict[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    iss: str | None = None
    rotates: bool = True
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    refresh_answer: tuple[int, Any] | None = None
    refreshes: list[dict[str, str]] = field(default_factory=list)
    revocations: list[dict[str, str]] = field(default_factory=list)
    revocation_status: int = 200
    ahead_s: float = 0

    def app(self) -> Starlette:
        app = super().app()
        app.router.routes.append(Route("/oidc/revoke", self._route(self.revoke), methods=["POST"]))
        return app

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/oidc/.well-known/openid-configuration"

    async def discovery(self, request: Request) -> Response:
        said = json.loads(bytes((await super().discovery(request)).body))
        said |= {"revocation_endpoint": f"{self.url}/oidc/revoke"} | self.metadata
        return JSONResponse({name: value for name, value in said.items() if name not in self.without})

    async def authorize(self, request: Request) -> Response:
        answer = await super().authorize(request)
        if self.iss is not None:
            answer.headers["location"] += f"&iss={self.iss}"
        return answer

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if form.get("grant_type") != "refresh_token":
            answer = await super().token(request)
            tokens = json.loads(bytes(answer.body))
            if answer.status_code == 200:
                tokens["refresh_token"] = self.refresh_token(self.access_tokens.get(tokens["access_token"], ""))
            return JSONResponse(tokens, answer.status_code)
        self.refreshes.append(form)
        if self.refresh_answer is not None:
            status, body = self.refresh_answer
            return Response(body if isinstance(body, str) else json.dumps(body), status)
        who = self.refresh_tokens.get(form["refresh_token"])
        if who is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        tokens = {"access_token": self.access_token(who), "token_type": "Bearer", "expires_in": self.token_life_s}
        if self.rotates:
            del self.refresh_tokens[form["refresh_token"]]
            tokens["refresh_token"] = self.refresh_token(who)
        return JSONResponse(tokens)

    async def revoke(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Basic ")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.revocations.append(form)
        self.refresh_tokens.pop(form["token"], None)
        return Response(status_code=self.revocation_status)

    def access_token(self, who: str) -> str:
        """A token of when the test's clock says it is."""
        life_s = self.token_life_s
        self.token_life_s = int(life_s + self.ahead_s)
        try:
            return super().access_token(who)
        finally:
            self.token_life_s = life_s

    def refresh_token(self, who: str) -> str:
        made = secrets.token_urlsafe(16)
        self.refresh_tokens[made] = who
        return made


@contextmanager
def serving() -> Iterator[Provider]:
    provider = Provider()
    server = Server(provider.app())
    provider.url = f"http://127.0.0.1:{server.port}"
    yield provider
    server.stop()


__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Provider", "serving"]
