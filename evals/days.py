"""Days and periods told from today, as people write them. Pure."""

import calendar
import re
from datetime import date, timedelta

_PLACE = re.compile(r"\{last_(?P<day>[a-z]+day)(?P<alone>_day)?\}")
_SAID = re.compile(r"\{(?:last_(?P<weekday>[a-z]+day)|(?P<n>\d+)_(?P<unit>day|month|quarter|year)s?_ago)\}")
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


def said(text: str, now: date, locale: str = "en") -> str:
    """Return `text` with every placeholder as a person says it.

    `{last_thursday}` and `{20_days_ago}` are days such as 2026-11-12, `{4_months_ago}` is a month's name,
    `{1_quarter_ago}` is "Q3 2026", `{4_years_ago}` is "2022". Raises: `ValueError` for a weekday that does not exist.
    """
    return _SAID.sub(lambda match: _one(match, now, locale), text)


def _one(match: re.Match[str], now: date, locale: str) -> str:
    if match["weekday"]:
        return str(now - timedelta(days=now.weekday() + 7 - _DAYS.index(match["weekday"])))
    count, is_japanese = int(match["n"]), locale == "ja"
    if match["unit"] == "day":
        return str(now - timedelta(days=count))
    if match["unit"] == "month":
        month = (now.month - 1 - count) % 12 + 1
        return f"{month}月" if is_japanese else calendar.month_name[month]
    if match["unit"] == "year":
        return f"{now.year - count}年" if is_japanese else str(now.year - count)
    year, quarter = divmod(now.year * 4 + (now.month - 1) // 3 - count, 4)
    return f"{year}年第{quarter + 1}四半期" if is_japanese else f"Q{quarter + 1} {year}"
