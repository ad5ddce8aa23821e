"""Translates what Strands streams in one turn into events: text, tool progress, file cards, usage, how it ended."""

import threading
import time
from collections.abc import AsyncGenerator
from typing import Any

from strands import Agent
from strands.agent.agent_result import AgentResult

from agent.events import Done, Event, Files, Notice, Text, ToolProgress
from agent.labels import tool_label
from agent.request import Prompt, Resume

MAX_MODEL_CALLS = 12


class TurnStream:
    """One turn. After `events` has ended, `stop_reason` and `authorization_url` tell how; both may be empty."""

    def __init__(self, turn: Prompt | Resume, running: list[dict[str, Any]]) -> None:
        self._turn = turn
        self._running = running
        self._cards: list[Files] = []
        self._started = time.monotonic()
        self._first_text_ms: int | None = None
        self._is_after_tool = False
        self._names: dict[str, tuple[str, str]] = {}
        self._usage: dict[str, int] = {}
        self.stop_reason = ""
        self.authorization_url = ""

    async def events(self, agent: Agent, prompt: Any, cancel: threading.Event) -> AsyncGenerator[Event]:
        """Run the agent on `prompt`, whatever Strands takes, and yield what happens. Raises what the model raises."""
        state: dict[str, Any] = {
            "zone": self._turn.zone,
            "show_files": lambda cards: self._cards.append(Files(cards)),
            "resume_text": self._turn.text if isinstance(prompt, list) and isinstance(self._turn, Prompt) else "",
        }
        for event in self._begun(self._running):
            yield event
        stream = agent.stream_async(
            prompt, invocation_state=state, limits={"turns": MAX_MODEL_CALLS}, cancel_signal=cancel
        )
        async for raw in stream:
            for event in self._translate(raw):
                yield event
        self.authorization_url = state.get("authorization_url", "")

    def done(self) -> Done:
        """Return the end of the turn."""
        timings = {"total_ms": self._elapsed_ms()}
        if self._first_text_ms is not None:
            timings["first_text_ms"] = self._first_text_ms
        stop_reason = "consent_required" if self.stop_reason == "interrupt" else self.stop_reason
        return Done(stop_reason, self._usage, timings)

    def _translate(self, raw: dict[str, Any]) -> list[Event]:
        if "data" in raw:
            if self._first_text_ms is None:
                self._first_text_ms = self._elapsed_ms()
            # The model's next words after a tool are a new paragraph; plain clients show them in one run.
            gap, self._is_after_tool = "\n\n" if self._is_after_tool else "", False
            return [Text(gap + raw["data"])]
        if "message" in raw:
            content = raw["message"]["content"]
            if raw["message"]["role"] == "assistant":
                return self._begun([block["toolUse"] for block in content if "toolUse" in block])
            self._is_after_tool = self._first_text_ms is not None
            return [*self._ended([block["toolResult"] for block in content if "toolResult" in block]), *self._shown()]
        if "event_loop_throttled_delay" in raw:
            return [Notice("The model is busy; I am trying again.")]
        if "result" in raw:
            return self._finished(raw["result"])
        return []

    def _finished(self, result: AgentResult) -> list[Event]:
        self.stop_reason = result.stop_reason
        invocation = result.metrics.latest_agent_invocation
        if invocation is not None:
            self._usage = {name: count for name, count in invocation.usage.items() if isinstance(count, int)}
        events: list[Event] = list(self._shown())
        if result.stop_reason.startswith("limit_"):
            events.append(Text("I stopped here, because this took too many steps. Tell me if I should go on."))
        return events

    def _begun(self, tool_uses: list[dict[str, Any]]) -> list[Event]:
        events: list[Event] = []
        for use in tool_uses:
            label = tool_label(use["name"], use["input"], self._turn.locale)
            self._names[use["toolUseId"]] = (use["name"], label)
            events.append(ToolProgress(use["toolUseId"], use["name"], label, "running"))
        return events

    def _ended(self, results: list[dict[str, Any]]) -> list[Event]:
        events: list[Event] = []
        for result in results:
            name, label = self._names.get(result["toolUseId"], ("", ""))
            status = "done" if result["status"] == "success" else "failed"
            events.append(ToolProgress(result["toolUseId"], name, label, status))  # type: ignore[arg-type]  # a Literal
        return events

    def _shown(self) -> list[Event]:
        cards, self._cards = self._cards, []
        return [files for files in cards if files.files]

    def _elapsed_ms(self) -> int:
        return round((time.monotonic() - self._started) * 1000)
