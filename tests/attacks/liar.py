"""An agent that lies: what a compromised or misled one could answer to the callback service."""

from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.callback.servers import Server

URN = "urn:ietf:params:oauth:request_uri:made-up"


@contextmanager
def lying_agent(world, **answers):
    """Run the block with an agent that gives these answers, by action; which may change; nothing much for others."""

    async def invoke(request):
        action = (await request.json()).get("action")
        return JSONResponse(answers.get(action, {"connections": [], "pending": False} if action == "status" else {}))

    server = Server(Starlette(routes=[Route("/invocations", invoke, methods=["POST"])]))
    world.aws("PUT", "/_standin/runtimes/drive_agent", agentUrl=f"http://127.0.0.1:{server.port}")
    try:
        yield answers
    finally:
        world.aws("PUT", "/_standin/runtimes/drive_agent", agentUrl=world.stack.agent_url)
        server.stop()


def conversation(**changes):
    return {
        "conversation": {"client": "web", "started": "2026-11-20T09:00:00Z"},
        "pending": True,
        "scopes": [],
    } | changes
