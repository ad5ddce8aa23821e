"""Times of the seeds, told from now. Pure.

`3d` three days ago (also `m` minutes, `h`, `w`); `last tue 10:20` Tuesday of the previous Monday-Sunday week;
`before thu 09:00` the week before that; `this` the middle of what has passed of the current week.
Weeks are counted in the time zone of `now`. Raises `ValueError` for anything else.
"""

import re
from datetime import datetime, timedelta

__all__ = ["moment", "monday"]

_AGO = re.compile(r"(\d+)([mhdw])")
_WEEKDAY = re.compile(r"(last|before) (mon|tue|wed|thu|fri|sat|sun) (\d\d):(\d\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def monday(now: datetime) -> datetime:
    """Midnight at the start of the week of `now`, in its time zone."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday())


def moment(text: str, now: datetime) -> datetime:
    """The time that `text` tells, seen from `now`."""
    if text == "this":
        return monday(now) + (now - monday(now)) / 2
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if day := _WEEKDAY.fullmatch(text):
        weeks = 1 if day[1] == "last" else 2
        offset = timedelta(days=_DAYS.index(day[2]) - 7 * weeks, hours=int(day[3]), minutes=int(day[4]))
        return monday(now) + offset
    raise ValueError(f"not a time of the seeds: {text!r}")
