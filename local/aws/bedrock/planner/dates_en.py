"""Find the period that an English question names. Pure."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from local.aws.bedrock.planner import periods
from local.aws.bedrock.planner.periods import Period

_LONG_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS = _LONG_MONTHS | {name[:3]: number for name, number in _LONG_MONTHS.items()} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_ORDINALS = ("first", "second", "third", "fourth")
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
NUMBERS = {
    **{word: n for n, word in enumerate(_NUMBER_WORDS.split(), start=1)},
    "couple of": 2,
    "few": 3,
}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(_WEEKDAYS)
_COUNT = r"\d{1,3}|" + "|".join(NUMBERS)
_UNIT = r"(?:week|month|quarter|year)"
_YEAR = r"(?:19|20)\d{2}"
_ISO = r"\d{4}-\d{2}-\d{2}"
_DATE = (
    rf"(?:{_ISO}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b(?:,? {_YEAR})?"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? {_YEAR})?)"
)
_CALENDAR = rf"(?:(?:the )?(?:q[1-4]|(?:{'|'.join(_ORDINALS)}) quarter|(?:{_MONTH})\b)(?:,? (?:of )?{_YEAR})?|{_YEAR})"
_DAY = r"(?:the day before yesterday|yesterday|today|this morning)"
_AGO = rf"(?:(?:{_COUNT}) (?:day|week)s? ago)"
_POINT = rf"(?:{_DATE}|{_DAY}|(?:this|last) {_UNIT}|{_AGO}|(?:last |this |on )?(?:{_WEEKDAY})\b|{_CALENDAR})"
# A month, quarter or year alone may be part of a file's name ("Q3 budget"): it needs one of these words before it.
_LEAD = r"(?:in|during|from|of|for|within|over)"


def find(text: str, today: date) -> tuple[Period, str] | None:
    """Return the period and the words that named it, or None. Case does not matter."""
    for pattern, resolve in _RULES:
        match = re.search(rf"\b{pattern}(?![\w-])", text, re.IGNORECASE)
        period = resolve(match, today) if match else None
        if match and period:
            return period, match.group(0)
    return None


def _between(match: re.Match[str], today: date) -> Period | None:
    first, last = _point(match["a"], today), _point(match["b"], today)
    if first and match["b"].isdigit() and first.first:  # "between October 1 and 15"
        last = _same_month(first.first, match["b"])
    if last and match["a"].isdigit() and last.last:  # "between 1 and 15 October"
        first = _same_month(last.last, match["a"])
    return Period(first.first, last.last) if first and last else None


def _same_month(day: date, number: str) -> Period | None:
    found = periods.past_day(day, day.month, int(number), day.year)
    return Period(found, found) if found else None


def _bounded(match: re.Match[str], today: date) -> Period | None:
    point, word = _point(match["a"], today), match["how"].lower()
    if not point or not point.first or not point.last:
        return None
    if word == "after":
        return Period(point.last + timedelta(days=1), None)
    if word == "before":
        return Period(None, point.first - timedelta(days=1))
    return Period(point.first, today) if word == "since" else Period(None, point.last)


def _rolling(match: re.Match[str], today: date) -> Period | None:
    return periods.latest(today, _count(match["n"] or "1"), match["unit"].lower())


def _hours(match: re.Match[str], today: date) -> Period | None:
    return Period(today - timedelta(days=-(-int(match["n"]) // 24)), today)


def _single(match: re.Match[str], today: date) -> Period | None:
    return _point(match["a"], today)


def _count(text: str) -> int:
    return max(int(text), 1) if text.isdigit() else NUMBERS[text.lower()]


def _point(text: str, today: date) -> Period | None:
    """Resolve one named day, week, month, quarter or year."""
    words = text.lower().replace(",", "").strip()
    return _relative(words, today) or _on_calendar(words, today)


def _relative(words: str, today: date) -> Period | None:
    days = {"today": 0, "this morning": 0, "yesterday": 1, "the day before yesterday": 2}.get(words)
    if days is not None:
        return periods.around(today - timedelta(days=days), "day")
    if match := re.fullmatch(rf"(this|last) ({_UNIT})", words):
        return (periods.this if match[1] == "this" else periods.previous)(today, match[2])
    if match := re.fullmatch(rf"({_COUNT}) (day|week)s? ago", words):
        factor = 7 if match[2] == "week" else 1
        return periods.around(today - timedelta(days=_count(match[1]) * factor), match[2])
    if match := re.fullmatch(rf"(last |this |on )?({_WEEKDAY})", words):
        weekday = _WEEKDAYS[match[2]]
        if match[1] == "this " and weekday <= today.weekday():
            return periods.around(today - timedelta(days=today.weekday() - weekday), "day")
        return periods.around(periods.past_weekday(today, weekday), "day")
    return None


def _on_calendar(words: str, today: date) -> Period | None:
    if re.fullmatch(_ISO, words):
        try:
            return periods.around(date.fromisoformat(words), "day")
        except ValueError:
            return None
    year = int(found[0]) if (found := re.search(rf"\b{_YEAR}\b", words)) else None
    if match := re.search(rf"\bq([1-4])|\b({'|'.join(_ORDINALS)}) quarter", words):
        number = int(match[1]) if match[1] else _ORDINALS.index(match[2]) + 1
        return periods.quarter(year, number) if year else periods.past_quarter(today, number)
    named = re.search(rf"\b({_MONTH})\b", words)
    if not named:
        return periods.until(today, periods.around(date(year, 1, 1), "year")) if year else None
    number = _MONTHS[named[1]]
    if match := re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", words):
        exact = periods.past_day(today, number, int(match[1]), year)
        return periods.around(exact, "day") if exact else None
    return periods.month(year, number) if year else periods.past_month(today, number)


_RULES: tuple[tuple[str, Callable[[re.Match[str], date], Period | None]], ...] = (
    (rf"(?:between|from) (?P<a>{_POINT}|\d{{1,2}}) (?:and|to|until|till|through) (?P<b>{_POINT}|\d{{1,2}})", _between),
    (rf"(?<!day )(?P<how>since|after|before|until|till|up to) (?P<a>{_POINT})", _bounded),
    (rf"(?:{_LEAD} )?the (?:last|past) (?P<n>\d{{1,3}}) hours", _hours),
    (rf"(?:{_LEAD} )?(?:the |these )?(?:last|past) (?P<n>{_COUNT}) (?P<unit>day|{_UNIT})s?", _rolling),
    (rf"(?:{_LEAD} )?(?:the last|(?:the )?past) (?P<n>)(?P<unit>{_UNIT})", _rolling),
    (rf"(?:{_LEAD} )?(?P<a>{_DAY}|(?:this|last) {_UNIT}|{_AGO})(?:'s)?", _single),
    (rf"(?:on |{_LEAD} )?(?:the )?(?P<a>{_DATE})", _single),
    (rf"(?:on |{_LEAD} )?(?P<a>(?:last |this )?(?:{_WEEKDAY}))", _single),
    (rf"{_LEAD} (?P<a>{_CALENDAR})", _single),
)
