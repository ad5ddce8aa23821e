"""Google's refusals, read from status, headers and body, as our errors. Pure.

Drive writes an error in three ways: `errors[]` with reasons, gRPC's `details[]`, or both; and what stands before Drive
answers in HTML or with nothing. https://developers.google.com/workspace/drive/api/guides/handle-errors
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from tools.errors import (
    AccessTokenRejectedError,
    DailyLimitError,
    DriveBusyError,
    DriveForbiddenError,
    DriveRejectedError,
    DriveTimeoutError,
    DriveUnavailableError,
    ExportTooLargeError,
    FileNotVisibleError,
    FilePermissionError,
    NotDownloadableError,
    ScopeNotGrantedError,
    StalePageTokenError,
    ToolError,
    TransientToolError,
)

EXPORT_LIMIT_BYTES = 10 * 1024 * 1024

_RATE_LIMITS = {"userRateLimitExceeded", "rateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_SCOPE = {"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_NO_CONTENT = {"fileNotDownloadable", "fileNotExportable", "cannotDownloadAbusiveFile"}
_RIGHTS = {"insufficientFilePermissions", "appNotAuthorizedToFile"}
# Drive's own words for what it calls `badRequest` here and `forbidden` there.
_SORTED_FULL_TEXT = "Sorting is not supported for queries with fullText"
# Only Drive's own identifiers reach a text that the model or a log gets to see.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z_]{0,59}")

_DO_NOT_REPEAT = "Tell the person; do not call again now."


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error body says, as far as it can be read."""

    reasons: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    message: str = ""


def failure(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ToolError:
    """Return the error that an answer other than 2xx means. Header names are in lower case."""
    error = _classify(status, headers, read_refusal(body))
    if isinstance(error, TransientToolError):
        error.retry_after_s = retry_after_s(headers, now)
    return error


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long the server wants to be left alone: seconds or a date, which is held against its own clock.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    until = _date(text)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date", "")) or now)).total_seconds())


def read_refusal(body: bytes) -> Refusal:
    """Read an error body. One that is none of Drive's says nothing."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Refusal()
    if not isinstance(error, dict):
        return Refusal()
    items = [*_objects(error.get("errors")), *_objects(error.get("details"))]
    named = [error.get("status"), *(item.get("reason") for item in items)]
    return Refusal(
        reasons=frozenset(each for each in named if isinstance(each, str) and _IDENTIFIER.fullmatch(each)),
        locations=frozenset(each for item in items if isinstance(each := item.get("location"), str)),
        message=error["message"] if isinstance(error.get("message"), str) else "",
    )


def _classify(status: int, headers: Mapping[str, str], refusal: Refusal) -> ToolError:
    if status == HTTPStatus.UNAUTHORIZED:
        return AccessTokenRejectedError("Google rejected the access token. Ask the person to connect Drive again.")
    if "dailyLimitExceeded" in refusal.reasons:
        return DailyLimitError("Google's daily limit for this app is used up. Tell the person; do not call again.")
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and refusal.reasons & _RATE_LIMITS):
        return DriveBusyError(f"Drive is rate limiting. In a minute it may answer again. {_DO_NOT_REPEAT}")
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and refusal.message.startswith(_SORTED_FULL_TEXT):
        return DriveRejectedError("Drive does not sort what a search inside files finds. Call again without an order.")
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(headers, refusal.reasons)
    if status == HTTPStatus.NOT_FOUND:
        return FileNotVisibleError("That file or folder does not exist any more, or the person has no access to it.")
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return DriveTimeoutError(f"Drive took too long. {_DO_NOT_REPEAT}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DriveUnavailableError(f"Drive does not answer. {_DO_NOT_REPEAT}")
    if status == HTTPStatus.BAD_REQUEST and "pageToken" in refusal.locations:
        return StalePageTokenError("That list is too old to be continued. Call the tool that made it again.")
    return DriveRejectedError("Drive rejected the request as invalid. Tell the person; do not call again the same way.")


def _forbidden(headers: Mapping[str, str], reasons: frozenset[str]) -> ToolError:
    # RFC 6750 section 3.1 gives the scope error a name that does not depend on the body.
    if reasons & _SCOPE or 'error="insufficient_scope"' in headers.get("www-authenticate", ""):
        return ScopeNotGrantedError("The person has not granted the scope that this needs. Ask them to connect again.")
    if "exportSizeLimitExceeded" in reasons:
        return ExportTooLargeError(EXPORT_LIMIT_BYTES)
    if withheld := reasons & _NO_CONTENT:
        return NotDownloadableError(min(withheld))
    if lacking := reasons & _RIGHTS:
        return FilePermissionError(min(lacking))
    return DriveForbiddenError(min(reasons - {"PERMISSION_DENIED"}, default="no reason given"))


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


__all__ = ["EXPORT_LIMIT_BYTES", "Refusal", "failure", "read_refusal", "retry_after_s"]
