"""The Runtime's HTTP interface, for a program that acts for one person.

`POST /runtimes/<ARN>/invocations` with that person's bearer token, or `POST /invocations` of an agent on this
machine without one. A request is repeated only while it cannot have had an effect: no connection, 409, 429, or
a 5xx before the first byte of an answer.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from chat.errors import BrokenOffError, ChatError, SignInNeededError, UnreachableError
from chat.events import AuthRequired, Done, Event, Failure, Notice, from_object, parse
from chat.refusals import refusal
from chat.sse import EventStream, OversizedEventError

__all__ = ["RuntimeClient"]

_SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
# A turn may be silent while the model thinks; the Runtime itself ends it after 15 minutes.
_TIMEOUT = httpx.Timeout(30, connect=5, read=180)
_RETRY_DELAYS_S = (0.5, 1.0, 2.0)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class RuntimeClient:
    """One person's line to one agent. Not for use from several threads at once."""

    def __init__(
        self,
        runtime_url: str,
        arn: str,
        bearer: Callable[[], str] | None,
        *,
        kind: str = "terminal",
        timeout: httpx.Timeout = _TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`bearer` is asked before every request and raises `SignInNeededError`; an empty `arn` means direct.

        `kind` is what a page tells the person about where a conversation began (`client` of docs/wire.md).
        """
        base = runtime_url.rstrip("/")
        path = f"/runtimes/{quote(arn, safe='')}/invocations?qualifier=DEFAULT" if arn else "/invocations"
        self._url = base + path
        self._bearer = bearer
        self._kind = kind
        self._sleep = sleep
        # A proxy from the environment must not see what goes to this machine itself.
        is_here = urlsplit(base).hostname in _LOOPBACK
        self._http = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=not is_here,
            # A kept connection may be closed under a question that is on its way, and a question is not sent twice.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    @classmethod
    def direct(cls, agent_url: str = "http://127.0.0.1:8080", **options: Any) -> "RuntimeClient":
        """Talk to an agent on this machine, as `agentcore dev` does: no bearer token, no Runtime in between."""
        return cls(agent_url, "", None, **options)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def turn(
        self, runtime_session: str, prompt: str, timezone: str | None = None, locale: str | None = None
    ) -> Iterator[Event]:
        """Ask something and yield the answer's events as they arrive.

        Raises:
            ChatError: before the first event, or in the middle; what was yielded until then stands.
        """
        yield from self._stream(runtime_session, {"prompt": prompt, "client": self._kind} | _said(timezone, locale))

    def resume(self, runtime_session: str, timezone: str | None = None, locale: str | None = None) -> Iterator[Event]:
        """Continue a turn that waits for consent; yields `AuthRequired` while consent is missing."""
        yield from self._stream(runtime_session, {"action": "resume"} | _said(timezone, locale))

    def action(self, runtime_session: str, name: str, **members: object) -> Mapping[str, Any]:
        """Do `connect`, `status`, `cancel` or `disconnect` and return the JSON answer, refusals included."""
        with closing(self._send(runtime_session, {"action": name} | members)) as response:
            answer = _json(_read(response))
        if not isinstance(answer, dict):
            raise BrokenOffError("The agent's answer could not be understood.")
        return answer

    def _stream(self, runtime_session: str, payload: Mapping[str, object]) -> Iterator[Event]:
        event: Event | None = None
        with closing(self._send(runtime_session, payload)) as response:
            for event in _events(response):
                yield event
        # A stream that only had something to note has no `done`.
        if not isinstance(event, AuthRequired | Done | Failure | Notice):
            raise BrokenOffError("The answer broke off before its end. Please ask again.")

    def _send(self, runtime_session: str, payload: Mapping[str, object]) -> httpx.Response:
        """Return a response with status 200, its body unread; the caller closes it."""
        forget: Callable[[], None] | None = getattr(self._bearer, "forget", None)
        for delay_s in (*_RETRY_DELAYS_S, None):
            try:
                return self._send_once(runtime_session, payload)
            except SignInNeededError:
                if forget is None or delay_s is None:
                    raise
                forget()  # a kept token may have been taken back, or be of an issuer that is gone
                forget = None
            except ChatError as error:
                if delay_s is None or not error.is_passing:
                    raise
                self._sleep(max(delay_s, error.retry_after_s))
        raise AssertionError  # the last round returns or raises

    def _send_once(self, runtime_session: str, payload: Mapping[str, object]) -> httpx.Response:
        headers = {"Accept": "text/event-stream, application/json", _SESSION_HEADER: runtime_session}
        if self._bearer is not None:
            headers["Authorization"] = f"Bearer {_checked(self._bearer())}"
        request = self._http.build_request("POST", self._url, headers=headers, json=payload)
        try:
            response = self._http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UnreachableError("The agent cannot be reached: is `make up` running?", is_passing=True) from error
        except httpx.TransportError as error:
            raise BrokenOffError("The connection broke before an answer came. Please ask again.") from error
        if response.status_code == httpx.codes.OK:
            return response
        with closing(response):
            raise refusal(response.status_code, response.headers, _json(_read(response)))


def _checked(bearer_token: str) -> str:
    """RFC 6750, section 2.1: visible ASCII. Anything else would break the header."""
    is_visible = bearer_token.isascii() and bearer_token.isprintable() and " " not in bearer_token
    if not bearer_token or not is_visible:
        raise SignInNeededError("The bearer token is empty or damaged: sign in again (`drive-agent token`).")
    return bearer_token


def _said(timezone: str | None, locale: str | None) -> dict[str, object]:
    return {name: value for name, value in {"timezone": timezone, "locale": locale}.items() if value}


def _events(response: httpx.Response) -> Iterator[Event]:
    if response.headers.get("Content-Type", "").startswith("application/json"):
        body = _json(_read(response))
        event = from_object(body) if isinstance(body, dict) else None
        if event is not None:
            yield event
        return
    stream = EventStream()
    try:
        for chunk in response.iter_bytes():
            for data in stream.feed(chunk):
                event = parse(data)
                if event is not None:
                    yield event
    except httpx.TimeoutException as error:
        raise BrokenOffError("The agent has been silent for too long. Please ask again.") from error
    except (httpx.TransportError, httpx.DecodingError, OversizedEventError) as error:
        raise BrokenOffError("The connection broke in the middle of the answer. Please ask again.") from error


def _read(response: httpx.Response) -> bytes:
    try:
        return response.read()
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise BrokenOffError("The connection broke in the middle of the answer. Please ask again.") from error


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
