"""A figure says how it compares with its baseline and its budget."""

import pytest

from bench.figures import Figure, Spread


def spread(*samples):
    return Spread.of(samples)


def test_a_spread_is_median_and_extremes():
    assert spread(3.0, 1.0, 2.0, 10.0) == Spread(median=2.5, lowest=1.0, highest=10.0, count=4)


def test_the_ratio_compares_medians():
    figure = Figure("f", "ms", ours=spread(10.0, 30.0, 20.0), baseline=spread(40.0))
    assert figure.ratio == pytest.approx(0.5)
    assert figure.is_within is None


@pytest.mark.parametrize(("budget", "is_within"), [(0.5, True), (0.49, False)])
def test_a_budget_holds_for_the_ratio(budget, is_within):
    assert Figure("f", "ms", ours=spread(20.0), baseline=spread(40.0), budget=budget).is_within is is_within


@pytest.mark.parametrize(("budget", "is_within"), [(200.0, True), (100.0, False)])
def test_a_budget_can_hold_for_the_value_itself(budget, is_within):
    figure = Figure("f", "KB", ours=spread(150.0), budget=budget, budget_of="value")
    assert figure.ratio is None
    assert figure.is_within is is_within


def test_a_ratio_without_a_baseline_keeps_and_breaks_no_budget():
    assert Figure("f", "ms", ours=spread(20.0), budget=1.0).is_within is None


def test_a_figure_as_json_holds_what_was_measured_and_the_verdict():
    figure = Figure("f", "ms", spread(20.0), spread(40.0), 0.6, note="n", split={"model": 12.345})
    assert figure.as_dict() == {
        "name": "f",
        "unit": "ms",
        "ours": {"median": 20.0, "lowest": 20.0, "highest": 20.0, "count": 1},
        "baseline": {"median": 40.0, "lowest": 40.0, "highest": 40.0, "count": 1},
        "ratio": 0.5,
        "budget": 0.6,
        "budget_of": "ratio",
        "is_within": True,
        "note": "n",
        "split": {"model": 12.35},
    }
