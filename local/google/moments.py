"""Times of the seeds, told from now. Pure.

`3d` three days ago (also `m` minutes, `h`, `w`); `last tue 10:20` Tuesday of the previous Monday-Sunday week;
`before thu 09:00` the week before that; `this` the middle of what has passed of the current week;
`month-1 12 10:00` the twelfth day of the previous month (also `quarter`, `year`; 0 is not allowed).
Weeks, months, quarters and years are counted in the time zone of `now`. Raises `ValueError` for anything else.
"""

import re
from datetime import datetime, timedelta

__all__ = ["moment", "monday"]

_AGO = re.compile(r"(\d+)([mhdw])")
_WEEKDAY = re.compile(r"(last|before) (mon|tue|wed|thu|fri|sat|sun) (\d\d):(\d\d)")
_CALENDAR = re.compile(r"(month|quarter|year)-([1-9]\d?) (\d{1,3}) (\d\d):(\d\d)")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
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
    if part := _CALENDAR.fullmatch(text):
        offset = timedelta(days=int(part[3]) - 1, hours=int(part[4]), minutes=int(part[5]))
        return _start(now, _MONTHS[part[1]], int(part[2])) + offset
    raise ValueError(f"not a time of the seeds: {text!r}")


def _start(now: datetime, months: int, back: int) -> datetime:
    """Midnight at the start of the month, quarter or year (1, 3 or 12 `months`) that lies `back` of them before now."""
    index = (now.year * 12 + now.month - 1) // months * months - back * months
    return now.replace(year=index // 12, month=index % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
