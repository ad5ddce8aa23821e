"""What the seeds promise to tests, demos and evals."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.google.files import Viewer
from local.google.items import NATIVE
from local.google.moments import moment, monday
from local.google.seed import seeded_library

SHEET = f"{NATIVE}spreadsheet"
BEN = "ben@gmail.example"
TIMES = st.builds(
    lambda hours, zone: datetime(2024, 1, 1, tzinfo=zone) + timedelta(hours=hours),
    st.floats(0, 24 * 366 * 8),
    st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-8))]),
)


def seen(email, now):
    return list(Viewer(seeded_library(now), email).all())


@given(TIMES)
def test_on_every_day_ben_changed_exactly_three_of_alices_spreadsheets_last_week(now):
    start = monday(now) - timedelta(days=7)
    found = {
        sight.item.name
        for sight in seen("alice@gmail.example", now)
        if sight.item.mime_type == SHEET
        and not sight.is_trashed
        and sight.item.modified_by == BEN
        and start <= sight.item.modified < monday(now)
    }
    assert found == {"Q3 budget", "Hiring plan", "Vendor payments"}


@given(TIMES)
def test_nothing_was_changed_or_opened_in_the_future(now):
    for item in seeded_library(now).items.values():
        assert item.created <= item.modified <= now
        assert all(opened <= now for opened in item.viewed.values())


def test_roadmap_2026_is_what_alice_opened_last_and_the_order_has_no_ties():
    now = datetime(2026, 11, 20, 10, tzinfo=UTC)
    times = [(sight.viewed, sight.item.name) for sight in seen("alice@gmail.example", now) if sight.viewed]
    latest = sorted(times, reverse=True)[:8]
    assert latest[0][1] == "Roadmap 2026"
    assert len({opened for opened, _ in latest}) == 8


def test_nobody_sees_what_is_not_theirs():
    now = datetime(2026, 11, 20, 10, tzinfo=UTC)
    names = {who: {sight.item.name for sight in seen(f"{who}@gmail.example", now)} for who in ("alice", "bob", "carol")}
    assert "Salaries" not in names["alice"] | names["bob"] | names["carol"]
    assert "Board budget" not in names["alice"]
    assert "Board budget" in names["bob"]
    assert "Sales pipeline" not in names["alice"] | names["carol"]
    q3 = {
        who: {sight.item.id for sight in seen(f"{who}@gmail.example", now) if sight.item.name == "Q3 budget"}
        for who in names
    }
    assert all(len(ids) == 1 for ids in q3.values())
    assert len(set.union(*q3.values())) == 3


def test_alices_drive_is_varied():
    now = datetime(2026, 11, 20, 10, tzinfo=UTC)
    sights = seen("alice@gmail.example", now)
    assert 60 <= sum(sight.is_mine for sight in sights) <= 90
    assert len({sight.item.drive_id for sight in sights} - {None}) == 2
    assert sum(sight.item.name == "Notes" for sight in sights) == 3
    assert any(len(sight.item.name) == 300 for sight in sights)
    assert any("\u202e" in sight.item.name for sight in sights)
    assert any(sight.is_trashed for sight in sights)
    assert any(sight.shared_with_me for sight in sights)


def test_ids_are_the_same_at_every_start():
    first, second = (seeded_library(datetime(2026, month, 20, tzinfo=UTC)) for month in (5, 11))
    assert list(first.items) == list(second.items)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("month-1 12 10:00", "2026-12-12"),
        ("month-13 1 10:00", "2025-12-01"),
        ("quarter-1 40 10:00", "2026-11-09"),
        ("quarter-4 1 10:00", "2026-01-01"),
        ("year-1 365 10:00", "2026-12-31"),
        ("year-4 132 10:00", "2023-05-12"),
    ],
)
def test_days_of_earlier_months_quarters_and_years_are_counted_from_their_first(text, day):
    assert moment(text, datetime(2027, 1, 31, 23, tzinfo=UTC)).isoformat() == f"{day}T10:00:00+00:00"


@given(TIMES, st.sampled_from([("month", 28), ("quarter", 90), ("year", 365)]))
def test_the_last_months_quarters_and_years_are_over_on_every_day(now, unit):
    name, days = unit
    first, last = (moment(f"{name}-1 {day} 00:00", now) for day in (1, days))
    assert first.day == 1
    assert moment(f"{name}-2 {days} 00:00", now) < first <= last < now
    assert (now - first).days <= 2 * (days + 3)


@pytest.mark.parametrize(
    "text",
    ["", "3", "3y", "last day 10:00", "last tue", "tomorrow", "month-0 1 10:00", "month-1 10:00", "day-1 1 10:00"],
)
def test_a_time_that_cannot_be_read_is_an_error(text):
    with pytest.raises(ValueError, match="not a time"):
        moment(text, datetime(2026, 11, 20, tzinfo=UTC))
