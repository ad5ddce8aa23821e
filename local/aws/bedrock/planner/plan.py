"""One model call: from messages, tools and system prompt to content blocks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from local.aws.bedrock.planner import conversation as reader
from local.aws.bedrock.planner import reading, steps
from local.aws.bedrock.planner.answer import Asked, wording, write
from local.aws.bedrock.planner.conversation import Conversation, Message
from local.aws.bedrock.planner.intents import Call, Intent, Step, Talk
from local.aws.bedrock.planner.reading import Offered
from local.aws.bedrock.planner.wording import Wording

Block = dict[str, Any]


def plan(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], system: str) -> list[Block]:
    """Return text and toolUse blocks, as Bedrock's Converse has them.

    `messages` are a valid Converse history that ends with the user; `tools` are the `toolSpec` objects of the request.
    toolUse ids are new in the conversation and the same for the same input.
    """
    today, offered = reader.today_in(system), _offered(tools)
    now = reader.read(messages, today)
    words = wording(now.language)
    onward, asked = steps.Onward((), ()), Asked(now.text, today)
    if now.answered:
        question = reader.question_of(messages)
        text = reader.read(question, today).text if question else ""
        onward = steps.go_on(_intents(question, today, offered), now.answered, offered, text)
        asked = Asked(text, today, now.rows_before, is_unclear=onward.is_unclear)
    intents = _intents(messages, today, offered) if now.text else ()
    said = [write(onward.left, now.language, asked)]
    said = [text for text in [*said, *_spoken(intents, now, words)] if text]
    calls = [intent for intent in intents if isinstance(intent, Call) and not _has_answer(intent, now)]
    calls = _each_once([*onward.calls, *calls])
    blocks: list[Block] = [{"text": "\n\n".join(said)}] if said or not calls else []
    return blocks + [_use(call, now.calls_so_far + index) for index, call in enumerate(calls, start=1)]


def _intents(messages: Sequence[Message], today: date | None, offered: Offered) -> Sequence[Intent]:
    """Return what the last message wants, in the light of what the question before it was still waiting for."""
    now = reader.read(messages, today) if messages else None
    if not now or not now.text:
        return ()
    question = reader.question_of(messages) if now.has_several else ()
    before = reader.read(question, today) if question else None
    pending: Step = ""
    if before and before.text:
        intents = reading.read(before.text, before.language, before.memory, offered)
        pending = steps.waits_for(intents)
    return reading.read(now.text, now.language, replace(now.memory, pending=pending), offered)


def _spoken(intents: Sequence[Intent], conversation: Conversation, words: Wording) -> list[str]:
    """Return what is to be said beside the calls. An "ok" behind an answer needs no reply of its own."""
    talks = [intent.topic for intent in intents if isinstance(intent, Talk)]
    if conversation.answered:
        talks = [topic for topic in talks if topic not in {"ok", "done"}]
    notes = [intent.note for intent in intents if isinstance(intent, Call) and intent.note]
    return [words.say(topic) for topic in dict.fromkeys(talks)] + notes


def _each_once(calls: Sequence[Call]) -> list[Call]:
    """Leave out what is asked for twice: "open the first one and tell me who owns it"."""
    return [call for index, call in enumerate(calls) if call not in calls[:index]]


def _has_answer(call: Call, conversation: Conversation) -> bool:
    """Tell whether the tools have just answered this call: somebody asked again while it waited for consent."""
    return any(
        (item.call.tool, item.call.arguments) == (call.tool, call.arguments) and not item.result.failure
        for item in conversation.answered
    )


def _use(call: Call, number: int) -> Block:
    return {"toolUse": {"toolUseId": f"tooluse_planned_{number}", "name": call.tool, "input": dict(call.arguments)}}


def _offered(tools: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    return {
        tool["name"]: frozenset(tool.get("inputSchema", {}).get("json", {}).get("properties", {})) for tool in tools
    }
