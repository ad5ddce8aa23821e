"""What a fault makes of an answer of Drive: an error instead of it, or a damaged version of it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from local.google import errors
from local.google.calls import Answer, json_answer
from local.google.discovery import Method
from local.google.errors import GoogleError
from local.google.faults import Fault

__all__ = ["damaged", "failure"]

_DOMAIN_POLICY = "The domain administrators have disabled Drive apps."
_NO_PERMISSION = "The user does not have sufficient permissions for file"
_NOT_CONFIGURED = "Google Drive API has not been used in project 0 before or it is disabled."
_TOO_LARGE = "This file is too large to be exported."
_HTML = "text/html; charset=UTF-8"
_HTML_ERROR = (
    "<!DOCTYPE html>\n<html lang=en><title>Error {status} (Server Error)!!1</title>"
    "<p><b>{status}.</b> <ins>That\u2019s an error.</ins><p>The server encountered a temporary error."
)
# What stands between people and Google may answer in its place: a proxy, a hotel's sign-in page.
_NOT_JSON = b"<!DOCTYPE html>\n<html><title>Welcome</title><p>Please accept the terms to use this network."


def failure(fault: Fault, method: Method, path: Mapping[str, str], scope_error: str) -> Answer | None:
    """The answer that comes instead of the real one; None for a fault of another sort."""
    if fault.kind.startswith("html_"):
        status = int(fault.kind.removeprefix("html_"))
        return Answer(status, _HTML_ERROR.format(status=status).encode(), content_type=_HTML)
    if fault.kind == "not_json":
        return Answer(200, _NOT_JSON, content_type=_HTML)
    if fault.kind == "other_shape":
        return Answer(200, b'["this", "is", {"no": "answer of Drive"}]')
    if error := _error(fault, method, path.get("fileId", ""), scope_error):
        return json_answer(error.body, error.status, error.headers)
    return None


def _error(fault: Fault, method: Method, file_id: str, scope_error: str) -> GoogleError | None:
    fixed: Mapping[str, Callable[[], GoogleError]] = {
        "status": lambda: errors.of_status(fault.status),
        "scope": lambda: errors.insufficient_scope(method.scopes, method.rpc_name, scope_error),
        "rate_limit": lambda: errors.rate_limit(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        "throttle": lambda: errors.rate_limit(429, "rateLimitExceeded", "Rate Limit Exceeded", {"retry-after": "1"}),
        "daily_limit": lambda: errors.rate_limit(403, "dailyLimitExceeded", "Daily Limit Exceeded"),
        "unauthorized": errors.invalid_credentials,
        "bad_query": lambda: errors.invalid("q"),
        "stale_page": lambda: errors.invalid("pageToken"),
        "export_too_large": lambda: errors.forbidden("exportSizeLimitExceeded", _TOO_LARGE),
        "not_found": lambda: errors.file_not_found(file_id),
        "domain_policy": lambda: errors.forbidden("domainPolicy", _DOMAIN_POLICY),
        "file_forbidden": lambda: errors.forbidden("insufficientFilePermissions", f"{_NO_PERMISSION} {file_id}."),
        "access_not_configured": lambda: errors.forbidden("accessNotConfigured", _NOT_CONFIGURED),
    }
    make = fixed.get(fault.kind)
    return make() if make else None


def damaged(answer: Answer, fault: Fault) -> Answer:
    """The real answer as the fault lets it through: half of it, or slowly, or with half of its JSON."""
    if fault.kind == "cut_off":
        return replace(answer, is_cut_off=True)
    if fault.kind == "slow_body":
        return replace(answer, slow_seconds=fault.seconds)
    if fault.kind == "half_json" and isinstance(answer.body, bytes):
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    return answer
