"""Which run works on which conversation in this process: one at a time, and a few for each person."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

from chat.web.errors import BusyError
from chat.web.runs import Run

__all__ = ["Claims", "Place"]

# A person's key and a conversation's id, together always.
Place: TypeAlias = tuple[str, str]


class Claims:
    """A conversation is free, claimed by what prepares or deletes something, or held by a run. On one event loop."""

    def __init__(self) -> None:
        self._held: dict[Place, Run | None] = {}  # None: claimed. The runs stand in the order in which they began.
        self._to_stop: set[Place] = set()

    @asynccontextmanager
    async def claimed(self, place: Place) -> AsyncGenerator[Run | None]:
        """Claim a conversation, and yield the run that has held it; it gets it back, unless it or its time is over.

        Where somebody wanted to stop what was claimed, the run that holds it afterwards is stopped. Raises: `BusyError`
        where it is claimed already.
        """
        if self.is_claimed(place):
            raise BusyError
        before = self._held.get(place)
        self._held[place] = None
        try:
            yield before
        finally:
            after = self._held.get(place) or (before if before is not None and not before.is_over else None)
            if after is not None:
                self._held[place] = after
            else:
                self._held.pop(place, None)
            if place in self._to_stop:
                self._to_stop.discard(place)
                if after is not None:
                    await after.stop()

    def hand_over(self, place: Place, run: Run) -> None:
        """Let a run hold what is claimed."""
        del self._held[place]
        self._held[place] = run

    def let_go(self, place: Place, run: Run) -> None:
        """A run has ended. What is claimed meanwhile, or held by another one, stays so."""
        if self._held.get(place) is run:
            del self._held[place]

    def is_claimed(self, place: Place) -> bool:
        """Whether something is about to begin, or to be deleted."""
        return place in self._held and self._held[place] is None

    def stop_later(self, place: Place) -> None:
        """Have what is about to begin stopped as soon as it has."""
        self._to_stop.add(place)

    def run(self, place: Place) -> Run | None:
        """The run that holds a conversation."""
        return self._held.get(place)

    def runs(self) -> list[Run]:
        """All of them."""
        return [run for run in self._held.values() if run is not None]

    def at_work(self, person: str) -> int:
        """How much of a person's is at work, or about to be. Who only waits for consent costs next to nothing."""
        mine = [run for (whose, _), run in self._held.items() if whose == person]
        return sum(run is None or not run.is_waiting for run in mine)

    def waiting(self, person: str) -> list[Run]:
        """A person's runs that wait for consent, the one that began first before the others."""
        return [run for run in self.runs() if run.person == person and run.is_waiting]
