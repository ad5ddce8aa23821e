"""All HTTP to Google: Drive v3 through the official client, and token revocation.

Speaks to one root URL only. The discovery document's own root is replaced, because `api_endpoint` would leave batch
requests on Google's host. https://googleapis.github.io/google-api-python-client/docs/epy/
"""

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from importlib import resources
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin

import httplib2
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from tools.errors import (
    AccessTokenRejectedError,
    DriveBusyError,
    DriveForbiddenError,
    DriveRejectedError,
    DriveUnavailableError,
    FileNotVisibleError,
    ScopeNotGrantedError,
    ToolError,
    TransientToolError,
)
from tools.files import LIST_FIELDS, File, parse_file

# httplib2 lets through what the socket and http.client raise; a body that is no UTF-8 is a ValueError.
_TRANSPORT_ERRORS = (OSError, HTTPException, httplib2.HttpLib2Error, ValueError)

_TIMEOUT_S = 10.0
_TRIES = 3
_LONGEST_WAIT_S = 8.0
_RATE_LIMITS = {"userRateLimitExceeded", "rateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_SCOPE_REASONS = {"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of `files.list`. `next_page_token` is empty on the last page."""

    files: Sequence[File]
    next_page_token: str
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The Google account behind an access token."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class DriveCall:
    """One finished call, for the audit: what, how it ended (an error class, or `ok`), how many files, how long."""

    method: str
    outcome: str
    files: int
    elapsed_ms: int


class DriveFiles(Protocol):
    """The Drive calls that the tools need. Every method raises a `ToolError` where Drive does not answer."""

    def list_page(self, access_token: str, *, query: str, order: str, page_size: int, page_token: str = "") -> FilePage:
        """Return one page of files of all the person's drives."""

    def get(self, access_token: str, file_id: str) -> File:
        """Return one file; `root` is the top of My Drive."""


class DriveApi:
    """Drive v3 over HTTP, safe to share between threads and people: the access token is an argument of every call."""

    def __init__(
        self,
        root_url: str,
        revoke_url: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        record: Callable[[DriveCall], None] = lambda _: None,
    ) -> None:
        self._root_url = root_url.rstrip("/") + "/"
        self._revoke_url = revoke_url
        self._sleep = sleep
        self._record = record
        self._threads = threading.local()

    def list_page(self, access_token: str, *, query: str, order: str, page_size: int, page_token: str = "") -> FilePage:
        """Return one page of `files.list` over My Drive, shared drives and files shared with the person."""
        answer = self._call(
            "files.list",
            access_token,
            lambda: self._files.list(
                q=query,
                orderBy=order or None,
                pageSize=page_size,
                pageToken=page_token or None,
                corpora="allDrives",
                supportsAllDrives=True,
                includeItemsFromAllDrives=True,
                fields=f"nextPageToken,incompleteSearch,files({LIST_FIELDS})",
            ),
        )
        return FilePage(
            files=[parse_file(raw) for raw in answer.get("files", [])],
            next_page_token=answer.get("nextPageToken", ""),
            incomplete=bool(answer.get("incompleteSearch")),
        )

    def get(self, access_token: str, file_id: str) -> File:
        """Return one file's metadata, shared drives included."""
        answer = self._call(
            "files.get",
            access_token,
            lambda: self._files.get(fileId=file_id, supportsAllDrives=True, fields=LIST_FIELDS),
        )
        return parse_file(answer)

    def account(self, access_token: str) -> Account:
        """Return whose Drive the token opens."""
        answer = self._call(
            "about.get",
            access_token,
            lambda: self._service.about().get(fields="user(displayName,emailAddress)"),
        )
        user = answer.get("user", {})
        return Account(email=user.get("emailAddress", ""), name=user.get("displayName", ""))

    def revoke(self, access_token: str) -> None:
        """Revoke the grant behind `access_token` at Google (RFC 7009). A grant that is gone already is no error.

        Raises: `DriveUnavailableError` where Google does not confirm it.
        """
        self._execute("revoke", lambda: self._send_revocation(access_token))

    def _send_revocation(self, access_token: str) -> dict[str, Any]:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"token": access_token})
        try:
            response, _ = self._http.request(self._revoke_url, method="POST", body=body, headers=headers)
        except _TRANSPORT_ERRORS as error:
            self._drop_connections()
            raise DriveUnavailableError("Google did not confirm the revocation") from error
        if response.status not in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:  # 400 invalid_token: it holds no more
            raise DriveUnavailableError("Google did not confirm the revocation")
        return {}

    def _call(self, method: str, access_token: str, build: Callable[[], Any]) -> dict[str, Any]:
        return self._execute(method, lambda: self._send(build(), access_token))

    def _execute(self, method: str, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        started = time.monotonic()
        outcome, files = "ok", 0
        try:
            answer = self._retry(send)
            files = len(answer.get("files", []))
        except ToolError as error:
            outcome = type(error).__name__
            raise
        else:
            return answer
        finally:
            elapsed_ms = round((time.monotonic() - started) * 1000)
            self._record(DriveCall(method=method, outcome=outcome, files=files, elapsed_ms=elapsed_ms))

    def _retry(self, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        for attempt in range(1, _TRIES + 1):
            try:
                return send()
            except TransientToolError as failure:
                if attempt == _TRIES:
                    raise
                self._sleep(_wait_s(attempt, failure.retry_after))
        raise AssertionError  # the last attempt returns or raises

    def _send(self, request: Any, access_token: str) -> dict[str, Any]:
        request.headers["authorization"] = f"Bearer {access_token}"
        try:
            answer = request.execute(http=self._http)
        except HttpError as error:
            raise _failure(error) from None  # HttpError's text holds the URL, and with it what the person looked for
        except _TRANSPORT_ERRORS as error:
            self._drop_connections()
            raise DriveUnavailableError(
                "Drive could not be reached. Tell the person; do not call again now."
            ) from error
        if not isinstance(answer, dict):  # the client hands on a body that is no JSON as text
            raise DriveUnavailableError("Drive's answer could not be read. Tell the person; do not call again now.")
        return answer

    @cached_property
    def _service(self) -> Any:  # the client builds its classes at run time
        path = resources.files("googleapiclient.discovery_cache.documents") / "drive.v3.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        document["rootUrl"] = self._root_url
        document["baseUrl"] = urljoin(self._root_url, document["servicePath"])
        document.pop("mtlsRootUrl", None)
        return build_from_document(document, http=httplib2.Http())

    @cached_property
    def _files(self) -> Any:  # made once, because the client writes its methods anew each time, for a millisecond
        return self._service.files()

    @property
    def _http(self) -> httplib2.Http:
        # One connection pool a thread, because httplib2 is not thread-safe. A redirect would carry the token elsewhere.
        if not hasattr(self._threads, "http"):
            http = httplib2.Http(timeout=_TIMEOUT_S)
            http.follow_redirects = False
            self._threads.http = http
        connection: httplib2.Http = self._threads.http
        return connection

    def _drop_connections(self) -> None:
        # One that failed half-way, or that Google closed while it was idle, must not be used again.
        self._threads.__dict__.pop("http", None)


def _wait_s(attempt: int, retry_after: str) -> float:
    if retry_after.isascii() and retry_after.isdecimal():
        return min(float(retry_after), _LONGEST_WAIT_S)
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    return min(0.25 * float(2**attempt) + 0.25 * jitter, _LONGEST_WAIT_S)


def _failure(error: HttpError) -> ToolError:
    """Translate Drive's error body; its three shapes are read here and not by `HttpError`, which hides `errors[]`."""
    status = int(error.resp.status)
    failure = _classify(status, _reasons(error.content))
    logger.info("status=%d outcome=%s | drive refused a request", status, type(failure).__name__)
    if isinstance(failure, TransientToolError):
        failure.retry_after = error.resp.get("retry-after", "")
    return failure


def _classify(status: int, reasons: set[str]) -> ToolError:
    if status == HTTPStatus.UNAUTHORIZED:
        return AccessTokenRejectedError("Drive rejected the access token")
    if status == HTTPStatus.TOO_MANY_REQUESTS or reasons & _RATE_LIMITS:
        return DriveBusyError(
            "Drive is rate limiting. Tell the person to try again in a minute; do not call again now."
        )
    if status == HTTPStatus.FORBIDDEN:
        if reasons & _SCOPE_REASONS:
            return ScopeNotGrantedError("the person has not granted the scope")
        return DriveForbiddenError(min(reasons, default="no reason given"))
    if status == HTTPStatus.NOT_FOUND:
        return FileNotVisibleError("That file or folder does not exist any more, or the person has no access to it.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DriveUnavailableError("Drive does not answer. Tell the person; do not call again now.")
    return DriveRejectedError("Drive rejected the request as invalid. Tell the person; do not call again the same way.")


def _reasons(body: bytes) -> set[str]:
    try:
        error = json.loads(body)["error"]
        named = [item.get("reason") for item in [*error.get("errors", []), *error.get("details", [])]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {reason for reason in named if isinstance(reason, str)}
