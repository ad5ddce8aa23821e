"""A plain client of the Runtime's HTTP interface, for demos and tests: what anybody would write from docs/wire.md.

It shares no code with the product, so that it cannot share its mistakes.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"


@dataclass
class Reply:
    """Everything that one turn sent."""

    status: int = 200
    text: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a type."""
        return [event for event in self.events if event.get("type") == kind]

    @property
    def file_names(self) -> list[str]:
        """The names on the file cards, in order."""
        return [file["name"] for event in self.of_type("files") for file in event["files"]]

    @property
    def auth_urls(self) -> list[str]:
        """The links by which consent was asked for."""
        return [event["auth_url"] for event in self.of_type("auth_required")]

    @property
    def stop_reason(self) -> str:
        """Why the turn ended; empty where it did not end well."""
        return next((event["stop_reason"] for event in self.of_type("done")), "")

    @property
    def error(self) -> str:
        """The sentence of the error; empty where there was none."""
        return next((event.get("error") or event.get("message", "") for event in self.events if "error" in event), "")


class Talk:
    """One conversation with a runtime, or directly with the agent where `runtime_arn` is empty."""

    def __init__(
        self,
        base_url: str,
        runtime_arn: str = "",
        bearer: str = "",
        runtime_session: str = "",
        timezone: str = "Europe/Berlin",
    ) -> None:
        path = (
            f"/runtimes/{quote(runtime_arn, safe='')}/invocations?qualifier=DEFAULT" if runtime_arn else "/invocations"
        )
        self.url = base_url + path
        self.runtime_session = runtime_session or f"talk-{uuid.uuid4()}"
        self.timezone = timezone
        self.headers = {SESSION_HEADER: self.runtime_session, "accept": "text/event-stream, application/json"}
        if bearer:
            self.headers["authorization"] = f"Bearer {bearer}"
        self._client = httpx.Client(timeout=60.0, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, prompt: str) -> Reply:
        """Send a turn and read it to its end."""
        return self.send({"prompt": prompt, "timezone": self.timezone})

    def resume(self) -> Reply:
        """Continue the turn that waits."""
        return self.send({"action": "resume", "timezone": self.timezone})

    def action(self, action: str, **values: Any) -> dict[str, Any]:
        """Send an action that answers in JSON."""
        return self.send({"action": action, **values}).events[0]

    def send(self, payload: Any) -> Reply:
        """Send any payload."""
        reply = Reply()
        for event in self.stream(payload, reply):
            reply.events.append(event)
            reply.text += event.get("event", {}).get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        return reply

    def stream(self, payload: Any, reply: Reply | None = None) -> Iterator[dict[str, Any]]:
        """Yield each event as it arrives."""
        with self._client.stream("POST", self.url, json=payload, headers=self.headers) as response:
            if reply is not None:
                reply.status = response.status_code
            if "text/event-stream" not in response.headers.get("content-type", ""):
                yield json.loads(response.read() or b"{}")
                return
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))
