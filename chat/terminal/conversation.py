"""One conversation at a time: a question goes out, consent is waited for, the answer is shown, a break is mended."""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from http import HTTPStatus

from chat.client import RuntimeClient
from chat.consent import ConsentTimeoutError, Waiting, until_consent
from chat.errors import BrokenOffError, ChatError, RefusedError
from chat.events import AuthRequired, Done, Event, Failure, Files, Notice, Text
from chat.plain import plain_link
from chat.terminal.history import History, NoHistory, Said
from chat.terminal.interrupts import Interrupts
from chat.terminal.opener import Open
from chat.terminal.screen import Screen
from chat.terminal.settings import ChatSettings
from chat.terminal.standing import Standing, read_standing
from chat.terminal.words import Words

__all__ = ["Conversation", "Outcome", "Tools", "is_runtime_session"]

# The Runtime wants 33 characters at least: InvokeAgentRuntime, runtimeSessionId.
_RUNTIME_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{32,255}")
# An answer must not wait for the account's name for longer.
_NAME_WAIT_S = 1.0
_CANCEL_WAIT_S = 5.0
# An agent that is started again needs some seconds.
_BACK_WITHIN_S = 30.0
_BACK_STEP_S = 1.0


class Outcome(Enum):
    """How a question ended; `UNANSWERED`: the agent was not reached, or was lost on the way."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNANSWERED = "unanswered"
    NO_CONSENT = "no consent"
    STOPPED = "stopped"
    LEFT = "left"


@dataclass(frozen=True)
class Tools:
    """What a conversation works with. `is_told`: the person reads the screen, so it is worth asking who connected."""

    client: RuntimeClient
    screen: Screen
    settings: ChatSettings
    words: Words
    waiting: Waiting = field(default_factory=Waiting)
    interrupts: Interrupts = field(default_factory=Interrupts)
    open_page: Open = lambda _: False
    history: History = field(default_factory=NoHistory)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_told: bool = True


def is_runtime_session(text: str) -> bool:
    """Say whether the Runtime takes it as the name of a conversation."""
    return _RUNTIME_SESSION.fullmatch(text) is not None


class Conversation:
    """The conversation that is going on; `begin` and `go_back` change to another one."""

    def __init__(self, tools: Tools, runtime_session: str | None = None) -> None:
        self._tools = tools
        self._where = (tools.settings.timezone, tools.settings.locale)
        self.runtime_session = runtime_session or _new_runtime_session()
        self.standing = Standing()
        self._said: Said | None = None
        self._outcome = Outcome.ANSWERED
        self._may_go_on = False

    def begin(self) -> None:
        """Leave this conversation for a new one."""
        self.runtime_session = _new_runtime_session()

    def go_back(self, runtime_session: str) -> None:
        """Go on with an earlier conversation."""
        self.runtime_session = runtime_session

    async def look(self) -> Standing:
        """Ask what is connected, and remember it. Raises: `ChatError`."""
        answer = await self._tools.client.action(self.runtime_session, "status")
        self.standing = read_standing(answer)
        return self.standing

    async def ask(self, question: str, *, may_go_on: bool = False) -> Outcome:
        """Run one turn, waiting for consent where it is asked for; Ctrl-C stops it.

        `may_go_on`: somebody is there who can ask something else then.
        """
        self._may_go_on = may_go_on
        # Bytes that are no UTF-8 come from a terminal as lone surrogates, which JSON cannot carry.
        prompt = question.encode("utf-8", "replace").decode("utf-8")
        turn = asyncio.ensure_future(self._turn(prompt))
        stopped = False

        def stop() -> bool:
            nonlocal stopped
            stopped = turn.cancel() or stopped
            return not turn.done()

        try:
            with self._tools.interrupts.stopping(stop):
                return await turn
        except asyncio.CancelledError:
            if not stopped:  # the whole program ends
                turn.cancel()
                raise
        finally:
            self._tools.screen.idle()
            self._keep()
        return await self._stop()

    async def _turn(self, prompt: str) -> Outcome:
        tools, screen = self._tools, self._tools.screen
        self._outcome = Outcome.ANSWERED
        self._said = Said(tools.now().isoformat(timespec="seconds"), prompt)
        screen.busy(tools.words("thinking"))
        try:
            asked = await self._answered(prompt)
            while asked is not None:
                asked = await self._connected(asked)
        except ChatError as error:
            is_late = isinstance(error, ConsentTimeoutError)
            self._outcome = Outcome.NO_CONSENT if is_late else Outcome.UNANSWERED
            screen.show(Failure(tools.words.error(error), "client"))
            screen.end_turn()
        return self._outcome

    async def _answered(self, prompt: str) -> AuthRequired | None:
        """Show the answer; where it breaks off, take it up again, once."""
        client = self._tools.client
        try:
            return await self._show(client.turn(self.runtime_session, prompt, *self._where))
        except (BrokenOffError, RefusedError) as error:
            if not _is_cut_off(error):
                raise
            self._tools.screen.end_turn()
            self._tools.screen.busy(self._tools.words("taking_up"))
            self._forget_answer()
            return await self._show(self._taken_up(error))

    async def _taken_up(self, broken: ChatError) -> AsyncGenerator[Event]:
        """Resume a turn that broke off. Raises: `broken` where the agent knows of none."""
        waiting = self._tools.waiting
        deadline = waiting.now() + _BACK_WITHIN_S
        while True:
            held: list[Event] = []
            is_shown = False
            try:
                async with aclosing(self._tools.client.resume(self.runtime_session, *self._where)) as events:
                    async for event in events:
                        held.append(event)
                        if isinstance(event, Done) and event.stop_reason == "nothing_pending":
                            raise broken
                        if isinstance(event, Notice) and not is_shown:
                            continue
                        if not is_shown:
                            self._tools.screen.say(self._tools.words("broken_off"))
                            self._tools.screen.busy(self._tools.words("thinking"))
                            is_shown = True
                        while held:
                            yield held.pop(0)
            except ChatError as error:
                may_come_back = error is not broken and (error.is_passing or _is_cut_off(error))
                if is_shown or not may_come_back or waiting.now() >= deadline:
                    raise
                await waiting.sleep(_BACK_STEP_S)
            else:
                return

    async def _connected(self, asked: AuthRequired) -> AuthRequired | None:
        """Wait until consent is there, say so, and show the answer; return what else is asked for."""
        tools = self._tools
        self.standing = Standing(is_known=True)
        link = plain_link(asked.auth_url)
        if link and tools.open_page(link):
            tools.screen.say(tools.words("opening"))
        hint = tools.words("waiting_hint") if self._may_go_on else ""
        tools.screen.busy(tools.words("waiting"), hint, is_said=True)
        resumed = until_consent(lambda: tools.client.resume(self.runtime_session, *self._where), asked, tools.waiting)
        return await self._show(self._announced(resumed))

    async def _announced(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
        is_first = True
        async with aclosing(events):
            async for event in events:
                if is_first and self._tools.is_told and not isinstance(event, Failure):
                    await self._tell_account()
                if is_first:
                    self._tools.screen.busy(self._tools.words("thinking"))
                is_first = False
                yield event

    async def _tell_account(self) -> None:
        """Say who is connected. The answer comes on meanwhile, and does not depend on it."""
        words = self._tools.words
        try:
            async with asyncio.timeout(_NAME_WAIT_S):
                standing = await self.look()
        except (ChatError, TimeoutError):
            return
        if standing.is_connected:
            account = standing.account
            self._tools.screen.good(words("connected_as", account=account) if account else words("connected"))

    async def _show(self, events: AsyncGenerator[Event]) -> AuthRequired | None:
        """Show a stream to its end; return the consent it asks for."""
        asked: AuthRequired | None = None
        async with aclosing(events):
            async for event in events:
                self._note(event)
                self._tools.screen.show(event)
                if isinstance(event, AuthRequired):
                    asked = event
                elif isinstance(event, Failure):
                    self._outcome = Outcome.FAILED
        self._tools.screen.end_turn()
        return asked

    async def _stop(self) -> Outcome:
        """Leave the turn. Hanging up alone would let it be taken up again. Another Ctrl-C leaves at once."""
        tools = self._tools
        tools.screen.end_turn()
        cancelling = asyncio.ensure_future(tools.client.action(self.runtime_session, "cancel"))
        has_left = False

        def leave() -> bool:
            nonlocal has_left
            has_left = cancelling.cancel()
            return has_left

        try:
            with tools.interrupts.stopping(leave):
                async with asyncio.timeout(_CANCEL_WAIT_S):
                    await cancelling
        except (ChatError, TimeoutError):
            pass  # nobody waits for this turn any more; the agent ends it by itself in time
        except asyncio.CancelledError:
            if not has_left:
                raise
        tools.screen.say(tools.words("stopped"))
        return Outcome.LEFT if has_left else Outcome.STOPPED

    def _note(self, event: Event) -> None:
        """Remember what is kept of this turn: not the message that asks for consent."""
        if self._said is None:
            return
        said = self._said
        match event:
            case Text():
                self._said = Said(said.asked, said.question, said.answer + event.text, said.files)
            case Files():
                new = tuple(card for card in event.files if card not in said.files)
                self._said = Said(said.asked, said.question, said.answer, said.files + new)
            case AuthRequired():
                self._forget_answer()

    def _forget_answer(self) -> None:
        if self._said is not None:
            self._said = Said(self._said.asked, self._said.question)

    def _keep(self) -> None:
        said, self._said = self._said, None
        if said is None or (self._outcome is Outcome.UNANSWERED and not said.answer):
            return
        try:
            self._tools.history.add(self.runtime_session, said)
        except OSError as error:
            tools = self._tools
            tools.screen.say(tools.words("history_trouble", reason=error.strerror or type(error).__name__))


def _new_runtime_session() -> str:
    return f"chat-{secrets.token_hex(16)}"


def _is_cut_off(error: ChatError) -> bool:
    """The agent may have begun and not ended; 424 is what the Runtime says where its container failed."""
    return isinstance(error, BrokenOffError) or (
        isinstance(error, RefusedError) and error.status == HTTPStatus.FAILED_DEPENDENCY
    )
