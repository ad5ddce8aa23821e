"""Read a payload of `POST /invocations` into what is asked for. Pure. The contract is docs/wire.md."""

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.errors import (
    BadRequestError,
    EmptyPromptError,
    InvalidRuntimeSessionError,
    PromptTooLongError,
    UnknownActionError,
)

MAX_PROMPT = 32_000  # characters; about 8,000 tokens, a long letter
MAX_STATE = 4_096  # customState of GetResourceOauth2Token
MAX_SCOPES = 20

# The Runtime takes 33 to 256 characters; `agentcore dev` sends 17. These characters are safe in a file name and a URL.
_RUNTIME_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{15,255}")
# Which kind of front end asks: what a page may say of it, so a word of ours and no text of somebody's.
_CLIENT = re.compile(r"[a-z][a-z0-9-]{0,31}")
_RESUME = re.compile(r'\{\s*"action"\s*:\s*"resume"\s*\}')
_ACTIONS = ("resume", "connect", "cancel", "status", "disconnect", "conversation", "forget")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A turn. `zone` is the person's time zone, UTC where the client did not say; `locale` a language tag or empty.

    `client` is the kind of front end that asks, such as `terminal`, or empty. `is_refusal`: it says no to the consent
    that a turn waits for, and where none waits it says nothing.
    """

    text: str
    zone: ZoneInfo
    locale: str
    client: str = ""
    is_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Resume:
    """Continue a turn that waits for consent."""

    zone: ZoneInfo
    locale: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Start a consent flow. `state` comes back to the return URL; `force` discards the stored grant first.

    `told` are the scopes that the person has been told of; None where the client does not say.
    """

    state: str
    force: bool
    told: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the turn that is running."""


@dataclass(frozen=True, slots=True)
class Status:
    """Tell what is connected."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Revoke the grant at Google and forget it."""


@dataclass(frozen=True, slots=True)
class Describe:
    """Tell what this conversation is, which the page behind its link shows. Asks nobody and claims nothing."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete what is kept of this conversation."""


Turn = Prompt | Resume
Action = Connect | Cancel | Status | Disconnect | Describe | Forget


def is_agui(payload: Any) -> bool:  # whatever JSON the client sent
    """Say whether `payload` is an AG-UI `RunAgentInput`, which `agent.agui` reads, and not of our own contract."""
    return (
        isinstance(payload, dict)
        and {"threadId", "runId", "messages"} <= payload.keys()
        and not {"prompt", "action"} & payload.keys()
    )


def parse_payload(payload: Any) -> Turn | Action:  # whatever JSON the client sent
    """Return what `payload` asks for.

    Raises: a `BadRequestError` whose sentence says what to send instead.
    """
    if not isinstance(payload, dict):
        raise BadRequestError('Send a JSON object such as {"prompt": "which files did I open last?"}.')
    zone, locale, client = _zone(payload.get("timezone")), _text(payload, "locale", 35), _client(payload)
    if "action" in payload:
        return _action(payload, zone, locale)
    if "prompt" not in payload:
        raise BadRequestError('The payload has no "prompt". Send {"prompt": "…"} or {"action": "resume"}.')
    prompt = payload["prompt"]
    if not isinstance(prompt, str):
        raise BadRequestError('"prompt" must be a text.')
    if not prompt.strip():
        raise EmptyPromptError("The question is empty. Ask something about your Drive.")
    # JSON can spell half a surrogate pair, which no UTF-8 can, and the conversation is stored as UTF-8.
    prompt = prompt.encode("utf-8", "replace").decode("utf-8")
    if _is_resume(prompt):
        return Resume(zone=zone, locale=locale)
    if len(prompt) > MAX_PROMPT:
        raise PromptTooLongError(f"The question is too long ({len(prompt)} characters). Send at most {MAX_PROMPT}.")
    return Prompt(text=prompt.strip(), zone=zone, locale=locale, client=client)


def check_runtime_session(runtime_session: str | None) -> str:
    """Return the runtime session's id where it is of a safe form.

    Raises: `InvalidRuntimeSessionError`.
    """
    if not runtime_session or not _RUNTIME_SESSION.fullmatch(runtime_session):
        raise InvalidRuntimeSessionError(
            "Send the conversation's id in the header X-Amzn-Bedrock-AgentCore-Runtime-Session-Id: "
            "16 to 256 letters, digits, - or _ (33 or more when you call through AgentCore Runtime)."
        )
    return runtime_session


def _is_resume(prompt: str) -> bool:
    """Say whether a prompt spells the action: the AgentCore CLI sends whatever it is given as a prompt."""
    return _RESUME.fullmatch(prompt.strip()) is not None


def _action(payload: dict[str, Any], zone: ZoneInfo, locale: str) -> Turn | Action:
    match payload["action"]:
        case "resume":
            return Resume(zone=zone, locale=locale)
        case "connect":
            force = payload.get("force", False)
            if not isinstance(force, bool):
                raise BadRequestError('"force" must be true or false.')
            return Connect(state=_text(payload, "state", MAX_STATE), force=force, told=_scopes(payload))
        case "cancel":
            return Cancel()
        case "status":
            return Status()
        case "disconnect":
            return Disconnect()
        case "conversation":
            return Describe()
        case "forget":
            return Forget()
        case _:
            raise UnknownActionError(f'Unknown "action". Use one of: {", ".join(_ACTIONS)}.')


def _text(payload: dict[str, Any], key: str, longest: int) -> str:
    value = payload.get(key) or ""
    if not isinstance(value, str) or len(value) > longest or not value.isascii() or not value.isprintable():
        raise BadRequestError(f'"{key}" must be at most {longest} printable ASCII characters.')
    return value


def _client(payload: dict[str, Any]) -> str:
    client = payload.get("client") or ""
    if client and not (isinstance(client, str) and _CLIENT.fullmatch(client)):
        raise BadRequestError('"client" must be a name such as "terminal": 1 to 32 of a-z, 0-9 and -, a letter first.')
    return str(client)


def _scopes(payload: dict[str, Any]) -> tuple[str, ...] | None:
    scopes = payload.get("scopes")
    if scopes is None:
        return None
    if not isinstance(scopes, list) or len(scopes) > MAX_SCOPES or not all(isinstance(scope, str) for scope in scopes):
        raise BadRequestError(f'"scopes" must be a list of at most {MAX_SCOPES} Google scopes.')
    return tuple(scopes)


def _zone(name: Any) -> ZoneInfo:  # whatever the client sent
    if not name:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadRequestError('"timezone" must be an IANA name such as "Asia/Tokyo".') from None
