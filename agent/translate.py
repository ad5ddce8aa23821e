"""Translates what Strands streams in one turn into events: text, tool progress, file cards, usage, how it ended.

The model's own message keeps its handles (`[3]`); the text that goes to a person has the files' names and links.
"""

import threading
import time
from collections.abc import AsyncGenerator, Callable
from datetime import date
from typing import Any

from strands import Agent
from strands.agent.agent_result import AgentResult

from agent.events import Done, Event, Files, Notice, Text, ToolProgress
from agent.labels import tool_label
from agent.links import LinkWriter
from agent.pacing import pace
from agent.request import Prompt, Resume
from tools.desk import HANDLES_KEY, Desk
from tools.handles import Handles
from tools.listing import one_line

MAX_MODEL_CALLS = 12


class TurnStream:
    """One turn. After `events` has ended, `stop_reason` and `authorization_url` tell how; both may be empty."""

    def __init__(self, turn: Prompt | Resume, desk: Desk, today: date, running: list[dict[str, Any]]) -> None:
        """`desk` is where the tools work, `today` the person's day.

        `running` are the tool calls that a resumed turn goes on with.
        """
        self._turn = turn
        self._desk = desk
        self._today = today
        self._running = running
        self._cards: list[Files] = []
        self._started = time.monotonic()
        self._first_text_ms: int | None = None
        self._is_after_tool = False
        self._load_handles: Callable[[], Handles] = Handles
        self._handles: Handles | None = None  # as they are since the last tool, once something has asked
        self._links = LinkWriter(
            lambda number: self._known().name_and_link(number), lambda url: self._known().has_link(url)
        )
        self._names: dict[str, tuple[str, str]] = {}
        self._usage: dict[str, int] = {}
        self.stop_reason = ""
        self.authorization_url = ""

    async def events(self, agent: Agent, prompt: Any, cancel: threading.Event) -> AsyncGenerator[Event]:
        """Run the agent on `prompt`, whatever Strands takes, and yield what happens. Raises what the model raises."""
        state: dict[str, Any] = {
            "desk": self._desk,
            "zone": self._turn.zone,
            "today": self._today,
            "show_files": lambda cards: self._cards.append(Files(cards)),
            **pace(cancel),
            "resume_text": self._turn.text if isinstance(prompt, list) and isinstance(self._turn, Prompt) else "",
        }
        self._load_handles = lambda: Handles.load(agent.state.get(HANDLES_KEY))
        for event in self._begun(self._running):
            yield event
        stream = agent.stream_async(
            prompt, invocation_state=state, limits={"turns": MAX_MODEL_CALLS}, cancel_signal=cancel
        )
        try:
            async for raw in stream:
                for event in self._translate(raw):
                    yield event
        except Exception:
            for event in self._said(self._links.close()):
                yield event
            raise
        self.authorization_url = state.get("authorization_url", "")

    @property
    def has_said(self) -> bool:
        """Say whether the model has written something in this turn."""
        return self._first_text_ms is not None

    def done(self) -> Done:
        """Return the end of the turn."""
        timings = {"total_ms": self._elapsed_ms()}
        if self._first_text_ms is not None:
            timings["first_text_ms"] = self._first_text_ms
        stop_reason = "consent_required" if self.stop_reason == "interrupt" else self.stop_reason
        return Done(stop_reason, self._usage, timings)

    def _translate(self, raw: dict[str, Any]) -> list[Event]:
        if "data" in raw:
            return self._said(self._links.feed(raw["data"]))
        if "message" in raw:
            content = raw["message"]["content"]
            if raw["message"]["role"] == "assistant":
                tool_uses = [block["toolUse"] for block in content if "toolUse" in block]
                return [*self._said(self._links.close()), *self._begun(tool_uses)]
            self._is_after_tool = self._first_text_ms is not None
            self._handles = None
            return [*self._ended([block["toolResult"] for block in content if "toolResult" in block]), *self._shown()]
        if "event_loop_throttled_delay" in raw:
            busy = Notice("The model is busy; I am trying again.")
            return [*self._said(self._links.close()), busy]
        if "result" in raw:
            return self._finished(raw["result"])
        return []

    def _said(self, text: str) -> list[Event]:
        if not text:
            return []
        if self._first_text_ms is None:
            self._first_text_ms = self._elapsed_ms()
        # The model's next words after a tool are a new paragraph; plain clients show them in one run.
        gap, self._is_after_tool = "\n\n" if self._is_after_tool else "", False
        return [Text(gap + text)]

    def _known(self) -> Handles:
        if self._handles is None:
            self._handles = self._load_handles()
        return self._handles

    def _finished(self, result: AgentResult) -> list[Event]:
        self.stop_reason = result.stop_reason
        invocation = result.metrics.latest_agent_invocation
        if invocation is not None:
            self._usage = {name: count for name, count in invocation.usage.items() if isinstance(count, int)}
        events: list[Event] = [*self._said(self._links.close()), *self._shown()]
        if result.stop_reason.startswith("limit_"):
            events.append(Text("I stopped here, because this took too many steps. Tell me if I should go on."))
        return events

    def _begun(self, tool_uses: list[dict[str, Any]]) -> list[Event]:
        events: list[Event] = []
        for use in tool_uses:
            label = tool_label(use["name"], use["input"], self._turn.locale)
            name = one_line(use["name"])
            self._names[use["toolUseId"]] = (name, label)
            events.append(ToolProgress(use["toolUseId"], name, label, "running"))
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
