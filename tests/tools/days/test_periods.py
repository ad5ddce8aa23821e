# ruff: noqa: RUF001 - people write full-width digits and dashes
from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.days.periods import Period, resolve
from tools.errors import InvalidFilterError

FRIDAY = date(2026, 11, 20)

# What was said | what `str` of the period says.
PHRASES = """
today | 2026-11-20
 Today  | 2026-11-20
today. | 2026-11-20
"today" | 2026-11-20
this morning | 2026-11-20
tonight | 2026-11-20
yesterday | 2026-11-19
YESTERDAY | 2026-11-19
yesterday afternoon | 2026-11-19
last night | 2026-11-19
the day before yesterday | 2026-11-18
tomorrow | 2026-11-21
this week | 2026-11-16 to 2026-11-22
last week | 2026-11-09 to 2026-11-15
the previous week | 2026-11-09 to 2026-11-15
the week before last | 2026-11-02 to 2026-11-08
the past week | 2026-11-14 to 2026-11-20
next week | 2026-11-23 to 2026-11-29
this month | 2026-11-01 to 2026-11-30
last month | 2026-10-01 to 2026-10-31
past month | 2026-10-21 to 2026-11-20
this quarter | 2026-10-01 to 2026-12-31
last quarter | 2026-07-01 to 2026-09-30
this year | 2026-01-01 to 2026-12-31
last year | 2025-01-01 to 2025-12-31
past year | 2025-11-21 to 2026-11-20
last 7 days | 2026-11-14 to 2026-11-20
last   30   days | 2026-10-22 to 2026-11-20
in the last 30 days | 2026-10-22 to 2026-11-20
past two weeks | 2026-11-07 to 2026-11-20
within the past 3 months | 2026-08-21 to 2026-11-20
the last couple of days | 2026-11-19 to 2026-11-20
the last day | 2026-11-19 to 2026-11-20
in the last hour | 2026-11-19 to 2026-11-20
last 24 hours | 2026-11-19 to 2026-11-20
last 48 hours | 2026-11-18 to 2026-11-20
last 90 minutes | 2026-11-19 to 2026-11-20
3 days ago | 2026-11-17
two weeks ago | 2026-11-02 to 2026-11-08
a month ago | 2026-10-01 to 2026-10-31
a year ago | 2025-01-01 to 2025-12-31
monday | 2026-11-16
on Monday | 2026-11-16
friday | 2026-11-20
this friday | 2026-11-20
on friday | 2026-11-20
last friday | 2026-11-13
last monday | 2026-11-16
this wednesday | 2026-11-18
saturday | 2026-11-14
thurs | 2026-11-19
monday last week | 2026-11-09
last week monday | 2026-11-09
wednesday morning | 2026-11-18
march | 2026-03-01 to 2026-03-31
in March | 2026-03-01 to 2026-03-31
november | 2026-11-01 to 2026-11-30
december | 2025-12-01 to 2025-12-31
last march | 2026-03-01 to 2026-03-31
last november | 2025-11-01 to 2025-11-30
March 2025 | 2025-03-01 to 2025-03-31
mar 2025 | 2025-03-01 to 2025-03-31
Sept. 2025 | 2025-09-01 to 2025-09-30
March '25 | 2025-03-01 to 2025-03-31
march of last year | 2025-03-01 to 2025-03-31
q3 | 2026-07-01 to 2026-09-30
in Q3 | 2026-07-01 to 2026-09-30
Q4 | 2026-10-01 to 2026-12-31
last Q4 | 2025-10-01 to 2025-12-31
Q3 2025 | 2025-07-01 to 2025-09-30
2025 Q3 | 2025-07-01 to 2025-09-30
2025-Q3 | 2025-07-01 to 2025-09-30
Q3/2025 | 2025-07-01 to 2025-09-30
third quarter | 2026-07-01 to 2026-09-30
the 3rd quarter of 2025 | 2025-07-01 to 2025-09-30
Q3 last year | 2025-07-01 to 2025-09-30
first half of 2026 | 2026-01-01 to 2026-06-30
H1 2026 | 2026-01-01 to 2026-06-30
second half of last year | 2025-07-01 to 2025-12-31
2025 | 2025-01-01 to 2025-12-31
in 2025 | 2025-01-01 to 2025-12-31
week 46 | 2026-11-09 to 2026-11-15
2026-W46 | 2026-11-09 to 2026-11-15
the weekend | 2026-11-14 to 2026-11-15
last weekend | 2026-11-14 to 2026-11-15
year to date | 2026-01-01 to 2026-11-20
this month so far | 2026-11-01 to 2026-11-20
beginning of the year | 2026-01-01 to 2026-03-31
the end of last month | 2026-10-22 to 2026-10-31
start of last quarter | 2026-07-01 to 2026-07-31
2026-11-09 | 2026-11-09
２０２６-１１-０９ | 2026-11-09
2026/11/9 | 2026-11-09
20261109 | 2026-11-09
2026-11 | 2026-11-01 to 2026-11-30
11/2026 | 2026-11-01 to 2026-11-30
9 November 2026 | 2026-11-09
9th of November 2025 | 2025-11-09
November 9 | 2026-11-09
november 21 | 2025-11-21
Nov 9, 2026 | 2026-11-09
Monday, 9 November 2026 | 2026-11-09
29 february | 2024-02-29
since March | since 2026-03-01
since yesterday | since 2026-11-19
since the beginning of the year | since 2026-01-01
starting 2026-03-01 | since 2026-03-01
from march on | since 2026-03-01
2026-03-01 or later | since 2026-03-01
2026-03-01.. | since 2026-03-01
2026-03-01… | since 2026-03-01
after March | since 2026-04-01
after 2026-03-01 | since 2026-03-02
later than last week | since 2026-11-16
before March | until 2026-02-28
before 2026-03-01 | until 2026-02-28
before last week | until 2026-11-08
until March | until 2026-03-31
until the start of march | until 2026-03-01
up to yesterday | until 2026-11-19
2025 or earlier | until 2025-12-31
..2026-03-01 | until 2026-03-01
older than 30 days | until 2026-10-20
more than a year ago | until 2025-11-19
over a year ago | until 2025-11-19
over the last two weeks | 2026-11-07 to 2026-11-20
less than an hour ago | 2026-11-19 to 2026-11-20
half a year ago | 2026-05-01 to 2026-05-31
a couple of days ago | 2026-11-18
last thirty days | 2026-10-22 to 2026-11-20
last 24h | 2026-11-19 to 2026-11-20
past 7d | 2026-11-14 to 2026-11-20
the month of March 2025 | 2025-03-01 to 2025-03-31
today or yesterday | 2026-11-19 to 2026-11-20
this week and last week | 2026-11-09 to 2026-11-22
this week or today | 2026-11-16 to 2026-11-22
newer than 2 weeks | 2026-11-07 to 2026-11-20
2026-11-09..2026-11-15 | 2026-11-09 to 2026-11-15
2026-11-09 - 2026-11-15 | 2026-11-09 to 2026-11-15
2026-11-09-2026-11-15 | 2026-11-09 to 2026-11-15
2026-11-09 – 2026-11-15 | 2026-11-09 to 2026-11-15
2026-11-09/2026-11-15 | 2026-11-09 to 2026-11-15
2026-11-09 to 2026-11-09 | 2026-11-09
from march to may | 2026-03-01 to 2026-05-31
between march and may | 2026-03-01 to 2026-05-31
between the start of 2025 and the start of 2026 | 2025-01-01 to 2026-01-01
march to may 2025 | 2025-03-01 to 2025-05-31
march to may last year | 2025-03-01 to 2025-05-31
Jan-Mar 2025 | 2025-01-01 to 2025-03-31
Q1 to Q2 2025 | 2025-01-01 to 2025-06-30
2024-2025 | 2024-01-01 to 2025-12-31
october to december | 2026-10-01 to 2026-12-31
december to february | 2025-12-01 to 2026-02-28
january 2025 to march | 2025-01-01 to 2025-03-31
from monday to wednesday | 2026-11-16 to 2026-11-18
from the day before yesterday to today | 2026-11-18 to 2026-11-20
9 to 15 November 2026 | 2026-11-09 to 2026-11-15
november 9th to 15th | 2026-11-09 to 2026-11-15
after march and before june | 2026-04-01 to 2026-05-31
since march until yesterday | 2026-03-01 to 2026-11-19
今日 | 2026-11-20
今朝 | 2026-11-20
昨日 | 2026-11-19
昨日の午後 | 2026-11-19
半年前 | 2026-05-01 to 2026-05-31
一昨日 | 2026-11-18
今週 | 2026-11-16 to 2026-11-22
先週 | 2026-11-09 to 2026-11-15
先々週 | 2026-11-02 to 2026-11-08
先週の月曜日 | 2026-11-09
金曜日 | 2026-11-20
先週末 | 2026-11-14 to 2026-11-15
今月 | 2026-11-01 to 2026-11-30
先月 | 2026-10-01 to 2026-10-31
今年 | 2026-01-01 to 2026-12-31
去年 | 2025-01-01 to 2025-12-31
昨年 | 2025-01-01 to 2025-12-31
昨年の3月 | 2025-03-01 to 2025-03-31
3月 | 2026-03-01 to 2026-03-31
３月 | 2026-03-01 to 2026-03-31
十一月 | 2026-11-01 to 2026-11-30
2025年 | 2025-01-01 to 2025-12-31
2025年3月 | 2025-03-01 to 2025-03-31
11月9日 | 2026-11-09
2025年11月9日 | 2025-11-09
過去30日 | 2026-10-22 to 2026-11-20
過去３０日間 | 2026-10-22 to 2026-11-20
一週間以内 | 2026-11-14 to 2026-11-20
3日前 | 2026-11-17
二週間前 | 2026-11-02 to 2026-11-08
3か月前 | 2026-08-01 to 2026-08-31
先週から | since 2026-11-09
3月以降 | since 2026-03-01
3月まで | until 2026-03-31
2026年より前 | until 2025-12-31
3月から5月まで | 2026-03-01 to 2026-05-31
3月〜5月 | 2026-03-01 to 2026-05-31
11月9日から15日まで | 2026-11-09 to 2026-11-15
第3四半期 | 2026-07-01 to 2026-09-30
第三四半期 | 2026-07-01 to 2026-09-30
2025年第1四半期 | 2025-01-01 to 2025-03-31
"""

