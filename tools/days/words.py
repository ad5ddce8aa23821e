"""Single everyday periods: a table of what people say, and the days it means. Pure.

In: one period in lower-case English ("last week", "q3 2025", "9 november"), and the day it is.
Out: its first and last day, both included, or None where no rule fits or there is no such day.
A rule is a phrase with slots; the words that change nothing ("the", "in", "on", …) are taken out beforehand.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

__all__ = ["Span", "is_start", "named", "recurs"]

Span = tuple[date, date]
_Said = dict[str, str | None]

_DAY = timedelta(days=1)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS_IN_UNIT = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_IN_A_DAY = {"minute": 24 * 60, "hour": 24}

_FILLERS = {"the", "of", "in", "on", "during", "at", "over", "sometime", "earlier", "for"}
_SHORT = {"ytd": "year to date", "qtd": "quarter to date", "mtd": "month to date"}
_COUNT = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: str(number) for number, word in enumerate(_COUNT)}
_NUMBERS |= {"a": "1", "an": "1", "couple": "2", "first": "1", "second": "2", "third": "3", "fourth": "4"}
_NUMBERS |= {"fifteen": "15", "twenty": "20", "thirty": "30", "sixty": "60", "ninety": "90"}
_UNITS = {"h": "hours", "hrs": "hours", "d": "days", "w": "weeks"}

_SLOTS = {
    "which": r"(?P<which>this|current|last|previous|past|next)",
    "back": r"(?:last|past|previous|within|within last|within past)",
    "n": r"(?P<n>\d{1,5})",
    "unit": r"(?P<unit>minute|hour|day|week|month|quarter|half|year)s?",
    "weekday": (r"(?P<weekday>mon|tues?|weds?|thu|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"),
    "month": (
        r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august"
        r"|september|october|november|december)"
    ),
    "part": r"(?:morning|noon|afternoon|evening|night)",
    "day": r"(?P<day>\d{1,2})",
    "year": r"(?:(?P<year>\d{4})|'(?P<short_year>\d\d))",
    "quarter": r"(?:q ?(?P<q>[1-4])|(?P<q_>[1-4]) ?q(?:uarter)?|quarter (?P<q__>[1-4]))",
    "half": r"(?:h ?(?P<h>[12])|(?P<h_>[12]) ?h(?:alf)?)",
    "rest": r"(?P<rest>.+)",
}


def named(text: str, today: date) -> Span | None:
    """Return the days of one period, as of `today`. Names without a year mean the latest one that has begun."""
    phrase = _plain(text)
    for pattern, read in _RULES:
        if match := pattern.fullmatch(phrase):
            try:
                return read(match.groupdict(), today)
            except (ValueError, OverflowError):  # there is no such day
                return None
    return None


def is_start(text: str) -> bool:
    """Tell whether `text` is about the beginning of a period."""
    return re.match(r"(beginning|start|early)\b", _plain(text)) is not None


def recurs(text: str) -> bool:
    """Tell whether `text` is a name that comes back every week or year, such as "may", "q3", "9 november"."""
    return any(pattern.fullmatch(_plain(text)) for pattern in _RECURRING)


def _plain(text: str) -> str:
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b|(?<=[a-z])\.|'s\b", "", text)
    text = re.sub(r"(?<=last |past )(\d+) ?(h|hrs|d|w)\b", lambda match: f"{match[1]} {_UNITS[match[2]]}", text)
    words = text.replace("a couple", "couple").replace("half a year", "6 months").split()
    kept = (_NUMBERS.get(word, word) for word in words if word not in _FILLERS)
    return " ".join(_SHORT.get(word, word) for word in kept)


def _shifted(day: date, count: int, unit: str) -> date:
    """Move a day by whole units; the 31st becomes the last day of a shorter month."""
    if unit in _MONTHS_IN_UNIT:
        months = day.year * 12 + day.month - 1 + count * _MONTHS_IN_UNIT[unit]
        year, month = months // 12, months % 12 + 1
        if not date.min.year <= year <= date.max.year:
            raise OverflowError
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    return day + timedelta(days=count * (7 if unit == "week" else 1))


def _unit_around(day: date, unit: str) -> Span:
    """Return the calendar day, week, month, … that holds a day."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + 6 * _DAY
    if unit in _MONTHS_IN_UNIT:
        length = _MONTHS_IN_UNIT[unit]
        first = date(day.year, (day.month - 1) // length * length + 1, 1)
        return first, _shifted(first, 1, unit) - _DAY
    return day, day


def _steps(said: _Said) -> int:
    return {"last": -1, "previous": -1, "past": -1, "next": 1}.get(said.get("which") or "", 0)


def _year(said: _Said) -> int | None:
    if said.get("short_year"):
        return 2000 + int(said["short_year"] or 0)
    return int(said["year"] or 0) if said.get("year") else None


def _latest(said: _Said, today: date, spans: Callable[[int], Span]) -> Span:
    """Return the span of the year said; else of the latest year in which it has begun ("last": begun and ended)."""
    if year := _year(said):
        return spans(year)
    for year in range(today.year, today.year - 9, -1):  # 29 February comes back after 8 years at most
        try:
            first, last = spans(year)
        except ValueError:
            continue
        if first <= today and (last < today or _steps(said) == 0):
            return first, last
    raise ValueError


def _calendar_unit(said: _Said, today: date) -> Span:
    unit = said["unit"] or ""
    if unit in _IN_A_DAY:
        return _window(said | {"n": "1"}, today)
    return _unit_around(_shifted(today, _steps(said), unit), unit)


def _window(said: _Said, today: date) -> Span:
    """Return the last n units, today included. Hours reach back over midnight: the days that they may touch."""
    count, unit = int(said.get("n") or 1), said["unit"] or ""
    if count == 0:
        raise ValueError
    if unit in _IN_A_DAY:
        return today - timedelta(days=-(-count // _IN_A_DAY[unit])), today
    return _shifted(today, -count, unit) + _DAY, today


def _ago(said: _Said, today: date) -> Span:
    count, unit = int(said["n"] or 0), said["unit"] or ""
    if unit in _IN_A_DAY:
        return _window(said, today)
    return _unit_around(_shifted(today, -count, unit), unit)


def _back(said: _Said, today: date) -> Span:
    """Return the one day that lies exactly n units back."""
    if said["unit"] in _IN_A_DAY:
        raise ValueError
    return (_shifted(today, -int(said["n"] or 0), said["unit"] or ""),) * 2


def _before_last(said: _Said, today: date) -> Span:
    return _ago(said | {"n": "2"}, today)


def _to_date(said: _Said, today: date) -> Span:
    return _unit_around(today, said["unit"] or "")[0], today


def _days_ago(count: int) -> Callable[[_Said, date], Span]:
    return lambda _said, today: (today - timedelta(days=count),) * 2


def _weekday(said: _Said, today: date) -> Span:
    days_back = (today.weekday() - _WEEKDAYS.index((said["weekday"] or "")[:3])) % 7
    if _steps(said) < 0 and days_back == 0:
        days_back = 7
    if _steps(said) > 0:
        days_back -= 7
    return (today - timedelta(days=days_back),) * 2


def _weekday_of_week(said: _Said, today: date) -> Span:
    monday, _ = _unit_around(today + timedelta(weeks=_steps(said)), "week")
    return (monday + timedelta(days=_WEEKDAYS.index((said["weekday"] or "")[:3])),) * 2


def _weekend(said: _Said, today: date) -> Span:
    """Return the latest weekend that has begun; "last": the latest that is over."""
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if _steps(said) < 0 and saturday + _DAY >= today:
        saturday -= 7 * _DAY
    if _steps(said) > 0:
        saturday += 7 * _DAY
    return saturday, saturday + _DAY


def _month_number(said: _Said) -> int:
    return _MONTHS.index((said["month"] or "")[:3]) + 1


def _month(said: _Said, today: date) -> Span:
    return _latest(said, today, lambda year: _unit_around(date(year, _month_number(said), 1), "month"))


def _day_of_month(said: _Said, today: date) -> Span:
    day = _latest(said, today, lambda year: (date(year, _month_number(said), int(said["day"] or 0)),) * 2)
    weekday = said.get("weekday")
    if weekday and day[0].weekday() != _WEEKDAYS.index(weekday[:3]):
        raise ValueError
    return day


def _quarter(said: _Said, today: date) -> Span:
    number = int(said["q"] or said["q_"] or said["q__"] or 0)
    return _latest(said, today, lambda year: _unit_around(date(year, number * 3, 1), "quarter"))


def _half(said: _Said, today: date) -> Span:
    number = int(said["h"] or said["h_"] or 0)
    return _latest(said, today, lambda year: _unit_around(date(year, number * 6, 1), "half"))


def _iso(said: _Said, _today: date) -> Span:
    day = date(int(said["year"] or 0), int(said["m"] or 0), int(said.get("d") or 1))
    return _unit_around(day, "day" if said.get("d") else "month")


def _iso_week(said: _Said, today: date) -> Span:
    return _latest(said, today, lambda year: _unit_around(date.fromisocalendar(year, int(said["n"] or 0), 1), "week"))


def _edge(said: _Said, today: date) -> Span | None:
    """Return the beginning or end of a period: a quarter of a year, a month of a quarter, ten days of a month."""
    rest = said["rest"] or ""
    whole = named(rest, today) or named(f"this {rest}", today)
    if whole is None:
        return None
    first, last = whole
    length = (last - first).days + 1
    if length > 31:  # noqa: PLR2004 - longer than a month
        unit = "month" if length < 100 else "quarter"  # noqa: PLR2004
        return _unit_around(first if said["start"] else last, unit)
    piece = timedelta(days=9 if length > 7 else 1)  # noqa: PLR2004
    return (first, min(last, first + piece)) if said["start"] else (max(first, last - piece), last)


def _compiled(phrase: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{([a-z]+)\}", lambda slot: _SLOTS[slot[1]], phrase))


# The first phrase that fits the whole text decides.
_RULES: tuple[tuple[re.Pattern[str], Callable[[_Said, date], Span | None]], ...] = tuple(
    (_compiled(phrase), read)
    for phrase, read in (
        ("today|tonight|now|just now|right now|this {part}", _days_ago(0)),
        ("yesterday(?: {part})?|last night", _days_ago(1)),
        ("day before yesterday", _days_ago(2)),
        ("tomorrow(?: {part})?", _days_ago(-1)),
        ("(?:last|past) day", lambda said, today: _window(said | {"n": "24", "unit": "hour"}, today)),
        ("past {unit}", _window),
        ("{which} {unit}", _calendar_unit),
        ("{unit} before last", _before_last),
        ("{back} {n} {unit}", _window),
        ("{n} {unit} ago", _ago),
        ("{n} {unit} back", _back),
        ("(?:this )?{unit} to date", _to_date),
        ("so far this {unit}", _to_date),
        ("this {unit} so far", _to_date),
        ("(?:{which} )?weekend", _weekend),
        ("(?:{which} )?{weekday}(?: {part})?", _weekday),
        ("{weekday} {which} week", _weekday_of_week),
        ("{which} week {weekday}", _weekday_of_week),
        ("(?:{which} |month )?{month}", _month),
        ("(?:month )?{month} {year}", _month),
        ("{year} {month}", _month),
        ("(?:{weekday} )?{month} {day}(?: {year})?", _day_of_month),
        ("(?:{weekday} )?{day} {month}(?: {year})?", _day_of_month),
        ("{year} {month} {day}", _day_of_month),
        ("(?:{which} )?{quarter}", _quarter),
        ("{quarter}[ /-]?{year}", _quarter),
        ("{year}[ /-]?{quarter}", _quarter),
        ("(?:{which} )?{half}(?: year)?", _half),
        ("{half}[ /-]?{year}", _half),
        ("{year}[ /-]?{half}", _half),
        ("(?:year )?{year}", lambda said, _today: _unit_around(date(_year(said) or 0, 1, 1), "year")),
        ("{year}[-/.](?P<m>\\d\\d?)(?:[-/.](?P<d>\\d\\d?))?", _iso),
        ("(?P<m>\\d\\d?)[/.]{year}", _iso),
        ("(?P<year>\\d{4})(?P<m>\\d\\d)(?P<d>\\d\\d)", _iso),
        ("{year}-?w{n}", _iso_week),
        ("(?:calendar |iso )?(?:week |cw ?|w){n}(?: {year})?", _iso_week),
        ("(?:(?P<start>beginning|start|early)|end|late) {rest}", _edge),
    )
)

_RECURRING = tuple(
    _compiled(phrase) for phrase in ("{weekday}", "{month}", "{month} {day}", "{day} {month}", "{quarter}", "{half}")
)
