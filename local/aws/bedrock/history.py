"""The rules that Bedrock has for a conversation, so that the stand-in does not hide a broken history. Pure.

Tool use: https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use-inference-call.html
Order of tool results: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-tool-use.html
Sentences follow those that Bedrock is reported to answer with; ours where no report was found.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local.aws.bedrock.errors import invalid

Message = Mapping[str, Any]
MAX_CACHE_POINTS = 4


def check_history(body: Mapping[str, Any]) -> None:
    """Raise `BedrockError` unless the request's messages are a conversation that Claude on Bedrock would continue."""
    messages: Sequence[Message] = body.get("messages", [])
    if not messages or messages[0]["role"] != "user":
        raise invalid(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    for index, message in enumerate(messages):
        _check_content(index, message)
        _check_role(messages, index)
        _check_results(messages, index)
    if messages[-1]["role"] != "user":
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    _check_unique_ids(messages)
    _check_tool_config(body, messages)
    _check_cache_points(body, messages)


def _check_content(index: int, message: Message) -> None:
    if not message["content"]:
        raise invalid(
            f"The content field in the Message object at messages.{index} is empty. "
            "Add a ContentBlock object to the content field and try again."
        )
    for position, block in enumerate(message["content"]):
        if "text" in block and not block["text"].strip():
            raise invalid(
                f"The text field in the ContentBlock object at messages.{index}.content.{position} is blank. "
                "Add text to the text field, and try again."
            )
        wrong = "toolUse" if message["role"] == "user" else "toolResult"
        if wrong in block:
            raise invalid(
                f"A {message['role']} message cannot hold {wrong} blocks: messages.{index}.content.{position}."
            )


def _check_role(messages: Sequence[Message], index: int) -> None:
    if index and messages[index - 1]["role"] == messages[index]["role"]:
        raise invalid(
            "A conversation must alternate between user and assistant roles. "
            "Make sure the conversation alternates between user and assistant roles and try again."
        )


def _check_results(messages: Sequence[Message], index: int) -> None:
    """Every toolUse of an assistant message has its result in the next message, before anything else, and no more."""
    content = messages[index]["content"]
    results = _ids(messages[index], "toolResult")
    wanted = _ids(messages[index - 1], "toolUse") if index else []
    where = f"messages.{index}.content"
    if len(set(results)) != len(results):
        raise invalid(f"The toolResult blocks at {where} contain duplicate Ids: {', '.join(sorted(set(results)))}")
    missing = [tool_use_id for tool_use_id in wanted if tool_use_id not in results]
    if missing:
        raise invalid(f"Expected toolResult blocks at {where} for the following Ids: {', '.join(missing)}")
    if len(results) > len(wanted):
        raise invalid(
            f"The number of toolResult blocks at {where} exceeds the number of toolUse blocks of previous turn."
        )
    if any("toolResult" not in block for block in content[: len(results)]):
        raise invalid(f"The toolResult blocks at {where} must come before every other block of the message.")


def _check_unique_ids(messages: Sequence[Message]) -> None:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        for tool_use_id in _ids(message, "toolUse"):
            if tool_use_id in seen:
                raise invalid(f"The toolUse blocks at messages.{index}.content contain duplicate Ids: {tool_use_id}")
            seen.add(tool_use_id)


def _check_tool_config(body: Mapping[str, Any], messages: Sequence[Message]) -> None:
    has_tools = any("toolUse" in block or "toolResult" in block for message in messages for block in message["content"])
    if has_tools and "toolConfig" not in body:
        raise invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")


def _check_cache_points(body: Mapping[str, Any], messages: Sequence[Message]) -> None:
    places = [body.get("system", []), body.get("toolConfig", {}).get("tools", [])]
    places += [message["content"] for message in messages]
    points = sum("cachePoint" in block for place in places for block in place)
    if points > MAX_CACHE_POINTS:
        raise invalid(f"A maximum of {MAX_CACHE_POINTS} cache points may be provided. Found {points}.")


def _ids(message: Message, kind: str) -> list[str]:
    return [block[kind]["toolUseId"] for block in message["content"] if kind in block]
