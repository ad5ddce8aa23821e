"""The application: routes and layers, put together. Serve it on loopback only."""

import contextlib
import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from local.slack.admin import admin_routes
from local.slack.desk import desk_routes
from local.slack.openid import openid_routes
from local.slack.responses import response_routes
from local.slack.state import State
from local.slack.web_api import api_routes

__all__ = ["create_app", "is_loopback_host"]


def is_loopback_host(host: str) -> bool:
    """Whether a host name or address, without port, means this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class _LoopbackOnly:
    """Refuse requests for other host names: a page elsewhere must not reach us through DNS rebinding."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            name = host if host.endswith("]") else host.rpartition(":")[0] or host
            if not is_loopback_host(name):
                refusal = JSONResponse({"error": "This stand-in answers on loopback addresses only."}, 421)
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def create_app(state: State) -> Starlette:
    """The ASGI application over `state`."""

    async def link(socket: WebSocket) -> None:
        # The ticket is all that lets somebody in, so that it may be any host's page that does not know one.
        if state.tickets.take_socket(socket.query_params.get("ticket", "")):
            await state.delivery.sockets.serve(socket, state.app.app_id)
        else:
            await socket.close(1008)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await state.delivery.close()

    return Starlette(
        routes=[
            *admin_routes(state),
            *api_routes(state),
            *openid_routes(state),
            *response_routes(state),
            *desk_routes(state),
            WebSocketRoute("/link/", link),
        ],
        middleware=[Middleware(_LoopbackOnly)],
        lifespan=lifespan,
    )
