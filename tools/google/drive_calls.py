"""Sends the calls to Drive that `tools.google.drive_api` builds: with the access token, charged, recorded, and read.

Every request that is sent is charged, retries included; every call leaves one record, whatever became of it.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httplib2
from googleapiclient.errors import HttpError

from tools.errors import (
    AccessTokenRejectedError,
    DriveForbiddenError,
    FileNotVisibleError,
    ScopeNotGrantedError,
    ToolError,
    TransientToolError,
)
from tools.google.batch import PartAnswer, read_batch, write_batch
from tools.google.http import UNREADABLE, GoogleHttp, Limits, unreadable
from tools.google.quota import Quota
from tools.google.refusals import failure

Answer = TypeVar("Answer")

DOWNLOAD = Limits(silence_s=20, total_s=90)
EXPORT = Limits(silence_s=40, total_s=60)  # Google converts the document before it answers
_METADATA = Limits(silence_s=10, total_s=30)
_BATCH = Limits(silence_s=20, total_s=40)
_REFUSALS = (AccessTokenRejectedError, DriveForbiddenError, FileNotVisibleError, ScopeNotGrantedError)
# 403s that are about this app or this person's domain, whatever file is asked for.
_ABOUT_THE_APP = {"accessNotConfigured", "SERVICE_DISABLED", "domainPolicy"}


@dataclass(frozen=True, slots=True)
class DriveCall:
    """One finished call, for the audit: what, how it ended (`ok` or an error's class), how many files, how long.

    `is_refused`: Google said no, which tells it from a call that failed. `file_id` is the file that the call itself
    names; a list or a batch names none.
    """

    method: str
    outcome: str
    files: int
    elapsed_ms: int
    is_refused: bool = False
    file_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DriveCalls:
    """One way to Drive. `quota` is None for what belongs to no conversation; `file_id` goes into the records."""

    http: GoogleHttp
    record: Callable[[DriveCall], None]
    quota: Quota | None = None
    file_id: str = ""

    def about(self, file_id: str) -> "DriveCalls":
        """Return the same way to Drive for calls that name one file."""
        return replace(self, file_id=file_id)

    def json(
        self,
        method: str,
        access_token: str,
        build: Callable[[], Any],  # Google's client makes its classes at run time
        read: Callable[[dict[str, Any]], Answer],
        *,
        units: int,
        count: Callable[[Answer], int] = lambda _: 1,
    ) -> Answer:
        """Send the request that `build` makes; return what `read` makes of the JSON object that comes back."""

        def send(http: httplib2.Http) -> Answer:
            request = _authorized(build(), access_token)
            self.charge(units)
            return _read(request.execute(http=http), read)

        return self.execute(method, send, count)

    def content(self, method: str, access_token: str, build: Callable[[], Any], *, units: int, limits: Limits) -> bytes:
        """Send the request that `build` makes; return the bytes that come back."""

        def send(http: httplib2.Http) -> bytes:
            request = _authorized(build(), access_token)
            self.charge(units)
            content: bytes = request.execute(http=http)
            return content

        return self.execute(method, send, limits=limits)

    def batch(
        self,
        method: str,
        access_token: str,
        url: str,
        requests: Mapping[str, str],
        read: Callable[[dict[str, Any]], Answer],
        *,
        units: int,
    ) -> dict[str, Answer]:
        """GET `requests` (a URL by name) in one batch; return what `read` makes of each answer, by name.

        What the person cannot see is missing. What failed for now is asked again in a smaller batch.
        """
        pending, found = dict(requests), {}

        def send(http: httplib2.Http) -> dict[str, Answer]:
            self.charge(units * len(pending))
            names = list(pending)
            answers = _send_batch(http, url, access_token, list(pending.values()))
            failed: TransientToolError | None = None
            for number, name in enumerate(names):
                try:
                    found[name] = _read_part(answers.get(number), read)
                except TransientToolError as error:
                    failed = _later(failed, error)
                    continue
                except (FileNotVisibleError, DriveForbiddenError) as error:
                    if not is_about_the_file(error):
                        raise
                del pending[name]
            if failed:
                raise failed
            return found

        return self.execute(method, send, len, limits=_BATCH)

    def execute(
        self,
        method: str,
        send: Callable[[httplib2.Http], Answer],
        count: Callable[[Answer], int] = lambda _: 1,
        *,
        limits: Limits = _METADATA,
    ) -> Answer:
        """Run `send` as `GoogleHttp.run` does, and record how it ended."""
        started = time.monotonic()
        outcome, files, is_refused = "unfinished", 0, False
        try:
            answer = self.http.run(send, limits)
            files = count(answer)
            outcome = "ok"
        except Exception as error:
            outcome, is_refused = type(error).__name__, isinstance(error, _REFUSALS)
            raise
        else:
            return answer
        finally:
            elapsed_ms = round((time.monotonic() - started) * 1000)
            self.record(DriveCall(method, outcome, files, elapsed_ms, is_refused, self.file_id))

    def charge(self, units: int) -> None:
        """Pay for one request. Raises `QuotaSpentError`."""
        if self.quota:
            self.quota.charge(units)


def is_about_the_file(error: ToolError) -> bool:
    """Tell a file that this person cannot see from a refusal that would meet every file."""
    return not (isinstance(error, DriveForbiddenError) and error.reason in _ABOUT_THE_APP)


def _authorized(request: Any, access_token: str) -> Any:
    request.headers["authorization"] = f"Bearer {access_token}"
    return request


def _read(answer: object, read: Callable[[dict[str, Any]], Answer]) -> Answer:
    if not isinstance(answer, dict):  # the client hands on a body that is no JSON as text
        raise unreadable()
    try:
        return read(answer)
    except UNREADABLE:
        raise unreadable() from None


def _send_batch(http: httplib2.Http, url: str, access_token: str, requests: list[str]) -> dict[int, PartAnswer]:
    paths = [urlsplit(request)._replace(scheme="", netloc="").geturl() for request in requests]
    content_type, body = write_batch(paths)
    headers = {"authorization": f"Bearer {access_token}", "content-type": content_type}
    response, content = http.request(url, method="POST", body=body, headers=headers)
    if response.status != HTTPStatus.OK:
        raise HttpError(response, content)
    return read_batch(response.get("content-type", ""), content)


def _read_part(part: PartAnswer | None, read: Callable[[dict[str, Any]], Answer]) -> Answer:
    if part is None:
        raise unreadable()
    if part.status != HTTPStatus.OK:
        raise failure(part.status, part.headers, part.body, datetime.now(UTC))
    try:
        answer = json.loads(part.body)
    except UNREADABLE:
        raise unreadable() from None
    return _read(answer, read)


def _later(first: TransientToolError | None, second: TransientToolError) -> TransientToolError:
    """Return the one of two failures that asks for the longer wait."""
    return max(filter(None, (first, second)), key=lambda error: error.retry_after_s or 0.0)


__all__ = ["DOWNLOAD", "EXPORT", "DriveCall", "DriveCalls", "is_about_the_file"]
