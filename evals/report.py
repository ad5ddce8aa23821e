"""Show outcomes as a table for a person, and write them as JSON for a machine."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.outcome import Outcome, score


def show(outcomes: Sequence[Outcome], threshold: float, console: Console) -> None:
    """Print a row for each case and the verdict. What the agent said is data: nothing in it is read as markup."""
    table = Table("case", "person", "turns", "", "what was bad", title="Evals")
    for outcome in outcomes:
        bad = "\n".join(f"{grade.grader}: {grade.reason}" for grade in outcome.grades if not grade.passed)
        verdict = Text("pass", style="green") if outcome.passed else Text("FAIL", style="red")
        table.add_row(outcome.case.id, outcome.case.person, str(len(outcome.case.turns)), verdict, Text(bad))
    console.print(table)
    passed = sum(outcome.passed for outcome in outcomes)
    console.print(f"{passed} of {len(outcomes)} cases passed; the threshold is {threshold:.0%}.")


def write(outcomes: Sequence[Outcome], threshold: float, path: Path) -> None:
    """Write the JSON report, with everything that was said on both sides and no bearer token."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = as_json(outcomes, threshold)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def as_json(outcomes: Sequence[Outcome], threshold: float) -> dict[str, Any]:
    """Return the report's body."""
    return {
        "score": score(outcomes),
        "threshold": threshold,
        "passed": score(outcomes) >= threshold,
        "cases": [_case(outcome) for outcome in outcomes],
    }


def _case(outcome: Outcome) -> dict[str, Any]:
    turns = [
        {
            "said": turn.say,
            "answer": heard.text,
            "files": list(heard.names),
            "tool_calls": heard.tool_calls,
            "asked_for_consent": bool(heard.consent_links),
            "error": heard.error,
        }
        for turn, heard in zip(outcome.case.turns, outcome.heard, strict=False)  # a case may break off
    ]
    grades = [{"grader": grade.grader, "passed": grade.passed, "reason": grade.reason} for grade in outcome.grades]
    return {
        "id": outcome.case.id,
        "person": outcome.case.person,
        "passed": outcome.passed,
        "turns": turns,
        "grades": grades,
    }
