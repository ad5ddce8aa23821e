"""Find the period that a Japanese question names. Pure."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from local.aws.bedrock.planner import periods
from local.aws.bedrock.planner.periods import Period

_UNITS = {"日": "day", "週": "week", "月": "month", "年": "year"}
_DAYS = {"今日": 0, "本日": 0, "けさ": 0, "今朝": 0, "昨日": 1, "きのう": 1, "一昨日": 2, "おととい": 2}
_WEEKDAYS = "月火水木金土日"
_THIS = {"今週": "week", "今月": "month", "今四半期": "quarter", "今年": "year"}
_LAST = {"先週": "week", "先月": "month", "前四半期": "quarter", "去年": "year", "昨年": "year"}
_DATE = r"(?:(?P<{0}y>\d{{4}})年)?(?P<{0}m>\d{{1,2}})月(?P<{0}d>\d{{1,2}})日"
_ISO = r"\d{4}-\d{2}-\d{2}"


def find(text: str, today: date) -> tuple[Period, str] | None:
    """Return the period and the words that named it, or None."""
    for pattern, resolve in _RULES:
        match = re.search(pattern, text)
        period = resolve(match, today) if match else None
        if match and period:
            return period, match.group(0)
    return None


def _between(match: re.Match[str], today: date) -> Period | None:
    first, last = _date(match, "a", today), _date(match, "b", today)
    return Period(first, last) if first and last else None


def _iso_between(match: re.Match[str], _today: date) -> Period | None:
    try:
        return Period(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
    except ValueError:
        return None


def _exact(match: re.Match[str], today: date) -> Period | None:
    day = _date(match, "a", today)
    return _since(Period(day, day), match["since"], today) if day else None


def _date(match: re.Match[str], key: str, today: date) -> date | None:
    year = match[f"{key}y"]
    return periods.past_day(today, int(match[f"{key}m"]), int(match[f"{key}d"]), int(year) if year else None)


def _iso(match: re.Match[str], today: date) -> Period | None:
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        return None
    return _since(Period(day, day), match["since"], today)


def _latest(match: re.Match[str], today: date) -> Period | None:
    return periods.latest(today, max(int(match[1]), 1), _UNITS[match[2]])


def _named_day(match: re.Match[str], today: date) -> Period | None:
    day = today - timedelta(days=_DAYS[match[1]])
    return _since(Period(day, day), match["since"], today)


def _unit(match: re.Match[str], today: date) -> Period | None:
    word = match[1]
    period = periods.this(today, _THIS[word]) if word in _THIS else periods.previous(today, _LAST[word])
    return _since(period, match["since"], today)


def _weekday(match: re.Match[str], today: date) -> Period | None:
    day = periods.past_weekday(today, _WEEKDAYS.index(match[1]))
    return _since(Period(day, day), match["since"], today)


def _quarter(match: re.Match[str], today: date) -> Period | None:
    number = int(match[2])
    return periods.quarter(int(match[1]), number) if match[1] else periods.past_quarter(today, number)


def _month(match: re.Match[str], today: date) -> Period | None:
    number = int(match[2])
    if not 1 <= number <= 12:
        return None
    period = periods.month(int(match[1]), number) if match[1] else periods.past_month(today, number)
    return _since(period, match["since"], today)


def _year(match: re.Match[str], today: date) -> Period | None:
    return _since(periods.until(today, periods.around(date(int(match[1]), 1, 1), "year")), match["since"], today)


def _since(period: Period, since: str | None, today: date) -> Period:
    return Period(period.first, today) if since else period


_SINCE = r"(?P<since>以降|以来|から)?"

_RULES: tuple[tuple[str, Callable[[re.Match[str], date], Period | None]], ...] = (
    (_DATE.format("a") + r"から" + _DATE.format("b") + r"(?:まで)?", _between),
    (rf"({_ISO})から({_ISO})(?:まで)?", _iso_between),
    (_DATE.format("a") + _SINCE, _exact),
    (rf"({_ISO}){_SINCE}", _iso),
    (r"(?:過去|直近|この|最近の?)?(\d{1,3})(?:か|ヶ|カ)?(日|週|月|年)間", _latest),
    (r"(?:過去|直近)(\d{1,3})(?:か|ヶ|カ)?(日|週|月|年)", _latest),
    (rf"({'|'.join(sorted(_DAYS, key=len, reverse=True))}){_SINCE}", _named_day),
    (rf"({'|'.join([*_THIS, *_LAST])}){_SINCE}", _unit),
    (rf"([{_WEEKDAYS}])曜日?{_SINCE}", _weekday),
    (r"(?:((?:19|20)\d{2})年の?)?第([1-4])四半期", _quarter),
    (rf"(?:((?:19|20)\d{{2}})年の?)?(\d{{1,2}})月{_SINCE}", _month),
    (rf"((?:19|20)\d{{2}})年{_SINCE}", _year),
)
