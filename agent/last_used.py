"""When each person's Drive was last looked at, to a few minutes, for the page that shows their connections.

A turn never waits for it: a tool's thread notes the moment in memory, and it is written down, now and then, once the
turn is over. What cannot be written costs a line in the log.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing them for real would load Strands before the first /ping
    from collections.abc import Callable

    from agent.store import ConversationStore

EVERY = timedelta(minutes=5)
_MANY = 1000

# Whose turn this is, by `Caller.key`; set for each request and inherited by the threads of tools. Empty outside turns:
# who opens the page that shows it has not used their Drive.
current_person: ContextVar[str] = ContextVar("current_person", default="")

logger = logging.getLogger(__name__)


class LastUsed:
    """One process's memory of who looked when, in front of the store. `now` is timezone-aware."""

    def __init__(self, store: ConversationStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._seen: dict[str, datetime] = {}
        self._kept: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self) -> None:
        """Note that a Drive call of this turn has worked. Safe in any thread."""
        if person := current_person.get():
            self._seen[person] = self._now()

    def keep_soon(self, person: str) -> None:
        """Write down what was noted, in a task of its own, unless it was done lately. Call it when the turn is over."""
        moment, kept = self._seen.get(person), self._kept.get(person)
        if moment is None or (kept is not None and timedelta(0) <= moment - kept < EVERY):
            return
        if len(self._kept) >= _MANY:
            self._forget(moment)
        self._kept[person] = moment  # first, so that another turn does not write as well
        task = asyncio.create_task(self._keep(person, moment))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read(self, person: str) -> datetime | None:
        """Return when it was; None where that is not known, or cannot be read now."""
        try:
            kept = await self._store.last_used(person)
        except Exception as error:  # noqa: BLE001 - whatever a storage raises
            logger.warning("error=%s | last use cannot be read", type(error).__name__)
            kept = None
        return max(filter(None, (kept, self._seen.get(person))), default=None)

    async def _keep(self, person: str, moment: datetime) -> None:
        try:
            await self._store.keep_last_used(person, moment)
        except Exception as error:  # noqa: BLE001 - whatever a storage raises
            logger.warning("error=%s | last use was not kept", type(error).__name__)

    def _forget(self, now: datetime) -> None:
        """Let go of the people who have been away for a while; the store knows them."""
        for person in [person for person, moment in self._kept.items() if now - moment >= EVERY]:
            del self._kept[person]
            self._seen.pop(person, None)


__all__ = ["EVERY", "LastUsed", "current_person"]
