"""Days of the previous week, as people write them. Pure."""

import calendar
import re
from datetime import date, timedelta

_PLACE = re.compile(r"\{last_(?P<day>[a-z]+day)(?P<alone>_day)?\}")
_DAYS = [name.lower() for name in calendar.day_name]


def fill(text: str, now: date) -> tuple[str, ...]:
    """Return `text` itself, or for a placeholder such as `{last_sunday}` every form that stands for that day."""
    match = _PLACE.fullmatch(text)
    if not match or match["day"] not in _DAYS:
        return (text,)
    monday = now - timedelta(days=now.weekday() + 7)
    day = monday + timedelta(days=_DAYS.index(match["day"]))
    return (str(day.day), day.isoformat()) if match["alone"] else forms(day)


def forms(day: date) -> tuple[str, ...]:
    """Return the usual ways to write a day in English and Japanese."""
    long, short = calendar.month_name[day.month], calendar.month_abbr[day.month]
    english = [f"{day.day} {month}" for month in (long, short)] + [f"{month} {day.day}" for month in (long, short)]
    return (day.isoformat(), *english, f"{day.month}月{day.day}日", f"{day.month}/{day.day}")
