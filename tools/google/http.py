"""How a request gets to Google and back: connections, time, size, and trying again.

Bounds, for one call with all its tries: no try starts, waits on a socket or reads on after `Limits.total_s`; at most
three tries; a wait between two is at most 8 s. A server that asks for a longer one gets none, and the person is told.
"""

import io
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, TypeVar

import httplib2
from googleapiclient.errors import HttpError
from httplib2.decode import DecodeLimitError, DecodeRatioError

from tools.errors import (
    AnswerTooLargeError,
    DriveTimeoutError,
    DriveUnavailableError,
    DriveUnreadableError,
    TransientToolError,
)
from tools.google.refusals import failure

Answer = TypeVar("Answer")

MAX_JSON_BYTES = 20 * 1024 * 1024

_TRIES = 3
_LONGEST_WAIT_S = 8.0
_SHORTEST_TIMEOUT_S = 0.05  # a socket takes 0 for "do not block"
_CHUNK_BYTES = 64 * 1024
_MAX_ERROR_BYTES = 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kind of call may take: seconds of silence, seconds in all its tries, and bytes of an answer."""

    silence_s: float
    total_s: float
    max_bytes: int = MAX_JSON_BYTES


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The limits of the try that is under way: `ends_s` is on the clock that `clock` reads."""

    silence_s: float
    ends_s: float
    max_bytes: int
    clock: Callable[[], float]

    def timeout_s(self) -> float:
        return max(_SHORTEST_TIMEOUT_S, min(self.silence_s, self.ends_s - self.clock()))


class _TooLargeError(Exception):
    """A body is larger than it may be. The rest of it has not been read."""


class _BoundedResponse(HTTPResponse):
    """A response that is read in pieces, for as long and as far as its bounds go."""

    def __init__(self, bounds: _Bounds, *arguments: Any, **options: Any) -> None:  # as http.client hands them over
        super().__init__(*arguments, **options)
        self._bounds = bounds

    def read(self, amt: int | None = None) -> bytes:
        """Read the whole body. Raises `_TooLargeError`, `TimeoutError`, `IncompleteRead`."""
        if amt is not None:
            return super().read(amt)
        most = self._bounds.max_bytes if self.status < HTTPStatus.MULTIPLE_CHOICES else _MAX_ERROR_BYTES
        if self.length is not None and self.length > most:
            raise _TooLargeError
        body = io.BytesIO()
        # One byte more than allowed is asked for, so that too large a body shows itself without its length.
        while piece := self.read1(min(_CHUNK_BYTES, most + 1 - body.tell())):
            body.write(piece)
            if body.tell() > most:
                raise _TooLargeError
            if self._bounds.clock() >= self._bounds.ends_s:
                raise TimeoutError
        if self.length:
            raise IncompleteRead(b"", self.length)
        super().read()  # ends the response, so that the connection can be used again
        return body.getvalue()


class _Http(httplib2.Http):  # type: ignore[misc]  # httplib2 has no types
    """httplib2, with bounds for each request."""

    bounds: _Bounds

    def __init__(self) -> None:
        super().__init__(decode_limit_hard=MAX_JSON_BYTES)
        self.follow_redirects = False  # one would carry the access token elsewhere

    def __del__(self) -> None:
        self.close()  # a thread that ends takes its connections along

    def _conn_request(self, conn: Any, *request: Any) -> Any:
        conn.response_class = partial(_BoundedResponse, self.bounds)
        conn.timeout = self.bounds.timeout_s()
        if conn.sock is not None:
            conn.sock.settimeout(conn.timeout)
        return super()._conn_request(conn, *request)


class GoogleHttp:
    """Sends requests, safe to share between threads and people: nothing of a request stays here."""

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._threads = threading.local()

    def run(self, attempt: Callable[[httplib2.Http], Answer], limits: Limits) -> Answer:
        """Return what `attempt` returns, tried again with truncated backoff where what went wrong may pass.

        `attempt` sends one request over the `Http` it is given; an answer other than 2xx it raises as `HttpError`.
        Raises: the `ToolError` that Google's answer, or its absence, means.
        """
        ends_s = self._clock() + limits.total_s
        number = 1
        while True:
            try:
                return self._try(attempt, _Bounds(limits.silence_s, ends_s, limits.max_bytes, self._clock))
            except TransientToolError as error:
                pause_s = _pause_s(number, error.retry_after_s)
                if number == _TRIES or pause_s > _LONGEST_WAIT_S or self._clock() + pause_s >= ends_s:
                    raise
            self._sleep(pause_s)
            number += 1

    def _try(self, attempt: Callable[[httplib2.Http], Answer], bounds: _Bounds) -> Answer:
        """Send once. What the library says is kept out of what is raised where it may hold a URL.

        A connection that failed half-way, or that Google closed while it was idle, is not used again.
        """
        http = self._http
        http.bounds = bounds
        try:
            return attempt(http)
        except HttpError as error:
            refused = failure(error.resp.status, error.resp, error.content, datetime.now(UTC))
            logger.info("status=%d outcome=%s | drive refused a request", error.resp.status, type(refused).__name__)
            raise refused from None
        except (_TooLargeError, DecodeLimitError, DecodeRatioError):
            self._drop_connections()
            raise AnswerTooLargeError(bounds.max_bytes) from None
        except TimeoutError as error:
            self._drop_connections()
            raise DriveTimeoutError("Drive took too long. Tell the person; do not call again now.") from error
        except (OSError, httplib2.ServerNotFoundError) as error:
            self._drop_connections()
            raise DriveUnavailableError(
                "Drive could not be reached. Tell the person; do not call again now."
            ) from error
        except (HTTPException, httplib2.HttpLib2Error):
            self._drop_connections()
            raise DriveUnavailableError("Drive's answer broke off. Tell the person; do not call again now.") from None
        except ValueError:  # no UTF-8, or no JSON
            raise unreadable() from None

    @property
    def _http(self) -> _Http:
        # One pool of connections a thread, because httplib2 is not thread-safe.
        if not hasattr(self._threads, "http"):
            self._threads.http = _Http()
        http: _Http = self._threads.http
        return http

    def _drop_connections(self) -> None:
        http = self._threads.__dict__.pop("http", None)
        if http is not None:
            http.close()


def unreadable() -> DriveUnreadableError:
    """Return the error for a body that is no JSON, or JSON of another shape."""
    return DriveUnreadableError("Drive's answer could not be read. Tell the person; do not call again now.")


def _pause_s(number: int, retry_after_s: float | None) -> float:
    """Return how long to wait after try `number`: exponential with jitter, and at least what the server asks for.

    https://developers.google.com/workspace/drive/api/guides/limits#exponential
    """
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    backoff_s = min(0.25 * float(2**number) + 0.25 * jitter, _LONGEST_WAIT_S)
    return max(backoff_s, retry_after_s or 0.0)


__all__ = ["MAX_JSON_BYTES", "GoogleHttp", "Limits", "unreadable"]
