"""The report shows every figure, and keeps it for a machine to read."""

import io
import json
from datetime import UTC, datetime

from rich.console import Console

from bench.figures import Figure, Spread
from bench.report import save, show

KEPT = Figure("kept", "ms", Spread.of([20.0, 22.0]), Spread.of([1000.0]), 0.6, split={"model": 12.0, "rest": 8.0})
BROKEN = Figure("broken", "KB", Spread.of([250.0]), budget=200.0, budget_of="value", note="why")
INFORMATION = Figure("information", "ms", Spread.of([5.0]))


def shown(*figures):
    console = Console(file=io.StringIO(), width=140)
    show(console, figures)
    return console.file.getvalue()


def row(text, name):
    return [cell.strip() for cell in next(line for line in text.splitlines() if f"│ {name}" in line).split("│")[1:-1]]


def test_a_row_has_values_ratio_budget_and_verdict():
    text = shown(KEPT, BROKEN, INFORMATION)
    assert row(text, "kept") == ["kept", "21.0 ms (20.0 to 22.0)", "1,000 ms", "0.02", "≤ 0.60", "ok"]
    assert row(text, "broken") == ["broken", "250 KB", "", "", "≤ 200 KB", "over"]
    assert row(text, "information") == ["information", "5.0 ms", "", "", "", ""]


def test_where_the_time_goes_and_notes_stand_below_the_table():
    text = shown(KEPT, BROKEN)
    assert "kept, ms: model 12.0, rest 8.0" in text
    assert "broken: why" in text


def test_the_file_holds_the_figures_the_machine_and_the_moment(tmp_path):
    path = tmp_path / "new" / "bench.json"
    save(path, [KEPT, BROKEN], datetime(2026, 11, 20, 9, 30, tzinfo=UTC), 61.27)
    value = json.loads(path.read_text())
    assert value["measured_at"] == "2026-11-20T09:30:00+00:00"
    assert value["elapsed_s"] == 61.3
    assert value["machine"]["cores"] >= 1
    assert [figure["is_within"] for figure in value["figures"]] == [True, False]
