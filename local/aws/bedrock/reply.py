"""Content blocks as a Converse response or as the events of a ConverseStream response. Pure.

A block is `{"text": str}` or `{"toolUse": {"toolUseId": str, "name": str, "input": dict}}`.
As with Claude on Bedrock, only toolUse blocks are announced by a `contentBlockStart`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

CHARACTERS_PER_TOKEN = 4
CHUNK_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, why it stopped (a Converse `StopReason`), and the estimated token counts."""

    blocks: Sequence[Block]
    stop_reason: str
    usage: Mapping[str, int]


def make_reply(request: Mapping[str, Any], blocks: Sequence[Block]) -> Reply:
    """Turn blocks into a reply that respects the request's `maxTokens`."""
    limit = request.get("inferenceConfig", {}).get("maxTokens")
    kept, is_cut = (list(blocks), False) if limit is None else _cut(blocks, limit * CHARACTERS_PER_TOKEN)
    stop_reason = "tool_use" if any("toolUse" in block for block in kept) else "end_turn"
    taken = tokens([request.get(part) for part in ("system", "messages", "toolConfig")])
    given = tokens(kept)
    usage = {"inputTokens": taken, "outputTokens": given, "totalTokens": taken + given}
    return Reply(kept, "max_tokens" if is_cut else stop_reason, usage)


def response(reply: Reply, latency_ms: int) -> dict[str, Any]:
    """Return the body of a Converse response."""
    return {
        "output": {"message": {"role": "assistant", "content": list(reply.blocks)}},
        "stopReason": reply.stop_reason,
        "usage": dict(reply.usage),
        "metrics": {"latencyMs": latency_ms},
    }


def events(reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events of a ConverseStream response up to `messageStop`, as (name, payload)."""
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(reply.blocks):
        if "toolUse" in block:
            start = {key: block["toolUse"][key] for key in ("toolUseId", "name")}
            yield "contentBlockStart", {"start": {"toolUse": start}, "contentBlockIndex": index}
        for part in _chunks(_spoken(block)):
            delta = {"toolUse": {"input": part}} if "toolUse" in block else {"text": part}
            yield "contentBlockDelta", {"delta": delta, "contentBlockIndex": index}
        yield "contentBlockStop", {"contentBlockIndex": index}
    yield "messageStop", {"stopReason": reply.stop_reason}


def metadata(reply: Reply, latency_ms: int) -> dict[str, Any]:
    """Return the payload of the last event of a stream."""
    return {"usage": dict(reply.usage), "metrics": {"latencyMs": latency_ms}}


def tokens(value: object) -> int:
    """Estimate the tokens of everything that `value` says: a quarter of the characters of its keys and leaves."""
    return -(-_characters(value) // CHARACTERS_PER_TOKEN)


def _characters(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(len(str(key)) + _characters(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    return 0 if value is None else len(str(value))


def _spoken(block: Block) -> str:
    return json.dumps(block["toolUse"]["input"], ensure_ascii=False) if "toolUse" in block else block["text"]


def _chunks(text: str) -> Iterator[str]:
    for start in range(0, len(text), CHUNK_CHARACTERS):
        yield text[start : start + CHUNK_CHARACTERS]


def _cut(blocks: Sequence[Block], budget: int) -> tuple[list[Block], bool]:
    """Keep what fits into `budget` characters; a text is cut in the middle, a tool call is kept whole or not at all."""
    kept: list[Block] = []
    for block in blocks:
        length = len(_spoken(block))
        if length > budget:
            if "text" in block:
                kept.append({"text": block["text"][:budget]})
            return kept, True
        kept.append(block)
        budget -= length
    return kept, False
