"""Sign-in state: browser sessions, authorization codes, what a refresh token was granted. State without I/O."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.aws.clock import Clock
from local.aws.cognito.pools import Grant
from local.ledger import Ledger

CODE_LIFETIME = timedelta(minutes=5)
SESSION_LIFETIME = timedelta(hours=1)  # of Cognito's session cookie


@dataclass(frozen=True)
class BrowserSession:
    """A person who signed in with this browser."""

    pool_id: str
    username: str
    auth_time: datetime


@dataclass(frozen=True)
class Code:
    """What an authorization code stands for; `challenge` is the S256 code challenge, if there was one."""

    grant: Grant
    redirect_uri: str
    challenge: str | None
    expires: datetime


class SignIns:
    """Everything the pages remember."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._sessions: dict[str, BrowserSession] = {}
        self._codes: dict[str, Code] = {}
        self._refresh_grants: dict[str, Grant] = {}
        self._rotated_out: dict[str, datetime] = {}

    def begin(self, pool_id: str, username: str) -> tuple[str, BrowserSession]:
        """A new browser session: cookie value and session."""
        cookie = secrets.token_urlsafe(32)
        self._sessions[cookie] = BrowserSession(pool_id, username, self._clock())
        return cookie, self._sessions[cookie]

    def current(self, cookie: str | None, pool_id: str) -> BrowserSession | None:
        """The session of a cookie, for this pool, within its hour."""
        session = self._sessions.get(cookie or "")
        if session is None or session.pool_id != pool_id:
            return None
        return session if session.auth_time + SESSION_LIFETIME > self._clock() else None

    def end(self, cookie: str | None) -> None:
        """Sign this browser out."""
        self._sessions.pop(cookie or "", None)

    def new_code(self, grant: Grant, redirect_uri: str, challenge: str | None) -> str:
        """A one-time authorization code."""
        code = secrets.token_urlsafe(32)
        self._ledger.note("Cognito authorization code", code)
        self._codes[code] = Code(grant, redirect_uri, challenge, self._clock() + CODE_LIFETIME)
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> Grant | None:
        """The grant of a code, once, for the client, redirect URI and verifier that belong to it."""
        self._ledger.note("PKCE verifier for Cognito", verifier)
        known = self._codes.pop(code, None)
        if known is None or known.expires <= self._clock():
            return None
        if known.grant.client_id != client_id or known.redirect_uri != redirect_uri:
            return None
        return known.grant if _verifier_fits(known.challenge, verifier) else None

    def remember_refresh(self, refresh_token: str, grant: Grant) -> None:
        """Keep what a refresh token may be turned into."""
        self._refresh_grants[refresh_token] = grant

    def refresh_grant(self, refresh_token: str) -> Grant | None:
        """What a refresh token was given for; None for one that did not come from the pages."""
        return self._refresh_grants.get(refresh_token)

    def rotate_out(self, refresh_token: str, retry_s: int) -> None:
        """Let a refresh token that was used count for so long yet; being used again does not make it longer."""
        self._rotated_out.setdefault(refresh_token, self._clock() + timedelta(seconds=retry_s))

    def is_rotated_out(self, refresh_token: str) -> bool:
        """Whether another one has taken its place, and the time to try again is over."""
        return refresh_token in self._rotated_out and self._rotated_out[refresh_token] <= self._clock()

    def clear(self) -> None:
        """Forget everything."""
        self._sessions.clear()
        self._codes.clear()
        self._refresh_grants.clear()
        self._rotated_out.clear()


def _verifier_fits(challenge: str | None, verifier: str | None) -> bool:
    """RFC 7636 section 4.6. A verifier without a challenge is refused too (RFC 9700 section 2.1.1)."""
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest.encode(), challenge.encode())
