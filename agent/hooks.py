"""What we add to Strands' loop: the person's new words on resume, no exception text, alternating roles."""

from typing import Any

from strands.hooks import AfterToolCallEvent, AfterToolsEvent
from strands.plugins import Plugin, hook


class TurnHooks(Plugin):
    """Hooks of every conversation."""

    name = "drive-agent:turn"

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
    def hide_exception(self, event: AfterToolCallEvent) -> None:
        """Keep the text of an unexpected exception, which may hold a URL or a token, from the model."""
        if event.exception is not None:
            event.result = {
                **event.result,
                "content": [{"text": "The tool failed with an internal error. Tell the person; do not call it again."}],
            }


def merge_roles(context: Any) -> Any:  # Strands' middleware context, whose type is not exported
    """Join two messages in a row of the same role for the model; a failed or limited turn leaves such a pair."""
    merged: list[Any] = []
    for message in context.messages:
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1] = {**merged[-1], "content": [*merged[-1]["content"], *message["content"]]}
        else:
            merged.append(message)
    return context if len(merged) == len(context.messages) else context.replace(messages=merged)