ROWS = [line.rsplit(" | ", 1) for line in PHRASES.strip().split("\n")]


@pytest.mark.parametrize(("said", "days"), ROWS)
def test_what_people_say_on_a_friday_means_these_days(said, days):
    assert str(resolve(said, FRIDAY, "modified")) == days


@pytest.mark.parametrize(
    ("said", "today", "days"),
    [
        ("yesterday", "2026-01-01", "2025-12-31"),
        ("last week", "2026-01-01", "2025-12-22 to 2025-12-28"),
        ("this week", "2026-01-01", "2025-12-29 to 2026-01-04"),
        ("last month", "2026-01-01", "2025-12-01 to 2025-12-31"),
        ("last quarter", "2026-01-01", "2025-10-01 to 2025-12-31"),
        ("q1", "2026-01-01", "2026-01-01 to 2026-03-31"),
        ("q4", "2026-09-30", "2025-10-01 to 2025-12-31"),
        ("q4", "2026-10-01", "2026-10-01 to 2026-12-31"),
        ("last q4", "2026-10-01", "2025-10-01 to 2025-12-31"),
        ("second half", "2026-07-01", "2026-07-01 to 2026-12-31"),
        ("second half", "2026-06-30", "2025-07-01 to 2025-12-31"),
        ("january", "2026-01-01", "2026-01-01 to 2026-01-31"),
        ("last january", "2026-01-31", "2025-01-01 to 2025-01-31"),
        ("last january", "2026-02-01", "2026-01-01 to 2026-01-31"),
        ("february", "2028-02-29", "2028-02-01 to 2028-02-29"),
        ("last year", "2028-02-29", "2027-01-01 to 2027-12-31"),
        ("past year", "2028-02-29", "2027-03-01 to 2028-02-29"),
        ("29 february", "2028-02-29", "2028-02-29"),
        ("february 29", "2028-02-28", "2024-02-29"),
        ("february 29", "1904-02-28", "error"),
        ("past month", "2026-03-31", "2026-03-01 to 2026-03-31"),
        ("a month ago", "2026-03-31", "2026-02-01 to 2026-02-28"),
        ("this week", "2026-11-22", "2026-11-16 to 2026-11-22"),
        ("last week", "2026-11-22", "2026-11-09 to 2026-11-15"),
        ("this week", "2026-11-23", "2026-11-23 to 2026-11-29"),
        ("last week", "2026-11-23", "2026-11-16 to 2026-11-22"),
        ("sunday", "2026-11-22", "2026-11-22"),
        ("last sunday", "2026-11-22", "2026-11-15"),
        ("sunday", "2026-11-23", "2026-11-22"),
        ("weekend", "2026-11-21", "2026-11-21 to 2026-11-22"),
        ("last weekend", "2026-11-22", "2026-11-14 to 2026-11-15"),
        ("last weekend", "2026-11-23", "2026-11-21 to 2026-11-22"),
        ("from monday to friday", "2026-11-18", "2026-11-16 to 2026-11-20"),
        ("week 1", "2026-01-01", "2025-12-29 to 2026-01-04"),
    ],
)
def test_edges_of_weeks_months_quarters_and_leap_years(said, today, days):
    if days == "error":
        with pytest.raises(InvalidFilterError):
            resolve(said, date.fromisoformat(today), "modified")
    else:
        assert str(resolve(said, date.fromisoformat(today), "modified")) == days


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ('""', "2026-11-09"),
        ("summer", "Name months"),
        ("last spring", "Name months"),
        ("去年の夏", "Name months"),
        ("9/11/2026", "2026-11-09"),
        ("9.11.2026", "2026-11-09"),
        ("11/9", "day or the month first"),
        ("fiscal 2025", "fiscal"),
        ("2025年度", "fiscal"),
        ("recently", "how long"),
        ("the last few days", "how long"),
        ("from march", "since X"),
        ("any time", "leave it empty"),
        ("2026-11-09T10:00:00Z", "whole days"),
        ("whenever", "last 30 days"),
        ("昨日の昼寝", "last 30 days"),
        ("march or june", "last 30 days"),
        ("older than 3 hours", "last 30 days"),
        ("2026-02-30", "last 30 days"),
        ("2026-13-01", "last 30 days"),
        ("29 february 2025", "last 30 days"),
        ("tuesday 9 november 2026", "last 30 days"),
        ("last 0 days", "last 30 days"),
        ("between 2026-11-15 and 2026-11-09", "2026-11-15 is after 2026-11-09"),
        ("2026-11-15..2026-11-09", "earlier one first"),
        ("between may and march", "earlier one first"),
        ("november to january", "the years"),
        ("today to yesterday", "earlier one first"),
        ("after march and before march", "earlier one first"),
        ("0001-01-01", "1900 to 2199"),
        ("9999-12-31", "1900 to 2199"),
        ("after 9999-12-31", "2026-11-09"),
        ("before 0001-01-01", "2026-11-09"),
        ("last 99999 days", "1900 to 2199"),
        ("last 99999 years", "2026-11-09"),
        ("99999 weeks ago", "1900 to 2199|2026-11-09"),
        ("9998-12 to february", "earlier one first"),
    ],
)
def test_what_has_no_single_meaning_is_refused_with_advice_that_names_the_field(said, advice):
    with pytest.raises(InvalidFilterError, match=advice) as refused:
        resolve(said, FRIDAY, "created")
    assert str(refused.value).startswith("created")


