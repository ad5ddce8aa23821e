"""Real HTTP servers on free ports, in a thread."""

import asyncio
import socket
import threading
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.is_up.set()


class Server:
    def __init__(self, app: ASGIApp) -> None:
        # asyncio switches Nagle's algorithm off only where the protocol is named; with it, each page takes 40 ms more.
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        self.server = _Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))
        self.thread.start()
        assert self.server.is_up.wait(10)

    def run(self, work: Any) -> Any:
        """Run a coroutine in the server's own loop."""
        assert self.server.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.server.loop).result(10)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


class Stage:
    """One port whose app changes from test to test: starting a server for each would take most of the time."""

    def __init__(self) -> None:
        self.app: ASGIApp = PlainTextResponse("nobody is on stage", 503)
        self.server = Server(self)
        self.origin = f"http://localhost:{self.server.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def enter(self, app: FastAPI) -> AbstractAsyncContextManager[Any]:
        lifespan = app.router.lifespan_context(app)
        self.server.run(lifespan.__aenter__())
        self.app = app
        return lifespan

    def leave(self, lifespan: AbstractAsyncContextManager[Any]) -> None:
        self.app = PlainTextResponse("nobody is on stage", 503)
        self.server.run(lifespan.__aexit__(None, None, None))
