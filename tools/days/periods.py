"""Turn an everyday period ("last week", "since March", "2026-11-09..2026-11-15") into days. Pure.

In: what a person said, in English or Japanese, and the day it is where that person is.
Out: a `Period` of inclusive days, either end of which may be open; its moments come out in UTC.
Raises: `InvalidFilterError`, which says what to write instead, for what is unknown, ambiguous or out of order.
Single periods ("last week", "Q3 2025") are read by `tools.days.words`; here are the words between and around them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tools.days.japanese import in_english
from tools.days.words import Span, is_start, named, recurs
from tools.errors import InvalidFilterError

__all__ = ["Period", "resolve"]

MAX_LENGTH = 120  # characters; nobody's period is longer, and the time to read one grows with its splits
FIRST_YEAR, LAST_YEAR = 1900, 2199  # far from where dates and time zones overflow

_DAY = timedelta(days=1)

# Words before a period -> which end it closes, and whether the period itself belongs to the result.
_BEFORE = {
    "since": ("first", True),
    "starting from": ("first", True),
    "starting": ("first", True),
    "as of": ("first", True),
    "after": ("first", False),
    "later than": ("first", False),
    "newer than": ("first", False),
    "before": ("last", False),
    "prior to": ("last", False),
    "earlier than": ("last", False),
    "older than": ("last", False),
    "no later than": ("last", True),
    "until": ("last", True),
    "till": ("last", True),
    "up until": ("last", True),
    "up to": ("last", True),
    "through": ("last", True),
    "by": ("last", True),
}

# Words behind a period, and the word before it that means the same.
_BEHIND = {
    **dict.fromkeys(("onwards", "onward", "on", "or later", "and later", "or after", "and after"), "since"),
    **dict.fromkeys(("or earlier", "and earlier", "or before", "and before"), "until"),
}

_LINK = re.compile(r" (?:to|until|till|up to|through|thru) | ?\.\.+ ?| ?[~/-] ?")
_AND = re.compile(r" and ")
_SECOND_BOUND = re.compile(r" (?:(?:and|but) )?(?=(?:before|until|till|up to|through|prior to) )")
_DAY_NUMBER = re.compile(r"\d{1,2}(?:st|nd|rd|th)?(?: \d{4})?$")
_YEAR_SAID = re.compile(r"(?<!\d)\d{4}(?!\d)")
_OTHER_YEAR = re.compile(r"\b(?:of )?(?:the )?(last|this|previous) year\b")

_EITHER = re.compile(r" (?:and|or|&) ")
_AGE = re.compile(
    r"(?:(?P<more>older than|more than|earlier than|over)|less than|newer than|younger than) "
    r"(?P<age>\S+ (?:of )?(?:minute|hour|day|week|month|year)s?)(?: ago| old)?(?= |$)"
)

_FORMS = (
    "give a day (2026-11-09), days (2026-11-09..2026-11-15, where either end may be left out), or a period such as "
    '"yesterday", "last week", "last 30 days", "3 days ago", "monday", "9 november", "march 2025", "Q3 2025", "2025", '
    '"since march", "before 2026", "from march to may".'
)

# What has no single meaning, and what to say instead.
_AMBIGUOUS = (
    (
        r"(?<![\d/.-])\d{1,2}[/.-]\d{1,2}([/.-]\d+)?(?![\d/.-])",
        "a date in figures may be read with the day or the month first. Write it as 2026-11-09.",
    ),
    (
        r"\b(spring|summer|autumn|fall|winter)\b|[春夏秋冬]",
        'a season begins on different days in different places. Name months, such as "from march to may".',
    ),
    (
        r"\b(fiscal|fy ?\d*)\b|年度|[上下]半?期",
        'fiscal years differ. Name months, such as "from april 2025 to march 2026".',
    ),
    (
        r"\b(recent|recently|lately|few|several|while|ages|long)\b|最近|数[日週年か]",
        'say how long, such as "last 14 days".',
    ),
    (r"^from ", 'write "since X" for everything from then on, or "X" alone for that period.'),
    (r"\d{1,2}:\d\d|\d[ap]m\b|\dt\d", "only whole days can be asked for. Give a day such as 2026-11-09."),
    (r"^(any ?time|always|ever|all time|all|any)$", "leave it empty for any time."),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; None is an open end. What `resolve` returns is in order."""

    first: date | None
    last: date | None

    def starts(self, zone: tzinfo) -> datetime | None:
        """Return the UTC moment at which `first` begins in `zone`."""
        return _midnight(self.first, zone) if self.first else None

    def ends(self, zone: tzinfo) -> datetime | None:
        """Return the UTC moment at which the day after `last` begins in `zone`: an exclusive end."""
        return _midnight(self.last, zone, days_later=1) if self.last else None

    def __str__(self) -> str:
        if self.first and self.last:
            return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        if self.first:
            return f"since {self.first}"
        return f"until {self.last}" if self.last else "any time"


def resolve(text: str, today: date, field: str) -> Period:
    """Return the days that `text` means for somebody whose day is `today`.

    A week runs from Monday to Sunday. A day, month or quarter without a year is the latest one that has begun; "last n
    days" end today. "since" and "until" include what they name, "after" and "before" do not. `field` is the argument
    that an error names.
    """
    said = _normalised(text, field)
    period = _read(said, today)
    if period is None:
        raise InvalidFilterError(f"{field}: {_advice(said)}")
    if period.first and period.last and period.first > period.last:
        raise InvalidFilterError(
            f"{field}: {period.first} is after {period.last}. Give the earlier one first, and the years if they differ."
        )
    if any(day and not FIRST_YEAR <= day.year <= LAST_YEAR for day in (period.first, period.last)):
        raise InvalidFilterError(f"{field}: only days from {FIRST_YEAR} to {LAST_YEAR} can be asked for.")
    return period


