"""What one conversation may ask of Drive: a bucket of Google's quota units that fills up again with time.

Units of the Drive API: https://developers.google.com/workspace/drive/api/guides/limits. The rules are pure and take
the clock as an argument; `Quota` adds a lock, because tools of one turn run in threads.

The size. Google gives one person 325,000 units a minute in our project, and the project 1,000,000. A list call costs
100 units and takes Google some 0.3 s. The bucket holds 30,000 units (300 list calls at once: twenty big questions)
and refills by 10,000 a minute, which is five questions a minute, each with four tools that look at five pages of 200
files, for as long as anybody likes to go on. A loop that lists without pause spends 20,000 a minute or more, and is
stopped within three minutes. Ten such loops of one person, and thirty in the project, still leave others their share.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from tools.errors import QuotaSpentError

LIST_UNITS = 100
CONTENT_UNITS = 200
OTHER_UNITS = 5

CAPACITY_UNITS = 30_000
REFILL_UNITS_PER_S = 10_000 / 60


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many units there were at `at_s`, seconds on a clock that never goes back."""

    units: float
    at_s: float


def spend(bucket: Bucket, units: int, now_s: float) -> tuple[Bucket, float]:
    """Take `units` out. Returns the bucket as it is then, and 0; or the bucket untouched, and the seconds to wait."""
    elapsed_s = max(0.0, now_s - bucket.at_s)
    filled = min(CAPACITY_UNITS, bucket.units + elapsed_s * REFILL_UNITS_PER_S)
    if units > filled:
        return bucket, (units - filled) / REFILL_UNITS_PER_S
    return Bucket(filled - units, max(now_s, bucket.at_s)), 0.0


class Quota:
    """One conversation's bucket, full at first. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = Bucket(CAPACITY_UNITS, clock())

    def charge(self, units: int) -> None:
        """Pay for one call before it is sent. Raises `QuotaSpentError` where there is too little left."""
        with self._lock:
            self._bucket, wait_s = spend(self._bucket, units, self._clock())
        if wait_s:
            raise QuotaSpentError(wait_s)


__all__ = [
    "CAPACITY_UNITS",
    "CONTENT_UNITS",
    "LIST_UNITS",
    "OTHER_UNITS",
    "REFILL_UNITS_PER_S",
    "Bucket",
    "Quota",
    "spend",
]
