"""HTTP errors of the Runtime, as sentences. Pure.

What a container answered in a 4xx or 5xx arrives as 424, without its body.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-http-protocol-contract.html
"""

from collections.abc import Mapping
from http import HTTPStatus

from chat.errors import ChatError, RefusedError, SignInNeededError

_SENTENCES = {
    400: "The Runtime cannot use the request: check DRIVE_AGENT_RUNTIME_ARN and --session, or type /new and ask again.",
    402: "A quota of the AWS account is used up: ask whoever runs this agent.",
    403: "The Runtime does not accept this sign-in: run `drive-agent setup` again, or ask whoever runs this agent.",
    404: "There is no such agent: check DRIVE_AGENT_RUNTIME_ARN and the region, or deploy it first.",
    409: "This conversation is busy with another question. Please try again in a moment.",
    413: "That message is too long.",
    424: "The agent failed; its log says why. Please ask again, or start a new conversation.",
    429: "Too many requests at once. Please try again in a moment.",
    503: "The agent is not ready: if `make up` has just been started, wait for its addresses. Please ask again then.",
}
# 424 stays out: the agent ran, and running it twice may say or do things twice.
_PASSING = {409, 429, 500, 502, 503, 504}
_LONGEST_WAIT_S = 20.0


class BusyError(RefusedError):
    """Refused for the moment; `retry_after_s` is what the server asked for, 0 if nothing."""

    def __init__(self, user_message: str, status: int, retry_after_s: float) -> None:
        super().__init__(user_message, status, is_passing=True)
        self.retry_after_s = retry_after_s


def refusal(status: int, headers: Mapping[str, str], body: object) -> ChatError:
    """Make the error for a response that is not 200. `body` is its JSON, or None."""
    if status == HTTPStatus.UNAUTHORIZED:
        return SignInNeededError("Your sign-in is missing or has expired: sign in again (`drive-agent sign-in`).")
    own = body.get("error") if isinstance(body, dict) and body.get("type") == "error" else None
    sentence = own if isinstance(own, str) and own else _SENTENCES.get(status)
    if status in _PASSING:
        return BusyError(sentence or "The agent has trouble at the moment.", status, _retry_after(headers))
    return RefusedError(sentence or f"The agent answered with HTTP status {status}.", status)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds only; the date form of RFC 9110, section 10.2.3, is not worth a clock here."""
    value = headers.get("Retry-After", "")
    return min(float(value), _LONGEST_WAIT_S) if value.isascii() and value.isdigit() else 0.0
