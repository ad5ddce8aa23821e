"""What a turn that was cut off had found, given back to the run that takes it up. Pure.

The agent goes on behind the tools that have answered, and neither runs them nor tells of them again.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from chat.events import FileCard, Files, ToolProgress
from chat.web.line import Heard
from chat.web.records import FilesPart, Part, ToolPart

__all__ = ["with_what_was_found"]


async def with_what_was_found(events: AsyncGenerator[Heard], before: Sequence[Part]) -> AsyncGenerator[Heard]:
    """Yield what was found before the first event, unless that is of a tool: then all of it is done anew."""
    is_first = True
    async with aclosing(events):
        async for event in events:
            if is_first and not isinstance(event, ToolProgress):
                for part in before:
                    if isinstance(part, ToolPart) and part.status == "done":
                        yield ToolProgress(part.id, "", part.label, "done")
                    elif isinstance(part, FilesPart):
                        yield Files(tuple(FileCard(**card) for card in part.files))
            is_first = False
            yield event
