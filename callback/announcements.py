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
        self._hearers: list[Callable[[Changed], None]] = []

    def subscribe(self, hear: Callable[[Changed], None]) -> Callable[[], None]:
        """Have `hear` called with every change; it must neither block nor raise. Returns how to end that."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    def announce(self, changed: Changed) -> None:
        """Tell everybody."""
        for hear in tuple(self._hearers):
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
                    await asyncio.wait_for(connected.wait(), seconds)
            finally:
                unsubscribe()

        return sleep
