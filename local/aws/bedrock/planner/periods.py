"""Calendar arithmetic behind "last week" and "in Q3". Pure; weeks run from Monday to Sunday."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

UNITS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both inclusive; None leaves that side open."""

    first: date | None = None
    last: date | None = None


def around(day: date, unit: str) -> Period:
    """Return the whole day, week, month, quarter or year that `day` is in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        return month(day.year, day.month)
    if unit == "quarter":
        return quarter(day.year, (day.month + 2) // 3)
    if unit == "year":
        return Period(date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(day, day)


def this(today: date, unit: str) -> Period:
    """Return the current week, month, … up to today, because nothing later can have happened."""
    return Period(around(today, unit).first, today)


def previous(today: date, unit: str) -> Period:
    """Return the week, month, … before the current one."""
    first = around(today, unit).first
    assert first is not None, "a whole unit has a first day"
    return around(first - timedelta(days=1), unit)


def latest(today: date, count: int, unit: str) -> Period:
    """Return the last `count` days, weeks, … that end today."""
    if unit == "day":
        return Period(today - timedelta(days=count - 1), today)
    if unit == "week":
        return Period(today - timedelta(days=7 * count - 1), today)
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    return Period(months_before(today, months) + timedelta(days=1), today)


def months_before(day: date, months: int) -> date:
    """Return the same day of the month, `months` earlier; the month's last day where there is no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, number = max(index // 12, 1), index % 12 + 1
    return date(year, number, min(day.day, calendar.monthrange(year, number)[1]))


def month(year: int, number: int) -> Period:
    """Return one calendar month."""
    return Period(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def quarter(year: int, number: int) -> Period:
    """Return one calendar quarter, 1 to 4."""
    return Period(date(year, 3 * number - 2, 1), month(year, 3 * number).last)


def until(today: date, period: Period) -> Period:
    """Cut what lies after today off a period."""
    return Period(period.first, min(period.last, today) if period.last else None)


def past_month(today: date, number: int) -> Period:
    """Return the most recent month of that number which has begun."""
    return until(today, month(today.year - (number > today.month), number))


def past_quarter(today: date, number: int) -> Period:
    """Return the most recent quarter of that number which has begun."""
    return until(today, quarter(today.year - (3 * number - 2 > today.month), number))


def past_weekday(today: date, weekday: int) -> date:
    """Return the most recent such day of the week before today; Monday is 0."""
    return today - timedelta(days=(today.weekday() - weekday) % 7 or 7)


def past_day(today: date, number: int, day: int, year: int | None) -> date | None:
    """Return that day of the given month, in the most recent year in which it is not in the future."""
    try:
        found = date(year or today.year, number, day)
        return found.replace(year=today.year - 1) if year is None and found > today else found
    except ValueError:
        return None
