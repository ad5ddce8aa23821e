"""A Runtime that says what it is told to say, over real HTTP."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from chat.client import RuntimeClient

ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent"
IMPATIENT = httpx.Timeout(2, read=2)


@dataclass
class Answer:
    """`chunks` are sent one by one, each after `before_chunk(index)`; `is_cut` leaves the body unfinished."""

    chunks: list[bytes] = field(default_factory=list)
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    before_chunk: Callable[[int], None] = lambda _: None


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: Any


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
            answer = scripted.next(Asked(self.path, dict(self.headers), json.loads(body)))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
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


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(runtime: Runtime, slept: list[float]) -> Iterator[RuntimeClient]:
    made = RuntimeClient(runtime.url, ARN, lambda: "sample-bearer", timeout=IMPATIENT, sleep=slept.append)
    yield made
    made.close()
