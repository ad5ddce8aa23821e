"""Checks what a snapshot has brought back: Strands loads values of any shape, and chokes on them turn after turn.

What a conversation cannot do without is refused, so that the snapshot is set aside. Open lists check themselves
(`tools.lists`).
"""

from typing import Any

from strands import Agent

from tools.desk import HANDLES_KEY
from tools.handles import Handles
from tools.pause import CONTENTS_KEY

_PLAIN_BLOCKS: dict[str, type] = {"text": str, "reasoningContent": dict, "citationsContent": dict, "cachePoint": dict}


def check_restored(agent: Agent) -> None:
    """Raise where a snapshot held something other than a conversation.

    Odd handles are not let go: counted from 1 again, the numbers in the history would stand for other files.
    `ValueError`, or what reading a value of another shape raises: `TypeError`, `KeyError`, `AttributeError`.
    """
    for message in agent.messages:
        _check_message(message)
    _check_pause(agent)
    handles = agent.state.get(HANDLES_KEY) or []
    if not isinstance(handles, list) or not all(isinstance(handle, list) for handle in handles):
        raise ValueError("not handles")
    if not all(isinstance(part, str | bool) for handle in handles for part in handle):
        raise ValueError("not handles")
    Handles.load(handles)
    if not isinstance(agent.state.get(CONTENTS_KEY), bool | None):
        agent.state.delete(CONTENTS_KEY)


def _check_message(message: Any) -> None:
    is_message = isinstance(message, dict) and message.get("role") in {"user", "assistant"}
    if not (is_message and isinstance(message.get("content"), list)):
        raise ValueError("not a message")
    for block in message["content"]:
        if not (isinstance(block, dict) and block):
            raise ValueError("not a content block")
        for kind, value in block.items():
            _check_block(kind, value)


def _check_block(kind: str, value: Any) -> None:
    if kind == "toolUse":
        is_sound = isinstance(value["name"], str) and isinstance(value["toolUseId"], str) and "input" in value
    elif kind == "toolResult":
        is_sound = _is_result(value)
    else:
        is_sound = isinstance(value, _PLAIN_BLOCKS.get(kind, ()))
    if not is_sound:
        raise ValueError("not a content block")


def _is_result(value: Any) -> bool:
    content = value["content"]
    return (
        isinstance(value["toolUseId"], str)
        and value.get("status", "success") in {"success", "error"}
        and isinstance(content, list)
        and all(isinstance(item, dict) for item in content)
    )


def _check_pause(agent: Agent) -> None:
    """Raise where a turn is said to wait, and there is nothing that it waits with."""
    state = agent.take_snapshot(include=["interrupt_state"]).data["interrupt_state"]
    if not state["activated"]:
        return
    last = agent.messages[-1] if agent.messages else {"role": "", "content": []}
    # A turn that was stopped while it went on may have left its tools' answers behind.
    blocks = [kind for block in last["content"] for kind in block]
    if not state["interrupts"] or not {"toolUse", "toolResult"} & set(blocks):
        raise ValueError("nothing waits")
    for key, item in state["interrupts"].items():
        scopes = (item["reason"] or {}).get("scopes", [])
        if item["id"] != key or not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise ValueError("not an interrupt")
    tools = state.get("pending_tool_execution")
    if tools is not None:
        _check_message(tools["assistant_message"])
        if not all(_is_result(result) for result in tools["completed_tool_results"]):
            raise ValueError("not tool results")


__all__ = ["check_restored"]
