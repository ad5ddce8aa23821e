"""`python -m tests.callback.crowd_cloud RETURN_URL`: the small cloud for a crowd, in a process of its own.

The issuer knows each browser by a cookie (`who`), as a provider that remembers a sign-in does; everybody has a Google
account of their own name. Prints its address; ends when its standard input does.
"""

import asyncio
import json
import logging
import sys
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.callback.cloud import Cloud
from tests.callback.servers import Server


class CrowdCloud(Cloud):
    # How long CompleteResourceTokenAuth takes to answer, once it has been done.
    complete_s: float = 0.0

    def app(self) -> Starlette:
        app = super().app()
        app.routes.extend([Route("/crowd", self.crowd), Route("/crowd", self.slow_down, methods=["POST"])])
        return app

    async def authorize(self, request: Request) -> Response:
        self.who = request.cookies["who"]  # nothing else runs before the answer is made
        return await super().authorize(request)

    async def invoke(self, request: Request) -> Response:
        answer = await super().invoke(request)
        who = self.access_tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "), "nobody")
        return JSONResponse(_with_account(json.loads(bytes(answer.body)), who), answer.status_code)

    async def complete(self, request: Request) -> Response:
        answer = await super().complete(request)
        await asyncio.sleep(self.complete_s)
        return answer

    async def crowd(self, request: Request) -> Response:
        """Who has connected, as often as they have."""
        return JSONResponse({"bound": [self.access_tokens[proof] for proof in self.bound], "asked": self.times_asked()})

    async def slow_down(self, request: Request) -> Response:
        self.complete_s = (await request.json())["complete_s"]
        return JSONResponse({})

    def times_asked(self) -> int:
        return len(self.completions)


def _with_account(value: Any, who: str) -> Any:
    if isinstance(value, list):
        return [_with_account(item, who) for item in value]
    if isinstance(value, dict):
        own = {"email": f"{who}@gmail.example", "name": who}
        return {name: own if name == "account" and item else _with_account(item, who) for name, item in value.items()}
    return value


def main(return_url: str) -> None:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    cloud = CrowdCloud(return_url=return_url)
    server = Server(cloud.app())
    cloud.url = f"http://127.0.0.1:{server.port}"
    print(cloud.url, flush=True)  # noqa: T201 - for the test that started this
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main(sys.argv[1])
