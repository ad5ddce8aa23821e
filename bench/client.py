"""A bare HTTP client on one kept-alive connection, so that what is timed is the server.

`http.client` sets TCP_NODELAY on every connection; without it the time would be Nagle's.
"""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_TIMEOUT_S = 60.0
_IDLE_S = 3.0  # uvicorn closes a connection that is idle for 5 s


class BenchError(Exception):
    """The bench cannot measure, because a part did not do what is measured. The text says which and what."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered turn: seconds to the first byte of the body, seconds in all, and the events."""

    first_byte_s: float
    total_s: float
    events: tuple[dict[str, Any], ...]


class AgentClient:
    """Talks to an agent's container port as the Runtime does, with the headers that the Runtime adds."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
        self._used_at = 0.0
        self._headers = {"content-type": "application/json", "accept": "text/event-stream", **headers}

    def __enter__(self) -> Self:
        """Nothing is opened before the first request."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, runtime_session: str, payload: Mapping[str, Any]) -> Turn:
        """Send a payload and read its answer to the end. Raises: `BenchError` for any other status than 200."""
        body = json.dumps(payload)
        headers = {**self._headers, "x-amzn-bedrock-agentcore-runtime-session-id": runtime_session}
        self._connect()
        started = time.perf_counter()
        self._connection.request("POST", "/invocations", body, headers)
        response = self._connection.getresponse()
        first = response.read(1)
        first_byte_s = time.perf_counter() - started
        text = (first + response.read()).decode()
        self._used_at = time.perf_counter()
        total_s = self._used_at - started
        if response.status != http.client.OK:
            raise BenchError(f"The agent answered {response.status}: {text[:300]}")
        return Turn(first_byte_s, total_s, tuple(_events(text, response.headers.get_content_type())))

    def ask(self, runtime_session: str, prompt: str) -> Turn:
        """Send a turn whose answer shows files. Raises: `BenchError` where it shows none."""
        turn = self.send(runtime_session, {"prompt": prompt, "timezone": "Europe/Berlin"})
        if not any(event.get("type") == "files" for event in turn.events):
            raise BenchError(f"The turn listed no files: {turn.events}")
        return turn

    def _connect(self) -> None:
        """Open the connection, or one anew where the server may have closed it; this is not timed."""
        if time.perf_counter() - self._used_at > _IDLE_S:
            self._connection.close()
        if self._connection.sock is None:
            self._connection.connect()


def _events(text: str, content_type: str) -> list[dict[str, Any]]:
    if content_type != "text/event-stream":
        return [json.loads(text)]
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
