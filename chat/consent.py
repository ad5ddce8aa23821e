"""Waiting for a person to give consent in the browser, then going on with the question that was asked."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from chat.errors import ChatError
from chat.events import AuthRequired, Event, Text, ToolProgress

__all__ = ["ConsentTimeoutError", "Waiting", "until_consent"]

# A person takes half a minute or more; each question costs the Runtime one call and reads the vault once.
_FIRST_STEP_S = 0.5
_LONGEST_STEP_S = 1.0
_GROWTH = 1.1
# As long as an authorization lives: a link that is opened later starts a new one, and a new question waits anew.
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class Waiting:
    """How to wait. `sleep` may return early, where somebody has said that it is worth asking."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.monotonic
    patience_s: float = _PATIENCE_S


class ConsentTimeoutError(ChatError):
    """Nobody gave consent in time. The question is kept: it is answered with whatever is asked next."""


async def until_consent(
    resume: Callable[[], AsyncGenerator[Event]], asked: AuthRequired, waiting: Waiting
) -> AsyncGenerator[Event]:
    """Call `resume` again and again until it answers; yield the answer's events as they arrive.

    While consent is missing nothing is yielded, unless something else is asked for than in `asked`: then the
    new `AuthRequired` comes last, and nothing after it. Passing troubles of the network are waited out.

    Raises:
        ConsentTimeoutError: after `waiting.patience_s`.
        ChatError: the agent cannot be asked any more.
    """
    deadline = waiting.now() + waiting.patience_s
    step_s = _FIRST_STEP_S
    while waiting.now() < deadline:
        await waiting.sleep(step_s)
        step_s = min(step_s * _GROWTH, _LONGEST_STEP_S)
        is_answered = False
        try:
            async with aclosing(_unless_still_asked(resume, asked)) as events:
                async for event in events:
                    is_answered = True
                    yield event
        except ChatError as error:
            # Once something was shown, trying again would show it twice.
            if is_answered or not error.is_passing:
                raise
        if is_answered:
            return
    raise ConsentTimeoutError(
        "I have stopped waiting. Once Google Drive is connected, type anything and I will answer your question."
    )


async def _unless_still_asked(
    resume: Callable[[], AsyncGenerator[Event]], asked: AuthRequired
) -> AsyncGenerator[Event]:
    """Yield nothing if the stream only repeats `asked`; otherwise everything.

    The consent message comes as text as well, before its event, so text is held back until something shows
    that the question is being answered: a tool that ended, or the end of the stream.
    """
    held: list[Event] = []
    is_answer = False
    async with aclosing(resume()) as events:
        async for event in events:
            if isinstance(event, AuthRequired) and not is_answer and _is_same(event, asked):
                return
            held.append(event)
            if not isinstance(event, Text) and not (isinstance(event, ToolProgress) and event.status == "running"):
                is_answer = True
            while is_answer and held:
                yield held.pop(0)
    for event in held:
        yield event


def _is_same(event: AuthRequired, asked: AuthRequired) -> bool:
    """The same permission. The link may differ: AgentCore's own links are new each time, and all of them work."""
    return event.provider == asked.provider and set(event.scopes) == set(asked.scopes)
