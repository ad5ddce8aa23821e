"""What was heard of one turn, put together from the stream's events. Pure. The wire contract is docs/wire.md."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn as a person meets it. `listings` holds the names of each `files` event, in order."""

    text: str = ""
    listings: tuple[tuple[str, ...], ...] = ()
    consent_links: tuple[str, ...] = ()
    tool_calls: int = 0
    stop_reason: str = ""
    error: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All file names that were shown, in order."""
        return tuple(name for listing in self.listings for name in listing)


def sse_objects(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON object of each `data:` line; comments, blank lines and anything else are skipped."""
    for line in lines:
        if not line.startswith("data:"):
            continue
        try:
            found = json.loads(line.removeprefix("data:"))
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def hear(events: Iterable[Mapping[str, Any]]) -> Heard:
    """Put the events of a turn together. A stream without a `done` and without an error was cut off."""
    text: list[str] = []
    listings: list[tuple[str, ...]] = []
    links: list[str] = []
    tools: set[str] = set()
    stop_reason = error = ""
    for event in events:
        text.append(_delta(event))
        match event.get("type"):
            case "files":
                listings.append(tuple(str(file.get("name", "")) for file in event.get("files", [])))
            case "auth_required":
                links.append(str(event.get("auth_url", "")))
            case "tool":
                tools.add(str(event.get("id", "")))
            case "done":
                stop_reason = str(event.get("stop_reason", "")) or "done"
        if "error" in event:
            error = str(event["error"])
    if not stop_reason and not error:
        error = "the stream ended without a done event"
    return Heard("".join(text), tuple(listings), tuple(links), len(tools), stop_reason, error)


def _delta(event: Mapping[str, Any]) -> str:
    inner = event.get("event")
    delta = inner.get("contentBlockDelta", {}).get("delta", {}) if isinstance(inner, dict) else {}
    return str(delta.get("text", ""))
