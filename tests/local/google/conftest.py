"""A running stand-in, a browser for its pages, and Google's own client for its Drive."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import googleapiclient
import httplib2
import httpx
import pytest
import uvicorn
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document

from local.google.app import create_app
from local.google.state import State, build_state

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
REDIRECT = "http://127.0.0.1:9/callback"
AUTH = "https://www.googleapis.com/auth/"
_TLS = ssl.create_default_context()  # one for all: making it takes longer than most tests here


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class Standin:
    url: str
    state: State
    clock: Clock

    def http(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, verify=_TLS, **options)


class _Server(uvicorn.Server):
    """Says when it listens, instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


def serve(state: State, clock: Clock) -> Iterator[Standin]:
    # The protocol is named so that asyncio turns Nagle's algorithm off.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(state), log_config=None, access_log=False, ws="none", lifespan="off")
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert server.listens.wait(10)
    yield Standin(f"http://127.0.0.1:{listener.getsockname()[1]}", state, clock)
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="session")
def _running() -> Iterator[Standin]:
    clock = Clock()
    yield from serve(build_state(NOW, clock=clock), clock)


@pytest.fixture(scope="session")
def serve_own() -> Callable[[Callable[[datetime, Clock], State]], Iterator[Standin]]:
    """Serve what is made from the time and a clock, for tests that need another Drive."""

    def go(make: Callable[[datetime, Clock], State]) -> Iterator[Standin]:
        clock = Clock()
        yield from serve(make(NOW, clock), clock)

    return go


@pytest.fixture
def standin(_running: Standin) -> Standin:
    _running.state.reset()
    _running.clock.now = NOW
    return _running


@pytest.fixture
def serve_folder() -> Callable[[State, Clock], Iterator[Standin]]:
    return serve


class _Forms(HTMLParser):
    """The forms of a page: action, fields as a browser would send them, buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append({"action": values["action"], "method": values["method"], "fields": [], "buttons": []})
        elif tag == "input" and (values.get("type") != "checkbox" or "checked" in values):
            self.forms[-1]["fields"].append((values["name"], values["value"]))
        elif tag == "button":
            self.forms[-1]["buttons"].append((values["name"], values["value"]))


@dataclass
class Browser:
    """Somebody with a browser who fills in Google's forms."""

    standin: Standin
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.standin.http()

    def open(self, **changes: str | None) -> httpx.Response:
        parameters = {
            "client_id": "client-1",
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": f"{AUTH}drive.metadata.readonly",
            "state": "s-1",
        } | changes
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.http.get("/o/oauth2/v2/auth", params=given)

    def send(self, page: httpx.Response, button: tuple[str, str], untick: set[str] = frozenset()) -> httpx.Response:
        (form,) = _Forms(page.text).forms
        assert button in form["buttons"]
        fields = [(name, value) for name, value in form["fields"] if value not in untick]
        target = urljoin(str(page.url), form["action"])
        content = httpx.QueryParams([*fields, button])
        response = self.http.post(
            target, content=str(content), headers={"content-type": "application/x-www-form-urlencoded"}
        )
        if response.is_redirect and response.headers["location"].startswith("/"):
            response = self.http.get(response.headers["location"])
        return response

    def choose(self, page: httpx.Response, email: str) -> httpx.Response:
        return self.send(page, ("account", email))

    def decide(self, page: httpx.Response, decision: str, untick: set[str] = frozenset()) -> httpx.Response:
        return self.send(page, ("decision", decision), untick)

    def consent(self, email: str, untick: set[str] = frozenset(), **changes: str | None) -> dict[str, str]:
        """From the application's link to the redirect that carries the answer, as its parameters."""
        response = self.open(**changes)
        if response.status_code == 200 and "Choose an account" in response.text:
            response = self.choose(response, email)
        if response.status_code == 200:
            response = self.decide(response, "allow", untick)
        assert response.status_code == 303, response.text
        location = response.headers["location"]
        assert location.startswith(REDIRECT)
        return dict(parse_qsl(urlsplit(location).query))


@pytest.fixture
def browser(standin: Standin) -> Iterator[Browser]:
    browser = Browser(standin)
    yield browser
    browser.http.close()


@pytest.fixture
def exchange(standin: Standin) -> Callable[..., httpx.Response]:
    """Ask the token endpoint; None leaves a parameter out."""

    def ask(code: str | None = None, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": "client-1",
            "client_secret": "secret-1",
            "redirect_uri": REDIRECT,
        } | changes
        with standin.http() as http:
            return http.post("/token", data={name: value for name, value in form.items() if value is not None})

    return ask


@pytest.fixture
def sign_in(browser: Browser, exchange: Callable[..., httpx.Response]) -> Callable[..., dict[str, Any]]:
    """Tokens for an account (short name) with scopes (short names)."""

    def go(who: str = "alice", *scopes: str, **changes: str) -> dict[str, Any]:
        asked = " ".join(
            scope if scope in {"openid", "email", "profile"} else f"{AUTH}{scope}"
            for scope in scopes or ("drive.metadata.readonly",)
        )
        changes = {"access_type": "offline", "prompt": "consent", **changes}
        answer = browser.consent(f"{who}@gmail.example", scope=asked, **changes)
        tokens = exchange(answer["code"])
        assert tokens.status_code == 200, tokens.text
        return tokens.json()

    return go


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    place = Path(googleapiclient.__file__).parent / "discovery_cache/documents/drive.v3.json"
    return json.loads(place.read_text(encoding="utf-8"))


@pytest.fixture
def drive_for(standin: Standin, document: dict[str, Any]) -> Iterator[Callable[[str], Any]]:
    """Google's client with an access token, pointed at the stand-in through `rootUrl`, so that batches go there too."""
    opened: list[Any] = []

    def make(access_token: str) -> Any:
        http = AuthorizedHttp(Credentials(token=access_token), http=httplib2.Http(timeout=20))
        opened.append(build_from_document({**document, "rootUrl": f"{standin.url}/"}, http=http))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def drive(sign_in: Callable[..., dict[str, Any]], drive_for: Callable[[str], Any]) -> Callable[..., Any]:
    """Google's client for somebody who has just consented."""

    def make(who: str = "alice", *scopes: str) -> Any:
        return drive_for(sign_in(who, *scopes)["access_token"])

    return make


_KINDS = {"string": str, "boolean": bool, "object": dict, "array": list, "integer": int, "number": (int, float)}


def _scalar_problem(value: Any, schema: dict[str, Any]) -> str:
    if not isinstance(value, _KINDS[schema["type"]]) or (schema["type"] == "integer" and isinstance(value, bool)):
        return f"{type(value).__name__} is not {schema['type']}"
    if schema.get("format") == "int64" and not (isinstance(value, str) and value.isdigit()):
        return "an int64 is digits in a string"
    if schema.get("format") == "date-time" and not value.endswith("Z"):
        return "not a time as Drive writes it"
    return ""


@pytest.fixture
def problems(document: dict[str, Any]) -> Callable[[Any, str], list[str]]:
    """What in an answer differs from its schema in Google's document."""

    def check(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in schema:
            yield from check(value, document["schemas"][schema["$ref"]], path)
        elif problem := _scalar_problem(value, schema):
            yield f"{path}: {problem}"
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from check(each, schema["items"], f"{path}[{at}]")
        elif isinstance(value, dict):
            for name, each in value.items():
                inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
                yield from check(each, inner, f"{path}.{name}") if inner else [f"{path}.{name}: no such field"]

    return lambda value, name: list(check(value, {"$ref": name}, name))
