"""The Slack app between Slack's stand-in (`local.slack`), over real HTTP, and an agent that is scripted."""

import asyncio
import contextlib
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from slack_sdk.signature import SignatureVerifier

from callback.announcements import Announcements, Changed
from callback.aws.answers import Connection
from callback.records import ConnectedAccount, UserProof
from callback.service_errors import StateUnavailableError
from callback.state.store import Records, encrypted
from chat.errors import ChatError
from chat.events import AuthRequired, Done, Text, ToolProgress
from chat.slack.conversations import Member
from chat.slack.front_end import SlackApp
from chat.slack.settings import SlackSettings
from local.slack.app import create_app
from local.slack.state import build_state
from local.slack.workspace import APP
from tests.support.serve import serve

ORIGIN = "https://drive.example.com"
LINK = f"{ORIGIN}/connect/google-drive?session=sample"
ASKED = AuthRequired(
    "google-drive",
    LINK,
    f"I need your permission: {LINK}",
    ("https://www.googleapis.com/auth/drive.metadata.readonly",),
)
CONSENT = (ToolProgress("t1", "search", "Searching", "running"), Text(ASKED.message), ASKED)
DONE = Done("end_turn", {}, {})
PATIENCE_S = 10
PEOPLE = {"alice": "U0ALICE001", "bob": "U0BOB00001", "carol": "U0CAROL001"}


def answer(*texts):
    return (*map(Text, texts), DONE)


class Clock:
    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@dataclass
class Asked:
    who: str
    runtime_session: str
    what: str
    text: str = ""
    timezone: str | None = None
    locale: str | None = None


@dataclass
class Agent:
    """Answers in the order of `answers`, the last one again and again. An Event in an answer is waited for.

    While `is_connected` is false, `resume` asks for consent again.
    """

    answers: list = field(default_factory=lambda: [answer("Hello.")])
    asked: list = field(default_factory=list)
    cancelled: list = field(default_factory=list)
    is_connected: bool = False
    hung_up: int = 0

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def turns(self, what="turn"):
        return [asked for asked in self.asked if asked.what == what]


class Line:
    """As `chat.client.RuntimeClient`, without a Runtime."""

    def __init__(self, agent, member):
        self._agent, self._who = agent, member.user_id

    def turn(self, runtime_session, prompt, timezone=None, locale=None):
        self._agent.asked.append(Asked(self._who, runtime_session, "turn", prompt, timezone, locale))
        return self._events(self._agent.next())

    def resume(self, runtime_session, timezone=None, locale=None):
        self._agent.asked.append(Asked(self._who, runtime_session, "resume", "", timezone, locale))
        return self._events(self._agent.next() if self._agent.is_connected else CONSENT[1:])

    async def action(self, runtime_session, name):
        self._agent.cancelled.append((self._who, runtime_session, name))
        return {"cancelled": True}

    async def _events(self, events):
        is_over = False
        try:
            for event in events:
                if isinstance(event, ChatError):
                    raise event
                if isinstance(event, threading.Event):
                    while not await asyncio.to_thread(event.wait, 0.02):
                        pass
                    continue
                yield event
            is_over = True
        finally:
            self._agent.hung_up += not is_over


class Store:
    """A key-value store in memory, as far as `Sealed` uses one."""

    def __init__(self):
        self.kept = {}
        self.broken = ()

    async def get(self, key, *, collection):
        if collection in self.broken:
            raise StateUnavailableError
        return self.kept.get((collection, key))

    async def put(self, key, value, *, collection, ttl):
        if collection in self.broken:
            raise StateUnavailableError
        assert ttl > 0
        self.kept[collection, key] = value

    async def add(self, key, entry, *, collection):
        if collection in self.broken:
            raise StateUnavailableError
        if (collection, key) in self.kept:
            return False
        self.kept[collection, key] = dict(entry.value)
        return True

    async def delete(self, key, *, collection):
        return self.kept.pop((collection, key), None) is not None


class FakeDoor:
    """What `callback.door.Door` gives, over a store in memory that outlives the app."""

    def __init__(self, store, clock):
        slack = SimpleNamespace(teams=frozenset({APP.team_id}))
        self.settings = SimpleNamespace(
            callback_url=ORIGIN, audit_key="sample-key", session_key="s" * 32, oidc=SimpleNamespace(slack=slack)
        )
        self.announcements = Announcements()
        self.now = clock
        self.account = ""
        self.disconnected = []
        self._store = store

    def records(self, collection, record):
        return Records(self._store, collection, record)

    async def connections(self, person_key, proof):
        assert isinstance(proof, UserProof)
        account = ConnectedAccount(self.account, "", ())
        return (Connection("google-drive", is_connected=bool(self.account), account=account),)

    async def disconnect(self, person_key, proof):
        self.disconnected.append(proof.value)
        self.account = ""


