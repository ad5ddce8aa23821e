"""Read the text of a Drive tool's result. Pure.

    Looked for: …
    Searched: …
    Found: 3 files, all shown | 20 files shown, there are more | nothing
    Note: …
    [1] "name" | kind | facts…

Names are data and may hold anything, ` | ` included: they are JSON strings, or the kind is looked for from the right.
"""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.aws.bedrock.planner.intents import Row
from local.aws.bedrock.planner.vocabulary import KINDS

_ROW = re.compile(r"\[(\d+)\] (.*)")
_NOT_CONNECTED = "Not connected"


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered. `failure` is its sentence when it failed, and then everything else is empty."""

    rows: Sequence[Row] = ()
    looked_for: str = ""
    searched: str = ""
    has_more: bool = False
    is_partial: bool = False
    notes: Sequence[str] = ()
    failure: str = ""
    is_not_connected: bool = False


def parse(tool_result: Mapping[str, Any]) -> Result:
    """Read a toolResult block of a request; what is not in the expected form is kept as a sentence."""
    text = "\n".join(part["text"] for part in tool_result["content"] if "text" in part).strip()
    if tool_result.get("status") == "error" or text.startswith(_NOT_CONNECTED):
        return Result(failure=text or "the tool failed", is_not_connected=text.startswith(_NOT_CONNECTED))
    lines = text.splitlines()
    heads = {name: [line[len(name) + 2 :] for line in lines if line.startswith(f"{name}: ")] for name in _HEADS}
    rows = tuple(_row(match) for match in map(_ROW.match, lines) if match)
    if not heads["Found"] and not rows:
        return Result(failure=text or "the tool gave no answer")
    first = {name: values[0] if values else "" for name, values in heads.items()}
    return Result(
        rows=rows,
        looked_for=first["Looked for"],
        searched=first["Searched"],
        has_more="there are more" in first["Found"],
        is_partial="perhaps not all" in first["Found"],
        notes=tuple(heads["Note"]),
    )


def for_a_person(failure: str) -> str:
    """Return what a tool's error says of the matter, without what it tells the model to do."""
    sentences = re.split(r"(?<=[.;]) ", failure)
    kept = [part for part in sentences if not _FOR_THE_MODEL.search(part)]
    return " ".join(kept).rstrip(";") or "it cannot be done that way"


_FOR_THE_MODEL = re.compile(r"[Tt]ell the person|call (?:it )?again|[Cc]all this|search_files|handle")

_HEADS = ("Looked for", "Searched", "Found", "Note")


def _row(match: re.Match[str]) -> Row:
    if match[2].startswith('"'):
        with contextlib.suppress(ValueError):
            name, end = json.JSONDecoder().raw_decode(match[2])
            return Row(f"[{match[1]}]", name, tuple(match[2][end:].removeprefix(" | ").split(" | ")))
    parts = match[2].split(" | ")
    at = max((index for index, part in enumerate(parts) if index and part in KINDS), default=min(1, len(parts)))
    return Row(f"[{match[1]}]", " | ".join(parts[:at]), tuple(parts[at:]))
