"""The browser's way back to the terminal: a listener on this machine, for one answer.

RFC 8252, 7.3 and 8.3: on the loopback interface only, and only while a sign-in waits. Whoever is on this machine can
send requests here, and so can any web page, blindly: only an answer with this sign-in's `state` counts.
"""

import asyncio
import errno
import hmac
import socket
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from chat.errors import ChatError
from chat.terminal.sign_in.loopback_page import HEADERS, Ending, language_of, render

__all__ = ["Loopback"]

# A request's head; browsers keep connections open in advance, on which nothing comes.
_HEAD_WAIT_S = 30.0
# For the page that says how it ended to reach the browser.
_LAST_PAGE_WAIT_S = 2.0
_MAX_PARAMETERS = 30


class Loopback:
    """Listens while it is open. The page of the answer is held back until it is closed, and says how it ended."""

    def __init__(self, redirect_urls: Sequence[str], state: str) -> None:
        """The first of `redirect_urls` whose port is free is used; port 0 is any. `state` as in the request."""
        self._redirect_urls = redirect_urls
        self._state = state
        self._servers: list[asyncio.Server] = []
        self._url = ""
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Mapping[str, str]] = loop.create_future()
        self._ending: asyncio.Future[Ending] = loop.create_future()
        self._held: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen. Raises: `ChatError` where every port is taken."""
        self._url, sockets = _listen(self._redirect_urls)
        for listening in sockets:
            self._servers.append(await asyncio.start_server(self._connected, sock=listening))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the waiting page say whether the sign-in has worked, and stop listening."""
        self._ending.set_result("signed_in" if kind is None else "failed")
        for server in self._servers:
            server.close()
        if self._held:
            await asyncio.wait(self._held, timeout=_LAST_PAGE_WAIT_S)
        for connection in self._open:
            connection.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def redirect_url(self) -> str:
        """What the authorization request has to name, letter by letter."""
        return self._url

    async def answer(self) -> Mapping[str, str]:
        """Wait for the authorization response and return its parameters. `state` has been checked."""
        return await asyncio.shield(self._answer)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._ending.done():  # it came while the listener was closed
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            async with asyncio.timeout(_HEAD_WAIT_S):
                head = await reader.readuntil(b"\r\n\r\n")
            self._held.add(task)
            writer.write(await self._response(head))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # no request, or nobody who reads the page
        except asyncio.CancelledError:
            pass  # the listener is closed; asyncio's streams of Python 3.11 print a handler that ends as cancelled
        finally:
            self._held.discard(task)
            self._open.discard(task)
            writer.close()

    async def _response(self, head: bytes) -> bytes:
        line, *fields = head.decode("latin-1").split("\r\n")
        named = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        language = language_of(named.get("accept-language", ""))
        status, ending = await self._result(line, named.get("host", ""))
        page = render(ending, language)
        shown = HEADERS | {"Content-Length": str(len(page)), "Content-Language": language, "Connection": "close"}
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in shown.items())]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + page

    async def _result(self, line: str, host: str) -> tuple[HTTPStatus, Ending]:
        """What becomes of a request."""
        here = urlsplit(self._url)
        method, _, rest = line.partition(" ")
        path, _, query = rest.rpartition(" ")[0].partition("?")
        # Another Host: a page whose name was made to point here (DNS rebinding).
        if host != here.netloc or path != here.path:
            return HTTPStatus.NOT_FOUND, "nothing"
        if method != "GET":
            return HTTPStatus.METHOD_NOT_ALLOWED, "nothing"
        parameters = _parameters(query)
        if not hmac.compare_digest(parameters.get("state", "").encode(), self._state.encode()):
            return HTTPStatus.BAD_REQUEST, "foreign"
        if self._answer.done():
            return HTTPStatus.GONE, "over"
        self._answer.set_result(parameters)
        return HTTPStatus.OK, await asyncio.shield(self._ending)


def _parameters(query: str) -> Mapping[str, str]:
    """Nothing where a parameter comes twice (RFC 6749, 3.1) or too many do."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return {}
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}


def _listen(redirect_urls: Sequence[str]) -> tuple[str, list[socket.socket]]:
    for url in redirect_urls:
        parts = urlsplit(url)
        sockets = _bound(parts.hostname or "", parts.port or 0)
        if sockets:
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            return parts._replace(netloc=f"{host}:{sockets[0].getsockname()[1]}").geturl(), sockets
    ports = ", ".join(str(urlsplit(url).port) for url in redirect_urls)
    raise ChatError(f"The browser cannot come back to this terminal: something else listens on port {ports}.")


def _bound(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of `host`, nothing where one is taken. A browser may try either of `localhost`'s two."""
    bound: list[socket.socket] = []
    for address in ("127.0.0.1", "::1") if host == "localhost" else (host,):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            bound.append(socket.create_server((address, port), family=family))
        except OSError as error:
            if bound and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                continue  # a machine without IPv6
            for one in bound:
                one.close()
            return []
        port = bound[0].getsockname()[1]
    return bound
