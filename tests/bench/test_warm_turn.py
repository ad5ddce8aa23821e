"""Where the time of a turn goes: medians of the parts, and of what no part accounts for."""

from collections import Counter

from bench.warm_turn import split_of


def test_the_rest_of_each_turn_is_what_its_parts_leave():
    parts = [
        Counter(model=10.0, drive=3.0, identity=2.0, snapshot=1.0),
        Counter(model=12.0, drive=5.0, identity=2.0, snapshot=1.0),
        Counter(model=11.0, drive=4.0, identity=2.0, snapshot=1.0),
    ]
    assert split_of([20.0, 30.0, 21.0], parts) == {
        "model": 11.0,
        "drive": 4.0,
        "identity": 2.0,
        "snapshot": 1.0,
        "rest": 4.0,
        "whole": 21.0,
    }


def test_a_part_that_no_turn_had_counts_as_nothing():
    assert split_of([20.0], [Counter(model=10.0)])["drive"] == 0.0
