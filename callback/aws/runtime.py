"""Requests to the agent through AgentCore Runtime, as the person at the browser.

`POST {runtime_url}/runtimes/{arn}/invocations?qualifier=DEFAULT` with the person's bearer token:
https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_InvokeAgentRuntime.html
"The person at this computer" (local mode) has no token and reaches the agent's own port instead.
"""

from collections.abc import Collection, Mapping
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
from callback.bounded import PLAIN, UnreadableAnswerError, read_bounded
from callback.errors import CallbackError, SignInAgainError
from callback.records import UserProof
from callback.service_errors import (
    RuntimeBusyError,
    RuntimeFailedError,
    RuntimeForbiddenError,
    RuntimeMissingError,
    RuntimeTimeoutError,
)

__all__ = ["AuthorizationNeeded", "Connected", "Connection", "Conversation", "MoreNeeded", "Runtime"]

# A cold start may take half a minute; a person looks at a loading page meanwhile. From the first byte out to the last
# one in.
DEADLINE_S = 60.0
_CONNECT_S = 5.0

_BY_STATUS: Mapping[int, type[CallbackError]] = {
    401: SignInAgainError,
    403: RuntimeForbiddenError,
    404: RuntimeMissingError,
    409: RuntimeBusyError,
    429: RuntimeBusyError,
}


class Runtime:
    """The agent, seen from here. Raises only `CallbackError`s."""

    def __init__(
        self,
        *,
        url: str,
        arn: str,
        local_agent_url: str | None,
        http: httpx.AsyncClient,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._runtime_invocations = f"{url}/runtimes/{quote(arn, safe='')}/invocations?qualifier=DEFAULT"
        self._local_invocations = f"{local_agent_url}/invocations" if local_agent_url else None
        self._http = http
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
        headers = {"Accept": "application/json", "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id": runtime_session}
        url = self._runtime_invocations
        if proof.kind == "userToken":
            headers["Authorization"] = f"Bearer {proof.value}"
        elif self._local_invocations is not None:
            url = self._local_invocations
        else:  # a session from a time when the local agent was configured
            raise SignInAgainError
        try:
            with anyio.fail_after(self._deadline_s):
                return read_answer(await self._post(url, headers, payload))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RuntimeTimeoutError from error
        except (httpx.HTTPError, UnreadableAnswerError) as error:
            raise RuntimeFailedError from error

    async def _post(self, url: str, headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
        """The body of a success; nobody reads that of a failure."""
        timeout = httpx.Timeout(self._deadline_s, connect=_CONNECT_S)
        asked = self._http.stream("POST", url, json=payload, headers={**headers, **PLAIN}, timeout=timeout)
        async with asked as response:
            if not response.is_success:
                raise _BY_STATUS.get(response.status_code, RuntimeFailedError)
            return await read_bounded(response)
