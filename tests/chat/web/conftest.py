import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest

from callback.announcements import Changed
from callback.app import create_app
from callback.aws.identity import Identity
from callback.records import person_key
from callback.service_errors import StateUnavailableError
from callback.settings import Settings
from callback.state.entries import ManagedEntry
from chat.web.front_end import WebChat
from chat.web.limits import Limits
from tests.callback.browser import Browser
from tests.callback.cloud import ARN, CLIENT_ID, CLIENT_SECRET
from tests.callback.conftest import TLS, Clock
from tests.callback.servers import Server, Stage
from tests.chat.web.scripted import Agent, Gate, Page

QUICK = Limits(pace_s=0.01, keep_s=0.05, beat_s=0.1, stop_s=1.0, elsewhere_s=0.05, linger_s=5.0)


class Line:
    """One process's line to what all of them keep, which ends with the process."""

    def __init__(self, kept: dict[tuple[str, str], Any]) -> None:
        self.kept = kept
        self.is_cut = False
        # What fails, and what waits the next time, as ("put", "chat-heads").
        self.broken: set[tuple[str, str]] = set()
        self.gates: dict[tuple[str, str], Gate] = {}

    async def get(self, key: str, *, collection: str) -> Any:
        await self._reach("get", collection)
        return self._there().get((collection, key))

    async def put(self, key: str, value: Any, *, collection: str, ttl: float) -> None:
        assert ttl > 0
        assert len(json.dumps(value)) < 400 * 1024  # an item of DynamoDB
        # A write that has begun ends, as in a thread, whether or not anybody waits for it.
        await asyncio.shield(asyncio.create_task(self._put(key, value, collection)))

    async def _put(self, key: str, value: Any, collection: str) -> None:
        await self._reach("put", collection)
        self._there()[collection, key] = value

    async def add(self, key: str, entry: ManagedEntry, *, collection: str) -> bool:
        await self._reach("add", collection)
        if (collection, key) in self._there():
            return False
        self.kept[collection, key] = dict(entry.value)
        return True

    async def delete(self, key: str, *, collection: str) -> bool:
        await self._reach("delete", collection)
        return self._there().pop((collection, key), None) is not None

    async def _reach(self, what: str, collection: str) -> None:
        """A store is never there at once: others go on meanwhile."""
        self._there()
        if (what, collection) in self.broken:
            raise StateUnavailableError
        gate = self.gates.pop((what, collection), None)
        await (gate.pass_through() if gate else asyncio.sleep(0))

    def _there(self) -> dict[tuple[str, str], Any]:
        if self.is_cut:
            raise StateUnavailableError
        return self.kept


@dataclass
class Chat:
    """The service with the web chat, on its stage."""

    stage: Stage
    agent: Agent
    identity: Identity
    settings: Settings
    limits: Limits = QUICK
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    lifespans: list[AbstractAsyncContextManager[Any]] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)
    tls: ssl.SSLContext = TLS
    app: Any = None
    line: Any = None
    front: Any = None

    def start(self) -> None:
        """Start an app over the one store that all of this chat's apps share."""
        self.line, self.front = Line(self.kept), WebChat(self.limits)
        self.app = create_app(
            self.settings,
            front_ends=[self.front],
            store=self.line,
            identity=self.identity,
            tls=self.tls,
            now=self.clock,
        )
        self.lifespans.append(self.stage.enter(self.app))

    def restart(self) -> None:
        """End the app in order, and start another one."""
        self.stop()
        self.start()

    def crash(self) -> None:
        """Start another app, a while after the store has heard of this one for the last time."""
        self.line.is_cut = True
        self.clock.forward(seconds=60)
        self.start()

    def stop(self) -> None:
        while self.lifespans:
            self.stage.leave(self.lifespans.pop())

    def page(self, who: str = "alice") -> Page:
        made = Browser(self.settings.callback_url)
        self.browsers.append(made)
        self.agent.who = who
        assert made.go("/sign-in").status_code == 200
        return Page(made, who)

    def person(self, page: Page) -> str:
        return person_key("jwt", f"{self.agent.url}/oidc", f"{page.who}-sub")

    def run(self, page: Page, run: str) -> Any:
        """A run of this person's that lives, or has ended a moment ago."""
        return self.front.conversations.find_run(self.person(page), run)

    def announce(self, page: Page, account: str = "alice@gmail.example", *, is_connected: bool = True) -> None:
        """What the callback service does when a consent is completed, or taken back."""
        changed = Changed(self.person(page), is_connected=is_connected, account_email=account)

        async def announce() -> None:
            self.app.state.door.announcements.announce(changed)

        self.stage.server.run(announce())


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.server.stop()


@pytest.fixture(scope="session")
def _agent() -> Iterator[Agent]:
    made = Agent()
    server = Server(made.app())
    made.url = f"http://127.0.0.1:{server.port}"
    yield made
    server.stop()


@pytest.fixture
def agent(_agent: Agent) -> Agent:
    _agent.reset()
    return _agent


@pytest.fixture(scope="session")
def identity(_agent: Agent) -> Iterator[Identity]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "sample")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "sample")
        yield Identity(region="us-west-2", endpoint_url=_agent.url)


@pytest.fixture
def make_chat(stage: Stage, agent: Agent, identity: Identity) -> Iterator[Callable[..., Chat]]:
    made: list[Chat] = []

    def make(limits: Limits = QUICK, **variables: str) -> Chat:
        environ = {
            "DRIVE_AGENT_MODE": "local",
            "DRIVE_AGENT_CALLBACK_URL": stage.origin,
            "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{agent.url}/oidc/.well-known/openid-configuration",
            "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
            "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "DRIVE_AGENT_RUNTIME_ARN": ARN,
            "DRIVE_AGENT_SESSION_KEY": "sample-session-key-sample-session-key",
            "AWS_ENDPOINT_URL": agent.url,
        }
        chat = Chat(stage, agent, identity, Settings.load(environ | variables), limits)
        made.append(chat)
        chat.start()
        return chat

    yield make
    for chat in made:
        chat.stop()
        for browser in chat.browsers:
            browser.client.close()


@pytest.fixture
def chat(make_chat: Callable[..., Chat]) -> Chat:
    return make_chat()


@pytest.fixture
def alice(chat: Chat) -> Page:
    return chat.page("alice")
