"""Requests to the agent through AgentCore Runtime, as the person at the browser.

`POST {runtime_url}/runtimes/{arn}/invocations?qualifier=DEFAULT` with the person's bearer token:
https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_InvokeAgentRuntime.html
"The person at this computer" (local mode) has no token and reaches the agent's own port instead.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from callback.binding import is_session_uri
from callback.errors import CallbackError, SignInAgainError
from callback.records import ConnectedAccount, UserProof
from callback.service_errors import (
    AgentRefusedError,
    NoIdentityError,
    NotOwnerError,
    RuntimeBusyError,
    RuntimeFailedError,
    RuntimeForbiddenError,
    RuntimeMissingError,
    RuntimeTimeoutError,
)

# A cold start may take half a minute; a person looks at a loading page meanwhile.
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
MAX_SENTENCE_CHARS = 300

_BY_STATUS: Mapping[int, type[CallbackError]] = {
    401: SignInAgainError,
    403: RuntimeForbiddenError,
    404: RuntimeMissingError,
    409: RuntimeBusyError,
    429: RuntimeBusyError,
}
_BY_CODE: Mapping[str, type[AgentRefusedError]] = {"not_owner": NotOwnerError, "no_identity": NoIdentityError}


@dataclass(frozen=True)
class AuthorizationNeeded:
    """The person has to consent at `auth_url`, to `scopes` where the agent says which."""

    auth_url: str = field(repr=False)
    session_uri: str = field(repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MoreNeeded:
    """The agent would ask for more than the person was told, and has done nothing yet."""

    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Connected:
    """There is a grant already."""

    account: ConnectedAccount


@dataclass(frozen=True)
class Connection:
    """One provider and what the person has granted there: Google's scope strings, in the account.

    `is_insufficient`: there is a grant, and it allows nothing that the agent does.
    """

    provider: str
    is_connected: bool
    account: ConnectedAccount
    is_insufficient: bool = False
    last_used: datetime | None = None


@dataclass(frozen=True)
class Conversation:
    """Where a link comes from, as the agent remembers it. `client` is the kind of front end, or empty.

    `started` is None for a conversation that nobody has begun. `scopes` are what connecting now would ask for.
    """

    client: str
    started: datetime | None
    scopes: tuple[str, ...]


class Runtime:
    """The agent, seen from here. Raises only `CallbackError`s."""

    def __init__(
        self,
        *,
        url: str,
        arn: str,
        local_agent_url: str | None,
        http: httpx.AsyncClient,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._runtime_invocations = f"{url}/runtimes/{quote(arn, safe='')}/invocations?qualifier=DEFAULT"
        self._local_invocations = f"{local_agent_url}/invocations" if local_agent_url else None
        self._http = http
        self._timeout = timeout

    async def conversation(self, proof: UserProof, runtime_session: str) -> Conversation:
        """Return what the agent remembers of the person's conversation. Changes nothing, there or at Google."""
        answer = await self._ask(proof, runtime_session, {"action": "conversation"})
        known = answer.get("conversation")
        known = known if isinstance(known, dict) else {}
        return Conversation(str(known.get("client") or ""), _moment(known.get("started")), _scopes(answer))

    async def connect(
        self, proof: UserProof, runtime_session: str, state: str, told: Collection[str], *, force: bool = False
    ) -> AuthorizationNeeded | Connected | MoreNeeded:
        """Ask for a connection. `state` comes back from Google; `told` are the scopes that the person agreed to.

        `force` gives up what is connected, for another account or a new consent.
        """
        payload = {"action": "connect", "state": state, "scopes": list(told), "force": force}
        answer = await self._ask(proof, runtime_session, payload)
        scopes = _scopes(answer)
        if answer.get("status") == "connected":
            return Connected(_account(answer.get("account"), scopes))
        if answer.get("status") == "confirm":
            return MoreNeeded(scopes)
        auth_url, session_uri = answer.get("auth_url"), answer.get("session_uri")
        if not isinstance(auth_url, str) or not isinstance(session_uri, str) or not is_session_uri(session_uri):
            raise RuntimeFailedError
        return AuthorizationNeeded(auth_url, session_uri, scopes)

    async def connections(self, proof: UserProof, runtime_session: str) -> tuple[Connection, ...]:
        """What the person has connected."""
        answer = await self._ask(proof, runtime_session, {"action": "status"})
        listed = answer.get("connections")
        if not isinstance(listed, list):
            raise RuntimeFailedError
        return tuple(_connection(item) for item in listed if isinstance(item, dict))

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
            response = await self._http.post(url, json=payload, headers=headers, timeout=self._timeout)
        except httpx.TimeoutException as error:
            raise RuntimeTimeoutError from error
        except httpx.HTTPError as error:
            raise RuntimeFailedError from error
        return _understand(response)


def _understand(response: httpx.Response) -> Mapping[str, Any]:
    if not response.is_success:
        raise _BY_STATUS.get(response.status_code, RuntimeFailedError)
    try:
        answer = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RuntimeFailedError from error
    if not isinstance(answer, dict):
        raise RuntimeFailedError
    if "error" in answer:
        # A refusal is HTTP 200 with an error object: the Runtime hides a container's own 4xx behind a 424.
        code, sentence = str(answer.get("code") or "refused")[:40], str(answer["error"])[:MAX_SENTENCE_CHARS]
        raise _BY_CODE.get(code, AgentRefusedError)(code, sentence)
    return answer


def _account(value: object, scopes: tuple[str, ...]) -> ConnectedAccount:
    found = value if isinstance(value, dict) else {}
    return ConnectedAccount(email=str(found.get("email") or ""), name=str(found.get("name") or ""), scopes=scopes)


def _scopes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    scopes = answer.get("scopes")
    return tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else ()


def _connection(item: Mapping[str, Any]) -> Connection:
    return Connection(
        provider=str(item.get("provider") or ""),
        is_connected=item.get("connected") is True,
        account=_account(item.get("account"), _scopes(item)),
        is_insufficient=item.get("insufficient") is True,
        last_used=_moment(item.get("last_used")),
    )


def _moment(value: object) -> datetime | None:
    """Read ISO 8601 with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
