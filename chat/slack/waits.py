"""Questions that wait for consent, in the service's store. Each record has one writer, or is added and deleted."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callback.state.store import Records
from chat.events import AuthRequired
from chat.slack.conversations import Conversation, Place

__all__ = ["Lease", "Slot", "Wait", "Waits"]

_LIFE = timedelta(days=7)
_LEASE_LIFE = timedelta(minutes=10)
_MOST_OF_ONE_PERSON = 20


@dataclass(frozen=True)
class Wait:
    """A question that waits for consent. `notice` is the thread that has the link, `notice_ts` the message."""

    conversation: Conversation
    question: str = field(repr=False)
    shown: Place
    is_from_channel: bool
    asked: AuthRequired
    notice: Place
    notice_ts: str


@dataclass(frozen=True)
class Lease:
    """Until then a process asks for the answer to the question of that notice."""

    notice_ts: str
    until: datetime


@dataclass(frozen=True)
class Slot:
    """One of a person's conversations that wait, for a consent that belongs to none of them."""

    runtime_session: str


class Waits:
    """All of them, by runtime session: one question waits in a conversation."""

    def __init__(self, waits: Records[Wait], leases: Records[Lease], slots: Records[Slot]) -> None:
        self._waits, self._leases, self._slots = waits, leases, slots

    async def get(self, runtime_session: str) -> Wait | None:
        """The question of this conversation that waits."""
        return await self._waits.get(runtime_session)

    async def keep(self, wait: Wait) -> None:
        """Remember that a question waits."""
        name, key = wait.conversation.runtime_session, wait.conversation.member.key
        await self._waits.put(name, wait, _LIFE)
        await self._forget(key, name)
        for number in range(_MOST_OF_ONE_PERSON):
            if await self._slots.add(f"{key} {number}", Slot(name), _LIFE):
                return
        # It is answered all the same when its own link was used; the oldest ones are seldom waited for.
        await self._slots.put(f"{key} 0", Slot(name), _LIFE)

    async def take(self, runtime_session: str) -> Wait | None:
        """The question that waits, for exactly one caller over all processes: who has it answers it."""
        wait = await self._waits.take(runtime_session)
        if wait is not None:
            await self._forget(wait.conversation.member.key, runtime_session)
            newer = await self._waits.get(runtime_session)
            if newer is not None:  # asked in another process meanwhile: its slot may be the one that went
                await self.keep(newer)
        return wait

    async def of(self, person_key: str) -> tuple[str, ...]:
        """The conversations of a person in which a question may wait."""
        return tuple(dict.fromkeys(slot.runtime_session for _, slot in await self._found(person_key)))

    async def lease(self, wait: Wait, until: datetime) -> None:
        """Say until when this process asks for the answer. The question itself is left as it is."""
        await self._leases.put(wait.conversation.runtime_session, Lease(wait.notice_ts, until), _LEASE_LIFE)

    async def leased_until(self, wait: Wait) -> datetime | None:
        """Until when some process asks for the answer; None where none does."""
        lease = await self._leases.get(wait.conversation.runtime_session)
        return lease.until if lease is not None and lease.notice_ts == wait.notice_ts else None

    async def _found(self, person_key: str) -> list[tuple[str, Slot]]:
        names = [f"{person_key} {number}" for number in range(_MOST_OF_ONE_PERSON)]
        slots = await asyncio.gather(*map(self._slots.get, names))
        return [(name, slot) for name, slot in zip(names, slots, strict=True) if slot is not None]

    async def _forget(self, person_key: str, runtime_session: str) -> None:
        for name, slot in await self._found(person_key):
            if slot.runtime_session == runtime_session:
                await self._slots.delete(name)
