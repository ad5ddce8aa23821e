"""From the page that says "Connected" to the first word of the answer that was waiting for it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from uuid import uuid4

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import QUESTION, Rig
from chat.callers import DirectCaller
from chat.client import RuntimeClient
from chat.consent import Waiting, until_consent
from chat.events import AuthRequired, Event, Text

# The person is done at different points of the wait of a front end that asks again and again.
DONE_AFTER_S = (0.4, 1.2, 2.2, 3.3, 4.6)
_TIMEOUT_S = 30.0


def measure(rig: Rig) -> list[Figure]:
    """Return what the agent takes when it is asked at once, and what the terminal chat makes of it."""
    at_once = [asyncio.run(_wait(rig, done_after_s, is_told=True)) for done_after_s in DONE_AFTER_S[:3]]
    in_terminal = [asyncio.run(_wait(rig, done_after_s, is_told=False)) for done_after_s in DONE_AFTER_S]
    return [
        Figure(
            name="consent finished to first word, resumed at once",
            unit="ms",
            ours=Spread.of(at_once),
            budget=300.0,
            budget_of="value",
            note="the agent's own share: vault, Drive, model stand-in",
        ),
        Figure(
            name="consent finished to first word, in the terminal chat",
            unit="ms",
            ours=Spread.of(in_terminal),
            budget=300.0,
            budget_of="value",
            note="the chat asks again every 0.5 to 1 s; the SDK's own poller every 5 s",
        ),
    ]


class _Asked:
    """A question that waits for consent, and when the first word of its answer came."""

    def __init__(self, rig: Rig) -> None:
        self._client = RuntimeClient(DirectCaller(rig.stack.agent_url), kind="bench")
        self.runtime_session = f"bench-{uuid4().hex}"
        self.consented = asyncio.Event()
        self.first_word_at = 0.0

    async def begin(self) -> AuthRequired:
        """Ask."""
        await self._client.action(self.runtime_session, "disconnect")
        async for event in self._client.turn(self.runtime_session, QUESTION):
            if isinstance(event, AuthRequired):
                return event
        raise BenchError("A question without consent was not asked for consent.")

    async def resumed_at_once(self) -> None:
        """Wait for the very moment of consent."""
        await self.consented.wait()
        await self._listen(self.resume())

    async def in_terminal(self, asked: AuthRequired) -> None:
        """Wait as a front end does that hears of nothing."""
        await self._listen(until_consent(self.resume, asked, Waiting(patience_s=_TIMEOUT_S)))

    def resume(self) -> AsyncGenerator[Event]:
        """Go on with the question."""
        return self._client.resume(self.runtime_session)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    async def _listen(self, events: AsyncGenerator[Event]) -> None:
        async for event in events:
            if isinstance(event, Text) and not self.first_word_at:
                self.first_word_at = time.perf_counter()


async def _wait(rig: Rig, done_after_s: float, *, is_told: bool) -> float:
    question = _Asked(rig)
    try:
        asked = await question.begin()
        waiting = asyncio.create_task(question.resumed_at_once() if is_told else question.in_terminal(asked))
        await asyncio.sleep(done_after_s)
        await asyncio.to_thread(rig.connect, question.runtime_session)
        done_at = time.perf_counter()
        question.consented.set()
        async with asyncio.timeout(_TIMEOUT_S):
            await waiting
    finally:
        await question.close()
    if not question.first_word_at:
        raise BenchError("The answer did not come after consent.")
    return (question.first_word_at - done_at) * 1000
