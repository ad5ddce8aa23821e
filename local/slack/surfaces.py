"""What an app shows beside messages: Home, modals, statuses, agent sessions, suggested prompts. State."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any  # views are JSON

__all__ = ["STATUS_LIFE", "Status", "Surfaces"]

# https://docs.slack.dev/reference/methods/assistant.threads.setStatus
STATUS_LIFE = timedelta(minutes=2)
Thread = tuple[str, str]  # channel, thread_ts


@dataclass(slots=True)
class Status:
    """What the app says that it is doing in a thread, and since when."""

    text: str
    since: datetime
    loading: tuple[str, ...] = ()


@dataclass(slots=True)
class Surfaces:
    """`homes` and `modals` by person; `statuses`, `sessions` (their status) and `titles` by thread."""

    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    modals: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[Thread, Status] = field(default_factory=dict)
    sessions: dict[Thread, str] = field(default_factory=dict)
    titles: dict[Thread, str] = field(default_factory=dict)
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    _views: int = 0

    def clear(self) -> None:
        """Show nothing any more."""
        every: tuple[dict[Any, Any], ...] = (
            self.homes,
            self.modals,
            self.statuses,
            self.sessions,
            self.titles,
            self.prompts,
            self.warnings,
        )
        for each in every:
            each.clear()

    def status(self, thread: Thread, now: datetime) -> str:
        """What the app says that it is doing there; nothing after two minutes."""
        known = self.statuses.get(thread)
        return known.text if known and now < known.since + STATUS_LIFE else ""

    def answered(self, channel: str, root_ts: str) -> None:
        """The app has said something there, which takes its status away."""
        self.statuses.pop((channel, root_ts), None)

    def new_view_id(self) -> str:
        """An id that no view had."""
        self._views += 1
        return f"V0SAMPLE{self._views:04}"
