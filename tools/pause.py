"""Runs a Drive tool with the person's access token, or pauses the turn until there is consent.

The pause is a Strands interrupt whose reason holds scopes and no URL: the person gets our own link, which is no secret,
and the reason is stored with the conversation. On resume Strands runs the tool again from the top.

The wide scope is asked for by the first tool that cannot do without it. A vault that keys its tokens by scopes may hold
the wide one alone, or the narrow one alone, so whichever is there will do for names and details.

A grant is discarded (`forceAuthentication`) once a turn at most: see `Forcing`.
"""

import threading
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

from strands.types.tools import ToolContext, ToolResult

from tools.errors import AccessTokenRejectedError, ConsentRequired, ScopeNotGrantedError, ToolError

__all__ = ["CONSENT", "CONTENTS_KEY", "Forcing", "Grant", "Scope", "Tokens", "pausing", "with_access_token"]

Answer = TypeVar("Answer")

# What a tool needs to see: names and details, or contents as well.
Scope = Literal["details", "contents"]

CONSENT = "google_drive_consent"
CONTENTS_KEY = "contents"  # in the agent's state: the wide scope has worked in this conversation
_FORCING_KEY = "forcing"  # in a turn's `invocation_state`
NOT_CONNECTED = (
    "Not connected: the person has not connected Google Drive yet. "
    "Answer what they just said; call this tool again only if they still want it."
)
CONTENTS_NOT_ALLOWED = (
    "Not allowed: the person has not allowed reading what files contain. Names and details of files still work. "
    "Answer what they just said; call this tool again only if they still want it."
)

# What a grant that would do, but is not asked for, comes to where there is none.
_NOT_TO_BE_HAD = (AccessTokenRejectedError, ConsentRequired, ScopeNotGrantedError)


class Grant(Protocol):
    """Access tokens for one set of scopes."""

    @property
    def keeps_narrow(self) -> bool:
        """Say whether a grant that lacks scopes stays where it is until the person presses our page's button."""

    def read(self) -> str:
        """Return the access token or raise `ConsentRequired`, or a `ToolError`."""

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        """Return the access token or raise `ConsentRequired`; `discard` forgets the stored grant first."""


class Tokens(Grant, Protocol):
    """Where access tokens come from (`tools.consent.AccessTokens`, `tools.allowed.AllowedTokens`)."""

    scopes: tuple[str, ...]

    def contents(self) -> "Tokens":
        """Return the tokens of the wide scope; itself where contents are switched off."""

    def every(self) -> "tuple[Tokens, ...]":
        """Return the tokens of each set of scopes that was ever asked for."""


