"""One person's conversation: run a turn, pause it for consent, resume it, cancel it.

A turn that misses consent ends with its tool calls pending in the snapshot. The next turn always resumes them: there is
no way in Strands to drop a pending interrupt, and the model deals best with what the person has said since.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from strands import Agent

from agent.events import NOTHING_PENDING, AuthRequired, Done, Event, Failed, Text
from agent.model import explain, name_of
from agent.request import Prompt, Resume
from agent.translate import TurnStream
from prompts import load
from tools.desk import Desk
from tools.errors import ToolError
from tools.pause import CONTENTS_KEY
from tools.scopes import CONTENT_SCOPE, CONTENTS, DETAILS, covering

logger = logging.getLogger(__name__)

# What Strands keeps as the answer where a model's stream is cancelled (strands.event_loop.streaming).
_CANCELLED = [{"text": "Cancelled by user"}]
_STOPPED_KEY = "stopped"  # in the agent's state, so that a restart does not take up what the person has stopped
# What a turn is told that came while the conversation was being deleted.
_DELETED = Failed("This conversation has just been deleted. Ask again to begin anew.", "conversation_deleted")


class Consent(Protocol):
    """What a conversation asks about consent (`tools.connection.DriveConnection`)."""

    def missing_consent(self, needed: Collection[str], *, ask_drive: bool) -> str | None:
        """Return AgentCore's authorization URL, or "", where the grant does not cover the scopes, else None.

        `ask_drive`: not of the vault alone, whose word was not enough before. Raises: `ToolError`.
        """


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """How the person is asked: for which provider, at which address. An empty `url` means AgentCore's.

    The address names the conversation and nothing else: what is asked for the page learns from the agent.
    """

    provider: str
    url: str


class Conversation:
    """Runs one turn at a time; a second waits for the first to end."""

    def __init__(
        self, agent: Agent, desk: Desk, consent: Consent, link: ConsentLink, *, today: Callable[[ZoneInfo], date]
    ) -> None:
        self._agent = agent
        self._desk = desk
        self._consent = consent
        self._link = link
        self._today = today
        self._turn_lock = asyncio.Lock()
        self._cancel: threading.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._has_paused_again = False  # with a grant in the vault: Drive knows of it, the vault does not

    @property
    def is_busy(self) -> bool:
        """Say whether a turn is running."""
        return self._turn_lock.locked()

    @property
    def is_pending(self) -> bool:
        """Say whether a turn waits for consent."""
        return bool(self._pending())

    @property
    def needed_scopes(self) -> tuple[str, ...]:
        """Return what the waiting turn needs; nothing where none waits."""
        # A pause from before there were two scopes names none.
        return covering(scope for item in self._pending() for scope in (item["reason"] or {}).get("scopes", DETAILS))

    @property
    def scopes_to_connect(self) -> tuple[str, ...]:
        """Return what to ask for when the person connects now: no more than this conversation has shown a need for."""
        return self.needed_scopes or (CONTENTS if self._agent.state.get(CONTENTS_KEY) else DETAILS)

    def cancel(self) -> bool:
        """Stop the running turn; False where none is."""
        if self._cancel is None:
            return False
        self._agent.state.set(_STOPPED_KEY, True)  # first, for the turn saves the agent as it ends
        self._cancel.set()
        return True

    async def close(self) -> None:
        """Stop the running turn, wait for its end, and run none any more: the conversation is about to be deleted."""
        self._is_closed = True  # first, for the turns that wait
        self.cancel()
        async with self._turn_lock:
            pass

    async def run(self, turn: Prompt | Resume) -> AsyncGenerator[Event]:
        """Run `turn`. Every failure is an event; after it the conversation can be used on.

        The turn has a task of its own, so that it always comes to its end, however the reader goes away: a Strands
        agent whose stream is torn down half-way would refuse the next turn.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        cancel = threading.Event()
        task = asyncio.create_task(self._work(turn, cancel, events))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            cancel.set()  # nobody reads on, so the model need not write on

    async def _work(self, turn: Prompt | Resume, cancel: threading.Event, events: asyncio.Queue[Event | None]) -> None:
        try:
            async with self._turn_lock:
                if cancel.is_set():  # the reader left while another turn was running
                    return
                if self._is_closed:
                    events.put_nowait(_DELETED)
                    return
                self._cancel = cancel
                async for event in self._run(turn, cancel):
                    events.put_nowait(event)
        except Exception as error:  # noqa: BLE001 - whatever a model's service raises ends this turn and no other
            failed = explain(error)
            logger.warning("error=%s code=%s | turn failed", name_of(error), failed.code)
            events.put_nowait(failed)
        finally:
            self._cancel = None if self._cancel is cancel else self._cancel
            events.put_nowait(None)

    async def _run(self, turn: Prompt | Resume, cancel: threading.Event) -> AsyncGenerator[Event]:
        self._settle(turn)
        self._agent.state.delete(_STOPPED_KEY)
        pending = self._pending()
        answer = await self._without_the_model(turn, is_pending=bool(pending))
        if answer:
            for event in answer:
                yield event
            return
        today = self._today(turn.zone)
        stream = TurnStream(turn, self._desk, today, running=self._pending_tools() if pending else [])
        self._agent.system_prompt = load("system", today=today.strftime("%A %Y-%m-%d"), timezone=turn.zone.key)
        try:
            async for event in stream.events(self._agent, self._input(turn, pending), cancel):
                yield event
        except Exception as error:
            if not self._has_paused(since=pending):
                raise
            # Only keeping the pause has failed. It goes on here; after a restart the model is asked anew.
            logger.warning("error=%s | a turn that waits for consent was not saved", name_of(error))
            stream.stop_reason = "interrupt"
        self._has_paused_again = stream.stop_reason == "interrupt" and isinstance(turn, Resume)
        if stream.stop_reason == "interrupt":
            if stream.has_said:
                yield Text("\n\n")  # plain clients show all text in one run
            for event in self._ask(stream.authorization_url, turn.locale):
                yield event
        yield stream.done()

    def _has_paused(self, since: list[dict[str, Any]]) -> bool:
        """Say whether the turn has come to a new pause, and there is a link to show for it."""
        return bool(self._link.url and {item["id"] for item in self._pending()} - {item["id"] for item in since})

    async def _without_the_model(self, turn: Prompt | Resume, *, is_pending: bool) -> Sequence[Event]:
        """Return the whole answer to a resume that cannot go on, or a refusal of nothing; nothing where it can."""
        if isinstance(turn, Prompt):
            return NOTHING_PENDING if turn.is_refusal and not is_pending else []
        if not is_pending:
            return [] if self._is_cut_off() else NOTHING_PENDING
        try:
            authorization_url = await asyncio.to_thread(
                self._consent.missing_consent, self.needed_scopes, ask_drive=self._has_paused_again
            )
        except ToolError as error:
            return [Failed(error.user_message, "drive_failed")]
        if authorization_url is None:
            return []
        return [*self._ask(authorization_url, turn.locale), Done("consent_required")]

    def _settle(self, turn: Prompt | Resume) -> None:
        """Let go of what a turn that did not come to its end leaves behind.

        In the middle of text Strands puts words of its own in the answer's place. Behind tools that have answered it
        keeps their interrupt, and would insist on a resume that it no longer accepts.
        """
        is_stopped = self._agent.state.get(_STOPPED_KEY)  # the person does not want that answer any more
        is_cancelled = self._agent.messages and self._agent.messages[-1]["content"] == _CANCELLED
        if is_cancelled and (is_stopped or isinstance(turn, Resume)):
            self._agent.messages.pop()
        if self._is_cut_off():
            if is_stopped:
                self._agent.messages.append({"role": "assistant", "content": [{"text": "(Stopped by the person.)"}]})
            snapshot = self._agent.take_snapshot(include=["interrupt_state"])
            snapshot.data["interrupt_state"] = {"interrupts": {}, "context": {}, "activated": False}
            self._agent.load_snapshot(snapshot)

    def _is_cut_off(self) -> bool:
        """Say whether the last turn ended before the model answered: it was stopped, or the model failed."""
        return bool(self._agent.messages) and self._agent.messages[-1]["role"] == "user"

    def _input(self, turn: Prompt | Resume, pending: list[dict[str, Any]]) -> Any:  # what Strands takes as a prompt
        if not pending:
            return turn.text if isinstance(turn, Prompt) else None  # None: go on from where the last turn was cut off
        # `wait`: without consent still, a bare resume pauses again, while new words are answered.
        response = {"wait": isinstance(turn, Resume)}
        return [{"interruptResponse": {"interruptId": item["id"], "response": response}} for item in pending]

    def _ask(self, authorization_url: str, locale: str) -> list[Event]:
        scopes = self.needed_scopes
        url = self._link.url or authorization_url
        language = "ja" if locale.lower().startswith("ja") else "en"
        message = load(f"consent.contents.{language}" if CONTENT_SCOPE in scopes else f"consent.{language}", link=url)
        return [Text(message), AuthRequired(self._link.provider, url, message, scopes)]

    def _pending(self) -> list[dict[str, Any]]:
        state = self._agent.take_snapshot(include=["interrupt_state"]).data["interrupt_state"]
        if not state["activated"]:
            return []
        return [item for item in state["interrupts"].values() if item["response"] is None]

    def _pending_tools(self) -> list[dict[str, Any]]:
        return [dict(block["toolUse"]) for block in self._agent.messages[-1]["content"] if "toolUse" in block]
