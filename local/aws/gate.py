"""The one door: refuses foreign hosts, plays planned faults, tells our services from moto's, notes what happened."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.aws.calls import Call, classify, signing_service
from local.aws.clock import Clock
from local.aws.errors import AwsError, access_denied, error_response, internal
from local.aws.faults import Fault, Faults
from local.aws.identity.routes import FORCED
from local.aws.journal import Entry, Journal

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_REST_FAULTS = {
    "throttle": AwsError("ThrottlingException", "Rate exceeded", 429),
    "error": internal("An internal error occurred"),
    "unavailable": AwsError("ServiceUnavailableException", "The service is unavailable", 503),
    "access_denied": access_denied("User is not authorized to perform this action"),
}
# AWS JSON 1.1 services (Cognito's API, DynamoDB, Secrets Manager) say it in `__type`.
_JSON_FAULTS = {
    "throttle": (400, "TooManyRequestsException"),
    "error": (500, "InternalErrorException"),
    "unavailable": (503, "ServiceUnavailable"),
    "access_denied": (400, "NotAuthorizedException"),
}


class Gate:
    """`ours` answers for AgentCore, Bedrock, the pages and the admin routes; `others` for every other service."""

    def __init__(
        self,
        ours: ASGIApp,
        others: ASGIApp,
        *,
        faults: Faults,
        journal: Journal,
        identity_paths: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._ours = ours
        self._others = others
        self._faults = faults
        self._journal = journal
        self._identity_paths = identity_paths
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._ours(scope, receive, send)
            return
        headers = Headers(scope=scope)
        call = classify(scope["method"], scope["path"], headers, self._identity_paths)

        async def noting_send(message: Message) -> None:
            # Before it is sent, so that whoever has the answer finds the entry.
            if message["type"] == "http.response.start" and call.service != "admin":
                self._note(scope, call, message["status"])
            await send(message)

        app = self._refusal(headers) or await self._fault(call, headers) or self._owner(call, headers)
        await app(scope, receive, noting_send)

    def _refusal(self, headers: Headers) -> Response | None:
        # A page on the web whose name resolves to 127.0.0.1 must not read what is here (DNS rebinding).
        host = headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        # `<bucket>.localhost` is how boto3 addresses S3 at localhost; RFC 6761 keeps such names on loopback.
        if name in LOOPBACK or name.endswith(".localhost"):
            return None
        return JSONResponse({"message": "This stand-in answers on loopback only."}, 403)

    async def _fault(self, call: Call, headers: Headers) -> Response | None:
        if call.service == "admin":
            return None
        fault = self._faults.take(call.service, call.operation)
        if fault is None:
            return None
        if fault.kind == "stall":
            await asyncio.sleep(fault.seconds)
            return None
        return _fault_response(fault, json_protocol="x-amz-target" in headers)

    def _owner(self, call: Call, headers: Headers) -> ASGIApp:
        if call.service == "cognito":
            return self._others if "x-amz-target" in headers else self._ours
        service = signing_service(headers.get("authorization"))
        is_ours = service is None or call.service in {"admin", "identity", "identity-front", "runtime", "bedrock"}
        return self._ours if is_ours else self._others

    def _note(self, scope: Scope, call: Call, status: int) -> None:
        self._journal.add(
            Entry(
                at=self._clock().isoformat(),
                method=scope["method"],
                path=scope["path"],
                service=call.service,
                operation=call.operation,
                status=status,
                is_forced=bool(scope.get(FORCED)),
            )
        )


def _fault_response(fault: Fault, *, json_protocol: bool) -> Response:
    if not json_protocol:
        return error_response(_REST_FAULTS[fault.kind])
    status, code = _JSON_FAULTS[fault.kind]
    return JSONResponse(
        {"__type": code, "message": "A planned fault of the stand-in"},
        status,
        media_type="application/x-amz-json-1.1",
    )
