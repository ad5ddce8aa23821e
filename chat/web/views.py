"""Conversations and turns as the JSON of docs/web.md. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from callback.web.languages import iso
from chat.web.records import ConsentPart, Head, NotePart, Part, State, Summary, TextPart, ToolPart, Turn
from chat.web.safety import status_of

__all__ = ["conversation_view", "summary_view"]


def summary_view(summary: Summary | Head, state: State | None = None) -> dict[str, Any]:
    """A conversation in the list."""
    return {
        "id": summary.id,
        "title": summary.title,
        "updated": iso(summary.updated),
        "state": state or summary.state,
    }


def conversation_view(
    head: Head,
    turns: Iterable[Turn],
    words: Mapping[str, str],
    *,
    state: State,
    run: str | None,
    earlier: bool,
    html_of: Callable[[str], str],
) -> dict[str, Any]:
    """A conversation with some of its turns, their Markdown drawn by `html_of`."""
    shown = [_turn_view(turn, words, html_of) for turn in turns]
    return {"id": head.id, "title": head.title, "state": state, "run": run, "turns": shown, "earlier": earlier}


def _turn_view(turn: Turn, words: Mapping[str, str], html_of: Callable[[str], str]) -> dict[str, Any]:
    return {
        "n": turn.n,
        "run": turn.run,
        "asked": iso(turn.asked),
        "question": turn.question,
        "parts": [_part_view(part, words, html_of) for part in turn.parts],
        "outcome": turn.outcome,
    }


def _part_view(part: Part, words: Mapping[str, str], html_of: Callable[[str], str]) -> dict[str, Any]:
    match part:
        case TextPart():
            return {"kind": "text", "html": html_of(part.markdown), "markdown": part.markdown}
        case ToolPart():
            return asdict(part) | {"status": status_of(part.status)}  # whatever an older version has kept
        case ConsentPart():
            shown = {name: value for name, value in asdict(part).items() if name != "run"}
            return {**shown, "scopes": list(part.scopes)}
        case NotePart(message=""):
            return {"kind": part.kind, "message": words.get(f"errors.{part.code}", ""), "code": part.code}
    return asdict(part)
