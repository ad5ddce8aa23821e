"""One model call: from messages, tools and system prompt to content blocks. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.aws.bedrock.planner import conversation as reader
from local.aws.bedrock.planner import reading
from local.aws.bedrock.planner.answer import wording, write
from local.aws.bedrock.planner.conversation import Conversation
from local.aws.bedrock.planner.intents import Call, Intent, Memory, Talk
from local.aws.bedrock.planner.wording import Wording

Block = dict[str, Any]


def plan(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], system: str) -> list[Block]:
    """Return text and toolUse blocks, as Bedrock's Converse has them.

    `messages` are a valid Converse history that ends with the user; `tools` are the `toolSpec` objects of the request.
    toolUse ids are new in the conversation and the same for the same input.
    """
    conversation = reader.read(messages)
    today = reader.today_in(system)
    words = wording(conversation.language)
    memory = Memory(
        today=today,
        rows=conversation.rows_now,
        last_calls=conversation.last_calls,
        not_connected=any(item.result.is_not_connected for item in conversation.answered),
    )
    intents: Sequence[Intent] = []
    if conversation.text:
        intents = reading.read(conversation.text, conversation.language, memory, _offered(tools))
    said = [write(conversation.answered, conversation.language, today, conversation.rows_before)]
    said = [text for text in [*said, *_spoken(intents, conversation, words)] if text]
    calls = [intent for intent in intents if isinstance(intent, Call) and not _has_answer(intent, conversation)]
    blocks: list[Block] = [{"text": "\n\n".join(said)}] if said or not calls else []
    return blocks + [_use(call, conversation.calls_so_far + index) for index, call in enumerate(calls, start=1)]


def _spoken(intents: Sequence[Intent], conversation: Conversation, words: Wording) -> list[str]:
    """Return what is to be said beside the calls. An "ok" behind an answer needs no reply of its own."""
    talks = [intent.topic for intent in intents if isinstance(intent, Talk)]
    if conversation.answered:
        talks = [topic for topic in talks if topic not in {"ok", "done"}]
    notes = [intent.note for intent in intents if isinstance(intent, Call) and intent.note]
    return [words.say(topic) for topic in dict.fromkeys(talks)] + notes


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
