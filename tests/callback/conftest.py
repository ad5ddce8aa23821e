import itertools
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from callback.app import create_app
from callback.aws.identity import Identity
from callback.settings import Settings
from tests.callback.browser import Browser
from tests.callback.cloud import ARN, CLIENT_ID, CLIENT_SECRET, Cloud
from tests.callback.provider import Provider, serving
from tests.callback.servers import Server, Stage

TLS = ssl.create_default_context()
CONVERSATION = "conversation-of-alice-0123456789abcdef"


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **step: float) -> None:
        self.ahead += timedelta(**step)


@dataclass
class Service:
    """The callback service on its stage, and the ways in which tests come to it."""

    stage: Stage
    cloud: Cloud
    identity: Identity
    settings: Settings
    clock: Clock
    lifespans: list[AbstractAsyncContextManager[Any]] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.settings.callback_url

    def start(self, identity: Identity | None = None, store: Any = None, front_ends: Any = (), **changes: Any) -> None:
        """(Re)start with a new app over the same folder."""
        self.stop()
        self.settings = replace(self.settings, **changes)
        app = create_app(
            self.settings,
            front_ends=front_ends,
            store=store,
            identity=identity or self.identity,
            tls=TLS,
            now=self.clock,
        )
        self.lifespans.append(self.stage.enter(app))

    def stop(self) -> None:
        while self.lifespans:
            self.stage.leave(self.lifespans.pop())

    def browser(self, signed_in_as: str | None = None) -> Browser:
        made = Browser(self.origin)
        self.browsers.append(made)
        if signed_in_as:
            self.cloud.who = signed_in_as
            assert made.go("/sign-in").status_code == 200
        return made

    def start_flow(self, browser: Browser, conversation: str = CONVERSATION) -> tuple[str, str]:
        """Press the button; return the `session_id` and `state` that the browser would come back with."""
        page = browser.get(f"/connect/google-drive?session={conversation}")
        assert page.status_code == 200
        before = set(self.cloud.sessions)
        fields = {"csrf": csrf(page), "session": conversation}
        assert browser.post("/connect/google-drive", fields).headers["refresh"]
        [session_uri] = set(self.cloud.sessions) - before
        return session_uri, self.cloud.sessions[session_uri]["state"]

    def come_back(self, browser: Browser, session_uri: str, state: str) -> httpx.Response:
        query = httpx.QueryParams({"session_id": session_uri, "state": state})
        return browser.get(f"/callback?{query}", "cross-site")


def csrf(page: httpx.Response) -> str:
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.server.stop()


@pytest.fixture(scope="session")
def _cloud() -> Iterator[Cloud]:
    made = Cloud()
    server = Server(made.app())
    made.url = f"http://127.0.0.1:{server.port}"
    yield made
    server.stop()


@pytest.fixture
def cloud(_cloud: Cloud, stage: Stage) -> Cloud:
    _cloud.reset()
    _cloud.return_url = f"{stage.origin}/callback"
    return _cloud


@pytest.fixture(scope="session")
def identity(_cloud: Cloud) -> Iterator[Identity]:
    """The real boto3 client; made once, because loading the service model takes a while."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "sample")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "sample")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield Identity(region="us-west-2", endpoint_url=_cloud.url)


@pytest.fixture
def environ(cloud: Cloud, stage: Stage, tmp_path: Path) -> dict[str, str]:
    return {
        "DRIVE_AGENT_MODE": "local",
        "DRIVE_AGENT_CALLBACK_URL": stage.origin,
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{cloud.url}/oidc/.well-known/openid-configuration",
        "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "DRIVE_AGENT_RUNTIME_ARN": ARN,
        "DRIVE_AGENT_CALLBACK_STATE": str(tmp_path / "state"),
        "DRIVE_AGENT_SESSION_KEY": "sample-session-key-sample-session-key",
        "AWS_ENDPOINT_URL": cloud.url,
    }


@pytest.fixture
def make_service(
    stage: Stage, cloud: Cloud, identity: Identity, environ: dict[str, str]
) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(its_cloud: Cloud = cloud, its_identity: Identity = identity, /, **variables: str) -> Service:
        service = Service(stage, its_cloud, its_identity, Settings.load(environ | variables), Clock())
        made.append(service)
        service.start()
        return service

    yield make
    for service in made:
        service.stop()
        for browser in itertools.chain(service.browsers):
            browser.client.close()


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
def alice(service: Service) -> Browser:
    return service.browser("alice")


@pytest.fixture(scope="session")
def _provider() -> Iterator[Provider]:
    with serving() as made:
        yield made


@pytest.fixture
def provider(_provider: Provider) -> Provider:
    fresh = Provider(url=_provider.url, key=_provider.key)
    _provider.__dict__.update(fresh.__dict__)
    return _provider
