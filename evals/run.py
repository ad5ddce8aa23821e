"""Run the suite against a target and say how it went: the entry point of `drive-agent evals`."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from evals import report
from evals.cases import CASES_FILE, CaseError, EvalCase, load_cases
from evals.outcome import Outcome, score
from evals.requests import REQUESTS_FILE, as_case, load_requests
from evals.target import Target

STAND_IN_THRESHOLD = 1.0
MODEL_THRESHOLD = 0.9
REPORT_FILE = Path("test-output/evals.json")


def run_suite(
    target: Target,
    *,
    now: datetime,
    threshold: float,
    only: Collection[str] | None = None,
    cases_file: Path = CASES_FILE,
    requests_file: Path | None = REQUESTS_FILE,
    report_file: Path = REPORT_FILE,
    console: Console | None = None,
) -> int:
    """Run cases and requests (all, or those whose ids are in `only`), print a table, write the JSON report.

    The cases need alice and bob connected to Google Drive, and carol not; the requests, which come after them, give
    consent where they are asked for it. `now` is what the agent's clock says.
    Returns the exit code: 0 if the share of cases passed reaches `threshold`, 1 if not, 2 if the cases cannot be used.
    """
    console = console or Console()
    try:
        requests = load_requests(now.date(), requests_file) if requests_file else ()
        cases = _chosen([*load_cases(now.date(), cases_file), *map(as_case, requests)], only)
    except CaseError as error:
        console.print(f"The eval cases cannot be used: {error}", markup=False)
        return 2
    outcomes = _run(target, cases)
    report.show(outcomes, threshold, console)
    report.write(outcomes, threshold, report_file)
    return 0 if score(outcomes) >= threshold else 1


def _chosen(cases: Sequence[EvalCase], only: Collection[str] | None) -> Sequence[EvalCase]:
    ids = [case.id for case in cases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CaseError(f"these ids are used more than once: {', '.join(twice)}")
    if only is None:
        return cases
    unknown = sorted(set(only) - {case.id for case in cases})
    if unknown or not only:
        raise CaseError(f"there is no case {', '.join(unknown) or 'chosen'}")
    return [case for case in cases if case.id in only]


def _run(target: Target, cases: Sequence[EvalCase]) -> list[Outcome]:
    # strands-agents-evals sets the root logger to INFO when it is imported, and takes two seconds for that.
    root = logging.getLogger()
    level = root.level
    from evals.experiment import run_cases  # noqa: PLC0415

    root.setLevel(level)
    return run_cases(target, cases)
