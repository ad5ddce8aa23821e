"""The figures as a table on the screen and as a JSON file."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Spread


def show(console: Console, figures: Sequence[Figure]) -> None:
    """Print the table, and below it where the time of a figure goes."""
    table = Table(title="Budgets (median, lowest to highest)", title_justify="left")
    table.add_column("figure", overflow="fold")
    for name in ("ours", "baseline", "ratio", "budget", ""):
        table.add_column(name, justify="right")
    for figure in figures:
        table.add_row(
            figure.name,
            _spread(figure.ours, figure.unit),
            _spread(figure.baseline, figure.unit) if figure.baseline else "",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            _budget(figure),
            {True: "[green]ok[/]", False: "[red]over[/]", None: ""}[figure.is_within],
        )
    console.print(table)
    for figure in figures:
        if figure.split:
            parts = ", ".join(f"{part} {value:.1f}" for part, value in figure.split.items())
            console.print(f"[bold]{figure.name}[/], {figure.unit}: {parts}", highlight=False)
        if figure.note:
            console.print(f"[dim]{figure.name}: {figure.note}[/]", highlight=False)


def save(path: Path, figures: Sequence[Figure], measured_at: datetime, elapsed_s: float) -> None:
    """Write `path`, and its folder where it is missing."""
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    value = {
        "measured_at": measured_at.isoformat(timespec="seconds"),
        "elapsed_s": round(elapsed_s, 1),
        "machine": machine,
        "figures": [figure.as_dict() for figure in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _spread(spread: Spread, unit: str) -> str:
    text = f"{_number(spread.median)} {unit}"
    if spread.count > 1:
        text += f" ({_number(spread.lowest)} to {_number(spread.highest)})"
    return text


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    return f"≤ {figure.budget:.2f}" if figure.budget_of == "ratio" else f"≤ {figure.budget:,.0f} {figure.unit}"
