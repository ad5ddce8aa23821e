"""How a report on the audit looks: two tables for people, or one JSON object for machines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import islice
from typing import IO, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.audit.found import Found
from deploy.audit.lines import AuditLine, Wanted

__all__ = ["Account", "write_json", "write_tables"]

_AT_ONCE = 500  # rows that are laid out together
_NOBODY = "nobody known"
_FIELDS = [field.name for field in fields(AuditLine)]
_COLUMNS: Sequence[tuple[str, Literal["left", "right"]]] = (
    ("when (UTC)", "left"),
    ("who", "left"),
    ("what", "left"),
    ("outcome", "left"),
    ("files", "right"),
    ("ms", "right"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """What a report rests on, in numbers and in sentences."""

    read: Mapping[str, int]
    notes: Sequence[str]


def write_tables(found: Found, names: Mapping[str, str], account: Account, out: IO[str]) -> None:
    """Write every line in order, a summary by person, and what was read and left out."""
    console = Console(file=out, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # Nothing is cut off or broken in a file or a pipe.
        console.width = 240
    if len(found):
        _events(found, names, console)
        console.print()
        _summary(found, names, console)
        console.print()
    for note in account.notes:
        console.print(note, soft_wrap=True)


def write_json(found: Found, names: Mapping[str, str], wanted: Wanted, account: Account, out: IO[str]) -> None:
    """Write one JSON object, line by line: `from`, `to`, `events`, `people`, `read`, `notes`."""
    out.write(f'{{"from": {json.dumps(wanted.start)},\n"to": {json.dumps(wanted.end)},\n"events": [')
    for number, line in enumerate(found):
        event = {name: getattr(line, name) for name in _FIELDS} | {"name": names.get(line.who, "")}
        out.write(f"{',' if number else ''}\n{json.dumps(event)}")
    people = [asdict(summary) | {"name": names.get(summary.who, "")} for summary in found.summaries()]
    rest = {"people": people, "read": dict(account.read), "notes": list(account.notes)}
    out.write(f"\n],\n{json.dumps(rest)[1:]}\n")


def _events(found: Found, names: Mapping[str, str], console: Console) -> None:
    # Laid out in parts, so that a long report begins at once and needs no memory; all parts are as wide as the widest.
    widths = _widths(_row(line, names) for line in found)
    lines, is_first = iter(found), True
    while some := list(islice(lines, _AT_ONCE)):
        table = Table(box=None, pad_edge=False, show_header=is_first, header_style="bold")
        for (heading, justify), width in zip(_COLUMNS, widths, strict=True):
            table.add_column(heading, justify=justify, width=width, overflow="fold")
        for line in some:
            table.add_row(*map(Text, _row(line, names)))
        console.print(table)
        is_first = False


def _row(line: AuditLine, names: Mapping[str, str]) -> tuple[str, ...]:
    is_call = line.event == "drive_call"
    return (
        _clock(line.time),
        _name(line.who, names),
        line.method if is_call else line.event,
        f"{line.outcome} ({line.reason})" if line.reason else line.outcome,
        str(line.files) if is_call else "",
        str(line.ms),
    )


def _widths(rows: Iterable[tuple[str, ...]]) -> list[int]:
    widths = [len(heading) for heading, _ in _COLUMNS]
    for row in rows:
        widths = [max(width, cell_len(value)) for width, value in zip(widths, row, strict=True)]
    return widths


def _summary(found: Found, names: Mapping[str, str], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("who", "name", "first (UTC)", "last (UTC)"):
        table.add_column(heading, overflow="fold")
    for heading in ("Drive calls", "files in answers", "files named"):
        table.add_column(heading, justify="right")
    for one in found.summaries():
        counts = (str(one.calls), str(one.files), str(one.named))
        name = Text(names.get(one.who, ""))
        table.add_row(Text(one.who or _NOBODY), name, _clock(one.first), _clock(one.last), *counts)
    console.print(table)


def _name(who: str, names: Mapping[str, str]) -> str:
    return names.get(who) or who or _NOBODY


def _clock(time: str) -> str:
    return f"{time[:10]} {time[11:19]}"