@pytest.mark.parametrize(
    "said",
    ["1 " * 5_000, "-" * 10_000, "from 2026 to " * 800, "3月から" * 2_500, "三日前" * 300_000, "\ufdfa" * 100],
    ids=["numbers", "dashes", "words", "Japanese", "a million characters", "characters that grow"],
)
def test_a_long_text_is_refused_before_it_is_read(said):
    before = process_time()
    with pytest.raises(InvalidFilterError, match="too long"):
        resolve(said, FRIDAY, "modified")
    assert process_time() - before < 0.05


def test_a_day_lasts_as_long_as_it_does_in_the_persons_time_zone():
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 9), 24)):
        period = Period(day, day)
        assert period.ends(berlin) - period.starts(berlin) == timedelta(hours=hours)


def test_the_moments_are_utc_and_the_end_is_that_of_the_last_day():
    period = Period(date(2026, 11, 9), date(2026, 11, 15))
    new_york = ZoneInfo("America/New_York")
    assert period.starts(new_york) == datetime(2026, 11, 9, 5, tzinfo=UTC)
    assert period.ends(new_york) == datetime(2026, 11, 16, 5, tzinfo=UTC)
    assert period.starts(new_york).tzinfo is UTC


def test_a_day_whose_midnight_the_clocks_skip_begins_at_its_first_moment():
    beirut = ZoneInfo("Asia/Beirut")  # 2021-03-28: 00:00 became 01:00
    day = Period(date(2021, 3, 28), date(2021, 3, 28))
    assert day.starts(beirut) == datetime(2021, 3, 27, 22, tzinfo=UTC)
    assert day.ends(beirut) - day.starts(beirut) == timedelta(hours=23)