def _normalised(text: str, field: str) -> str:
    if len(text) <= MAX_LENGTH:
        said = unicodedata.normalize("NFKC", text).casefold()
        said = re.sub("[\u2010-\u2015\u2212]", "-", said).replace("\u301c", "~").replace("\u2019", "'")
        said = " ".join(in_english(said).replace(",", " ").strip(" \t\r\n\"'`。、!?").split())
        said = re.sub(r"(?<!\.)\.$", "", said)
        if said and len(said) <= MAX_LENGTH:
            return said
    reason = "is too long" if text.strip() else "is empty"
    raise InvalidFilterError(f"{field} {reason}: {_FORMS}")


def _advice(said: str) -> str:
    return next((advice for pattern, advice in _AMBIGUOUS if re.search(pattern, said)), _FORMS)


def _read(said: str, today: date) -> Period | None:
    said = _AGE.sub(_by_age, said)
    # "march to may last year" is about that year on both sides.
    year_of = {"last": today.year - 1, "previous": today.year - 1, "this": today.year}
    with_year = _OTHER_YEAR.sub(lambda match: str(year_of[match[1]]), said)
    for text in (said, with_year):
        if span := named(text, today):
            return Period(*span)
        if found := _open(text, today) or _both_bounds(text, today) or _pair(text, today) or _either(text, today):
            return found
    return None


def _by_age(match: re.Match[str]) -> str:
    """Say "older than 30 days" as "before" the day that lies exactly so far back, "less than" as "last"."""
    return f"before {match['age']} back" if match["more"] else f"last {match['age']}"


def _open(said: str, today: date) -> Period | None:
    """Read a period with one end: "since X", "X..", "before X", "..X", "X or later"."""
    if said.endswith(".."):
        said = f"since {said.rstrip('. ')}"
    elif said.startswith(".."):
        said = f"until {said.lstrip('. ')}"
    for words, same in _BEHIND.items():
        if said.endswith(f" {words}"):
            inner = said.removesuffix(f" {words}").removeprefix("from ").removeprefix("since ")
            said = f"{same} {inner}"
    for words, (end, is_included) in _BEFORE.items():
        if said.startswith(f"{words} "):
            inner = said.removeprefix(f"{words} ")
            if span := named(inner, today):
                return _bounded(span, end, is_included=is_included, is_start=is_start(inner))
    return None


def _bounded(span: Span, end: str, *, is_included: bool, is_start: bool) -> Period | None:
    first, last = span
    try:
        if end == "first":
            return Period(first if is_included else last + _DAY, None)
        until = first if is_start else last  # "until the start of march" leaves the rest of it out
        return Period(None, until if is_included else first - _DAY)
    except OverflowError:
        return None


def _both_bounds(said: str, today: date) -> Period | None:
    """Read "after X and before Y"."""
    for match in _SECOND_BOUND.finditer(said):
        since, until = _open(said[: match.start()], today), _open(said[match.end() :], today)
        if since and until and since.first and until.last:
            return Period(since.first, until.last)
    return None


def _pair(said: str, today: date) -> Period | None:
    """Read "from X to Y", "between X and Y", "X..Y", "X - Y"."""
    link = _AND if said.startswith("between ") else _LINK
    rest = said.removeprefix("between ").removeprefix("from ")
    for match in link.finditer(rest):
        for left, right in _completed(rest[: match.start()], rest[match.end() :]):
            first, last = named(left, today), named(right, today)
            if first and last and recurs(right) and (last[1] < first[0] or recurs(_YEAR_SAID.sub("", left))):
                last = _next(right, first[0]) or last
            if first and last:
                return Period(first[0], last[0] if is_start(right) else last[1])
    return None


def _either(said: str, today: date) -> Period | None:
    """Read "this week and last week": two periods with no day between them."""
    for match in _EITHER.finditer(said):
        spans = [named(said[: match.start()], today), named(said[match.end() :], today)]
        if spans[0] and spans[1]:
            one, other = sorted(span for span in spans if span)
            return Period(one[0], max(one[1], other[1])) if other[0] - one[1] <= _DAY else None
    return None


def _completed(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield the two sides as said, after those that take from the other side what was said once only."""
    if _DAY_NUMBER.match(right) and re.search(r"[a-z] \d{1,2}(?:st|nd|rd|th)?$", left):  # "november 9 to 15"
        right = f"{left.rsplit(' ', 1)[0]} {right}"
    if _DAY_NUMBER.fullmatch(left) and " " in right:  # "9 to 15 november"
        left = f"{left} {right.split(' ', 1)[1]}"
    year = _YEAR_SAID.search(right)
    if year and recurs(left):  # "march to may 2025"
        yield f"{left} {year[0]}", right
    yield left, right


def _next(name: str, first: date) -> Span | None:
    """Return the period of that name that follows `first` soonest: in the week after it, or by the end of its year."""
    if first.year > LAST_YEAR:
        return None
    for until in (first + 6 * _DAY, date(first.year, 12, 31)):
        span = named(name, until)
        if span and span[1] >= first:
            return span
    return None


def _midnight(day: date, zone: tzinfo, days_later: int = 0) -> datetime:
    """Return the UTC moment at which a day begins; where clocks skip midnight, that is the first moment after it."""
    try:
        return datetime.combine(day + days_later * _DAY, time.min, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise InvalidFilterError(f"Only days from {FIRST_YEAR} to {LAST_YEAR} can be asked for.") from None
