"""A Runtime that says what it is told to say, over real HTTP."""

import asyncio
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import pytest

from chat.callers import JwtCaller
from chat.client import RuntimeClient, http_client

ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent"
IMPATIENT = httpx.Timeout(2, read=2)


@dataclass
class Answer:
    """`chunks` are sent one by one, each after `before_chunk(index)`; `is_cut` leaves the body unfinished.

    `hangs_up`: there is no answer at all. `stays`: the connection may be used again.
    """

    chunks: list[bytes] = field(default_factory=list)
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    hangs_up: bool = False
    stays: bool = False
    before_chunk: Callable[[int], None] = lambda _: None


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: Any
    port: int = 0  # of who asks: another one for each connection


def sse(*values: object) -> list[bytes]:
    return [f"data: {json.dumps(value)}\n\n".encode() for value in values]


def text(words: str) -> dict[str, Any]:
    return {"event": {"contentBlockDelta": {"delta": {"text": words}}}}


def as_json(value: object, status: int = 200, **headers: str) -> Answer:
    return Answer([json.dumps(value).encode()], status, "application/json", headers)


DONE = {"type": "done", "stop_reason": "end_turn", "usage": {"inputTokens": 3}, "timings": {"total_ms": 5}}


@dataclass
class Runtime:
    """`answers` are given in order, the last again and again; a callable looks at the request first."""

    url: str = ""
    answers: list[Answer | Callable[[Asked], Answer]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, *answers: Answer | Callable[[Asked], Answer]) -> None:
        self.answers = list(answers)

    def next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Answer) else answer(asked)


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    scripted = Runtime()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = scripted.next(Asked(self.path, dict(self.headers), json.loads(body), self.client_address[1]))
            if answer.hangs_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            if not answer.stays:
                self.send_header("Connection", "close")
            self.end_headers()
            try:
                for index, chunk in enumerate(answer.chunks):
                    answer.before_chunk(index)
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    self.wfile.flush()
                if not answer.is_cut:
                    self.wfile.write(b"0\r\n\r\n")
            except ConnectionError:
                pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scripted.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield scripted
    server.shutdown()
    thread.join()
    server.server_close()


class Stepping:
    """The asynchronous client, one step at a time."""

    def __init__(self, caller, *, timeout=IMPATIENT, slept=None, **values) -> None:
        async def sleep(seconds: float) -> None:
            if slept is not None:
                slept.append(seconds)

        self.runner = asyncio.Runner()
        self.http = http_client(caller.url, timeout=timeout)
        self.client = RuntimeClient(caller, kind="terminal", http=self.http, sleep=sleep, **values)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.http.aclose())
        self.runner.close()

    def turn(self, *args):
        return self.steps(self.client.turn(*args))

    def resume(self, *args):
        return self.steps(self.client.resume(*args))

    def action(self, *args, **members):
        return self.runner.run(self.client.action(*args, **members))

    def steps(self, events):
        """Each `next` is one `anext`; leaving hangs up."""

        async def one():
            return await anext(events, None)

        try:
            while (event := self.runner.run(one())) is not None:
                yield event
        finally:
            self.runner.run(events.aclose())


def as_person(url: str, *tokens: str) -> JwtCaller:
    """A caller whose bearer tokens are these, one for each request; the last one again and again."""
    left = list(tokens)

    async def bearer() -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return JwtCaller(url, ARN, bearer)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(runtime: Runtime, slept: list[float]) -> Iterator[Stepping]:
    with Stepping(as_person(runtime.url, "sample-bearer"), slept=slept) as made:
        yield made
