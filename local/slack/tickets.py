"""Things that live shortly: trigger ids, addresses to answer an interaction to, tickets for a socket. State.

https://docs.slack.dev/interactivity/handling-user-interaction: a trigger is used once, within 3 seconds; a response
address five times, within 30 minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.ledger import Ledger
from local.slack.clock import Clock
from local.slack.errors import SlackError

__all__ = ["ResponsePlace", "Tickets"]

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_LIFE = timedelta(minutes=30)
SOCKET_LIFE = timedelta(seconds=30)
RESPONSE_USES = 5


@dataclass(slots=True)
class _Trigger:
    user: str
    ends: datetime
    used: bool = False


@dataclass(slots=True)
class ResponsePlace:
    """Where an answer to an interaction goes: the message that was clicked, as this person saw it."""

    user: str
    channel: str
    ts: str
    ends: datetime
    uses_left: int = RESPONSE_USES


class Tickets:
    """Everything that was given out."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._triggers: dict[str, _Trigger] = {}
        self._places: dict[str, ResponsePlace] = {}
        self._sockets: dict[str, datetime] = {}

    def clear(self) -> None:
        """Nothing of it counts any more."""
        self._triggers.clear()
        self._places.clear()
        self._sockets.clear()

    def trigger(self, user: str) -> str:
        """A new trigger id of this person's click."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = _Trigger(user, self._clock() + TRIGGER_LIFE)
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Whose click it was; once. Raises: `SlackError`."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.ends:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def place(self, user: str, channel: str, ts: str) -> str:
        """The secret part of a new address to answer to."""
        name = secrets.token_urlsafe(18)
        self._ledger.note("response address", name)
        self._places[name] = ResponsePlace(user, channel, ts, self._clock() + RESPONSE_LIFE)
        return name

    def use_place(self, name: str) -> ResponsePlace:
        """What the address belongs to. Raises: `SlackError`."""
        place = self._places.get(name)
        if place is None or self._clock() > place.ends:
            raise SlackError("expired_url")
        if place.uses_left == 0:
            raise SlackError("used_url")
        place.uses_left -= 1
        return place

    def socket(self) -> str:
        """A ticket for one connection of Socket Mode."""
        ticket = secrets.token_urlsafe(24)
        self._ledger.note("socket ticket", ticket)
        self._sockets[ticket] = self._clock() + SOCKET_LIFE
        return ticket

    def take_socket(self, ticket: str) -> bool:
        """Whether the ticket is good; it is not any more after this."""
        ends = self._sockets.pop(ticket, None)
        return ends is not None and self._clock() <= ends
