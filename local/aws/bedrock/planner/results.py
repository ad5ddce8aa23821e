"""Read the text of a Drive tool's result. Pure.

    Looked for: … / Searched: … / Note: …
    Found: 3 files, all shown | 20 files shown, there are more: more_files("3") | nothing | nothing so far
    In: [4] "My Drive / Finance / 2026"          the folder that all rows are in, or that the one file is in
    [1] "name" | kind | facts…
    Tried: … / Close: … and its rows / Try next: …
    Folders: and a row for each folder that a row's `in [4]` means

`get_file` has a line for each detail, `read_file` has `Read:`, `Shown:` and the content as lines that start with `> `.
Names are data and may hold anything, ` | ` included: they are JSON strings, or the kind is looked for from the right.
"""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from local.aws.bedrock.planner.intents import Row
from local.aws.bedrock.planner.vocabulary import KINDS

DETAILS = (
    "Kind", "In", "Owner", "Created", "Changed", "Opened by the person", "Shared with the person", "Size",
    "Description", "Starred", "In the trash", "Download", "Access", "Shortcut to",
)  # fmt: skip

_HEADS = ("Looked for", "Searched", "Found", "Note", "Tried", "Close", "Try next", "Read", "Shown")
_LABEL = re.compile(rf"({'|'.join((*_HEADS, *DETAILS))}): (.*)")
_ROW = re.compile(r"\[(\d+)\] (.*)")
_IN = re.compile(r"in (\[\d+\])")
_START = re.compile(r"start=(\d+)")
_NOT_CONNECTED = "Not connected"


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered. `failure` is its sentence when it failed; `rows` may then be what it could have meant.

    `folders` has the paths of folders by handle. `details` are the
    labels and values of one file, which is then the only row; `lines` are content that was read and `next_start` the
    character to read on from.
    """

    rows: Sequence[Row] = ()
    close: Sequence[Row] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""
    looked_for: str = ""
    searched: str = ""
    has_more: bool = False
    is_partial: bool = False
    is_unfinished: bool = False
    notes: Sequence[str] = ()
    tried: str = ""
    advice: Sequence[str] = ()
    details: Sequence[tuple[str, str]] = ()
    is_text: bool = False
    shown: str = ""
    lines: Sequence[str] = ()
    next_start: int = 0
    failure: str = ""
    is_not_connected: bool = False

    @property
    def is_open(self) -> bool:
        """There are more files than are shown, or may be."""
        return self.has_more or self.is_partial or self.is_unfinished or bool(self.failure)


def parse(tool_result: Mapping[str, Any]) -> Result:
    """Read a toolResult block of a request; what is not in the expected form is kept as a sentence."""
    text = "\n".join(part["text"] for part in tool_result["content"] if "text" in part).strip()
    # Not `splitlines`: a name may hold one of the rarer line separators, the tools part lines by "\n" alone.
    read = _Reader(text.split("\n"))
    if tool_result.get("status") == "error" or text.startswith(_NOT_CONNECTED):
        failure = " ".join(line for line in text.split("\n") if not _ROW.match(line)).strip() or "the tool failed"
        return Result(rows=read.rows, failure=failure, is_not_connected=text.startswith(_NOT_CONNECTED))
    if read.heads.get("Read"):
        return _text(read)
    if read.details and read.rows and not read.heads.get("Found"):
        return _details(read)
    if not read.heads.get("Found") and not read.rows:
        return Result(failure=text or "the tool gave no answer")
    return _listing(read)


class _Reader:
    """The lines of a result, sorted: a row belongs to the last heading of rows before it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.heads: dict[str, list[str]] = {}
        self.details: list[tuple[str, str]] = []
        self.rows: list[Row] = []
        self.close: list[Row] = []
        self.folders: dict[str, str] = {}
        self.content: list[str] = []
        self._into = self.rows
        self._are_folders = False
        for line in lines:
            self._take(line)

    def first(self, name: str) -> str:
        return next(iter(self.heads.get(name, ())), "")

    def _take(self, line: str) -> None:
        if line == "Folders:":
            self._are_folders = True
        elif line == ">" or line.startswith("> "):
            self.content.append(line[2:])
        elif match := _ROW.match(line):
            row = _row(match)
            if self._are_folders:
                self.folders[row.handle] = row.name
            else:
                self._into.append(row)
        elif match := _LABEL.match(line):
            self._labelled(match[1], match[2])

    def _labelled(self, label: str, value: str) -> None:
        if label in DETAILS:
            self.details.append((label, value))
            return
        self.heads.setdefault(label, []).append(value)
        if label == "Close":
            self._into = self.close


def _listing(read: _Reader) -> Result:
    found = read.first("Found")
    inside = _row_in(dict(read.details).get("In", ""))
    folder = inside.handle if inside else ""
    return Result(
        rows=tuple(replace(row, folder=row.folder or folder) for row in read.rows),
        close=tuple(read.close),
        folders=read.folders | ({inside.handle: inside.name} if inside else {}),
        inside=folder,
        looked_for=read.first("Looked for"),
        searched=read.first("Searched"),
        has_more="there are more" in found,
        is_partial="perhaps not all" in found,
        is_unfinished=found.startswith("nothing so far"),
        notes=tuple(read.heads.get("Note", ())),
        tried=read.first("Tried"),
        advice=tuple(read.heads.get("Try next", ())),
    )


def _details(read: _Reader) -> Result:
    first = read.rows[0]
    inside = _row_in(dict(read.details).get("In", ""))
    kind = dict(read.details).get("Kind", "").split(" (")[0]
    folder = inside.handle if inside else ""
    return Result(
        rows=(Row(first.handle, first.name, first.facts or ((kind,) if kind else ()), folder),),
        folders={inside.handle: inside.name} if inside else {},
        inside=folder,
        notes=tuple(read.heads.get("Note", ())),
        details=tuple((label, _with_handle(value)) for label, value in read.details),
    )


def _text(read: _Reader) -> Result:
    row = _row_in(read.first("Read"))
    onward = _START.search(read.first("Shown"))
    return Result(
        rows=(row,) if row else (),
        notes=tuple(read.heads.get("Note", ())),
        is_text=True,
        shown=read.first("Shown"),
        lines=tuple(read.content),
        next_start=int(onward[1]) if onward else 0,
    )


def _with_handle(value: str) -> str:
    """Write a file in a detail as its handle, which is shown as its name, or a folder's path."""
    row = _row_in(value)
    return value if row is None else row.handle


def _row_in(text: str) -> Row | None:
    match = _ROW.match(text)
    return _row(match) if match else None


def _row(match: re.Match[str]) -> Row:
    if match[2].startswith('"'):
        with contextlib.suppress(ValueError):
            name, end = json.JSONDecoder().raw_decode(match[2])
            facts = match[2][end:].removeprefix(" | ")
            return _placed(f"[{match[1]}]", str(name), facts.split(" | ") if facts else [])
    parts = match[2].split(" | ")
    at = max((index for index, part in enumerate(parts) if index and part in KINDS), default=min(1, len(parts)))
    return _placed(f"[{match[1]}]", " | ".join(parts[:at]), parts[at:])


def _placed(handle: str, name: str, facts: list[str]) -> Row:
    folder = next((found[1] for fact in facts if (found := _IN.fullmatch(fact))), "")
    return Row(handle, name, tuple(facts), folder)
