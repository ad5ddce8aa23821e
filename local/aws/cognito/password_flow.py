"""What moto lets pass at `InitiateAuth` and Cognito does not: a missing or wrong SECRET_HASH, a flow not enabled.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
"""

import json

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.aws.bodies import read_body, replayed
from local.aws.cognito.pools import Pools

_TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
_FLOW = "USER_PASSWORD_AUTH"


class PasswordFlowGuard:
    """Stands before moto; everything but a refused `InitiateAuth` goes through untouched."""

    def __init__(self, inner: ASGIApp, pools: Pools) -> None:
        self._inner = inner
        self._pools = pools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or hand over to moto."""
        if scope["type"] != "http" or Headers(scope=scope).get("x-amz-target") != _TARGET:
            await self._inner(scope, receive, send)
            return
        body = await read_body(receive)
        refusal = self._refusal(body)
        if refusal:
            await refusal(scope, receive, send)
            return
        await self._inner(scope, replayed(body), send)

    def _refusal(self, body: bytes) -> JSONResponse | None:
        try:
            asked = json.loads(body)
            parameters = asked.get("AuthParameters") or {}
            client = self._pools.client(str(asked.get("ClientId")))
        except (ValueError, AttributeError):
            return None  # moto has its own answer to what is not a JSON object
        if client is None or asked.get("AuthFlow") != _FLOW:
            return None
        if f"ALLOW_{_FLOW}" not in client.explicit_flows and _FLOW not in client.explicit_flows:
            return _error("InvalidParameterException", f"{_FLOW} flow not enabled for this client")
        if client.secret is None:
            return None
        secret_hash = parameters.get("SECRET_HASH")
        if not secret_hash:
            message = f"Client {client.client_id} is configured with secret but SECRET_HASH was not received"
            return _error("NotAuthorizedException", message)
        if not self._pools.secret_hash_is_right(client, str(parameters.get("USERNAME")), str(secret_hash)):
            return _error("NotAuthorizedException", f"Unable to verify secret hash for client {client.client_id}")
        return None


def _error(code: str, message: str) -> JSONResponse:
    return JSONResponse(
        {"__type": code, "message": message},
        400,
        {"x-amzn-ErrorType": f"{code}:"},
        media_type="application/x-amz-json-1.1",
    )
