"""Rings whenever there may be something new to see, so that who waits for it need not ask again and again. State."""

import asyncio
from dataclasses import dataclass, field

__all__ = ["Bell"]


@dataclass(slots=True)
class Bell:
    """`count`: how often it has rung."""

    count: int = 0
    _next: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, heard: int, most_s: float) -> None:
        """Return when it has rung more than `heard` times, or after so many seconds."""
        if self.count <= heard:
            try:
                async with asyncio.timeout(most_s):
                    await self._next.wait()
            except TimeoutError:
                return
