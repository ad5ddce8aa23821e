"""Read a Converse request's messages: what was asked, what the tools answered, what was listed before. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.aws.bedrock.planner import small_talk
from local.aws.bedrock.planner.answer import Answered
from local.aws.bedrock.planner.intents import Call, Language, Memory, Row
from local.aws.bedrock.planner.reading import language_of
from local.aws.bedrock.planner.results import parse

Message = Mapping[str, Any]
_TODAY = re.compile(r"Today is \w+,? (\d{4}-\d{2}-\d{2})")
_LISTINGS = frozenset({"list_files", "search_files", "more_files", "list_shared_drives"})
_QUERIES = frozenset({"list_files", "search_files"})


@dataclass(frozen=True, slots=True)
class Conversation:
    """`text` is what the person says now, "" if the tools have just answered and nothing was said beside that.

    `has_several`: the last answer of the tools had more than one file.
    """

    text: str
    language: Language
    answered: Sequence[Answered]
    rows_before: Sequence[Row]
    memory: Memory
    calls_so_far: int
    has_several: bool


def read(messages: Sequence[Message], today: date | None) -> Conversation:
    """Read the conversation; the last message is the user's."""
    texts = _texts(messages[-1])
    said = next(
        (text for message in reversed(messages) for text in reversed(_texts(message)) if message["role"] == "user"), ""
    )
    made = [calls for message in messages if (calls := _calls(message))]
    rounds = [found for index in range(len(messages)) if (found := _answered(messages, index))]
    answered = _answered(messages, len(messages) - 1)
    before = rounds[:-1] if answered else rounds
    return Conversation(
        text=texts[-1] if texts else "",
        language=language_of(said),
        answered=answered,
        rows_before=[row for found in before for item in found for row in item.result.rows],
        memory=_memory(rounds, made, today),
        calls_so_far=sum(map(len, made)),
        has_several=bool(rounds) and any(len(item.result.rows) > 1 for item in rounds[-1]),
    )


def question_of(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the messages up to the question that the results in the last message belong to.

    A "done" that let a question go on after consent is none itself.
    """
    index = len(messages) - 2
    while index > 0 and not (messages[index]["role"] == "user" and _asks(_texts(messages[index]))):
        index -= 1
    return messages[: index + 1]


def today_in(system: str) -> date | None:
    """Return the date that the system prompt ends with."""
    found = _TODAY.findall(system)
    try:
        return date.fromisoformat(found[-1]) if found else None
    except ValueError:
        return None


def _memory(rounds: Sequence[Sequence[Answered]], calls: Sequence[Mapping[str, Call]], today: date | None) -> Memory:
    listings = [
        [row for item in found if _lists(item) for row in (*item.result.rows, *item.result.close)] for found in rounds
    ]
    rows = next((listed for listed in reversed(listings) if listed), [])
    spoken_of = next((found for found in reversed(rounds) if any(item.result.rows for item in found)), ())
    latest = [item for found in rounds[-1:] for item in found]
    listed_last = next((found for found in reversed(rounds) if any(item.call.tool in _LISTINGS for item in found)), ())
    queries = [call for made in calls for call in made.values() if call.tool in _QUERIES]
    spoken = [row for item in spoken_of for row in item.result.rows]
    reading = next((item.result for item in latest if item.result.is_text and item.result.rows), None)
    return Memory(
        today=today,
        rows=rows,
        it=next(iter(spoken), None),
        inside=spoken[0].handle if len(spoken) == 1 and spoken[0].is_folder else _folder_of(listed_last),
        last_calls=list(calls[-1].values()) if calls else [],
        query=queries[-1] if queries else None,
        has_all=bool(listed_last) and not any(item.result.is_open for item in listed_last),
        reading=(reading.rows[0].handle, reading.next_start) if reading else None,
        not_connected=any(item.result.is_not_connected for item in latest),
    )


def _asks(texts: Sequence[str]) -> bool:
    return bool(texts) and small_talk.topic_of(texts[-1]) != "done"


def _lists(item: Answered) -> bool:
    """Tell what shows files to choose from: lists, and the candidates of a name that fits several."""
    return item.call.tool in _LISTINGS or bool(item.result.failure)


def _folder_of(listed: Sequence[Answered]) -> str:
    """Return the folder that was listed or searched, as its handle where that is known; "" for none."""
    folders = (item.result.inside or item.call.arguments.get("folder") for item in listed)
    return next((folder for folder in folders if isinstance(folder, str) and folder), "")


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
