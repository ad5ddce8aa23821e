"""How many tools run at once, which are not begun any more, and which were not asked for in JSON.

Every tool call takes a worker thread of the process. Strands hands all calls of a message to the threads at the same
time, where nothing stops them any more.
"""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

from strands.types.events import ToolResultEvent

MAX_TOOL_CALLS = 10  # of one message of the model; more are a mistake of its, or somebody's in its place
_AT_ONCE = 4
_ROOM_KEY, _CANCEL_KEY, _NOT_JSON_KEY = "tool_room", "cancel", "not_json"


def pace(cancel: threading.Event) -> dict[str, Any]:
    """Return what one turn's `invocation_state` must hold for `run_in_turn`; `cancel` stops what has not begun."""
    return {_ROOM_KEY: asyncio.Semaphore(_AT_ONCE), _CANCEL_KEY: cancel}


async def run_in_turn(context: Any, proceed: Callable[[Any], AsyncGenerator[Any]]) -> AsyncGenerator[Any]:
    """Run a tool when there is room, unless the turn was stopped meanwhile. Middleware of `ExecuteToolStage`."""
    async with context.invocation_state[_ROOM_KEY]:
        if context.invocation_state[_CANCEL_KEY].is_set():
            said = "Not begun: the turn was stopped. Call again if this is still wanted."
            result = {"toolUseId": context.tool_use["toolUseId"], "status": "error", "content": [{"text": said}]}
            yield ToolResultEvent(result)  # type: ignore[arg-type]  # a TypedDict whose status is a Literal
            return
        async for event in proceed(context):
            yield event


async def note_broken_input(context: Any, proceed: Callable[[Any], AsyncGenerator[Any]]) -> AsyncGenerator[Any]:
    """Remember the tool calls whose input is not JSON. Middleware of `InvokeModelStage`.

    Strands makes an empty object of such input, which asks for something else; what it was is seen as it streams.
    """
    broken: set[str] = set()
    context.invocation_state[_NOT_JSON_KEY] = broken
    inputs: dict[str, str] = {}
    async for event in proceed(context):
        if isinstance(use := event.get("current_tool_use"), dict):
            inputs[use.get("toolUseId", "")] = use["input"]
        if "stop" in event:
            broken.update(call for call, given in inputs.items() if given.strip() and not _is_json(given))
        yield event


def is_not_json(tool_use: Any, invocation_state: dict[str, Any]) -> bool:
    """Say whether the model has written this tool call's input in something other than JSON."""
    return tool_use["input"] == {} and tool_use["toolUseId"] in invocation_state.get(_NOT_JSON_KEY, ())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:  # a number of thousands of digits is none for Python, either
        return False
    return True


__all__ = ["MAX_TOOL_CALLS", "is_not_json", "note_broken_input", "pace", "run_in_turn"]
