"""The tool that reads what a file contains: obtained from Drive, turned into text, handed over piece by piece."""

from typing import Any

from strands import tool
from strands.types.tools import ToolContext, ToolResult

from tools.desk import Visit, run
from tools.errors import ContentWithheldError, InvalidFilterError, NotTextError
from tools.extraction.extract import MAX_BYTES, Extracted, extract
from tools.extraction.plans import plan_of, why_unreadable
from tools.files import File
from tools.listing import count, day, kind_of, quoted, size

PIECE = 8000  # characters a call, some 2,000 tokens

_LAST_READ = "last_read"


@tool(context=True)
def read_file(tool_context: ToolContext, file: str, start: int = 0) -> ToolResult:
    """Read the text of a file: Google Docs, Sheets and Slides, PDF, Word, Excel, PowerPoint, plain text.

    Use me for "what does it say", "summarise it", "what is the amount in …". Long files come in pieces; read on
    only as far as the question needs.

    Args:
        file: A handle such as "[3]", a pasted Drive URL, a path, or an exact name.
        start: The character to begin at, for the next piece of a long file.
    """
    return run(tool_context, lambda visit: _read(visit, file, start), "contents")


def _read(visit: Visit, reference: str, start: int) -> str:
    file = visit.locator.content(reference)
    content = _text_of(visit, file)
    if not 0 <= start < len(content.text):
        raise InvalidFilterError(
            f"start must be from 0 to {len(content.text) - 1}: the text has {count(len(content.text), 'character')}."
        )
    numbers = visit.number([file])
    visit.show([file], {})
    changed = f" | changed {day(file.modified, visit.zone)}" if file.modified else ""
    end = _end_of_piece(content.text, start)
    lines = [
        f"Read: [{numbers[file.id]}] {quoted(file.name)} | {kind_of(file)}{changed}",
        f"Shown: {_shown(content.text, start, end)}",
        *(f"Note: {note}" for note in content.notes),
        # Every line of it is marked, so that no content can pass for anything else.
        *(f"> {line}" for line in content.text[start:end].split("\n")),
    ]
    return "\n".join(lines)


def _text_of(visit: Visit, file: File) -> Extracted:
    """Return the text of a file; the one that was read last is kept for the turn, since long files come in pieces."""
    turn = visit.tool_context.invocation_state
    key = (file.id, file.modified)
    known: tuple[Any, Extracted] | None = turn.get(_LAST_READ)
    if known is None or known[0] != key:
        known = turn[_LAST_READ] = (key, _fetched(visit, file))
    return known[1]


def _fetched(visit: Visit, file: File) -> Extracted:
    plan = plan_of(file.mime_type)
    if plan is None:
        raise NotTextError(f"{why_unreadable(file.mime_type)} Tell the person; do not call again.")
    if not file.may_use_ai:
        raise ContentWithheldError("The content of this file is kept from AI (canAccessViaGenAi). Tell the person.")
    if not file.may_download:
        raise ContentWithheldError("The owner does not allow downloading this file. Tell the person.")
    token = visit.finder.access_token
    if plan.export_as:
        content = visit.api.export(token, file.id, plan.export_as)
    elif file.size_bytes is not None and file.size_bytes > MAX_BYTES:
        raise NotTextError(f"The file has {size(file.size_bytes)}; I read up to {size(MAX_BYTES)}. Tell the person.")
    else:
        content = visit.api.download(token, file.id, max_bytes=MAX_BYTES, resource_key=file.resource_key)
    return extract(content, plan.content_type)


def _end_of_piece(text: str, start: int) -> int:
    """Return where a piece ends: after a line, or a word, unless that would leave most of it out."""
    end = start + PIECE
    if end >= len(text):
        return len(text)
    for mark in ("\n", " "):
        last = text.rfind(mark, start + PIECE // 2, end)
        if last >= 0:
            return last + 1
    return end


def _shown(text: str, start: int, end: int) -> str:
    if start == 0 and end == len(text):
        return f"all {count(len(text), 'character')}"
    said = f"characters {start} to {end - 1} of {len(text)}"
    return said if end == len(text) else f"{said}; for more call read_file with start={end}"
