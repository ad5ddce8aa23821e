"""Read a Converse request's messages: what was asked, what the tools answered, what was listed before. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.aws.bedrock.planner.answer import Answered
from local.aws.bedrock.planner.intents import Call, Language, Row
from local.aws.bedrock.planner.reading import language_of
from local.aws.bedrock.planner.results import parse

Message = Mapping[str, Any]
_TODAY = re.compile(r"Today is \w+,? (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Conversation:
    """`text` is what the person says now, "" if the tools have just answered and nothing was said beside that."""

    text: str
    language: Language
    answered: Sequence[Answered]
    rows_before: Sequence[Row]
    rows_now: Sequence[Row]
    last_calls: Sequence[Call]
    calls_so_far: int


def read(messages: Sequence[Message]) -> Conversation:
    """Read the conversation; the last message is the user's."""
    last = messages[-1]
    texts = _texts(last)
    answered = _answered(messages, len(messages) - 1)
    said = next(
        (text for message in reversed(messages) for text in reversed(_texts(message)) if message["role"] == "user"), ""
    )
    before = [rows for index in range(len(messages) - 1) if (rows := _rows(_answered(messages, index)))]
    seen = [row for rows in before for row in rows]
    now = _rows(answered) or (before[-1] if before else [])
    calls = [found for message in messages if (found := _calls(message))]
    return Conversation(
        text=texts[-1] if texts else "",
        language=language_of(said),
        answered=answered,
        rows_before=seen,
        rows_now=now,
        last_calls=list(calls[-1].values()) if calls else [],
        calls_so_far=sum(len(found) for found in calls),
    )


def today_in(system: str) -> date | None:
    """Return the date that the system prompt ends with."""
    found = _TODAY.findall(system)
    try:
        return date.fromisoformat(found[-1]) if found else None
    except ValueError:
        return None


def _texts(message: Message) -> list[str]:
    return [block["text"] for block in message["content"] if "text" in block and block["text"].strip()]


def _calls(message: Message) -> dict[str, Call]:
    uses = (block["toolUse"] for block in message["content"] if "toolUse" in block)
    return {use["toolUseId"]: Call(use["name"], use["input"] if isinstance(use["input"], dict) else {}) for use in uses}


def _answered(messages: Sequence[Message], index: int) -> list[Answered]:
    """Return the results in a message, in the order in which they were asked for."""
    calls = _calls(messages[index - 1]) if index else {}
    results = dict(_results(messages[index]))
    return [Answered(call, parse(results[use_id])) for use_id, call in calls.items() if use_id in results]


def _results(message: Message) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in message["content"]:
        if "toolResult" in block:
            yield block["toolResult"]["toolUseId"], block["toolResult"]


def _rows(answered: Sequence[Answered]) -> list[Row]:
    return [row for item in answered for row in item.result.rows]
