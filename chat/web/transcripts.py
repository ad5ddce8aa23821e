"""Conversations and their turns in the callback service's encrypted store.

An index for each person, a head for each conversation, and a record for each turn, so that none outgrows an item of
DynamoDB. Every record is named by the person's key and the conversation's id together: knowing an id gives nothing.
The store has no transactions: a turn is written before the head that counts it, and of two processes that write one
person's index at the same moment one may lose an entry, which the conversation's next turn puts back.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from callback.door import Door
from callback.errors import CallbackError
from chat.web.records import Beat, Claim, Head, Index, State, Summary, Turn, open_among

__all__ = ["MAX_CONVERSATIONS", "PAGE_TURNS", "Transcripts"]

T = TypeVar("T")

LIFE = timedelta(days=90)
MAX_CONVERSATIONS = 200
MAX_TURNS = 1000
PAGE_TURNS = 30
_BEAT_LIFE = timedelta(minutes=10)
# Longer than what is done meanwhile takes in a store that answers in its last try.
_CLAIM_LIFE = timedelta(seconds=20)


class Transcripts:
    """Everybody's. `now` is the service's clock."""

    def __init__(self, door: Door) -> None:
        self._now: Callable[[], datetime] = door.now
        self._indexes = door.records("chat-indexes", Index)
        self._heads = door.records("chat-heads", Head)
        self._turns = door.records("chat-turns", Turn)
        self._beats = door.records("chat-beats", Beat)
        self._claims = door.records("chat-claims", Claim)

    async def summaries(self, person: str) -> tuple[Summary, ...]:
        """A person's conversations, the newest first. One whose process is gone reads as idle."""
        index = await self._index(person)
        running = [one for one in index.conversations if one.state == "running"]
        beats = await asyncio.gather(*(self.beat(person, one.id) for one in running))
        dead = {one.id for one, beat in zip(running, beats, strict=True) if beat is None}
        return tuple(replace(one, state="idle") if one.id in dead else one for one in index.conversations)

    @asynccontextmanager
    async def claimed(self, person: str, conversation: str, run: str) -> AsyncGenerator[bool]:
        """Whether this run, and none of another process, may look now whether it may begin, and then begin."""
        place = _place(person, conversation)
        is_ours = await self._claims.add(place, Claim(run), _CLAIM_LIFE)
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(CallbackError):  # it runs out
                    if await self._claims.get(place) == Claim(run):  # it has not, while the store was slow
                        await self._claims.delete(place)

    async def head(self, person: str, conversation: str) -> Head | None:
        """A conversation, or None."""
        return await self._heads.get(_place(person, conversation))

    async def last_turn(self, person: str, head: Head) -> Turn | None:
        """The newest turn. One whose process is gone reads as cut off."""
        turns, _ = await self.page(person, head, head.turns, 1)
        return turns[-1] if turns else None

    async def open_turns(self, person: str, head: Head) -> list[Turn]:
        """The turns that can be gone on with, the newest first: none behind them has come to anything."""
        last = await self.last_turn(person, head)
        if last is None or last.outcome == "answered":
            return []
        return open_among((await self.page(person, head))[0])

    async def page(
        self, person: str, head: Head, before: int | None = None, length: int = PAGE_TURNS
    ) -> tuple[list[Turn], bool]:
        """The turns before number `before`, the oldest first, and whether there are earlier ones."""
        end = min(head.turns, head.turns if before is None else before)
        start = max(head.first, end - length)
        numbers = range(start, end)
        found = await asyncio.gather(*(self._turns.get(_place(person, head.id, n)) for n in numbers))
        turns = [turn for turn in found if turn is not None]
        if any(turn.outcome == "running" for turn in turns):
            beat = await self.beat(person, head.id)
            alive = beat.run if beat else ""
            turns = [
                replace(turn, outcome="cut_off") if turn.outcome == "running" and turn.run != alive else turn
                for turn in turns
            ]
        return turns, start > head.first

    async def begin(self, person: str, head: Head, turn: Turn, state: State = "running") -> None:
        """Keep a turn that is about to run; from now on nothing of it is lost. `head` may be a new conversation's.

        `state`: `waiting` for a turn that goes on waiting for consent.
        """
        try:
            await _all(
                self._turns.put(_place(person, head.id, turn.n), turn, LIFE),
                self.keep_alive(person, head.id, turn.run, is_waiting=state == "waiting"),
            )
            first = await self._count(person, head, turn, state)
        except BaseException:
            # Else nobody could ask here until it is clear that no process is at it.
            with suppress(CallbackError):
                await self.let_go(person, head.id, turn.run)
            raise
        await self._delete_turns(person, head.id, range(head.first, first))

    async def _count(self, person: str, head: Head, turn: Turn, state: State) -> int:
        """Have the conversation and the list count a turn. Returns the first turn that is kept."""
        turns = max(head.turns, turn.n + 1)
        first = max(head.first, turns - MAX_TURNS)
        place = _place(person, head.id)
        async with self._heads.lock(place):
            now = await self._heads.get(place) or head  # it may have got another title since it was read
            updated = max(head.updated, turn.asked)
            current = replace(head, title=now.title, updated=updated, state=state, first=first, turns=turns)
            await _all(self._put_head(person, current), self._enter(person, current))
        return first

    async def keep(self, person: str, conversation: str, turn: Turn) -> None:
        """Keep what a turn has come to."""
        await self._turns.put(_place(person, conversation, turn.n), turn, LIFE)

    async def settle(self, person: str, conversation: str, turn: Turn, *, is_waiting: bool = False) -> None:
        """Keep a turn that has ended, unless the conversation was deleted. `is_waiting`: one before it still waits."""
        place = _place(person, conversation)
        async with self._heads.lock(place):
            head = await self._heads.get(place)
            if head is not None:
                if turn.outcome == "waiting":
                    current = replace(head, state="waiting")
                else:
                    current = replace(head, state="waiting" if is_waiting else "idle", updated=self._now())
                await _all(
                    self.keep(person, conversation, turn), self._put_head(person, current), self._enter(person, current)
                )
        await self.let_go(person, conversation, turn.run)

    async def mark(self, person: str, conversation: str, state: State) -> None:
        """Note in the list that a conversation has come from waiting to running."""
        place = _place(person, conversation)
        async with self._heads.lock(place):
            head = await self._heads.get(place)
            if head is not None:
                current = replace(head, state=state)
                await _all(self._put_head(person, current), self._enter(person, current))

    async def rename(self, person: str, conversation: str, title: str) -> Head | None:
        """Give a conversation another title; None where there is none."""
        place = _place(person, conversation)
        async with self._heads.lock(place):
            head = await self._heads.get(place)
            if head is None:
                return None
            renamed = replace(head, title=title)
            await self._put_head(person, renamed)
        await self._change_index(person, lambda index: index.renamed(conversation, title))
        return renamed

    async def delete(self, person: str, conversation: str) -> None:
        """Forget a conversation, the list's entry last: what fails in between can be done again."""
        await self._delete_all(person, [conversation])
        await self._change_index(person, lambda index: index.without(conversation))

    async def tidy(self, person: str, conversation: str) -> None:
        """Forget what is left of a conversation that is no more: deleted by half, or older than the list's entry."""
        index = await self._index(person)
        if any(one.id == conversation for one in index.conversations):
            await self.delete(person, conversation)

    async def beat(self, person: str, conversation: str) -> Beat | None:
        """Which run works on a conversation; None where no process says so any more."""
        beat = await self._beats.get(_place(person, conversation))
        return beat if beat is not None and beat.is_alive(self._now()) else None

    async def is_held_by(self, person: str, conversation: str, run: str) -> bool:
        """Whether the last run that began to work on a conversation is this one, and nobody has let go of it since."""
        beat = await self._beats.get(_place(person, conversation))
        return beat is not None and beat.run == run

    async def keep_alive(self, person: str, conversation: str, run: str, *, is_waiting: bool = False) -> None:
        """Say that a run is at work."""
        beat = Beat(run, self._now(), is_waiting)
        await self._beats.put(_place(person, conversation), beat, _BEAT_LIFE)

    async def let_go(self, person: str, conversation: str, run: str) -> None:
        """Say that it is no more, unless another one has taken its place."""
        if await self.is_held_by(person, conversation, run):
            await self._beats.delete(_place(person, conversation))

    async def _enter(self, person: str, head: Head) -> None:
        """Put a conversation at the head of the list, and forget what the list has no room for."""
        forgotten: list[str] = []

        def enter(index: Index) -> Index:
            entered = index.with_(Summary(head.id, head.title, head.updated, head.state))
            forgotten.extend(one.id for one in entered.conversations[MAX_CONVERSATIONS:])
            return entered.without(*forgotten)

        await self._change_index(person, enter)
        await self._delete_all(person, forgotten)

    async def _change_index(self, person: str, change: Callable[[Index], Index]) -> None:
        async with self._indexes.lock(person):
            await self._indexes.put(person, change(await self._index(person)), LIFE)

    async def _index(self, person: str) -> Index:
        """Without what has run out."""
        index = await self._indexes.get(person) or Index()
        oldest = self._now() - LIFE
        return Index(tuple(one for one in index.conversations if one.updated > oldest))

    async def _put_head(self, person: str, head: Head) -> None:
        await self._heads.put(_place(person, head.id), head, LIFE)

    async def _delete_all(self, person: str, conversations: Iterable[str]) -> None:
        for conversation in conversations:
            place = _place(person, conversation)
            # The beat first: who is at work on it, in whichever process, then writes nothing of it back.
            await self._beats.delete(place)
            head = await self._heads.get(place)
            if head is None:
                await self._delete_strays(person, conversation)
            else:
                await self._delete_turns(person, conversation, range(head.first, head.turns))
            await self._heads.delete(place)

    async def _delete_strays(self, person: str, conversation: str) -> None:
        """Forget turns that no head counts."""
        for start in range(0, MAX_TURNS, PAGE_TURNS):
            if not any(await self._delete_turns(person, conversation, range(start, start + PAGE_TURNS))):
                return

    async def _delete_turns(self, person: str, conversation: str, numbers: range) -> list[bool]:
        """Which of them there were."""
        found: list[bool] = []
        # Not all at once: others want something of the store, too.
        for start in range(0, len(numbers), PAGE_TURNS):
            page = numbers[start : start + PAGE_TURNS]
            found += await _all(*(self._turns.delete(_place(person, conversation, n)) for n in page))
        return found


async def _all(*writes: Awaitable[T]) -> list[T]:
    """Wait for all of them, also where one fails: nothing goes on unseen. Raises: what the first that failed raises."""
    done = await asyncio.gather(*writes, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return [each for each in done if not isinstance(each, BaseException)]


def _place(person: str, conversation: str, n: int | None = None) -> str:
    """A person's key is 64 hex digits and an id has no slash, so no two places are alike."""
    return f"{person}/{conversation}" if n is None else f"{person}/{conversation}/{n}"