def test_an_open_end_has_no_moment():
    assert Period(None, FRIDAY).starts(ZoneInfo("Asia/Tokyo")) is None
    assert Period(FRIDAY, None).ends(ZoneInfo("Asia/Tokyo")) is None


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_days_at_the_end_of_time_are_refused_and_do_not_overflow(zone):
    with pytest.raises(InvalidFilterError):
        Period(date.min, date.max).ends(ZoneInfo(zone))
    with pytest.raises(InvalidFilterError):
        Period(date.min, None).starts(ZoneInfo("Asia/Tokyo"))


SAID = """
from to since until before after between and last this past next older than beginning end of the days weeks months ago
week month year q3 h1 w53 half weekend monday march february 1 3 29 31 2025 9999 0001 99999 9th 2026-11-09 .. - ~ / '
先週 から まで 3月 29日 四半期 2025年 十 以降 以内
"""
WORDS = st.sampled_from(SAID.split())
PHRASE = st.lists(WORDS, max_size=9).map(" ".join)
TODAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(st.one_of(st.text(max_size=150), PHRASE, PHRASE.map(lambda said: said.replace(" ", ""))), TODAY)
@example("9999-12-31 to march", FRIDAY)
def test_any_text_is_a_period_in_order_or_refused(said, today):
    try:
        period = resolve(said, today, "modified")
    except InvalidFilterError:
        return
    assert period.first or period.last
    assert not (period.first and period.last) or period.first <= period.last
    assert str(resolve(str(period), today, "modified")) == str(period)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_days_come_back_as_they_were_given(one, other):
    first, last = sorted((one, other))
    assert resolve(f"{first}..{last}", FRIDAY, "modified") == Period(first, last)
    assert resolve(f"..{last}", FRIDAY, "modified") == Period(None, last)
    assert resolve(f"{first}..", FRIDAY, "modified") == Period(first, None)


@given(TODAY.filter(lambda day: day.year > 1910))
def test_names_without_a_year_have_begun(today):
    for said in ("march", "q2", "h2", "9 november", "29 february", "monday", "weekend", "last week", "last friday"):
        assert resolve(said, today, "modified").first <= today
    for said in ("last march", "last q2", "last friday", "last weekend", "last week", "last month"):
        assert resolve(said, today, "modified").last < today
