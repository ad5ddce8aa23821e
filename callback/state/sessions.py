"""Browser sessions and sign-ins on their way, as encrypted records (`callback.state.store`).

A browser holds random 256-bit handles only. Read-modify-write of a session is serialised by a lock inside this
process. What must happen once, over several processes too, rests on `delete` telling exactly one caller that it
deleted something.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import anyio

from callback.binding import same
from callback.records import BrowserSession, PendingSignIn, Person, sha256
from callback.state.store import Records, Sealed

__all__ = ["ABSOLUTE_LIFE", "IDLE_LIFE", "Sessions", "new_handle"]

# OWASP session management: idle and absolute limits. A consent takes minutes; a working day is the most.
IDLE_LIFE = timedelta(minutes=30)
ABSOLUTE_LIFE = timedelta(hours=8)
# `seen` is written at most this often: a page view should not cost a write.
TOUCH_EVERY = timedelta(minutes=1)

SIGN_IN_LIFE = timedelta(minutes=10)
# Tabs in which one browser may be signing in. The oldest sign-in makes room for a newer one.
MAX_SIGN_INS = 5


def new_handle() -> str:
    """256 random bits in 43 characters that fit a cookie and a URL."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class _Ended:
    """A session that was ended. A request that was reading it meanwhile must not write it back."""

    at: datetime


class Sessions:
    """Browser sessions. Every method takes the handle from the cookie."""

    def __init__(self, store: Sealed) -> None:
        self._records = Records(store, "sessions", BrowserSession)
        self._ended = Records(store, "ended", _Ended)
        self._sign_ins = Records(store, "sign-ins", PendingSignIn)

    async def begin(
        self, now: datetime, person: Person | None = None, return_to: str = "/"
    ) -> tuple[str, BrowserSession]:
        """Make a new session, with a new handle and a new CSRF value."""
        handle = new_handle()
        browser_session = BrowserSession(created=now, seen=now, csrf=new_handle(), person=person, return_to=return_to)
        await self._records.put(handle, browser_session, IDLE_LIFE)
        return handle, browser_session

    async def peek(self, handle: str, now: datetime) -> BrowserSession | None:
        """The live session of a handle, or None, without keeping it alive: for what goes on after a page was left."""
        return await self._live(handle, now)

    async def find(self, handle: str, now: datetime) -> BrowserSession | None:
        """The live session of a handle, or None. Reading it keeps it alive up to its absolute end.

        It never waits for who is changing the session, which may take as long as an identity provider does: then it is
        kept alive by the next visit.
        """
        browser_session = await self._live(handle, now)
        if browser_session is None or now - browser_session.seen < TOUCH_EVERY:
            return browser_session
        lock, is_free = self._records.lock(handle), False
        with anyio.move_on_after(0):  # not `lock.locked()`: a lock may be free and promised to who waits already
            is_free = await lock.acquire()
        if not is_free:
            return browser_session
        try:
            current = await self._live(handle, now)
            return None if current is None else await self._write(handle, now, current)
        finally:
            lock.release()

    async def change(
        self, handle: str, now: datetime, change: Callable[[BrowserSession], BrowserSession]
    ) -> BrowserSession | None:
        """Replace the session by `change(session)`. Two tabs of one browser do not lose each other's changes."""
        async with self._records.lock(handle):
            browser_session = await self._live(handle, now)
            return None if browser_session is None else await self._write(handle, now, change(browser_session))

    async def change_person(
        self, handle: str, now: datetime, change: Callable[[Person], Awaitable[Person]], *, is_visit: bool = True
    ) -> Person | None:
        """Replace the signed-in person by what `change` comes back with; None where nobody is signed in.

        Others who want to change this session wait meanwhile, so `change` works on what the last one has left. Nothing
        is written when it raises, or returns the same person. When the session ends meanwhile, it stays ended. Only a
        visit keeps it alive.
        """
        async with self._records.lock(handle):
            browser_session = await self._live(handle, now)
            if browser_session is None or browser_session.person is None:
                return None
            person = await change(browser_session.person)
            if person is browser_session.person:
                return person
            seen = now if is_visit else browser_session.seen
            written = await self._write(handle, seen, replace(browser_session, person=person))
            return written.person if written else None

    async def rotate(self, old_handle: str | None, now: datetime, person: Person) -> tuple[str, BrowserSession]:
        """Sign a person in: a new handle, so that a handle planted before the sign-in is worth nothing after it."""
        if old_handle is not None:
            await self.end(old_handle, now)
        return await self.begin(now, person)

    async def end(self, handle: str, now: datetime) -> Person | None:
        """Sign out; who was signed in at that moment. Not under the lock: a refresh must not hold up a sign-out."""
        await self._ended.put(handle, _Ended(now), IDLE_LIFE)
        found = await self._records.take(handle)
        return found.person if found else None

    async def open_sign_in(self, handle: str, now: datetime, state: str, pending: PendingSignIn) -> None:
        """Keep a sign-in until its answer comes: ten minutes, for this browser, and a few at a time."""
        crowded_out: list[str] = []

        def add(current: BrowserSession) -> BrowserSession:
            states = (*current.sign_ins, state)
            crowded_out.extend(states[:-MAX_SIGN_INS])
            return replace(current, sign_ins=states[-MAX_SIGN_INS:])

        if await self.change(handle, now, add) is None:
            return
        for old in crowded_out:
            await self._sign_ins.delete(old)
        await self._sign_ins.put(state, pending, SIGN_IN_LIFE)

    async def take_sign_in(self, handle: str, now: datetime, state: str) -> PendingSignIn | None:
        """Use up the sign-in that this browser began with this `state`. It goes to one caller, once."""
        pending = await self._sign_ins.get(state)
        if pending is None or not same(pending.browser_sha256, sha256(handle)):
            return None
        is_open = pending.created <= now < pending.created + SIGN_IN_LIFE
        return pending if await self._sign_ins.delete(state) and is_open else None

    async def _live(self, handle: str, now: datetime) -> BrowserSession | None:
        found = await self._records.get(handle)
        is_live = found and now - found.seen < IDLE_LIFE and now - found.created < ABSOLUTE_LIFE
        return found if is_live else None

    async def _write(self, handle: str, seen: datetime, changed: BrowserSession) -> BrowserSession | None:
        """Write a session back, unless it was ended since it was read, in whichever process."""
        changed = replace(changed, seen=seen)
        await self._records.put(handle, changed, IDLE_LIFE)
        # After writing, not before: of two who overlap, one then sees the other.
        if await self._ended.get(handle) is None:
            return changed
        await self._records.delete(handle)
        return None
