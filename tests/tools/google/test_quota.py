"""The bucket of units, and what it lets through."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import QuotaSpentError
from tools.google.quota import CAPACITY_UNITS, LIST_UNITS, REFILL_UNITS_PER_S, Bucket, Quota, spend

COSTS = st.sampled_from([5, 100, 200, 500])
CALLS = st.lists(st.tuples(st.floats(0, 120), COSTS), max_size=200)


@given(CALLS)
def test_no_more_passes_than_the_bucket_held_and_what_came_in_since(steps):
    bucket, now, passed = Bucket(CAPACITY_UNITS, 0), 0.0, 0
    for gap, cost in steps:
        now += gap
        bucket, wait_s = spend(bucket, cost, now)
        passed += 0 if wait_s else cost
        assert 0 <= bucket.units <= CAPACITY_UNITS
    assert passed <= CAPACITY_UNITS + now * REFILL_UNITS_PER_S + 1e-6


@given(st.floats(0, CAPACITY_UNITS), COSTS, st.floats(0, 1e6))
def test_after_the_wait_that_was_told_the_call_passes(units, cost, now):
    bucket, wait_s = spend(Bucket(units, now), cost, now)
    if wait_s:
        assert bucket == Bucket(units, now)
        assert spend(bucket, cost, now + wait_s + 1e-3)[1] == 0


@given(COSTS, st.floats(0, 1e4))
def test_a_clock_that_goes_back_gives_nothing(cost, back):
    bucket, _ = spend(Bucket(1000, 1e5), cost, 1e5 - back)
    assert bucket == Bucket(1000 - cost, 1e5)


def test_twenty_big_questions_at_once_and_five_a_minute_after_them_are_never_refused():
    now = [0.0]
    quota = Quota(lambda: now[0])
    for _ in range(20 * 15):  # fifteen list calls a question
        quota.charge(LIST_UNITS)
    for _ in range(60):
        now[0] += 60
        for _ in range(5 * 4 * 5):  # four tools that look at five pages each
            quota.charge(LIST_UNITS)


def test_a_loop_that_lists_without_pause_is_stopped_within_three_minutes():
    now = [0.0]
    quota = Quota(lambda: now[0])

    def list_without_pause():
        while True:
            quota.charge(LIST_UNITS)
            now[0] += 0.3

    with pytest.raises(QuotaSpentError) as raised:
        list_without_pause()
    assert now[0] < 3 * 60
    assert 0 < raised.value.wait_s < 60
    assert "do not call Drive again for 1 seconds" in str(raised.value)
    assert raised.value.user_message.endswith("Please ask again in a minute.")


def test_threads_together_get_no_more_than_one_alone():
    quota = Quota(lambda: 0.0)
    refused = []

    def work():
        for _ in range(100):
            try:
                quota.charge(LIST_UNITS)
            except QuotaSpentError:
                refused.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 8 * 100 - CAPACITY_UNITS // LIST_UNITS
