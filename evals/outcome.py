"""What came of a case. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.cases import EvalCase
from evals.stream import Heard


@dataclass(frozen=True, slots=True)
class Grade:
    """One grader's verdict on one case; `reason` says what was bad."""

    grader: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with what was heard and its grades."""

    case: EvalCase
    heard: tuple[Heard, ...]
    grades: tuple[Grade, ...]

    @property
    def passed(self) -> bool:
        """A case passes when every grader passes it; one without grades was not run."""
        return bool(self.grades) and all(grade.passed for grade in self.grades)


def score(outcomes: Sequence[Outcome]) -> float:
    """Return the share of cases that passed, 0.0 to 1.0."""
    return sum(outcome.passed for outcome in outcomes) / len(outcomes) if outcomes else 0.0
