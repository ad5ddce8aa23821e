"""Who has just connected or disconnected, said to whoever waits for it in this process.

Only a hint: what is connected, the agent says. Who waits asks it at once instead of in a moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

__all__ = ["Announcements", "Changed"]


@dataclass(frozen=True)
class Changed:
    """A person's connection. `runtime_session` is the conversation for which it was made, if it was for one."""

    person_key: str
    is_connected: bool
    runtime_session: str = ""
    account_email: str = field(default="", repr=False)


class Announcements:
    """Heard by everybody who has subscribed. On one event loop."""

    def __init__(self) -> None:
        self._hearers: dict[object, Callable[[Changed], None]] = {}

    @property
    def hearers(self) -> int:
        """How many have subscribed."""
        return len(self._hearers)

    def subscribe(self, hear: Callable[[Changed], None]) -> Callable[[], None]:
        """Have `hear` called with every change; it must neither block nor raise.

        Returns how to end that, which may be called any number of times.
        """
        hearer = object()
        self._hearers[hearer] = hear

        def unsubscribe() -> None:
            self._hearers.pop(hearer, None)

        return unsubscribe

    def announce(self, changed: Changed) -> None:
        """Tell everybody."""
        for hear in tuple(self._hearers.values()):
            hear(changed)

    def sleeper(self, person_key: str) -> Callable[[float], Awaitable[None]]:
        """Return a sleep that ends early when that person connects."""

        async def sleep(seconds: float) -> None:
            connected = asyncio.Event()

            def hear(changed: Changed) -> None:
                if changed.is_connected and changed.person_key == person_key:
                    connected.set()

            unsubscribe = self.subscribe(hear)
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await connected.wait()
            finally:
                unsubscribe()

        return sleep
