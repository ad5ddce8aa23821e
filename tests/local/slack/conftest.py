"""A running stand-in, Slack's own client for it, and an app that notes what it is told."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.slack.app import create_app
from local.slack.state import State, build_state
from local.slack.workspace import APP
from tests.support.serve import serve

TEAM = APP.team_id
ALICE, BOB, CAROL = "U0ALICE001", "U0BOB00001", "U0CAROL001"
GENERAL, RANDOM = "C0GENERAL1", "C0RANDOM01"


@dataclass
class Clock:
    """A clock that tests move. It also goes by itself: what is signed has to be recent."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_(self, **units: float) -> None:
        self.ahead += timedelta(**units)


@dataclass
class Told:
    """One request to the app."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        if self.headers["content-type"] == "application/json":
            return json.loads(self.body)
        return json.loads(parse_qs(self.body.decode())["payload"][0])

    @property
    def event(self) -> dict[str, Any]:
        return self.payload["event"]


@dataclass
class AppDouble:
    """Answers 200 unless `answers` says what the next requests get: a status, JSON, or seconds to be late."""

    told: list[Told] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    async def events(self, request: Request) -> Response:
        body = await request.body()
        self.told.append(Told(dict(request.headers), body))
        answer = self.answers.pop(0) if self.answers else 200
        self.arrived.release()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        if isinstance(answer, dict):
            return JSONResponse(answer)
        headers = {"x-slack-no-retry": "1"} if answer == 501 else {}
        if answer == 200 and body.startswith(b'{"type": "url_verification"'):
            return Response(json.loads(body)["challenge"])
        return Response(status_code=answer if isinstance(answer, int) else 200, headers=headers)

    def wait(self, number: int = 1) -> list[Told]:
        """The requests, as soon as there are so many."""
        for _ in range(number):
            assert self.arrived.acquire(timeout=5)
        return self.told


@dataclass
class Standin:
    url: str
    state: State
    clock: Clock
    app: AppDouble

    def client(self, token: str = APP.bot_token) -> WebClient:
        return WebClient(token=token, base_url=f"{self.url}/api/")

    def http(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, **options)

    def admin(self, path: str, method: str = "POST", **body: Any) -> Any:
        answer = httpx.request(method, f"{self.url}/_standin{path}", json=body, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, person: str, do: str, **what: Any) -> Any:
        return self.admin("/act", **{"as": person, "do": do, **what})

    def see(self, person: str, channel: str = "general", **query: str) -> Any:
        query |= {"as": person, "channel": channel}
        return httpx.get(f"{self.url}/_standin/see", params=query, trust_env=False).json()


@pytest.fixture(scope="session")
def _running() -> Iterator[Standin]:
    clock, double = Clock(), AppDouble()
    with serve(Starlette(routes=[Route("/events", double.events, methods=["POST"])])) as app_url:
        state = build_state(replace(APP, request_url=f"{app_url}/events"), clock=clock)
        with serve(create_app(state)) as url:
            state.origin = url
            yield Standin(url, state, clock, double)


@pytest.fixture
def standin(_running: Standin) -> Standin:
    _running.clock.ahead = timedelta()
    _running.admin("/reset")
    _running.app.told.clear()
    _running.app.answers.clear()
    _running.app.arrived = threading.Semaphore(0)
    return _running


@pytest.fixture
def client(standin: Standin) -> WebClient:
    return standin.client()


@pytest.fixture
def question(standin: Standin) -> str:
    """The ts of a message of Alice's in #general."""
    return standin.act("alice", "say", channel="general", text="which files are new?")["ts"]


def error(call: Any, **arguments: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])
