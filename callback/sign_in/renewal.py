"""Keep the proof of who somebody is alive, so that it outlives what is started with it.

A flow keeps the proof that it was started with (`callback.records.Flow`), byte for byte: what is renewed here is the
proof of the browser session, for the flows to come.
"""

from datetime import datetime, timedelta

from callback.binding import FLOW_LIFE
from callback.errors import SignInAgainError, SignInServiceError
from callback.records import MIN_TOKEN_LIFE, BrowserSession, Person
from callback.settings import Settings
from callback.sign_in.oidc import Oidc
from callback.sign_in.people import renewed, still_signed_in
from callback.state.sessions import Sessions
from callback.web.browser import Browser

__all__ = ["FLOW_PROOF_LIFE", "has_hope", "renew"]

# A proof that starts a flow must complete it, too: the flow's ten minutes, and one that the Runtime takes off.
FLOW_PROOF_LIFE = FLOW_LIFE + timedelta(minutes=1)
# Renewed a little before it must be, so that a provider that is away for a moment costs nobody anything.
_AHEAD = timedelta(minutes=1)


def has_hope(browser_session: BrowserSession, person: Person, life: timedelta, now: datetime) -> bool:
    """Whether `renew` is worth trying; if not, the way on is to sign in again.

    Somebody who has just signed in counts, whatever the token says: a provider with very short-lived tokens, or a clock
    that is wrong, must end on a page and not in a circle of redirects.
    """
    is_fresh = now - browser_session.created < MIN_TOKEN_LIFE
    return is_fresh or person.source != "oidc" or bool(person.refresh_token) or person.can_act_for(life, now)


async def renew(
    settings: Settings,
    sessions: Sessions,
    oidc: Oidc | None,
    browser: Browser,
    life: timedelta,
    now: datetime,
    *,
    is_visit: bool = True,
) -> Person:
    """Return the signed-in person with a proof that lives at least `life`, refreshed where that is possible.

    Without `is_visit` a refresh does not keep the session alive: nobody need be there.

    Where the provider's tokens are shorter than that, a new one is as good as it gets. Raises: `SignInAgainError`;
    `SignInServiceError` when the provider cannot be asked and the proof at hand does not last.
    """
    person, browser_session = still_signed_in(settings, browser.person), browser.browser_session
    if person is None or browser_session is None or browser.handle is None:
        raise SignInAgainError
    if not has_hope(browser_session, person, life, now):
        raise SignInAgainError
    if person.source != "oidc":
        person = renewed(settings, person)
    elif person.refresh_token and oidc is not None:
        person = await _refreshed(sessions, oidc, browser.handle, life, now, is_visit=is_visit)
    if person is None or not person.can_act(now):
        raise SignInAgainError
    return person


async def _refreshed(
    sessions: Sessions, oidc: Oidc, handle: str, life: timedelta, now: datetime, *, is_visit: bool
) -> Person | None:
    """The person of a session after a refresh, which happens under the session's lock: two tabs do not both ask."""
    tried: list[Person] = []
    refreshed: list[Person] = []

    async def refresh(current: Person) -> Person:
        if current.can_act_for(life + _AHEAD, now):
            return current
        tried.append(current)
        try:
            refreshed.append(await oidc.refresh(current))
        except SignInServiceError:
            if current.can_act_for(life, now):
                return current
            raise
        return refreshed[-1]

    try:
        person = await sessions.change_person(handle, now, refresh, is_visit=is_visit)
    except SignInAgainError:
        # Another process may have been faster with the same refresh token; then its result counts.
        found = await (sessions.find if is_visit else sessions.peek)(handle, now)
        if found is None or found.person is None or found.person in tried:
            raise
        return found.person
    if person is None and refreshed:
        # Somebody has signed out meanwhile. What they had revoked was the refresh token before this one.
        await oidc.revoke(refreshed[-1])
    return person
