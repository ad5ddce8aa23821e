from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.moments import moment_text, read_moment
from agent.ownership import Beginning, read_record, write_record

OWNERS = st.text("0123456789abcdef", min_size=64, max_size=64)
CLIENTS = st.from_regex(r"\A(?:[a-z][a-z0-9-]{0,31})?\Z")
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - with these zones


@given(OWNERS, CLIENTS, st.none() | MOMENTS)
def test_a_record_says_what_was_written(owner, client, started):
    read_owner, beginning = read_record(write_record(owner, Beginning(client, started)))
    assert (read_owner, beginning.client) == (owner, client)
    if started is None:
        assert beginning.started is None
    else:
        assert beginning.started == started.replace(microsecond=0)


@given(OWNERS)
def test_a_record_from_before_there_was_a_second_line_names_the_owner(owner):
    assert read_record(owner.encode()) == (owner, Beginning())


@given(OWNERS, st.binary())
def test_whatever_stands_on_the_second_line_the_owner_is_the_first(owner, rest):
    read_owner, beginning = read_record(owner.encode() + b"\n" + rest)
    assert read_owner == owner
    assert isinstance(beginning, Beginning)


@pytest.mark.parametrize("said", [b"[]", b"[" * 100_000, b'{"client": 1, "started": 2}', b'{"started": "2026-11-20"}'])
def test_what_cannot_be_understood_is_unknown(said):
    assert read_record(b"owner\n" + said) == ("owner", Beginning())


def test_moments_are_written_in_utc_to_the_second():
    moment = datetime(2026, 11, 20, 10, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    assert moment_text(moment) == "2026-11-20T09:00:00Z"
    assert read_moment("2026-11-20T09:00:00Z") == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert moment_text(None) is None
