"""Word the answer from tool results. Pure.

File names are data: they are copied into the list as they are and never read as anything else.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from local.aws.bedrock.planner.english_words import English
from local.aws.bedrock.planner.intents import Call, Language, Row
from local.aws.bedrock.planner.japanese_words import Japanese
from local.aws.bedrock.planner.results import Result
from local.aws.bedrock.planner.wording import Wording

_WORDINGS: dict[Language, Wording] = {"en": English(), "ja": Japanese()}


@dataclass(frozen=True, slots=True)
class Answered:
    """A call and what came of it."""

    call: Call
    result: Result


def wording(language: Language) -> Wording:
    """Return the sentences of a language."""
    return _WORDINGS[language]


def write(answered: Sequence[Answered], language: Language, today: date | None, known: Sequence[Row]) -> str:
    """Answer from the results, one part each; the numbering runs on. `known` are rows listed before."""
    words, parts, number = wording(language), [], 0
    for item in answered:
        if item.result.failure:
            said = words.failed(item.result)
        elif not item.result.rows:
            said = words.nothing(item.call, item.result, today)
        else:
            lines = [f"{number + index}. {_line(row)}" for index, row in enumerate(item.result.rows, start=1)]
            number += len(lines)
            said = "\n".join([words.heading(item.call, item.result, today, known), *lines, words.closing(item.result)])
        if said not in parts:  # two tools that wait for the same consent fail in the same words
            parts.append(said)
    return "\n\n".join(parts)


def _line(row: Row) -> str:
    return f"{row.name} – {', '.join(row.facts)}" if row.facts else row.name
