"""Who asks the agent, and where: what makes a request one person's.

Through the Runtime with that person's bearer token, through the Runtime for a person whom a trusted backend has proven
(IAM, SigV4), or directly to an agent on this machine, as `agentcore dev` does.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias
from urllib.parse import quote

from chat.errors import SignInNeededError

__all__ = ["Bearer", "Caller", "DirectCaller", "IamCaller", "JwtCaller", "Sign"]

# Asked before every request; raises `SignInNeededError`.
Bearer: TypeAlias = Callable[[], Awaitable[str]]
# Method, URL, headers and body of a request in; all its headers out, the signature among them.
Sign: TypeAlias = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Mapping[str, str]]]

# The Runtime uses the first one up and hands the second one on to the agent: docs/decisions/003.md.
_USER_ID_HEADERS = (
    "X-Amzn-Bedrock-AgentCore-Runtime-User-Id",
    "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id",
)


class Caller(Protocol):
    """One person's way to one agent."""

    @property
    def url(self) -> str:
        """The whole address of the POST."""

    async def headers(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """Return all headers to send with this body. Raises: `ChatError`."""

    def forget(self) -> bool:
        """Drop what is kept about who asks, for it was refused; say whether another try may go better."""


class DirectCaller:
    """Talks to an agent on this machine: no bearer token, no Runtime in between."""

    def __init__(self, agent_url: str = "http://127.0.0.1:8080") -> None:
        self.url = f"{agent_url.rstrip('/')}/invocations"

    async def headers(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """Return the headers as they are."""
        del body
        return headers

    def forget(self) -> bool:
        """Nothing is kept."""
        return False


class JwtCaller:
    """Talks to a Runtime with a JWT authorizer. `forget` drops a kept token, and says whether there was one."""

    def __init__(self, runtime_url: str, arn: str, bearer: Bearer, forget: Callable[[], bool] = lambda: False) -> None:
        self.url = _invocations(runtime_url, arn)
        self._bearer = bearer
        self._forget = forget

    async def headers(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """Add the bearer token. Raises: `SignInNeededError`."""
        del body
        return {**headers, "Authorization": f"Bearer {_checked(await self._bearer())}"}

    def forget(self) -> bool:
        """Have the next bearer token be another one."""
        return self._forget()


class IamCaller:
    """Talks to a Runtime with IAM auth as a trusted backend that has proven who the person is.

    `user_id` is that proof's outcome, such as `slack:T0123:U0456`: the Runtime believes it from any principal that may
    `bedrock-agentcore:InvokeAgentRuntimeForUser`.
    """

    def __init__(self, runtime_url: str, arn: str, user_id: str, sign: Sign) -> None:
        self.url = _invocations(runtime_url, arn)
        self._user_id = user_id
        self._sign = sign

    async def headers(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """Name the person and sign all of it. Raises: what `sign` raises."""
        named = {**headers, **dict.fromkeys(_USER_ID_HEADERS, self._user_id)}
        return await self._sign("POST", self.url, named, body)

    def forget(self) -> bool:
        """Credentials are the signer's business."""
        return False


def _invocations(runtime_url: str, arn: str) -> str:
    return f"{runtime_url.rstrip('/')}/runtimes/{quote(arn, safe='')}/invocations?qualifier=DEFAULT"


def _checked(bearer_token: str) -> str:
    """RFC 6750, section 2.1: visible ASCII. Anything else would break the header."""
    is_visible = bearer_token.isascii() and bearer_token.isprintable() and " " not in bearer_token
    if not bearer_token or not is_visible:
        raise SignInNeededError("The bearer token is empty or damaged: sign in again (`drive-agent sign-in`).")
    return bearer_token
