"""Read the agent's answers (docs/wire.md), field by field. Pure.

The agent is ours, but what it passes on is not: names and addresses are Google's, and a container that was taken over
says what it likes. So a field is what the contract says, within bounds, or the answer is none (`RuntimeFailedError`).
Whatever comes out of here can be encoded as UTF-8 and shown on a page: one line, nothing invisible.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from callback.binding import is_session_uri
from callback.records import ConnectedAccount
from callback.service_errors import AgentRefusedError, NoIdentityError, NotOwnerError, RuntimeFailedError
from callback.texts import is_unseen, one_line

__all__ = [
    "AuthorizationNeeded",
    "Connected",
    "Connection",
    "Conversation",
    "MoreNeeded",
    "read_answer",
    "read_connect",
    "read_connections",
    "read_conversation",
    "read_moment",
]

MAX_TEXT_CHARS = 200
MAX_SENTENCE_CHARS = 300
MAX_ITEMS = 20
# RFC 5321, 4.5.3.1.3: a path of 256, less its brackets.
MAX_EMAIL_CHARS = 254
MAX_URL_CHARS = 4096
# Moments outside of these are mistakes; near the ends of the calendar, no other time zone could show them.
FIRST_YEAR, LAST_YEAR = 2000, 2100

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
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

    `is_begun` is False where nobody has asked anything there; `started` is None where the agent does not know.
    `scopes` are what connecting now would ask for.
    """

    is_begun: bool
    client: str
    started: datetime | None
    scopes: tuple[str, ...]


def read_answer(content: bytes) -> Mapping[str, Any]:
    """The JSON object of an answer. Raises: `AgentRefusedError` for a refusal, `RuntimeFailedError` for no object."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:  # ValueError: no JSON, no UTF-8, or a number of 5,000 digits
        raise RuntimeFailedError from error
    answer = _object(answer)
    if "error" in answer:
        # A refusal is HTTP 200 with an error object: the Runtime hides a container's own 4xx behind a 424.
        code, sentence = _exact(answer.get("code")) or "refused", _line(answer["error"], MAX_SENTENCE_CHARS)
        if _CODE.fullmatch(code) is None:
            raise RuntimeFailedError
        raise _BY_CODE.get(code, AgentRefusedError)(code, sentence)
    return answer


def read_conversation(answer: Mapping[str, Any]) -> Conversation:
    """The answer to `conversation`."""
    known, scopes = answer.get("conversation"), _scopes(answer)
    if known is None:
        return Conversation(is_begun=False, client="", started=None, scopes=scopes)
    known = _object(known)
    return Conversation(
        is_begun=True, client=_exact(known.get("client")), started=read_moment(known.get("started")), scopes=scopes
    )


def read_connect(answer: Mapping[str, Any]) -> AuthorizationNeeded | Connected | MoreNeeded:
    """The answer to `connect`. Where a browser may be sent is checked by who sends it (`callback.addresses`)."""
    status, scopes = answer.get("status"), _scopes(answer)
    if status == "connected":
        return Connected(_account(answer.get("account"), scopes))
    if status == "confirm":
        return MoreNeeded(scopes)
    auth_url = _exact(answer.get("auth_url"), MAX_URL_CHARS)
    session_uri = _exact(answer.get("session_uri"), MAX_URL_CHARS)
    if status != "auth_required" or not auth_url or not is_session_uri(session_uri):
        raise RuntimeFailedError
    return AuthorizationNeeded(auth_url, session_uri, scopes)


def read_connections(answer: Mapping[str, Any]) -> tuple[Connection, ...]:
    """The answer to `status`."""
    if answer.get("connections") is None:
        raise RuntimeFailedError
    return tuple(_connection(_object(item)) for item in _items(answer["connections"]))


def read_moment(value: object) -> datetime | None:
    """ISO 8601 with an offset, as UTC; None for anything else, and outside the years 2000 to 2100."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _connection(item: Mapping[str, Any]) -> Connection:
    return Connection(
        provider=_exact(item.get("provider")),
        is_connected=_flag(item.get("connected")),
        account=_account(item.get("account"), _scopes(item)),
        is_insufficient=_flag(item.get("insufficient")),
        last_used=read_moment(item.get("last_used")),
    )


def _account(value: object, scopes: tuple[str, ...]) -> ConnectedAccount:
    found = _object({} if value is None else value)
    # The address decides which accounts may be connected (`callback.accounts`): it is taken as it is, or not at all.
    return ConnectedAccount(
        email=_exact(found.get("email"), MAX_EMAIL_CHARS), name=_line(found.get("name")), scopes=scopes
    )


def _scopes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_exact(scope) for scope in _items(answer.get("scopes")))


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RuntimeFailedError
    return value


def _items(value: object) -> list[object]:
    """A list, which may be missing."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise RuntimeFailedError
    return value


def _flag(value: object) -> bool:
    """True or false, which may be missing."""
    if value is not None and not isinstance(value, bool):
        raise RuntimeFailedError
    return value is True


def _exact(value: object, longest: int = MAX_TEXT_CHARS) -> str:
    """A text that means something to a program: as it is, or not at all. It may be missing."""
    text = _text(value)
    if len(text) > longest or any(map(is_unseen, text)):
        raise RuntimeFailedError
    return text


def _line(value: object, longest: int = MAX_TEXT_CHARS) -> str:
    """A text for people, as one line and not too long, without what nobody sees. It may be missing."""
    return one_line(_text(value), longest)


def _text(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise RuntimeFailedError
    return value or ""
