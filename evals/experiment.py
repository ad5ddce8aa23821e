"""The suite as a strands-agents-evals experiment: a task that talks to the target, and one evaluator for each grader.

https://strandsagents.com/docs/user-guide/evals-sdk/
"""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from strands_evals import Case, Experiment
from strands_evals.evaluators import Evaluator
from strands_evals.types import EvaluationOutput

from evals import graders
from evals.cases import EvalCase, Turn
from evals.outcome import Grade, Outcome
from evals.stream import Heard
from evals.target import Target

_AT_ONCE = 4
_MOST_CONSENTS = 2  # to names and details, and to contents

Grader = Callable[[Turn, Heard], list[str]]

GRADERS: Mapping[str, Grader] = {
    "completed": lambda _turn, heard: [heard.error] if heard.error else [],
    "files": lambda turn, heard: graders.files_match(turn.files, heard.names),
    "says": lambda turn, heard: graders.says(heard.text, turn.must_say),
    "says_not": lambda turn, heard: graders.says_not(heard.text, turn.must_not_say),
    "no_leak": lambda _turn, heard: graders.no_leak(heard.text, heard.names),
    "honest_counts": lambda _turn, heard: graders.honest_counts(
        heard.text, [len(listing) for listing in heard.listings], heard.names
    ),
    "consent": lambda turn, heard: graders.consent_asked(turn.consent, heard.consent_links),
    "tool_calls": lambda turn, heard: graders.tool_calls(turn.tool_calls, heard.tool_calls),
}


class _Graded(Evaluator):  # type: ignore[misc]  # strands_evals publishes no types
    """Applies one grader to every turn of a case; one bad turn fails it."""

    def __init__(
        self, name: str, grader: Grader, cases: Mapping[str, EvalCase], heard: Mapping[str, Sequence[Heard]]
    ) -> None:
        super().__init__(name=name)
        self._grader, self._cases, self._heard = grader, cases, heard

    def evaluate(self, evaluation_case: Any) -> list[Any]:
        """Return one output for the case: 1.0 or 0.0."""
        turns, heard = self._cases[evaluation_case.name].turns, self._heard[evaluation_case.name]
        reasons = [
            f"turn {number}: {reason}"
            for number, (turn, answer) in enumerate(zip(turns, heard, strict=True), start=1)
            for reason in self._grader(turn, answer)
        ]
        return [EvaluationOutput(score=float(not reasons), test_pass=not reasons, reason="; ".join(reasons))]

    async def evaluate_async(self, evaluation_case: Any) -> list[Any]:
        """Do the same: nothing here waits."""
        return self.evaluate(evaluation_case)


def run_cases(target: Target, cases: Sequence[EvalCase]) -> list[Outcome]:
    """Talk all cases through with the target, several at a time where they need not be alone, and grade them."""
    heard: dict[str, list[Heard]] = {case.id: [] for case in cases}
    talks = _talks(target, cases, heard)

    def task(case: Any) -> str:
        talks[case.name].result()
        return heard[case.name][-1].text

    by_id = {case.id: case for case in cases}
    report = Experiment(
        cases=[Case(name=case.id, input=case.turns[0].say) for case in cases],
        evaluators=[_Graded(name, grader, by_id, heard) for name, grader in GRADERS.items()],
    ).run_evaluations(task)
    rows = zip(report.cases, report.test_passes, report.reasons, strict=True)
    grades = [(row["name"], Grade(row["evaluator"], bool(passed), reason)) for row, passed, reason in rows]
    return [
        Outcome(case, tuple(heard[case.id]), tuple(grade for name, grade in grades if name == case.id))
        for case in cases
    ]


def _talks(target: Target, cases: Sequence[EvalCase], heard: Mapping[str, list[Heard]]) -> Mapping[str, Future[None]]:
    """Hold every conversation, and keep what is heard. What one of them raises is in its future."""
    consenting = threading.Lock()

    def talk(case: EvalCase) -> None:
        runtime_session = f"eval-{case.id}-{uuid.uuid4().hex}"[:200]
        where = {"timezone": case.timezone, "locale": case.locale}
        for turn in case.turns:
            said = target.turn(case.person, runtime_session, {"prompt": turn.say, **where})
            if turn.gives_consent and said.consent_links and target.give_consent:
                with consenting:
                    said = _go_on(target, case, runtime_session, where)
            heard[case.id].append(said)

    talks: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for case in cases:
            if case.alone:
                wait(talks.values())
            talks[case.id] = pool.submit(talk, case)
            if case.alone:
                wait([talks[case.id]])
    return talks


def _go_on(target: Target, case: EvalCase, runtime_session: str, where: Mapping[str, str]) -> Heard:
    """Go on with a turn that waits for consent, which the person may have given in another conversation meanwhile."""
    resume = {"action": "resume", **where}
    said = target.turn(case.person, runtime_session, resume)
    for _ in range(_MOST_CONSENTS):
        if said.consent_links and target.give_consent:
            target.give_consent(case.person, said.consent_links[-1])
            said = target.turn(case.person, runtime_session, resume)
    return said
