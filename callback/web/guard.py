"""What every request and every response goes through: the `Host` check, resource isolation and the security headers.

Host: DNS rebinding makes a stranger's page reach a service on loopback under the stranger's name; the name gives it
away. Isolation: what another site's page asks for, other than by taking the whole window here, it does not get:
https://www.w3.org/TR/fetch-metadata/. Headers: https://owasp.org/www-project-secure-headers/
"""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callback.errors import CallbackError, ForgedRequestError, WrongHostError
from callback.hosts import is_loopback

SECURITY_HEADERS = {
    # No script at all; forms go to ourselves. POST answers never redirect to another site: Chromium applies
    # form-action to every hop of a redirect (https://www.w3.org/TR/CSP3/#directive-form-action).
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    # Runtime session, `state` and `session_id` travel in our addresses.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
# As which our pages are never shown, whoever asks.
_FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class Guard:
    """ASGI middleware. `refuse` answers what came under a foreign name or out of another site's page."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        refuse: Callable[[CallbackError, Scope, Receive, Send], Awaitable[None]],
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._origin = origin
        parts = urlsplit(origin)
        self._host = _with_port(parts.netloc.lower(), parts.scheme)
        self._scheme = parts.scheme
        self._aliases = _aliases(parts.hostname or "", self._host)
        self._headers = SECURITY_HEADERS | (_HTTPS_ONLY if parts.scheme == "https" else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, send it to the right name, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = _with_port(hosts[0].lower(), self._scheme) if len(hosts) == 1 else ""
        # A target that is no path (`http://other/`, `@other/`) names a host as well, and must not get behind our name.
        is_path = scope["path"].startswith("/")
        if not is_path or (host != self._host and host not in self._aliases):
            await self._refuse(WrongHostError(), scope, receive, send_with_headers)
        elif not is_isolated(scope["method"], headers):
            await self._refuse(ForgedRequestError(), scope, receive, send_with_headers)
        elif host == self._host:
            await self._app(scope, receive, send_with_headers)
        elif scope["path"] == "/healthz" or scope["method"] != "GET":
            # A POST under the alias is refused by the origin check; there is no session under that name anyway.
            await self._app(scope, receive, send_with_headers)
        else:
            await self._to_our_name(scope)(scope, receive, send_with_headers)

    def _to_our_name(self, scope: Scope) -> RedirectResponse:
        """127.0.0.1 → localhost: they are different sites to a browser, and cookies stay with one of them."""
        path = scope.get("raw_path", b"/").split(b"?")[0].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{self._origin}{path}{'?' if query else ''}{query}", status_code=307)


def is_isolated(method: str, headers: Mapping[str, str]) -> bool:
    """Say whether a request comes from our own pages, from nobody's page, or as the navigation of a whole window.

    A browser that does not send the headers passes: everything that changes something asks for more than this.
    """
    destination = headers.get("sec-fetch-dest", "document")
    if destination in _FRAMES:
        return False
    if headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
        return True
    return method == "GET" and destination == "document" and headers.get("sec-fetch-mode", "navigate") == "navigate"


def _with_port(netloc: str, scheme: str) -> str:
    if netloc.rpartition("]")[2].rpartition(":")[1]:
        return netloc
    return f"{netloc}:{443 if scheme == 'https' else 80}"


def _aliases(hostname: str, netloc: str) -> frozenset[str]:
    """Other names of this machine with the same port; none for a public name."""
    if not is_loopback(hostname):
        return frozenset()
    port = netloc.rpartition(":")[2]
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")) - {netloc}
