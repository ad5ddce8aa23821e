"""`python -m bench [FIGURE …]`: measure the budgets of docs/budgets.md, print them, and write test-output/bench.json.

FIGURE is one of startup, warm-turn, tokens, large, crowd, memory, consent, sign-in-crowd; all of them unless named. The
exit code says whether the bench could measure, never whether a budget is kept: a busy machine would make it a lottery.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import consent, crowd, large, memory, sign_ins, startup, tokens, warm_turn
from bench.client import BenchError
from bench.figures import Figure
from bench.report import save, show
from bench.rig import Rig, stack_in
from local.children import StackError
from local.stack import ROOT

OUTPUT = ROOT / "test-output" / "bench.json"

Measure = Callable[[Rig, Path], list[Figure]]

FIGURES: dict[str, Measure] = {
    "startup": startup.measure,
    "warm-turn": warm_turn.measure,
    "tokens": lambda rig, _: [tokens.measure(rig)],
    "large": lambda _, home: large.measure(home),
    "crowd": lambda rig, _: [crowd.measure(rig)],
    "memory": lambda rig, _: [memory.measure(rig)],
    "consent": lambda rig, _: consent.measure(rig),
    "sign-in-crowd": lambda rig, _: sign_ins.measure(rig),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; return 0 unless that failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the budgets of docs/budgets.md.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"one of {', '.join(FIGURES)}; all unless named")
    wanted = parser.parse_args(argv).figures or list(FIGURES)
    if unknown := set(wanted) - set(FIGURES):
        parser.error(f"no figure {', '.join(sorted(unknown))}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    started = time.monotonic()
    try:
        measured = _measure(console, wanted)
    except (BenchError, StackError) as error:
        console.print(f"The bench could not measure: {error}", markup=False)
        return 1
    show(console, measured)
    save(OUTPUT, measured, datetime.now(UTC), time.monotonic() - started)
    console.print(f"{OUTPUT.relative_to(ROOT)} has the figures; load of the machine {os.getloadavg()[0]:.1f}")
    return 0


def _measure(console: Console, wanted: Sequence[str]) -> list[Figure]:
    measured: list[Figure] = []
    with (
        tempfile.TemporaryDirectory(prefix="drive-agent-bench-") as home,
        stack_in(Path(home), os.environ) as stack,
        contextlib.closing(Rig(stack)) as rig,
    ):
        rig.connect()
        for name in wanted:
            console.print(f"[dim]measuring {name} …[/]")
            measured += FIGURES[name](rig, Path(home))
    return measured


if __name__ == "__main__":
    sys.exit(main())
