"""A Runtime that says what a test tells it to, by the wire contract; and a page that talks to the web chat."""

import asyncio
import json
import threading
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.callback.browser import Browser
from tests.callback.cloud import Cloud, Invocation

SESSION_HEADER = "x-amzn-bedrock-agentcore-runtime-session-id"
DETAILS = "https://www.googleapis.com/auth/drive.metadata.readonly"
LINK = "https://drive.example.com/connect/google-drive?session=abc"
MESSAGE = f"I need your permission. [Connect]: {LINK}"


def text(words: str) -> dict[str, Any]:
    return {"event": {"contentBlockDelta": {"delta": {"text": words}}}}


def tool(status: str, of: str = "t1") -> dict[str, Any]:
    return {"type": "tool", "id": of, "name": "list_files", "label": "Looking", "status": status}


def done(stop_reason: str = "end_turn") -> dict[str, Any]:
    return {"type": "done", "stop_reason": stop_reason, "usage": {}, "timings": {}}


def asking(scope: str = DETAILS) -> list[Any]:
    asked = {"type": "auth_required", "provider": "google", "auth_url": LINK, "message": MESSAGE, "scopes": [scope]}
    return [tool("running"), text(MESSAGE), asked, done("consent_required")]


FOUND = {
    "type": "files",
    "files": [{"name": "Q3 budget", "type": "spreadsheet", "link": "https://docs.google.com/d/1"}],
}
ANSWER = [
    tool("running"),
    tool("done"),
    FOUND,
    text("Found [Q3 budget](https://docs.google.com/d/1).\n\n"),
    text("That is all."),
    done(),
]


