"""Socket Mode: the app's connections, what is sent over them and what is acknowledged.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Mapping
from typing import Any  # JSON messages

from starlette.websockets import WebSocket, WebSocketDisconnect

__all__ = ["MOST_SOCKETS", "NotAcknowledgedError", "Sockets"]

MOST_SOCKETS = 10
_CONNECTION_TIME_S = 3600


class NotAcknowledgedError(Exception):
    """Nobody acknowledged the envelope in time, or nobody is connected. Its text is Slack's reason for trying again."""


class Sockets:
    """The connections that are open, oldest first; the newest one gets what is sent."""

    def __init__(self) -> None:
        self._open: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def count(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def serve(self, socket: WebSocket, app_id: str) -> None:
        """Say hello and take acknowledgements until one side goes away."""
        await socket.accept()
        if self.count >= MOST_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await socket.close()
            return
        self._open.append(socket)
        try:
            hello = {"type": "hello", "num_connections": self.count, "connection_info": {"app_id": app_id}}
            await socket.send_json(hello | {"debug_info": _debug()})
            while True:
                self._acknowledge(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            if socket in self._open:
                self._open.remove(socket)

    async def send(
        self, kind: str, payload: Mapping[str, Any], within_s: float, *, attempt: int = 0, reason: str = ""
    ) -> Any:
        """Send an envelope and wait for its acknowledgement; what came with it. Raises: `NotAcknowledgedError`."""
        if not self._open:
            raise NotAcknowledgedError("no_connection")
        envelope_id = str(uuid.uuid4())
        envelope: dict[str, Any] = {"envelope_id": envelope_id, "type": kind, "payload": dict(payload)}
        envelope["accepts_response_payload"] = kind == "interactive"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await self._open[-1].send_json(envelope)
            async with asyncio.timeout(within_s):
                return await answer
        except (TimeoutError, WebSocketDisconnect, RuntimeError) as error:
            raise NotAcknowledgedError("timeout") from error
        finally:
            self._waiting.pop(envelope_id, None)

    async def refresh(self) -> int:
        """Tell every connection to make a new one, as Slack does once an hour or so; returns how many were told."""
        told = list(self._open)
        for socket in told:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": _debug()})
        return len(told)

    async def drop(self) -> int:
        """Close every connection without a word; returns how many."""
        dropped, self._open = list(self._open), []
        for socket in dropped:
            with contextlib.suppress(RuntimeError):
                await socket.close(1001)
        return len(dropped)

    def _acknowledge(self, text: str) -> None:
        with contextlib.suppress(ValueError):
            said = json.loads(text)
            waiting = self._waiting.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(said.get("payload"))


def _debug() -> dict[str, Any]:
    return {"host": "stand-in", "build_number": 1, "approximate_connection_time": _CONNECTION_TIME_S}