class Forcing:
    """Leave to discard the person's grant once, for whichever tool of a turn needs it first.

    Tools of one turn run at the same time, so several meet the same dead grant. Each flow that is forced clears what
    the vault holds, a grant included that the person has given since; so it is forced only while the vault still hands
    out the very token that Drive has refused, and never a second time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_used = False

    def replace(self, tokens: Grant, refused: str) -> str:
        """Return another access token than `refused`; else discard that one and raise `ConsentRequired`.

        Its authorization URL is empty where another tool has used the leave and the vault has not let go of the token.
        """
        with self._lock:
            try:
                access_token = tokens.read()
            except (AccessTokenRejectedError, ScopeNotGrantedError):
                access_token = refused  # `AllowedTokens` has asked Google itself
            if access_token != refused:
                return access_token
            if self._is_used:
                raise ConsentRequired("")
            self._is_used = True
            return tokens.require_consent(discard=True)


def with_access_token(tokens: Grant, work: Callable[[str], Answer], forcing: Forcing | None = None) -> Answer:
    """Run `work(access_token)`, healing a token that expired, a grant that was revoked or one that is too narrow.

    Drive's first 401 asks the vault again, so that AgentCore may refresh; only the second discards the grant, because
    discarding at once means a new consent every hour. `ScopeNotGrantedError` is about the token: for a call that names
    a file, `DriveApi` raises it only when another one, which names none, has been refused, too. So no id that somebody
    else wrote costs the person their grant. `forcing` is the turn's. Raises: `ConsentRequired`, or what `work` raises.
    """
    forcing = forcing or Forcing()
    tried = ""

    def attempt(access_token: str) -> Answer:
        nonlocal tried
        tried = access_token
        return work(access_token)

    try:
        return _refreshed(tokens, attempt)
    except (AccessTokenRejectedError, ScopeNotGrantedError) as refusal:
        if isinstance(refusal, ScopeNotGrantedError) and tokens.keeps_narrow:
            raise ConsentRequired("") from None
        return work(forcing.replace(tokens, tried))


def pausing(
    tool_context: ToolContext, tokens: Tokens, work: Callable[[str], str], *, scope: Scope = "details"
) -> ToolResult:
    """Return `work`'s text as a tool result; pause the turn where consent is missing; translate every `ToolError`."""
    state = tool_context.agent.state
    # Tools of a turn begin at the same time; `setdefault` of a dict with such a key is one step.
    forcing = tool_context.invocation_state.setdefault(_FORCING_KEY, Forcing())
    needed = tokens.contents() if scope == "contents" else tokens
    attempt = 1
    while True:
        try:
            if needed is tokens:
                text = _details(state, tokens, work, forcing)
            else:
                text = _contents(state, needed, work, forcing)
            return _result(tool_context, "success", text)
        except ConsentRequired as missing:
            _hand_on(tool_context.invocation_state, missing.authorization_url, is_wide=needed is not tokens)
            reason = {"type": CONSENT, "scopes": list(needed.scopes)}
            answer: Any = tool_context.interrupt(f"{CONSENT}:{attempt}", reason=reason)
            if not (isinstance(answer, dict) and answer.get("wait")):
                return _result(tool_context, "error", _refusal(tokens, needed))
            attempt += 1
        except ToolError as error:
            return _result(tool_context, "error", str(error))


def _contents(state: Any, wide: Tokens, work: Callable[[str], str], forcing: Forcing) -> str:  # Strands' agent state
    text = with_access_token(wide, work, forcing)
    state.set(CONTENTS_KEY, True)
    return text


def _details(state: Any, tokens: Tokens, work: Callable[[str], str], forcing: Forcing) -> str:
    """Run `work` with whichever token the vault holds. Raises: `ConsentRequired` of the narrow scope.

    Names and details never need the wide scope, so one that is gone or was cut back is neither asked for nor discarded.
    """
    wide = tokens.contents()
    if wide is tokens:
        return with_access_token(tokens, work, forcing)
    if state.get(CONTENTS_KEY):
        try:
            return _refreshed(wide, work)
        except _NOT_TO_BE_HAD:
            state.set(CONTENTS_KEY, False)
    try:
        return with_access_token(tokens, work, forcing)
    except ConsentRequired as missing:
        try:
            text = _refreshed(wide, work)
        except _NOT_TO_BE_HAD:
            raise missing from None
        state.set(CONTENTS_KEY, True)
        return text


def _refreshed(tokens: Grant, work: Callable[[str], Answer]) -> Answer:
    """Run `work` with what the vault holds, which is read again where Drive refuses it; nothing is discarded."""
    try:
        return work(tokens.read())
    except AccessTokenRejectedError:
        return work(tokens.read())


def _hand_on(invocation_state: dict[str, Any], url: str, *, is_wide: bool) -> None:
    """Keep AgentCore's URL for this turn alone, where no connect page is configured; it is never stored.

    Of several tools that wait, the one that needs most decides: its URL replaces another's and is replaced by none.
    """
    if is_wide and url:
        invocation_state["authorization_url"] = url
    elif url:
        invocation_state.setdefault("authorization_url", url)


def _refusal(tokens: Tokens, needed: Tokens) -> str:
    """Say what the person has not allowed, in words for the model."""
    if needed is not tokens:
        try:
            tokens.read()
        except (ConsentRequired, ToolError):
            return NOT_CONNECTED
        return CONTENTS_NOT_ALLOWED
    return NOT_CONNECTED


def _result(tool_context: ToolContext, status: Any, text: str) -> ToolResult:  # Strands' status is a Literal
    return {"toolUseId": tool_context.tool_use["toolUseId"], "status": status, "content": [{"text": text}]}
