"""What is kept of a sign-in between two commands: in the keyring of this computer, else in a file of its owner's.

One entry for each issuer and client, so that two agents do not mix.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from chat.errors import ChatError, SignInNeededError
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keyring_store import KeyringStore

__all__ = ["Keep", "Kept"]

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_LOCK_STEP_S = 0.1
# A refresh takes two requests of 15 seconds at most: for the provider's description and for the tokens.
_LOCK_STEPS = 300


@dataclass(frozen=True)
class Kept:
    """One sign-in. `expires_at` is the access token's end, in seconds since 1970."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float
    name: str
    email: str


class Keep:
    """The place of one sign-in. A file wins over the keyring: there is one only where the keyring had failed.

    A mark beside it says that what the keyring holds was given up while it could not be asked. It goes when the
    keyring's entry is deleted or replaced.
    """

    def __init__(
        self,
        settings: IssuerSettings,
        keyring: KeyringStore | None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`keyring` None: files only."""
        named = [settings.discovery_url, settings.client_id, settings.audience]
        self._name = hashlib.sha256(json.dumps(named).encode()).hexdigest()[:32]
        self._folder = settings.state_dir / "sign-in"
        self._file = self._folder / f"{self._name}.json"
        self._given_up = self._folder / f"{self._name}.signed-out"
        self._keyring = keyring
        self._sleep = sleep

    async def load(self, *, is_leaving: bool = False) -> Kept | None:
        """What is kept; None where nothing is, or nothing that can be read.

        Raises: `SignInNeededError` where others can read it. `is_leaving`: it is only wanted to be given up, so what
        was given up already and is still in the keyring counts, too.
        """
        text = self._read(is_leaving=is_leaving)
        if text is None and self._keyring is not None and (is_leaving or not self._given_up.exists()):
            text = await self._keyring.get(self._name)
        return _parsed(text) if text else None

    async def store(self, kept: Kept) -> None:
        """Keep this instead of what was kept. Raises: `ChatError` where the disk does not take it."""
        text = json.dumps(asdict(kept))
        if self._keyring is not None and await self._keyring.put(self._name, text):
            self._file.unlink(missing_ok=True)
            self._given_up.unlink(missing_ok=True)
            return
        try:
            self._write(text)
        except OSError as error:
            raise ChatError(f"The sign-in cannot be kept in {self._folder} ({error.strerror}).") from error

    async def clear(self) -> bool | None:
        """Keep nothing; say whether something was kept.

        None: the keyring could not be asked. What it may hold does not count any more, also once it is unlocked.
        Raises: `ChatError` where that cannot be noted down.
        """
        was_there = self._file.exists()
        if self._keyring is not None:
            self._give_up()  # before the file goes, and before the wait for the keyring, which may be interrupted
        self._file.unlink(missing_ok=True)
        if self._keyring is None:
            return was_there
        was_in_keyring = await self._keyring.delete(self._name)
        if was_in_keyring is None:
            # Without a keyring here, another session of this person may have one: the mark stays.
            return was_there if self._keyring.is_missing else None
        self._given_up.unlink(missing_ok=True)
        return was_there or was_in_keyring

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Alone among all processes of this person: a refresh token that rotates must not be used twice (RFC 9700).

        Raises: `ChatError` where another one does not finish.
        """
        try:
            self._make_folder()
            handle = os.open(self._folder / f"{self._name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        except OSError as error:
            raise ChatError(f"Nothing can be kept in {self._folder} ({error.strerror}).") from error
        try:
            for _ in range(_LOCK_STEPS):
                if _try_lock(handle):
                    break
                await self._sleep(_LOCK_STEP_S)
            else:
                raise ChatError("Another drive-agent renews this sign-in and does not finish.", is_passing=True)
            yield
        finally:
            os.close(handle)  # which unlocks, as the end of the process would

    def _read(self, *, is_leaving: bool) -> str | None:
        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SignInNeededError(f"{self._file} cannot be read ({error.strerror}).") from error
        with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
            found = os.fstat(file.fileno())
            is_private = not stat.S_IMODE(found.st_mode) & _OTHERS and found.st_uid == os.getuid()
            if not is_private and not is_leaving:
                raise SignInNeededError(
                    f"Others can read {self._file}, in which a sign-in is kept, so it does not count any more:"
                    " run `drive-agent sign-in` again."
                )
            return file.read()

    def _write(self, text: str) -> None:
        """Replace the file in one step. mkstemp creates one of mode 0600."""
        self._make_folder()
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{self._name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _give_up(self) -> None:
        try:
            self._make_folder()
            self._given_up.touch(mode=_OWNER_ONLY)
        except OSError as error:
            raise ChatError(f"The sign-in cannot be given up in {self._folder} ({error.strerror}).") from error

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if stat.S_IMODE(self._folder.stat().st_mode) & _OTHERS:
            self._folder.chmod(0o700)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _parsed(text: str) -> Kept | None:
    try:
        kept = Kept(**json.loads(text))
    except (ValueError, TypeError, RecursionError):  # of another version, or damaged
        return None
    texts = (kept.access_token, kept.refresh_token, kept.name, kept.email)
    is_whole = all(isinstance(one, str) for one in texts) and isinstance(kept.expires_at, int | float)
    return kept if is_whole and kept.access_token else None
