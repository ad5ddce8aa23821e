"""Where a bearer token comes from, and how long one is kept."""

import base64
import json
import time
from collections.abc import Callable

from chat.errors import SignInNeededError
from chat.settings import ChatSettings

# The Runtime refuses tokens in their last minute; a question may take another.
_MARGIN_S = 120.0
_UNKNOWN_LIFETIME_S = 300.0


def bearer_for(
    settings: ChatSettings, fetch: Callable[[], str] | None, *, now: Callable[[], float] = time.time
) -> Callable[[], str]:
    """Choose the source: a given token, a token file (read anew each time), else `fetch`, kept while it is valid.

    The callable raises `SignInNeededError`; so must `fetch`.
    """
    if settings.bearer_token:
        return lambda: settings.bearer_token
    if settings.bearer_token_file is not None:
        return lambda: _from_file(settings)
    if fetch is None:
        raise SignInNeededError("Nobody is signed in: name a person with --user, or set DRIVE_AGENT_TOKEN.")
    return _Kept(fetch, now)


class _Kept:
    """Fetches again shortly before the token expires."""

    def __init__(self, fetch: Callable[[], str], now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._bearer = ""
        self._until = 0.0

    def forget(self) -> None:
        """Fetch anew next time."""
        self._until = 0.0

    def __call__(self) -> str:
        if self._now() >= self._until:
            self._bearer = self._fetch()
            self._until = _expiry(self._bearer, self._now()) - _MARGIN_S
        return self._bearer


def _from_file(settings: ChatSettings) -> str:
    try:
        found = settings.bearer_token_file.read_text(encoding="ascii").strip() if settings.bearer_token_file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SignInNeededError(f"The token file cannot be read: {settings.bearer_token_file}") from error
    if not found:
        raise SignInNeededError(f"The token file is empty: {settings.bearer_token_file}")
    return found


def _expiry(bearer_token: str, now: float) -> float:
    """Read `exp` without verifying anything: only the Runtime decides what a token is worth."""
    try:
        claims = bearer_token.split(".")[1]
        expiry = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
        return float(expiry)
    except (ValueError, IndexError, KeyError, TypeError):
        return now + _UNKNOWN_LIFETIME_S + _MARGIN_S
