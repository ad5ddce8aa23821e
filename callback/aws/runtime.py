"""Requests to the agent through AgentCore Runtime, as the person at the browser.

`POST {runtime_url}/runtimes/{arn}/invocations?qualifier=DEFAULT` with the person's bearer token, or, for a runtime that
takes IAM callers, signed by this service and with the person's user id:
https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_InvokeAgentRuntime.html
"The person at this computer" (local mode) has no token and reaches the agent's own port instead.
"""

import json
import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import anyio
import httpx

from callback.aws.answers import (
    AuthorizationNeeded,
    Connected,
    Connection,
    Conversation,
    MoreNeeded,
    read_answer,
    read_connect,
    read_connections,
    read_conversation,
)
from callback.aws.signing import Signer
from callback.bounded import PLAIN, UnreadableAnswerError, read_bounded
from callback.errors import CallbackError, SignInAgainError
from callback.records import UserProof
from callback.service_errors import (
    RuntimeBusyError,
    RuntimeFailedError,
    RuntimeForbiddenError,
    RuntimeMissingError,
    RuntimeNotAllowedError,
    RuntimeTimeoutError,
)

__all__ = ["AuthorizationNeeded", "Connected", "Connection", "Conversation", "MoreNeeded", "Runtime"]

# A cold start may take half a minute; a person looks at a loading page meanwhile. From the first byte out to the last
# one in.
DEADLINE_S = 60.0
_CONNECT_S = 5.0

# The Runtime takes the person from the first and does not hand it on, so the agent reads the second, which is the same
# (docs/decisions/003.md).
USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"
CUSTOM_USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id"
_AWS_CODE = re.compile(r"[A-Za-z]{1,80}")

logger = logging.getLogger(__name__)

_BY_STATUS: Mapping[int, type[CallbackError]] = {
    401: SignInAgainError,
    403: RuntimeForbiddenError,
    404: RuntimeMissingError,
    409: RuntimeBusyError,
    429: RuntimeBusyError,
}
# A signature is this service's own: where it is refused, no sign-in helps.
_BY_STATUS_SIGNED: Mapping[int, type[CallbackError]] = {
    **_BY_STATUS,
    401: RuntimeNotAllowedError,
    403: RuntimeNotAllowedError,
}


@dataclass(frozen=True)
class _Way:
    """Where a request goes, and in which way it proves the person. `signer`: it is signed."""

    url: str
    headers: Mapping[str, str]
    signer: Signer | None = None


class Runtime:
    """The agent, seen from here. Raises only `CallbackError`s."""

    def __init__(
        self,
        *,
        url: str,
        arn: str,
        local_agent_url: str | None,
        http: httpx.AsyncClient,
        signer: Signer | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """`signer`: the runtime takes IAM callers, and this service calls it so for everybody."""
        self._runtime_invocations = f"{url}/runtimes/{quote(arn, safe='')}/invocations?qualifier=DEFAULT"
        self._local_invocations = f"{local_agent_url}/invocations" if local_agent_url else None
        self._http = http
        self._signer = signer
        self._deadline_s = deadline_s

    async def conversation(self, proof: UserProof, runtime_session: str) -> Conversation:
        """Return what the agent remembers of the person's conversation. Changes nothing, there or at Google."""
        return read_conversation(await self._ask(proof, runtime_session, {"action": "conversation"}))

    async def connect(
        self, proof: UserProof, runtime_session: str, state: str, told: Collection[str], *, force: bool = False
    ) -> AuthorizationNeeded | Connected | MoreNeeded:
        """Ask for a connection. `state` comes back from Google; `told` are the scopes that the person agreed to.

        `force` gives up what is connected, for another account or a new consent.
        """
        payload = {"action": "connect", "state": state, "scopes": list(told), "force": force}
        return read_connect(await self._ask(proof, runtime_session, payload))

    async def connections(self, proof: UserProof, runtime_session: str) -> tuple[Connection, ...]:
        """What the person has connected."""
        return read_connections(await self._ask(proof, runtime_session, {"action": "status"}))

    async def disconnect(self, proof: UserProof, runtime_session: str) -> None:
        """Have the grant revoked at Google and forgotten. The agent answers only when that is proven."""
        answer = await self._ask(proof, runtime_session, {"action": "disconnect"})
        if answer.get("status") != "disconnected":
            raise RuntimeFailedError

    async def _ask(self, proof: UserProof, runtime_session: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """One invocation. The JSON object of the answer; whatever else comes back is an error."""
        way = self._way(proof)
        try:
            with anyio.fail_after(self._deadline_s):
                return read_answer(await self._post(way, runtime_session, json.dumps(payload).encode()))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RuntimeTimeoutError from error
        except (httpx.HTTPError, UnreadableAnswerError) as error:
            raise RuntimeFailedError from error

    def _way(self, proof: UserProof) -> _Way:
        """The one way for this kind of proof: no token goes to a runtime for IAM callers, and no name unsigned."""
        if self._signer is not None and proof.kind == "userId":
            named = {USER_ID: proof.value, CUSTOM_USER_ID: proof.value}
            return _Way(self._runtime_invocations, named, self._signer)
        if self._signer is None and proof.kind == "userToken":
            return _Way(self._runtime_invocations, {"Authorization": f"Bearer {proof.value}"})
        if self._signer is None and self._local_invocations is not None:
            return _Way(self._local_invocations, {})
        raise SignInAgainError  # a session from a time when the settings were others

    async def _post(self, way: _Way, runtime_session: str, body: bytes) -> bytes:
        """The body of a success; nobody reads that of a failure."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id": runtime_session,
            **way.headers,
        }
        if way.signer is not None:
            headers = await way.signer.sign("POST", way.url, headers, body)
        timeout = httpx.Timeout(self._deadline_s, connect=_CONNECT_S)
        asked = self._http.stream("POST", way.url, content=body, headers={**headers, **PLAIN}, timeout=timeout)
        async with asked as response:
            if not response.is_success:
                raise _refusal(response, is_signed=way.signer is not None)
            return await read_bounded(response)


def _refusal(response: httpx.Response, *, is_signed: bool) -> CallbackError:
    error = (_BY_STATUS_SIGNED if is_signed else _BY_STATUS).get(response.status_code, RuntimeFailedError)()
    if isinstance(error, RuntimeNotAllowedError):
        # The operator needs AWS's own code; its message may name the caller.
        code = _AWS_CODE.match(response.headers.get("x-amzn-errortype", ""))
        logger.warning("code=%s | the Runtime refused a signed request", code.group() if code else "")
    return error
