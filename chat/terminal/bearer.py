"""Where a bearer token comes from when nobody signs in here, and how long one is kept."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from chat.errors import SignInNeededError
from chat.terminal.settings import ChatSettings

__all__ = ["Bearer", "Forget", "bearer_for", "claims_of"]

Bearer: TypeAlias = Callable[[], Awaitable[str]]
Forget: TypeAlias = Callable[[], bool]

# The Runtime refuses tokens in their last minute; a question may take another.
_MARGIN_S = 120.0
_UNKNOWN_LIFETIME_S = 300.0


def bearer_for(
    settings: ChatSettings, fetch: Callable[[], str] | None, *, now: Callable[[], float] = time.time
) -> tuple[Bearer, Forget]:
    """Choose the source: a given token, a token file (read anew each time), else `fetch`, kept while it is valid.

    `fetch` is called in a thread and may block. `Bearer` raises `SignInNeededError`; so must `fetch`. `Forget` drops
    what is kept, and says whether there was anything.
    """
    if settings.bearer_token:
        return _given(settings.bearer_token), lambda: False
    if settings.bearer_token_file is not None:
        return _from_file(settings), lambda: False
    if fetch is None:
        raise SignInNeededError("Nobody is signed in: name a person with --user, or set DRIVE_AGENT_TOKEN.")
    kept = _Kept(fetch, now)
    return kept.bearer, kept.forget


class _Kept:
    """Fetches again shortly before the token expires."""

    def __init__(self, fetch: Callable[[], str], now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._bearer = ""
        self._until = 0.0
        self._fetching = asyncio.Lock()

    async def bearer(self) -> str:
        async with self._fetching:  # two requests at once sign in once
            if self._now() >= self._until:
                self._bearer = await asyncio.to_thread(self._fetch)
                self._until = _expiry(self._bearer, self._now()) - _MARGIN_S
            return self._bearer

    def forget(self) -> bool:
        """Fetch anew next time."""
        had_one, self._until = self._until > 0, 0.0
        return had_one


def _given(bearer_token: str) -> Bearer:
    async def bearer() -> str:
        return bearer_token

    return bearer


def _from_file(settings: ChatSettings) -> Bearer:
    async def bearer() -> str:
        file = settings.bearer_token_file
        try:
            found = file.read_text(encoding="ascii").strip() if file else ""
        except (OSError, UnicodeDecodeError) as error:
            raise SignInNeededError(f"The token file cannot be read: {file}") from error
        if not found:
            raise SignInNeededError(f"The token file is empty: {file}")
        return found

    return bearer


def _expiry(bearer_token: str, now: float) -> float:
    """Read `exp` without verifying anything: only the Runtime decides what a token is worth."""
    try:
        return float(claims_of(bearer_token)["exp"])
    except (ValueError, KeyError, TypeError):
        return now + _UNKNOWN_LIFETIME_S + _MARGIN_S


def claims_of(bearer_token: str) -> dict[str, Any]:
    """Return the claims of a JWT, unverified; nothing where it is none."""
    try:
        claims = bearer_token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
