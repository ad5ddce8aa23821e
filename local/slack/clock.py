"""The time, and what makes messages' timestamps out of it: strictly growing, as Slack's are. State."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

__all__ = ["Clock", "Stamps", "utc_now"]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Stamps:
    """Timestamps (`ts`) of messages: seconds and six digits, never the same twice."""

    clock: Clock
    _last: int = field(default=0)

    def next(self) -> str:
        """The next one."""
        self._last = max(int(self.clock().timestamp() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"
