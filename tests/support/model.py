"""A scripted model for unit tests: plays content blocks, keeps every request, opens no socket."""

import copy
import json
from typing import Any

from strands.models.model import Model


def say(text: str) -> dict[str, Any]:
    return {"text": text}


def call(name: str, tool_use_id: str = "t1", **arguments: Any) -> dict[str, Any]:
    return {"toolUse": {"name": name, "toolUseId": tool_use_id, "input": arguments}}


class ScriptedModel(Model):
    """Each item of `turns` answers one model call: a list of blocks, or an exception to raise."""

    def __init__(self, *turns: Any) -> None:
        self.turns = list(turns)
        self.requests: list[dict[str, Any]] = []
        self.config = {"model_id": "scripted", "context_window_limit": 200_000}

    def update_config(self, **config: Any) -> None:
        self.config.update(config)

    def get_config(self) -> Any:
        return self.config

    async def structured_output(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError
        yield

    async def stream(self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, **_: Any) -> Any:
        self.requests.append({"messages": copy.deepcopy(messages), "tools": tool_specs, "system": system_prompt})
        answer = self.turns.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield {"messageStart": {"role": "assistant"}}
        reason = "end_turn"
        for block in answer:
            if "toolUse" in block:
                reason, use = "tool_use", block["toolUse"]
                yield {
                    "contentBlockStart": {"start": {"toolUse": {"name": use["name"], "toolUseId": use["toolUseId"]}}}
                }
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(use["input"])}}}}
            else:
                yield {"contentBlockStart": {"start": {}}}
                yield {"contentBlockDelta": {"delta": {"text": block["text"]}}}
            yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": reason}}
        usage = {"inputTokens": 10, "outputTokens": 2, "totalTokens": 12}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}}
