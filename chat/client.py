"""The Runtime's HTTP interface, for a program that acts for one person.

`POST …/invocations` as the person whom the caller (`chat.callers`) stands for. A request is repeated only while it
cannot have had an effect: no connection, 409, 429, or a 5xx before the first byte of an answer.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from chat.callers import Caller
from chat.errors import BrokenOffError, ChatError, SignInNeededError, UnreachableError
from chat.events import AuthRequired, Done, Event, Failure, Notice, from_object, parse
from chat.refusals import refusal
from chat.sse import EventStream, OversizedEventError

__all__ = ["RuntimeClient", "http_client"]

_SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
# A turn may be silent while the model thinks; the Runtime itself ends it after 15 minutes.
_TIMEOUT = httpx.Timeout(30, connect=5, read=180)
_RETRY_DELAYS_S = (0.5, 1.0, 2.0)
# Of an action, from the first byte out to the last one in: a read timeout alone lets an answer come drop by drop.
_ACTION_S = 60.0
_MOST_BYTES = 1024 * 1024  # of an answer that is no stream
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def http_client(
    url: str, *, timeout: httpx.Timeout = _TIMEOUT, verify: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """Make the connections to the agent at `url`; any number of `RuntimeClient`s may share them.

    `verify`: the trusted certificates, of who has loaded them already; loading them, as httpx does else, takes a while.
    """
    return httpx.AsyncClient(
        verify=True if verify is None else verify,
        timeout=timeout,
        follow_redirects=False,
        # A proxy from the environment must not see what goes to this machine itself.
        trust_env=urlsplit(url).hostname not in _LOOPBACK,
        # A kept connection may be closed under a question that is on its way, and a question is not sent twice.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )


class RuntimeClient:
    """One person's line to one agent. Closing what `turn` or `resume` returns hangs up; `cancel` stops the turn."""

    def __init__(
        self,
        caller: Caller,
        *,
        kind: str,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        action_s: float = _ACTION_S,
    ) -> None:
        """`http` stays its owner's to close.

        `kind` is what a page tells the person about where a conversation began (`client` of docs/wire.md).
        """
        self._caller = caller
        self._kind = kind
        self._sleep = sleep
        self._action_s = action_s
        self._is_owner = http is None
        self._http = http or http_client(caller.url)

    async def close(self) -> None:
        """Give the connections back."""
        if self._is_owner:
            await self._http.aclose()

    def turn(
        self, runtime_session: str, prompt: str, timezone: str | None = None, locale: str | None = None
    ) -> AsyncGenerator[Event]:
        """Ask something and yield the answer's events as they arrive.

        Raises:
            ChatError: before the first event, or in the middle; what was yielded until then stands.
        """
        return self._stream(runtime_session, {"prompt": prompt, "client": self._kind} | _said(timezone, locale))

    def resume(
        self, runtime_session: str, timezone: str | None = None, locale: str | None = None
    ) -> AsyncGenerator[Event]:
        """Continue a turn that waits for consent; yields `AuthRequired` while consent is missing."""
        return self._stream(runtime_session, {"action": "resume"} | _said(timezone, locale))

    async def action(self, runtime_session: str, name: str, **members: object) -> Mapping[str, Any]:
        """Do `connect`, `status`, `cancel`, `forget` or `disconnect` and return the JSON answer, refusals included."""
        try:
            async with (
                asyncio.timeout(self._action_s),
                self._sent(runtime_session, {"action": name} | members) as response,
            ):
                answer = _json(await _read(response))
        except TimeoutError as error:
            raise BrokenOffError("The agent has been silent for too long. Please ask again.") from error
        if not isinstance(answer, dict):
            raise BrokenOffError("The agent's answer could not be understood.")
        return answer

    async def _stream(self, runtime_session: str, payload: Mapping[str, object]) -> AsyncGenerator[Event]:
        event: Event | None = None
        async with self._sent(runtime_session, payload) as response, aclosing(_events(response)) as events:
            async for event in events:
                yield event
        # A stream that only had something to note has no `done`.
        if not isinstance(event, AuthRequired | Done | Failure | Notice):
            raise BrokenOffError("The answer broke off before its end. Please ask again.")

    @asynccontextmanager
    async def _sent(self, runtime_session: str, payload: Mapping[str, object]) -> AsyncGenerator[httpx.Response]:
        """Yield a response with status 200, its body unread."""
        response = await self._send(runtime_session, payload)
        try:
            yield response
        finally:
            await response.aclose()

    async def _send(self, runtime_session: str, payload: Mapping[str, object]) -> httpx.Response:
        body = json.dumps(payload).encode()
        may_forget = True
        for delay_s in (*_RETRY_DELAYS_S, None):
            try:
                return await self._send_once(runtime_session, body)
            except SignInNeededError:
                # A kept token may have been taken back, or be of an issuer that is gone.
                if delay_s is None or not may_forget or not self._caller.forget():
                    raise
                may_forget = False
            except ChatError as error:
                if delay_s is None or not error.is_passing:
                    raise
                await self._sleep(max(delay_s, error.retry_after_s))
        raise AssertionError  # the last round returns or raises

    async def _send_once(self, runtime_session: str, body: bytes) -> httpx.Response:
        plain = {
            "Accept": "text/event-stream, application/json",
            "Accept-Encoding": "identity",  # what comes compressed may be a thousand times as long
            "Content-Type": "application/json",
            _SESSION_HEADER: runtime_session,
        }
        headers = await self._caller.headers(plain, body)
        request = self._http.build_request("POST", self._caller.url, headers=dict(headers), content=body)
        try:
            response = await self._http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UnreachableError("The agent cannot be reached: is `make up` running?", is_passing=True) from error
        except httpx.TransportError as error:
            raise BrokenOffError("The connection broke before an answer came. Please ask again.") from error
        if response.status_code == httpx.codes.OK:
            return response
        try:
            raise refusal(response.status_code, response.headers, _json(await _read(response)))
        finally:
            await response.aclose()


def _said(timezone: str | None, locale: str | None) -> dict[str, object]:
    return {name: value for name, value in {"timezone": timezone, "locale": locale}.items() if value}


async def _events(response: httpx.Response) -> AsyncGenerator[Event]:
    if response.headers.get("Content-Type", "").startswith("application/json"):
        body = _json(await _read(response))
        event = from_object(body) if isinstance(body, dict) else None
        if event is not None:
            yield event
        return
    stream = EventStream()
    try:
        async for chunk in _pieces(response):
            for data in stream.feed(chunk):
                event = parse(data)
                if event is not None:
                    yield event
    except httpx.TimeoutException as error:
        raise BrokenOffError("The agent has been silent for too long. Please ask again.") from error
    except (httpx.TransportError, httpx.DecodingError, OversizedEventError) as error:
        raise BrokenOffError("The connection broke in the middle of the answer. Please ask again.") from error


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    try:
        async for piece in _pieces(response):
            body += piece
            if len(body) > _MOST_BYTES:
                raise BrokenOffError("The agent's answer could not be understood.")
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise BrokenOffError("The connection broke in the middle of the answer. Please ask again.") from error
    return bytes(body)


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it comes over the wire. Nothing compressed was asked for, and nothing is unpacked."""
    if response.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
        raise httpx.DecodingError("compressed")
    async for piece in response.aiter_raw():
        yield piece


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
