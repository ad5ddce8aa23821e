from datetime import date

import pytest

from local.aws.bedrock.planner import dates_en, dates_ja

FRIDAY = date(2026, 11, 20)

ENGLISH = {
    "today": ("2026-11-20", "2026-11-20"),
    "yesterday": ("2026-11-19", "2026-11-19"),
    "the day before yesterday": ("2026-11-18", "2026-11-18"),
    "3 days ago": ("2026-11-17", "2026-11-17"),
    "last week": ("2026-11-09", "2026-11-15"),
    "this week": ("2026-11-16", "2026-11-20"),
    "in the past week": ("2026-11-14", "2026-11-20"),
    "two weeks ago": ("2026-11-02", "2026-11-08"),
    "last month": ("2026-10-01", "2026-10-31"),
    "this month": ("2026-11-01", "2026-11-20"),
    "last quarter": ("2026-07-01", "2026-09-30"),
    "this year": ("2026-01-01", "2026-11-20"),
    "last year": ("2025-01-01", "2025-12-31"),
    "in the last 10 days": ("2026-11-11", "2026-11-20"),
    "over the past three months": ("2026-08-21", "2026-11-20"),
    "in the last 24 hours": ("2026-11-19", "2026-11-20"),
    "in March": ("2026-03-01", "2026-03-31"),
    "in December": ("2025-12-01", "2025-12-31"),
    "in November": ("2026-11-01", "2026-11-20"),
    "from March 2024": ("2024-03-01", "2024-03-31"),
    "in Q3": ("2026-07-01", "2026-09-30"),
    "in Q4": ("2026-10-01", "2026-11-20"),
    "in Q4 2025": ("2025-10-01", "2025-12-31"),
    "in the third quarter": ("2026-07-01", "2026-09-30"),
    "in 2025": ("2025-01-01", "2025-12-31"),
    "since Monday": ("2026-11-16", "2026-11-20"),
    "since yesterday": ("2026-11-19", "2026-11-20"),
    "since March": ("2026-03-01", "2026-11-20"),
    "on Friday": ("2026-11-13", "2026-11-13"),
    "this Tuesday": ("2026-11-17", "2026-11-17"),
    "on 12 November": ("2026-11-12", "2026-11-12"),
    "on December 24th": ("2025-12-24", "2025-12-24"),
    "on 2026-11-02": ("2026-11-02", "2026-11-02"),
    "after 3 November": ("2026-11-04", None),
    "before 2026-11-01": (None, "2026-10-31"),
    "between 2026-11-01 and 2026-11-10": ("2026-11-01", "2026-11-10"),
    "between 1 and 15 October": ("2026-10-01", "2026-10-15"),
    "between October 1 and 15": ("2026-10-01", "2026-10-15"),
    "from Monday to Wednesday": ("2026-11-16", "2026-11-18"),
}
JAPANESE = {
    "今日": ("2026-11-20", "2026-11-20"),
    "昨日": ("2026-11-19", "2026-11-19"),
    "一昨日": ("2026-11-18", "2026-11-18"),
    "先週": ("2026-11-09", "2026-11-15"),
    "今週": ("2026-11-16", "2026-11-20"),
    "先月": ("2026-10-01", "2026-10-31"),
    "今年": ("2026-01-01", "2026-11-20"),
    "去年": ("2025-01-01", "2025-12-31"),
    "過去10日間": ("2026-11-11", "2026-11-20"),
    "3月": ("2026-03-01", "2026-03-31"),
    "2024年3月": ("2024-03-01", "2024-03-31"),
    "11月12日": ("2026-11-12", "2026-11-12"),
    "11月1日から11月10日まで": ("2026-11-01", "2026-11-10"),
    "11月3日以降": ("2026-11-03", "2026-11-20"),
    "第3四半期": ("2026-07-01", "2026-09-30"),
    "2026-11-01から2026-11-10まで": ("2026-11-01", "2026-11-10"),
    "月曜日": ("2026-11-16", "2026-11-16"),
}


def days(found):
    assert found is not None
    return tuple(day.isoformat() if day else None for day in (found[0].first, found[0].last))


@pytest.mark.parametrize(("words", "expected"), ENGLISH.items(), ids=ENGLISH)
def test_english_periods_are_resolved_from_today(words, expected):
    assert days(dates_en.find(f"files changed {words}?", FRIDAY)) == expected


@pytest.mark.parametrize(("words", "expected"), JAPANESE.items(), ids=JAPANESE)
def test_japanese_periods_are_resolved_from_today(words, expected):
    assert days(dates_ja.find(f"{words}に変更されたファイル", FRIDAY)) == expected


@pytest.mark.parametrize(
    "text",
    ["find the Q3 budget", "find the May report", "the 2026 roadmap", "find week 12", "on 31 February", "budget"],
)
def test_what_may_be_part_of_a_name_is_not_a_period(text):
    assert dates_en.find(text, FRIDAY) is None


def test_last_week_on_a_monday_is_the_week_that_has_just_ended():
    assert days(dates_en.find("last week", date(2026, 11, 16))) == ("2026-11-09", "2026-11-15")


def test_last_week_on_a_sunday_is_not_the_week_that_ends_today():
    assert days(dates_en.find("last week", date(2026, 11, 15))) == ("2026-11-02", "2026-11-08")


def test_last_month_in_january_is_december_of_the_year_before():
    assert days(dates_en.find("last month", date(2027, 1, 31))) == ("2026-12-01", "2026-12-31")


def test_a_leap_day_that_does_not_exist_is_no_period():
    assert dates_en.find("on 29 February 2025", FRIDAY) is None
