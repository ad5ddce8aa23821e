"""Google's errors, spelled as Google spells them. Pure.

Bodies: https://developers.google.com/workspace/drive/api/guides/handle-errors, and answers that others captured.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any  # JSON bodies

__all__ = [
    "GoogleError",
    "file_not_found",
    "forbidden",
    "insufficient_scope",
    "invalid",
    "invalid_credentials",
    "login_required",
    "not_found",
    "of_status",
    "rate_limit",
    "required",
]

_REALM = 'Bearer realm="https://accounts.google.com/"'
_AUTH_HELP = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class GoogleError(Exception):
    """An answer that is an error.

    Cause: what `reason` says. `body` is the JSON that goes over the wire, `headers` go with it.
    """

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body['error'].get('message', '')}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def _make(
    status: int,
    message: str,
    reason: str,
    *,
    detail: str | None = None,
    domain: str = "global",
    location: tuple[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> GoogleError:
    each = {"message": detail or message, "domain": domain, "reason": reason}
    if location:
        each |= {"location": location[0], "locationType": location[1]}
    return GoogleError(
        status, {"error": {"code": status, "message": message, "errors": [each], **(more or {})}}, headers
    )


def _info(reason: str, rpc_name: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "drive.googleapis.com", "method": rpc_name},
    }


def login_required(rpc_name: str) -> GoogleError:
    """401: the request has no access token."""
    return _make(
        401,
        f"Request is missing required authentication credential. {_AUTH_HELP}",
        "required",
        detail="Login Required.",
        location=("Authorization", "header"),
        more={"status": "UNAUTHENTICATED", "details": [_info("CREDENTIALS_MISSING", rpc_name)]},
        headers={"www-authenticate": _REALM},
    )


def invalid_credentials() -> GoogleError:
    """401: the access token is unknown, expired or revoked."""
    return _make(
        401,
        f"Request had invalid authentication credentials. {_AUTH_HELP}",
        "authError",
        detail="Invalid Credentials",
        location=("Authorization", "header"),
        more={"status": "UNAUTHENTICATED"},
        headers={"www-authenticate": f'{_REALM}, error="invalid_token"'},
    )


def insufficient_scope(scopes: Iterable[str], rpc_name: str, shape: str = "c") -> GoogleError:
    """403: the access token lacks every one of `scopes`. Three shapes have been seen: a, b and c, both in one."""
    message = "Request had insufficient authentication scopes."
    more = {"status": "PERMISSION_DENIED", "details": [_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", rpc_name)]}
    headers = {"www-authenticate": f'{_REALM}, error="insufficient_scope", scope="{" ".join(sorted(scopes))}"'}
    if shape == "b":
        return GoogleError(403, {"error": {"code": 403, "message": message, **more}}, headers)
    return _make(
        403,
        message,
        "insufficientPermissions",
        detail="Insufficient Permission",
        more=more if shape == "c" else None,
        headers=headers,
    )


def invalid(location: str, message: str = "Invalid Value", reason: str = "invalid") -> GoogleError:
    """400: a parameter that cannot be used."""
    return _make(400, message, reason, location=(location, "parameter"))


def required(location: str, message: str) -> GoogleError:
    """400: a parameter that is missing."""
    return _make(400, message, "required", location=(location, "parameter"))


def not_found(message: str, location: str = "fileId") -> GoogleError:
    """404: does not exist, or is none of the caller's; Drive does not tell which."""
    return _make(404, message, "notFound", location=(location, "parameter"))


def file_not_found(file_id: str) -> GoogleError:
    """404 for a file."""
    return not_found(f"File not found: {file_id}.")


def forbidden(reason: str, message: str, location: tuple[str, str] | None = None) -> GoogleError:
    """403 that is neither about scopes nor about quotas."""
    return _make(403, message, reason, location=location)


def rate_limit(status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> GoogleError:
    """403 or 429: too many requests, or too much of something."""
    return _make(status, message, reason, domain="usageLimits", headers=headers)


def of_status(status: int) -> GoogleError:
    """Any status with a body in Drive's form; its 5xx often have HTML instead."""
    if status >= 500:
        return _make(status, "Backend Error" if status != 500 else "Internal Error", "backendError")
    return _make(status, HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error", "invalid")
