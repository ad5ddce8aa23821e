"""The keyring of the operating system, asked so that it can neither stop nor break anything.

A keyring that is locked asks the person to unlock it, or hangs where there is nobody to ask; a backend may raise
whatever its system raises. So each call runs in a thread of its own, which may be left behind, and has a time limit.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["KeyringStore", "system_keyring"]

_SERVICE = "drive-agent"
# Long enough to type the keyring's password.
_PATIENCE_S = 25.0
# After which a person is told what takes so long.
_SILENCE_S = 2.0
# keyring's own line between backends that it recommends and those that keep secrets in the clear, or nowhere.
_RECOMMENDED = 1

_T = TypeVar("_T")
_U = TypeVar("_U")


class _NoKeyringError(Exception):
    """This computer has no keyring, or none that is fit."""


class KeyringStore:
    """Names and texts. After the first failure it is asked nothing more: the caller uses a file."""

    def __init__(
        self,
        find: "Callable[[], KeyringBackend | None]",
        *,
        say: Callable[[str], None] = lambda _: None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """`find` is called in the thread, too: finding a backend may already ask the system."""
        self._find = find
        self._say = say
        self._patience_s = patience_s
        self._is_off = False
        self._is_missing = False

    @property
    def is_missing(self) -> bool:
        """Whether it was found that there is no keyring, as opposed to one that does not answer."""
        return self._is_missing

    async def get(self, name: str) -> str | None:
        """What is kept under this name; None, too, where it could not be asked."""
        return await self._call(lambda backend: backend.get_password(_SERVICE, name), None)

    async def put(self, name: str, text: str) -> bool:
        """Keep a text. False: it is not kept."""

        def put(backend: "KeyringBackend") -> bool:
            backend.set_password(_SERVICE, name, text)
            return True

        return await self._call(put, instead=False)

    async def delete(self, name: str) -> bool | None:
        """Keep it no longer; say whether there was one. None: it could not be asked, so there may still be one."""

        def delete(backend: "KeyringBackend") -> bool:
            if backend.get_password(_SERVICE, name) is None:
                return False
            backend.delete_password(_SERVICE, name)
            return True

        return await self._call(delete, None)

    async def _call(self, ask: "Callable[[KeyringBackend], _T]", instead: _U) -> _T | _U:
        if self._is_off:
            return instead

        def work() -> _T:
            backend = self._find()
            if backend is None:
                raise _NoKeyringError
            return ask(backend)

        future = _in_a_thread(work)
        done, _ = await asyncio.wait({future}, timeout=min(_SILENCE_S, self._patience_s))
        if not done:
            self._say("Waiting for the keyring of this computer: it may want to be unlocked.")
            done, _ = await asyncio.wait({future}, timeout=self._patience_s)
        # Whatever a backend raises: the file is there instead.
        if not done or future.exception() is not None:
            self._is_off = True
            self._is_missing = bool(done) and isinstance(future.exception(), _NoKeyringError)
            future.cancel()
            return instead
        return future.result()


def system_keyring() -> "KeyringBackend | None":
    """The backend that keyring would choose, if it is one that keeps secrets; None where the library is missing."""
    try:
        import keyring  # noqa: PLC0415 - it looks for backends when it is imported
        from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415
    except ImportError:
        return None
    found = keyring.get_keyring()
    # One after the other would also try those that are not recommended.
    candidates = found.backends if isinstance(found, ChainerBackend) else [found]
    return next((backend for backend in candidates if backend.priority >= _RECOMMENDED), None)


def _in_a_thread(work: Callable[[], _T]) -> "asyncio.Future[_T]":
    """Run `work` in a daemon thread. Those of asyncio are waited for at exit, and this one may hang."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def settle(result: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if future.done() else result())

    def run() -> None:
        try:
            outcome = work()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            reason = error
            settle(lambda: future.set_exception(reason))
        else:
            settle(lambda: future.set_result(outcome))

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return future
