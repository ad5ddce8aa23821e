from hypothesis import given
from hypothesis import strategies as st

from tools.remembered import Remembered

SECRET = "sample-access-token-canary"


def test_the_first_value_stays_until_it_is_forgotten():
    known = Remembered()
    assert (known.claim(1, SECRET, "a"), known.claim(2, SECRET, "a"), known.find(SECRET, "a")) == (1, 1, 1)
    assert known.find(SECRET) is None
    assert known.find(SECRET, "b") is None
    known.forget(SECRET, "a")
    known.forget(SECRET, "a")
    assert known.claim(2, SECRET, "a") == 2


def test_what_was_asked_for_longest_ago_is_forgotten_first():
    known = Remembered(most=2)
    known.claim(1, "a")
    known.claim(2, "b")
    known.find("a")
    known.claim(3, "c")
    assert [known.find(key) for key in "abc"] == [1, None, 3]


def test_no_secret_is_kept():
    known = Remembered()
    known.claim(1, SECRET)
    assert SECRET not in repr(vars(known))


@given(st.lists(st.text(max_size=2)), st.integers(1, 5))
def test_there_are_never_more_than_the_bound_and_the_last_one_is_among_them(keys, most):
    known = Remembered(most)
    for key in keys:
        assert known.claim(key, key) == key
        assert known.find(key) == key
        assert len(known) <= most
