"""A container in the agent's place that notes what reaches it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

SESSION = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"


@dataclass
class Container:
    """`{"do": …}` says how to answer: echo (default), stream, wait, or fail with `status` and `body`."""

    seen: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.seen, self.bodies = [], []
        self.go_on()
        self.left.clear()

    def go_on(self) -> None:
        """Let every stream end."""
        for loop, event in self.waiting:
            loop.call_soon_threadsafe(event.set)
        self.waiting = []

    async def invocations(self, request: Request) -> Response:
        self.seen.append(dict(request.headers))
        self.bodies.append(await request.body())
        asked = await request.json()
        if asked.get("do") == "stream":
            return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"X-Secret": "inside"})
        if asked.get("do") == "wait":
            await self._until_disconnected(request)
        if asked.get("do") == "fail":
            return JSONResponse(asked["body"], asked["status"])
        return JSONResponse({"you said": asked}, headers={"Mcp-Session-Id": "mcp"})

    async def _until_disconnected(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.left.set()

    async def _stream(self) -> AsyncIterator[bytes]:
        try:
            go_on = asyncio.Event()
            self.waiting.append((asyncio.get_running_loop(), go_on))
            yield b'data: "first"\n\n'
            await go_on.wait()
            yield b'data: "second"\n\n'
        finally:
            self.left.set()


@pytest.fixture(scope="session")
def container_server(serve: Any, addresses: Any) -> Container:
    double = Container()
    routes = [Route("/invocations", double.invocations, methods=["POST"])]
    serve(Starlette(routes=routes), addresses["agent"])
    return double


@pytest.fixture
def container(container_server: Container) -> Container:
    container_server.reset()
    return container_server


def path_of(name: str) -> str:
    return f"/runtimes/{quote(f'arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/{name}', safe='')}/invocations"


@pytest.fixture
def path() -> str:
    return path_of("drive_agent")


@pytest.fixture
def runtime(http: httpx.Client, pool: Any, container: Container) -> Any:
    """The JWT runtime, configured for the pool's public client."""
    wish = {"discoveryUrl": pool.discovery_url, "allowedClients": [pool.cli]}
    answer = http.put("/_standin/runtimes/drive_agent", json=wish)
    answer.raise_for_status()
    return answer.json()