class Workspace:
    """Slack's stand-in, as people and tests use it."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=f"{url}/_standin", timeout=20)
        self.api_url = f"{url}/api/"

    def _post(self, path, body, method="POST"):
        response = self.http.request(method, path, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def act(self, who, do, **more):
        return self._post("/act", {"as": who, "do": do} | more)

    def say(self, who, text, channel="dm", thread_ts=""):
        return self.act(who, "say", text=text, channel=channel, thread_ts=thread_ts)

    def mention(self, who, text, channel="general", thread_ts=""):
        return self.say(who, f"@Drive Agent {text}", channel, thread_ts)

    def press(self, who, message, action, value=""):
        return self.act(who, "press", channel=message["channel"], ts=message["ts"], action_id=action, value=value)

    def fault(self, target, kind="error", **more):
        self._post("/faults", {"target": target, "kind": kind} | more)

    def switch(self, **switches):
        self._post("/switches", switches)

    def pace(self, **pace):
        self._post("/pace", pace)

    def deliver(self, event_id):
        self._post("/deliver", {"event_id": event_id})

    def expire(self):
        return self._post("/streams/expire", {})["expired"]

    def change_app(self, **changes):
        self._post("/app", changes, "PUT")

    def reset(self):
        self._post("/reset", {})

    def look(self, who, channel="dm", thread_ts=""):
        return self.http.get("/see", params={"as": who, "channel": channel, "thread_ts": thread_ts}).json()

    def see(self, who, channel="dm", thread_ts=""):
        return self.look(who, channel, thread_ts)["messages"]

    def from_app(self, who, channel="dm", thread_ts=""):
        return [message for message in self.see(who, channel, thread_ts) if message["is_app"]]

    def calls(self, *methods):
        calls = self.http.get("/requests").json()["requests"]
        return [call for call in calls if not methods or call["method"] in methods]

    def deliveries(self):
        return self.http.get("/deliveries").json()["deliveries"]


def event(name="Ev0SAMPLE", **inside):
    """What Slack delivers about a direct message of alice's, or about what `inside` says."""
    message = {"type": "message", "channel_type": "im", "channel": "D0ALICE001", "user": "U0ALICE001", "ts": "1.1"}
    return {"type": "event_callback", "team_id": APP.team_id, "event_id": name, "event": message | inside}


def until(check):
    """The first true result; looks again for as long as a person would."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := check()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.01)
    return found


@dataclass
class World:
    slack: Workspace
    agent: Agent
    clock: Clock
    store: object
    memory: Store
    door: FakeDoor | None = None
    _running: contextlib.ExitStack | None = None

    def start(self, *, socket=False, http=True):
        """(Re)start the app over the same store."""
        self.stop()
        self._running = contextlib.ExitStack()
        self.door = FakeDoor(self.store, self.clock)
        settings = SlackSettings(
            bot_token=APP.bot_token,
            signing_secret=APP.signing_secret if http else "",
            app_token=APP.app_token if socket else "",
            api_url=self.slack.api_url,
        )
        front_end = SlackApp(settings, lambda _: lambda member: Line(self.agent, member), stop_button_after_s=0.05)

        @contextlib.asynccontextmanager
        async def lifespan(app):
            self.loop = asyncio.get_running_loop()
            async with front_end.running(self.door):
                yield

        app = FastAPI(lifespan=lifespan)
        app.include_router(front_end.router)
        self.url = self._running.enter_context(serve(app))
        self.slack.change_app(request_url=f"{self.url}/slack/events")

    def stop(self):
        if self._running:
            self._running.close()
            self._running = None

    def post(self, body, *, secret=APP.signing_secret, age_s=0, retry=0):
        """Deliver something as Slack would, by hand."""
        is_event = "event" in body
        text = json.dumps(body) if is_event else urlencode({"payload": json.dumps(body)})
        stamp = str(int(time.time()) - age_s)
        headers = {
            "content-type": "application/json" if is_event else "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": SignatureVerifier(secret).generate_signature(timestamp=stamp, body=text) or "",
        }
        headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"} if retry else {}
        return httpx.post(f"{self.url}/slack/events", content=text, headers=headers, timeout=10)

    def connect(self, who="alice", email="alice@gmail.example", runtime_session=""):
        """Somebody finishes consent in a browser; the agent sees alice's."""
        self.agent.is_connected |= who == "alice"
        self.door.account = email
        changed = Changed(Member(APP.team_id, PEOPLE[who]).key, True, runtime_session, email)
        self.loop.call_soon_threadsafe(self.door.announcements.announce, changed)

    def answered(self, who, asked, channel="dm"):
        """The app's messages below something that was said, once the last one is not growing any more."""

        def seen():
            found = self.slack.from_app(who, channel, asked.get("thread_ts") or asked["ts"])
            return found if found and found[-1]["stream"] in {"done", ""} and found[-1]["buttons"] else None

        return until(seen)


@pytest.fixture(scope="session")
def _workspace():
    state = build_state()
    with serve(create_app(state)) as url:
        state.origin = url
        workspace = Workspace(url)
        yield workspace
        workspace.http.close()


@pytest.fixture
def workspace(_workspace):
    _workspace.reset()
    return _workspace


@pytest.fixture
def world(workspace):
    memory = Store()
    made = World(workspace, Agent(), Clock(), encrypted(memory, "sample-session-key-sample-session-key"), memory)
    made.start()
    yield made
    made.stop()
