"""The numbers of a spreadsheet's cells as a person sees them: dates, times and percentages. Pure.

Rules: ECMA-376 part 1, sections 18.8.30 (number formats) and 18.17.4 (dates and times).
"""

import re
from datetime import datetime, timedelta

__all__ = ["number_text", "shape_of"]

# Built-in formats that files do not spell out. 27 to 36 and 50 to 58 are dates in the languages of East Asia.
_BUILT_IN = {9: "percent", 10: "percent", 22: "moment", 46: "length"}
_DATES = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58})
_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56})
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_LENGTH = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_SECONDS_OF_DAY = 86_400
_LEAP_BUG = 60  # day 60 is 29 February 1900, which never was
_MAX_DAYS = 2_958_466  # the year 10000


def shape_of(number: str, code: str) -> str:
    """How a number format shows numbers: `date`, `time`, `moment` (both), `length` (hours and more), `percent` or ``.

    `number` is the format's id, `code` its text, empty for a built-in one.
    """
    if not code:
        at = int(number)
        return _BUILT_IN.get(at) or ("date" if at in _DATES else "time" if at in _TIMES else "")
    code = _LITERAL.sub("", code.partition(";")[0])
    if _LENGTH.search(code):
        return "length"
    code = _BRACKETS.sub("", code).lower()
    if "general" in code:
        return ""
    has_date, has_time = bool(set("yd") & set(code)), bool(set("hs") & set(code))
    if not has_time and not has_date and "m" in code:
        has_date = True  # months alone
    if has_date or has_time:
        return "moment" if has_date and has_time else "date" if has_date else "time"
    return "percent" if "%" in code else ""


def number_text(stored: str, shape: str, *, from_1904: bool = False) -> str:
    """Show a stored number, with the 15 digits that Excel keeps; what is no number comes back as it is."""
    try:
        value = float(stored)
    except ValueError:
        return stored
    if value != value or abs(value) > 1e300:  # noqa: PLR0124, PLR2004 - no number, or next to none
        return stored
    if shape == "percent":
        return f"{value * 100:.15g}%"
    if shape == "length":
        return _length(value)
    if shape in {"date", "time", "moment"} and 0 <= value < _MAX_DAYS:
        return _moment(value, shape, from_1904=from_1904)
    return f"{value:.15g}" if abs(value) < 1e15 else stored  # noqa: PLR2004 - 15 digits


def _length(value: float) -> str:
    seconds = round(abs(value) * _SECONDS_OF_DAY)
    return f"{'-' if value < 0 else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _moment(value: float, shape: str, *, from_1904: bool) -> str:
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
    if not from_1904 and 1 <= value < _LEAP_BUG:
        value += 1
    at = start + timedelta(seconds=round(value * _SECONDS_OF_DAY))
    time = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    if shape == "time" and value < 1:
        return time
    date = f"{at.year:04}-{at:%m-%d}"
    return date if shape == "date" and not (at.hour or at.minute or at.second) else f"{date} {time}"
