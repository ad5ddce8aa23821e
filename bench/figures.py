"""What was measured, as values: samples, their spread, and a figure with its baseline and budget. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, extremes and number of some samples, in the samples' unit."""

    median: float
    lowest: float
    highest: float
    count: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Sum up at least one sample."""
        return cls(statistics.median(samples), min(samples), max(samples), len(samples))


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `unit` is that of `ours` and `baseline`.

    The budget holds for the ratio, or for our value where no baseline says anything (`budget_of`); None is no budget.
    """

    name: str
    unit: str
    ours: Spread
    baseline: Spread | None = None
    budget: float | None = None
    budget_of: Literal["ratio", "value"] = "ratio"
    note: str = ""
    split: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Our median as a share of the baseline's; None without a baseline."""
        return self.ours.median / self.baseline.median if self.baseline and self.baseline.median else None

    @property
    def is_within(self) -> bool | None:
        """Say whether the budget is kept; None where there is none."""
        measured = self.ratio if self.budget_of == "ratio" else self.ours.median
        return None if self.budget is None or measured is None else measured <= self.budget

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as JSON values."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": _as_dict(self.ours),
            "baseline": _as_dict(self.baseline) if self.baseline else None,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "budget": self.budget,
            "budget_of": self.budget_of,
            "is_within": self.is_within,
            "note": self.note,
            "split": {part: round(value, 2) for part, value in self.split.items()},
        }


def _as_dict(spread: Spread) -> dict[str, float]:
    values = {"median": spread.median, "lowest": spread.lowest, "highest": spread.highest}
    return {name: round(value, 2) for name, value in values.items()} | {"count": spread.count}
