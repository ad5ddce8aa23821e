"""Work that goes on after Slack has its answer: tracked, bounded, one question at a time in a conversation."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from chat.slack.errors import TooManyError

__all__ = ["Turnstile", "Work"]

logger = logging.getLogger(__name__)

# An answer costs one connection to the Runtime and a few calls to Slack a second.
_MOST_TASKS = 300
_MOST_WAITING = 3
# Over all their conversations: nobody may have all that a process can do.
_MOST_OF_ONE_PERSON = 10
_PATIENCE_S = 4.0


class Work:
    """The tasks of this process."""

    def __init__(self, most: int = _MOST_TASKS) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._most = most

    @property
    def is_full(self) -> bool:
        """Whether Slack had better come again later."""
        return len(self._tasks) >= self._most

    def start(self, doing: Coroutine[None, None, None], *, is_idle: bool = False) -> asyncio.Task[None]:
        """Do something in the background. What fails there is logged by its kind: its text may hold anything.

        `is_idle`: it mostly waits, and does not count.
        """
        task = asyncio.create_task(_logged(doing))
        kept = self._idle if is_idle else self._tasks
        kept.add(task)
        task.add_done_callback(kept.discard)
        task.add_done_callback(lambda _: doing.close())  # it may be cancelled before it has begun
        return task

    async def close(self) -> None:
        """End everything; each task may say good-bye."""
        tasks = self._tasks | self._idle
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE_S)


async def _logged(doing: Coroutine[None, None, None]) -> None:
    try:
        await doing
    except Exception as error:  # noqa: BLE001 - nobody waits for this task: the log is where its failure is seen
        places = []
        at = error.__traceback__
        while at is not None:
            places.append(f"{at.tb_frame.f_code.co_name}:{at.tb_lineno}")
            at = at.tb_next
        logger.error(  # noqa: TRY400 - not its text
            "kind=%s code=%s at=%s | work in the background failed",
            type(error).__name__,
            getattr(error, "code", ""),
            ",".join(places[-3:]),
        )


class Turnstile:
    """Lets the turns of one conversation through one after the other."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[str] = Counter()
        self._waiting_of: Counter[str] = Counter()

    @asynccontextmanager
    async def through(self, runtime_session: str, person: str) -> AsyncIterator[None]:
        """Wait for the turns before this one. Raises: `TooManyError` where too many wait already."""
        lock = self._locks.setdefault(runtime_session, asyncio.Lock())
        if self._waiting[runtime_session] > _MOST_WAITING or self._waiting_of[person] >= _MOST_OF_ONE_PERSON:
            raise TooManyError
        counted = ((self._waiting, runtime_session), (self._waiting_of, person))
        for counter, name in counted:
            counter[name] += 1
        try:
            async with lock:
                yield
        finally:
            for counter, name in counted:
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]
