"""The web chat as a front end of the callback service."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter

from callback.door import Door
from chat.web.conversations import Conversations
from chat.web.limits import Limits
from chat.web.routes import PAGE_PATH, Routes

__all__ = ["WebChat"]


class WebChat:
    """One service's. What runs, runs in the service and not in the requests that ask for it."""

    start_path = PAGE_PATH

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._conversations: Conversations | None = None
        self.router: APIRouter = Routes(lambda: self.conversations, self._limits).router

    @asynccontextmanager
    async def running(self, door: Door) -> AsyncGenerator[None]:
        """Live as long as the service; what is on its way at the end is written down as cut off."""
        self._conversations = Conversations(door, self._limits)
        try:
            yield
        finally:
            await self._conversations.close()
            self._conversations = None

    @property
    def conversations(self) -> Conversations:
        """Everybody's, while the service runs."""
        assert self._conversations is not None
        return self._conversations
