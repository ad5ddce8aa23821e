"""AWS errors as values: code, status and body of restJson1 services. Pure but for the response object.

Shapes: botocore service model `bedrock-agentcore` 2024-02-28. Every error carries `x-amzn-ErrorType`:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-http-protocol-contract.html
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse


@dataclass(frozen=True)
class FieldFault:
    """One member of a request that breaks a constraint of the service model."""

    name: str
    message: str


class AwsError(Exception):
    """An answer other than success. Cause: the caller, unless the status is 5xx. Holds no secret."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


def access_denied(message: str) -> AwsError:
    """403, also for what AWS does not tell apart, such as a wrong, an expired and a used session."""
    return AwsError("AccessDeniedException", message, 403)


def not_found(message: str) -> AwsError:
    """404."""
    return AwsError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> AwsError:
    """409, a second create under one name."""
    return AwsError("ConflictException", message, 409)


def unauthorized(message: str, headers: Mapping[str, str] | None = None) -> AwsError:
    """401."""
    return AwsError("UnauthorizedException", message, 401, headers=headers)


def internal(message: str) -> AwsError:
    """500."""
    return AwsError("InternalServerException", message, 500)


def runtime_client_error(message: str) -> AwsError:
    """424: the container answered with a failure, or not at all."""
    return AwsError("RuntimeClientError", message, 424)


def invalid(message: str, reason: str = "FieldValidationFailed", faults: Sequence[FieldFault] = ()) -> AwsError:
    """400 with the `reason` that the service model demands."""
    extra: dict[str, Any] = {"reason": reason}
    if faults:
        extra["fieldList"] = [{"name": fault.name, "message": fault.message} for fault in faults]
    return AwsError("ValidationException", message, 400, extra=extra)


def invalid_fields(faults: Sequence[FieldFault]) -> AwsError:
    """The sentence in which AWS lists every broken constraint of a request."""
    count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
    listed = "; ".join(f"Value at '{fault.name}' failed to satisfy constraint: {fault.message}" for fault in faults)
    return invalid(count + listed, faults=faults)


def error_response(error: AwsError) -> JSONResponse:
    """The HTTP answer for an error."""
    headers = {"x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4()), **error.headers}
    return JSONResponse({"message": error.message, **error.extra}, status_code=error.status, headers=headers)


async def on_aws_error(_request: Request, error: Exception) -> JSONResponse:
    """Starlette exception handler."""
    if not isinstance(error, AwsError):
        error = internal("The stand-in failed; its log has the cause.")
    return error_response(error)
