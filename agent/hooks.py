"""What we add to Strands' loop: the person's new words on resume, questions that survive a crash, no exception text."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from traceback import extract_tb
from typing import Any

from pydantic import ValidationError
from strands.hooks import AfterToolCallEvent, AfterToolsEvent, BeforeToolCallEvent, BeforeToolsEvent, MessageAddedEvent
from strands.plugins import Plugin, hook

from agent.pacing import MAX_TOOL_CALLS, is_not_json
from tools.listing import one_line

_DEEPEST = 32

logger = logging.getLogger(__name__)


class TurnHooks(Plugin):
    """Hooks of every conversation. `save` keeps the agent as it is now."""

    name = "drive-agent:turn"

    def __init__(self, save: Callable[[Any], Awaitable[Any]]) -> None:
        super().__init__()
        self._save = save

    @hook  # type: ignore[call-overload]  # its overloads do not know methods
    async def keep_question(self, event: MessageAddedEvent) -> None:
        """Save what a person has said before anybody works on it; the session manager saves when a turn ends."""
        clean(event.message["content"])
        if event.message["role"] == "user" and not any("toolResult" in block for block in event.message["content"]):
            await self._save(event.agent)

    @hook  # type: ignore[call-overload]  # its overloads do not know methods
    def add_resume_text(self, event: AfterToolsEvent) -> None:
        """Put what the person said with a resumed turn behind the tool results, so that one model call answers both."""
        text = event.invocation_state.get("resume_text")
        if not text:
            return
        asked = {block["toolUse"]["toolUseId"] for block in event.agent.messages[-1]["content"] if "toolUse" in block}
        answered = {block["toolResult"]["toolUseId"] for block in event.message["content"] if "toolResult" in block}
        if asked and asked <= answered:  # else the batch waits on, and this message does not enter the history
            event.message["content"].append({"text": text})
            event.invocation_state["resume_text"] = ""

    @hook  # type: ignore[call-overload]  # its overloads do not know methods
    def count_anew(self, event: BeforeToolsEvent) -> None:
        """Begin to count the tool calls of one message of the model."""
        event.invocation_state["tool_calls"] = 0

    @hook  # type: ignore[call-overload]  # its overloads do not know methods
    def refuse(self, event: BeforeToolCallEvent) -> None:
        """Tell the model about a call that is one too many, or that would answer another question than it asked."""
        state = event.invocation_state
        state["tool_calls"] = state.get("tool_calls", 0) + 1
        if state["tool_calls"] > MAX_TOOL_CALLS:
            event.cancel_tool = "Too many tools at once; call the others in the next step."
        elif is_not_json(event.tool_use, state):
            event.cancel_tool = "Wrong arguments: not JSON. Call again."
        else:
            event.cancel_tool = _unknown_arguments(event)

    @hook  # type: ignore[call-overload]  # its overloads do not know methods
    def explain_exception(self, event: AfterToolCallEvent) -> None:
        """Tell the model how to call a tool again; keep the text of anything else from it, for it may hold a secret."""
        if event.cancel_message:  # it has been told already
            return
        if event.selected_tool is None:
            text = "There is no such tool. Use one of the tools you were given."
        elif not isinstance(event.tool_use["input"], dict):
            text = "Wrong arguments: they must be a JSON object. Call again with them mended."
        elif event.exception is not None:
            text = _advice(event.exception)
            _log(event.tool_use["name"], event.exception)
        else:
            return
        event.result = {**event.result, "content": [{"text": text}]}


def clean(value: Any, depth: int = 0) -> None:
    """Mend, in place, what a model may write in JSON and a snapshot cannot hold.

    Halves of surrogate pairs, which UTF-8 has no form for, in keys as well; and nesting without end.
    """
    if isinstance(value, dict):
        for key in [key for key in value if key != _utf8(key)]:
            value[_utf8(key)] = value.pop(key)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        if isinstance(item, str):
            value[key] = _utf8(item)
        elif depth < _DEEPEST:
            clean(item, depth + 1)
        elif isinstance(item, dict | list):
            value[key] = None


def _utf8(text: Any) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8")


def merge_roles(context: Any) -> Any:  # Strands' middleware context, whose type is not exported
    """Join two messages in a row of the same role for the model; a failed or limited turn leaves such a pair."""
    merged: list[Any] = []
    for message in context.messages:
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1] = {**merged[-1], "content": [*merged[-1]["content"], *message["content"]]}
        else:
            merged.append(message)
    return context if len(merged) == len(context.messages) else context.replace(messages=merged)


def _unknown_arguments(event: BeforeToolCallEvent) -> str:
    """Return what to say of arguments that a tool does not take: left out in silence, they change the question."""
    given = event.tool_use["input"]
    if event.selected_tool is None or not isinstance(given, dict):
        return ""
    known = event.selected_tool.tool_spec["inputSchema"]["json"]["properties"]
    unknown = [name for name in given if name not in known]
    if not unknown:
        return ""
    return (
        f"Wrong arguments. There is no {', '.join(map(one_line, unknown))}; there are: {', '.join(known)}. "
        "Call again with them mended."
    )


def _log(tool: str, error: Exception) -> None:
    """Tell the operator where a tool broke, without the error's text, which may hold what somebody wrote."""
    if isinstance(error.__cause__, ValidationError):
        return
    at = next(
        (f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(extract_tb(error.__traceback__))), ""
    )
    logger.error("tool=%s error=%s at=%s | a tool broke", tool, type(error).__name__, at)


def _advice(error: Exception) -> str:
    if not isinstance(error.__cause__, ValidationError):
        return "The tool failed with an internal error. Tell the person; do not call it again."
    wrong = error.__cause__.errors(include_input=False, include_url=False, include_context=False)
    said = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in wrong)
    return f"Wrong arguments. {said}. Call again with them mended."
