"""How a request gets to Google and back: connections, time, size, and trying again.

Bounds, for one call with all its tries: no try starts, waits on a socket or reads on after `Limits.total_s`; at most
three tries; a wait between two is at most 8 s. A server that asks for a longer one gets none, and the person is told.
"""

import io
import logging
import random
import socket
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
# What becomes of a body that is no UTF-8 or no JSON, of JSON in another shape, too deep, or with too large a number.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)

_TRIES = 3
_LONGEST_WAIT_S = 8.0
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
        """Return how long the next wait may last. Raises: `TimeoutError` where there is no time left."""
        left_s = self.ends_s - self.clock()
        if left_s <= 0:
            raise TimeoutError
        return min(self.silence_s, left_s)


class _TooLargeError(Exception):
    """A body is larger than it may be. The rest of it has not been read."""


class _BoundedReads(io.RawIOBase):
    """What arrives on a socket: no read begins, or waits on, after the try has to end.

    Below everything that http.client reads (status lines, `100 Continue`, headers, sizes of chunks), so that no drip of
    any of them lasts longer.
    """

    def __init__(self, bounds: _Bounds, connected: socket.socket, reads: io.RawIOBase) -> None:
        self._bounds = bounds
        self._socket = connected
        self._reads = reads

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # a writable buffer of any type
        self._socket.settimeout(self._bounds.timeout_s())
        return self._reads.readinto(buffer)

    def close(self) -> None:
        self._reads.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    """A response that is read in pieces, for as long and as far as its bounds go."""

    def __init__(self, bounds: _Bounds, connected: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(connected, *arguments, **options)  # as http.client hands them over
        self.fp = io.BufferedReader(_BoundedReads(bounds, connected, self.fp.detach()))
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
        except UNREADABLE as error:  # from Google's client, too, over a refusal in another shape
            logger.warning("error=%s | drive's answer could not be read", type(error).__name__)
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


__all__ = ["MAX_JSON_BYTES", "UNREADABLE", "GoogleHttp", "Limits", "unreadable"]