class Gate:
    """A point in a script at which the agent waits until the test opens it."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.is_reached = threading.Event()

    def open(self) -> None:
        self.is_open.set()

    async def pass_through(self) -> None:
        self.is_reached.set()
        while not self.is_open.is_set():  # noqa: ASYNC110 - opened by another thread
            await asyncio.sleep(0.002)


@dataclass
class Agent(Cloud):
    """`turns` are what each prompt or resume in turn is answered with: wire objects, Gates, pauses, a broken line."""

    turns: list[Any] = field(default_factory=list)
    actions: dict[str, Any] = field(default_factory=dict)
    is_connected: Callable[[], bool] | None = None
    left: int = 0
    status_gate: Any = None

    async def invoke(self, request: Request) -> Response:
        payload, headers = json.loads(await request.body()), dict(request.headers)
        action = payload.get("action")
        if "prompt" not in payload and action not in {"resume", "cancel", "forget"}:
            if self.status_gate is not None:
                await self.status_gate.pass_through()
            return await super().invoke(request)
        self.invocations.append(Invocation(headers, payload, "", ""))
        if action in {"cancel", "forget"}:
            answer = self.actions.get(action, {"cancelled": True} if action == "cancel" else {"status": "forgotten"})
            return answer() if callable(answer) else JSONResponse(answer)
        if action == "resume" and self.is_connected is not None and not self.is_connected():
            return self._stream(asking())
        script = self.turns.pop(0) if self.turns else ANSWER
        return script() if callable(script) else self._stream(script)

    def _stream(self, script: list[Any]) -> Response:
        async def lines():
            try:
                for step in script:
                    if isinstance(step, Gate):
                        await step.pass_through()
                    elif isinstance(step, float):
                        await asyncio.sleep(step)
                    elif step is None:
                        raise RuntimeError
                    else:
                        yield f"data: {json.dumps(step)}\n\n"
            except asyncio.CancelledError:
                self.left += 1
                raise

        return StreamingResponse(lines(), media_type="text/event-stream")

    def said(self) -> list[dict[str, Any]]:
        """What it was asked, without what a page asks beside a conversation."""
        return [
            each.payload
            for each in self.invocations
            if "prompt" in each.payload or each.payload["action"] in {"resume", "cancel", "forget"}
        ]

    def runtime_sessions(self) -> list[str]:
        return [each.headers[SESSION_HEADER] for each in self.invocations]


class RefusedError(Exception):
    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


def read_events(response: httpx.Response):
    """The events that nobody has read yet, each with its number."""
    return response.__dict__.setdefault("events", _read(response))


def _read(response: httpx.Response):
    seq = None
    for line in response.iter_lines():
        if line.startswith("id: "):
            seq = int(line[4:])
        elif line.startswith("data: "):
            yield seq, json.loads(line[6:])
        elif line.startswith(":"):
            yield None, {"type": "comment"}


def until_said(response: httpx.Response, words: str) -> None:
    """Read until the service has heard that, and therefore whatever came before."""
    heard = ""
    for _, event in read_events(response):
        heard += event.get("delta", "")
        if words in heard:
            return
    raise AssertionError(f"it never said {words!r}")


class Page:
    """What the page's script does, for one person in one browser."""

    def __init__(self, browser: Browser, who: str = "alice") -> None:
        self.browser = browser
        self.who = who
        self.me = self.api("GET", "/chat/api/me")

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Request:
        sent = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors"}
        sent |= {"origin": self.browser.origin} if method != "GET" else {}
        sent |= {"x-csrf": self.me["csrf"]} if hasattr(self, "me") else {}
        sent |= {"content-type": "application/json"} if body is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.browser.client.build_request(
            method, f"{self.browser.origin}{path}", content=None if body is None else json.dumps(body), headers=sent
        )
        httpx.Cookies(self.browser.jar).set_cookie_header(request)
        return request

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        response = self.browser.client.send(self.request(method, path, body, **headers))
        if response.status_code >= 400:
            raise RefusedError(response.status_code, response.json())
        return response.json() if response.content else None

    @contextmanager
    def stream(self, method: str, path: str, body: Any = None):
        response = self.browser.client.send(self.request(method, path, body), stream=True)
        try:
            if response.status_code >= 400:
                response.read()
                raise RefusedError(response.status_code, response.json())
            yield response
        finally:
            response.close()

    def input(
        self,
        conversation: str,
        question: str = "",
        resume: str = "",
        run: str = "",
        interrupt: str = "",
        **props: Any,
    ) -> dict[str, Any]:
        if resume and not interrupt:
            interrupt = self.interrupt(conversation)
        messages = [{"id": "m1", "role": "user", "content": question}] if question else []
        answers = {"resume": [{"interruptId": interrupt, "status": resume}]} if resume else {}
        return {
            "threadId": conversation,
            "runId": run or str(uuid.uuid4()),
            "messages": messages,
            "forwardedProps": props,
        } | answers

    def interrupt(self, conversation: str) -> str:
        """As the page knows it that has loaded the conversation."""
        try:
            turns = self.conversation(conversation)["turns"]
        except RefusedError:
            return "consent-of-nothing"
        open_ones = [turn for turn in turns if turn["outcome"] in {"waiting", "cut_off"}]
        return f"consent-{(open_ones or turns)[-1]['run']}"

    def run(self, conversation: str, question: str = "", **members: Any):
        """Ask or resume, and read to the end."""
        with self.stream("POST", "/agui", self.input(conversation, question, **members)) as response:
            return [event for _, event in read_events(response)]

    def ask(self, conversation: str, question: str, **members: Any):
        return self.run(conversation, question, html=True, **members)

    def wait(self, conversation: str, **members: Any):
        return self.run(conversation, resume="resolved", html=True, wait=True, **members)

    def follow(self, run: str, after: int = 0):
        with self.stream("GET", f"/chat/api/runs/{run}?after={after}") as response:
            return list(read_events(response))

    def conversation(self, of: str) -> dict[str, Any]:
        return self.api("GET", f"/chat/api/conversations/{of}")

    def turn(self, of: str) -> dict[str, Any]:
        return self.conversation(of)["turns"][-1]


class Beside(threading.Thread):
    """Something that goes on while the test does something else; `result` waits for its end."""

    def __init__(self, work: Callable[..., Any], *args: Any, **members: Any) -> None:
        super().__init__(daemon=True)
        self._work, self._args, self._members = work, args, members
        self._outcome: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._outcome = self._work(*self._args, **self._members)
        except BaseException as error:  # noqa: BLE001
            self._error = error

    def result(self) -> Any:
        self.join(20)
        assert not self.is_alive(), "it never ended"
        if self._error is not None:
            raise self._error
        return self._outcome


def types(events: list[dict[str, Any]]) -> list[str]:
    """Events by type, our own by name."""
    return [event.get("name") or event["type"] for event in events]


def shown(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What a page shows that has drawn these events: the blocks of each message."""
    drawn: dict[str, list[str]] = {}
    for event in events:
        if event.get("name") == "drive-agent.html":
            value = event["value"]
            drawn.setdefault(value["messageId"], [])[value["from"] :] = value["blocks"]
    return drawn


def said(events: list[dict[str, Any]]) -> str:
    return "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")
