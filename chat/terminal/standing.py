"""What is connected, as the agent's `status` tells it. Pure.

In: the JSON of docs/wire.md, which may be anything.
Out: whose account, for what, when last used; what is unknown is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chat.plain import plain_line

__all__ = ["Standing", "read_standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Before anybody was asked, it is not known. `last_used` is ISO 8601; `trouble` is a sentence of the agent's."""

    is_known: bool = False
    is_connected: bool = False
    is_insufficient: bool = False
    account: str = ""
    scopes: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    last_used: str = ""
    trouble: str = ""


# Any: JSON that somebody else wrote, looked at member by member.
def read_standing(answer: Mapping[str, Any]) -> Standing:
    """Read the first connection; there is one provider."""
    if "error" in answer:
        return Standing(trouble=plain_line(str(answer["error"])))
    connections = answer.get("connections")
    found = [item for item in connections if isinstance(item, dict)] if isinstance(connections, list) else []
    if not found:
        return Standing(is_known=True)
    # The one that is connected, if any is.
    first = next((item for item in found if item.get("connected")), found[0])
    account = first.get("account")
    email = account.get("email") if isinstance(account, dict) else None
    return Standing(
        is_known=True,
        is_connected=first.get("connected") is True,
        is_insufficient=first.get("insufficient") is True,
        account=plain_line(email) if isinstance(email, str) else "",
        scopes=_texts(first.get("scopes")),
        missing_scopes=_texts(first.get("missing_scopes")),
        last_used=_text(first.get("last_used")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return plain_line(value) if isinstance(value, str) else ""
