"""The pieces of a streamed message. Pure.

https://docs.slack.dev/reference/methods/chat.appendStream#chunks
"""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON values

from local.slack.blocks import MAX_MARKDOWN_CHARS, block_faults
from local.slack.elements import Faults, check_length

__all__ = ["chunk_faults"]

_STATES = frozenset({"pending", "in_progress", "complete", "error"})
_MAX_TITLE_CHARS = 256
_MAX_DETAIL_CHARS = 256


def chunk_faults(chunks: Sequence[Any]) -> list[str]:
    """What is wrong with them, as Slack words it; nothing where all is well."""
    faults = Faults()
    for number, chunk in enumerate(chunks):
        _check(chunk, f"/chunks/{number}", faults)
    return faults.said


def _check(chunk: Any, place: str, faults: Faults) -> None:
    if not isinstance(chunk, Mapping):
        faults.add("must be an object", place)
        return
    kind = chunk.get("type")
    if kind == "markdown_text":
        check_length(chunk.get("text"), f"{place}/text", faults, most=MAX_MARKDOWN_CHARS)
    elif kind == "plan_update":
        check_length(chunk.get("title"), f"{place}/title", faults, most=_MAX_TITLE_CHARS, least=1)
    elif kind == "task_update":
        _check_task(chunk, place, faults)
    elif kind == "blocks":
        blocks = chunk.get("blocks")
        faults.said += block_faults(blocks) if isinstance(blocks, list) else ["must be an array [json-pointer:/blocks]"]
    else:
        faults.add(f"unsupported type: {kind}", f"{place}/type")


def _check_task(chunk: Mapping[str, Any], place: str, faults: Faults) -> None:
    check_length(chunk.get("id"), f"{place}/id", faults, most=255, least=1)
    check_length(chunk.get("title"), f"{place}/title", faults, most=_MAX_TITLE_CHARS, least=1)
    if chunk.get("status") not in _STATES:
        faults.add("must be one of complete, error, in_progress, pending", f"{place}/status")
    for name in ("details", "output"):
        if chunk.get(name) is not None:
            check_length(chunk[name], f"{place}/{name}", faults, most=_MAX_DETAIL_CHARS)
    for number, source in enumerate(chunk.get("sources") or ()):
        if not isinstance(source, Mapping) or source.get("type") != "url" or not source.get("url"):
            faults.add("must be a url source", f"{place}/sources/{number}")
