"""Runs a Drive tool with the person's access token, or pauses the turn until there is consent.

The pause is a Strands interrupt whose reason holds no URL: the person gets our own link, which is no secret, and the
reason is stored with the conversation. On resume Strands runs the tool again from the top.
"""

import itertools
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from strands.types.tools import ToolContext, ToolResult

from tools.errors import AccessTokenRejectedError, ConsentRequired, ScopeNotGrantedError, ToolError

Answer = TypeVar("Answer")

CONSENT = "google_drive_consent"
NOT_CONNECTED = (
    "Not connected: the person has not connected Google Drive yet. "
    "Answer what they just said; call this tool again only if they still want it."
)


class Tokens(Protocol):
    """Where access tokens come from (`tools.consent.AccessTokens`)."""

    def read(self) -> str:
        """Return the access token or raise `ConsentRequired`."""

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        """Return the access token or raise `ConsentRequired`; `discard` forgets the stored grant first."""


def with_access_token(tokens: Tokens, work: Callable[[str], Answer]) -> Answer:
    """Run `work(access_token)`, healing a token that expired or a grant that was revoked.

    Drive's first 401 asks the vault again, so that AgentCore may refresh; only the second discards the grant, because
    discarding at once means a new consent every hour. Raises: `ConsentRequired`, or what `work` raises.
    """
    try:
        return work(tokens.read())
    except AccessTokenRejectedError:
        try:
            return work(tokens.read())
        except AccessTokenRejectedError:
            return work(tokens.require_consent(discard=True))
    except ScopeNotGrantedError:
        return work(tokens.require_consent(discard=True))


def pausing(tool_context: ToolContext, tokens: Tokens, work: Callable[[str], str]) -> ToolResult:
    """Return `work`'s text as a tool result; pause the turn where consent is missing; translate every `ToolError`."""
    for attempt in itertools.count(1):
        try:
            return _result(tool_context, "success", with_access_token(tokens, work))
        except ConsentRequired as missing:
            # Only where no callback is configured does the turn hand this URL on; it is never stored.
            tool_context.invocation_state["authorization_url"] = missing.authorization_url
            answer: Any = tool_context.interrupt(f"{CONSENT}:{attempt}", reason={"type": CONSENT})
            if not (isinstance(answer, dict) and answer.get("wait")):
                return _result(tool_context, "error", NOT_CONNECTED)
        except ToolError as error:
            return _result(tool_context, "error", str(error))
    raise AssertionError  # count() does not end


def _result(tool_context: ToolContext, status: Any, text: str) -> ToolResult:  # Strands' status is a Literal
    return {"toolUseId": tool_context.tool_use["toolUseId"], "status": status, "content": [{"text": text}]}
