"""Word the answer from tool results. Pure.

A file is written as its handle, `[3]`, which the agent shows to the person as the file's name and link: names are data
and are not copied. Only lines that were read from a file are, as a quotation.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from local.aws.bedrock.planner import asked as asking
from local.aws.bedrock.planner.english_words import English
from local.aws.bedrock.planner.intents import Call, Language, Row
from local.aws.bedrock.planner.japanese_words import Japanese
from local.aws.bedrock.planner.results import Result
from local.aws.bedrock.planner.wording import Wording

_SHARED_WITH_YOU = "shared with you"
_WORDINGS: dict[Language, Wording] = {"en": English(), "ja": Japanese()}


@dataclass(frozen=True, slots=True)
class Answered:
    """A call and what came of it."""

    call: Call
    result: Result


@dataclass(frozen=True, slots=True)
class Asked:
    """The question behind the results. `is_unclear`: it means one file, and the results have several that fit."""

    text: str
    today: date | None
    known: Sequence[Row] = ()
    is_unclear: bool = False


def wording(language: Language) -> Wording:
    """Return the sentences of a language."""
    return _WORDINGS[language]


def write(answered: Sequence[Answered], language: Language, asked: Asked) -> str:
    """Answer from the results, one part each; the numbering runs on."""
    words, parts, number = wording(language), [], 0
    for item in answered:
        said, count = _part(item, words, asked, number)
        number += count
        if said not in parts:  # two tools that wait for the same consent fail in the same words
            parts.append(said)
    return "\n\n".join(parts)


def _part(item: Answered, words: Wording, asked: Asked, number: int) -> tuple[str, int]:
    """Return the answer to one call, and how many files it numbers, from `number` + 1 on."""
    call, result = item.call, item.result
    if result.is_not_connected:
        return words.not_connected(), 0
    if result.is_text:
        return _reading(result, words, asked), 0
    if result.details:
        return _details(result, words, asked), 0
    rows, shown = (result.close, []) if not result.rows else (result.rows, [])
    shown = [f"{number + index}. {_line(row, item, words, asked)}" for index, row in enumerate(rows, start=1)]
    if result.failure:
        parts = [words.failed(result, which=bool(rows)), *shown]
    elif not result.rows:
        parts = [words.nothing(call, result, asked.today), *([words.close(), *shown] if rows else [])]
        parts += [*([""] if rows else []), words.advice(result)] if result.advice else []
    else:
        known: Mapping[str, Row] = {row.handle: row for row in asked.known}
        heading = words.which() if asked.is_unclear else words.heading(call, result, asked.today, known)
        parts = [heading, *shown, "", words.closing(call, result)]  # in Markdown, what follows a list belongs to it
    return "\n".join(parts), len(rows)


def _line(row: Row, item: Answered, words: Wording, asked: Asked) -> str:
    """Return a row without what the question or the heading has said already."""
    said = {f"in {item.result.inside}"} if item.result.inside else set()
    said |= {str(item.call.arguments.get("kind", ""))}
    facts = words.facts([fact for fact in row.facts if fact not in said])
    is_only_shared = not row.folder and any(fact.startswith(_SHARED_WITH_YOU) for fact in row.facts)
    if is_only_shared and asking.label_of(asked.text) == "In":
        facts = words.facts([facts, words.no_folder_fact()])
    return f"{row.handle} – {facts}" if facts else row.handle


def _details(result: Result, words: Wording, asked: Asked) -> str:
    label, handle = asking.label_of(asked.text), result.rows[0].handle
    facts = dict(result.details)
    first = [words.fact(handle, label, facts.get(label, ""))] if label else []
    if label == "In" and not facts.get(label):
        first = [words.no_folder(handle, facts.get("Shared with the person", ""))]
    rest = [words.detail(name, value) for name, value in result.details if name != label]
    heading = words.details_heading(handle, is_rest=bool(first))
    notes = words.notes(result)
    return "\n".join([*first, heading, *(f"- {line}" for line in rest), *([""] if notes else []), *notes])


def _reading(result: Result, words: Wording, asked: Asked) -> str:
    handle = result.rows[0].handle if result.rows else ""
    lines = asking.matching_lines(result.lines, asked.text, result.rows[0].name if result.rows else "")
    quoted = [f"> {asking.quoted(line)}" for line in lines.found]
    return "\n".join([words.reading(handle, lines), *quoted, "", words.read_on(result)]).strip()
