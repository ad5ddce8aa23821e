"""The application: routes and layers, put together. Serve it on loopback only."""

import ipaddress
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.google.accounts import account_routes
from local.google.admin import admin_routes
from local.google.drive import drive_routes
from local.google.identity import identity_routes
from local.google.journal import JournalLayer
from local.google.oauth_api import oauth_routes
from local.google.state import State

__all__ = ["create_app", "is_loopback_host"]


def is_loopback_host(host: str) -> bool:
    """Whether a host name or address, without port, means this machine."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
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
    return Starlette(
        routes=[
            *admin_routes(state),
            *account_routes(state),
            *oauth_routes(state),
            *identity_routes(state),
            *drive_routes(state),
        ],
        middleware=[Middleware(_LoopbackOnly), Middleware(JournalLayer, journal=state.journal)],
    )
