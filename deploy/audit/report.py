"""How a report on the audit looks: two tables for people, or one JSON object for machines."""

import json
from collections.abc import Mapping, Sequence
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
_GAP = 2  # between columns, where there is room
_WIDE = 120  # enough for a summary whose times stand on one line
_DATE = len("2026-11-20")
_NOBODY = "nobody known"
_FIELDS = [field.name for field in fields(AuditLine)]
_COLUMNS: Sequence[tuple[str, Literal["left", "right"]]] = (
    ("when (UTC)", "left"),
    ("who", "left"),
    ("service", "left"),
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
    gap, widths = _laid_out(found, names, console.width)
    lines, is_first = iter(found), True
    while some := list(islice(lines, _AT_ONCE)):
        table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), show_header=is_first, header_style="bold")
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
        line.service,
        " ".join(filter(None, [line.method if is_call else line.event, line.file, line.account])),
        f"{line.outcome} ({line.reason})" if line.reason else line.outcome,
        str(line.files) if is_call else "",
        str(line.ms),
    )


def _laid_out(found: Found, names: Mapping[str, str], room: int) -> tuple[int, list[int]]:
    """Return the gap between columns and their widths, as narrow as `room` demands while words stay whole.

    Where even that is too wide, the table breaks words: nothing is left out.
    """
    widths = [len(heading) for heading, _ in _COLUMNS]
    least = [max(map(len, heading.split())) for heading, _ in _COLUMNS]
    for line in found:
        row = _row(line, names)
        widths = [max(width, cell_len(value)) for width, value in zip(widths, row, strict=True)]
        least = [max(width, *map(cell_len, value.split() or [""])) for width, value in zip(least, row, strict=True)]
    gap = _GAP
    if sum(widths) + gap * len(widths) > room:
        gap = 1
    while sum(widths) + gap * len(widths) > room and widths != least:
        spare = [width - word for width, word in zip(widths, least, strict=True)]
        widths[spare.index(max(spare))] -= 1
    return gap, widths


def _summary(found: Found, names: Mapping[str, str], console: Console) -> None:
    gap = _GAP if console.width >= _WIDE else 1
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column("who", no_wrap=True)
    table.add_column("name", overflow="fold")
    for heading in ("first (UTC)", "last (UTC)"):
        table.add_column(heading, width=None if console.width >= _WIDE else _DATE)
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
