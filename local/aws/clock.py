"""The clock, as an argument, so that ten minutes pass in a test without waiting."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day, timezone-aware."""
    return datetime.now(UTC)
