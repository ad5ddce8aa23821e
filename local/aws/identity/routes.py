"""AgentCore Identity's API over HTTP: paths, methods and status codes are read from botocore's service models."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.aws.calls import signing_service
from local.aws.errors import AwsError, invalid
from local.aws.identity.control_plane import ControlPlane, Members
from local.aws.identity.data_plane import DataPlane
from local.aws.validation import Operation, check_input, load_operations

FORCED = "standin.is_forced"  # in a request's scope: it forces a new flow

Handler = Callable[[Members], Awaitable[Members]]

DATA_OPERATIONS = (
    "GetWorkloadAccessToken",
    "GetWorkloadAccessTokenForJWT",
    "GetWorkloadAccessTokenForUserId",
    "GetResourceOauth2Token",
    "CompleteResourceTokenAuth",
)
CONTROL_OPERATIONS = (
    "CreateWorkloadIdentity",
    "GetWorkloadIdentity",
    "UpdateWorkloadIdentity",
    "DeleteWorkloadIdentity",
    "ListWorkloadIdentities",
    "CreateOauth2CredentialProvider",
    "GetOauth2CredentialProvider",
    "UpdateOauth2CredentialProvider",
    "DeleteOauth2CredentialProvider",
    "ListOauth2CredentialProviders",
)


def identity_operations() -> list[Operation]:
    """The operations of both planes."""
    return [
        *load_operations("bedrock-agentcore", DATA_OPERATIONS),
        *load_operations("bedrock-agentcore-control", CONTROL_OPERATIONS),
    ]


def identity_routes(operations: list[Operation], data: DataPlane, control: ControlPlane) -> list[Route]:
    """One route for each operation."""
    return [
        Route(
            operation.path,
            _endpoint(
                operation, getattr(data if operation.name in DATA_OPERATIONS else control, _snake(operation.name))
            ),
            methods=[operation.method],
            name=operation.name,
        )
        for operation in operations
    ]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _endpoint(operation: Operation, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # Any signature will do, but there has to be one, as with AWS.
        if signing_service(request.headers.get("authorization")) is None:
            raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
        asked = check_input(operation.input_shape, await _json(request))
        request.scope[FORCED] = asked.get("forceAuthentication") is True
        answer = await handler(asked)
        headers = {"x-amzn-RequestId": str(uuid.uuid4())}
        if operation.success == 204:
            return Response(status_code=204, headers=headers)
        return JSONResponse(dict(answer), status_code=operation.success, headers=headers)

    return endpoint


async def _json(request: Request) -> Any:  # what JSON holds is checked by the caller
    body = await request.body()
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise invalid("The request body is not JSON.", "CannotParse") from error
