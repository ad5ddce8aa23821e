"""A Drive call and its answer, as values: what comes over HTTP and what comes inside a batch are the same."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any  # JSON bodies

__all__ = ["Answer", "Call", "json_answer"]


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is below `/drive/v3/`. Header names are lower-case. `parameters` are the query's, or the form's."""

    http_method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is bytes, or an iterator for contents of any size. `method_id` tells the journal what was called.

    Faults: with `is_cut_off` the connection ends in the middle of the body; `slow_seconds` is how long the body takes.
    """

    status: int
    body: bytes | Iterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"
    method_id: str = ""
    is_cut_off: bool = False
    slow_seconds: float = 0.0


def json_answer(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    # Names may hold lone surrogates when a real folder is served; JSON can only escape them.
    text = json.dumps(content, ensure_ascii=False)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        body = json.dumps(content).encode()
    return Answer(status, body, headers or {})
