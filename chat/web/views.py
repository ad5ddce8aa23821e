"""Conversations and turns as the JSON of docs/web.md. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from callback.web.languages import iso
from chat.web.markdown import render
from chat.web.records import ConsentPart, Head, NotePart, Part, State, Summary, TextPart, Turn

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
    head: Head, turns: Iterable[Turn], words: Mapping[str, str], *, state: State, run: str | None, earlier: bool
) -> dict[str, Any]:
    """A conversation with some of its turns, drawn: a few milliseconds for each long answer."""
    shown = [_turn_view(turn, words) for turn in turns]
    return {"id": head.id, "title": head.title, "state": state, "run": run, "turns": shown, "earlier": earlier}


def _turn_view(turn: Turn, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "n": turn.n,
        "run": turn.run,
        "asked": iso(turn.asked),
        "question": turn.question,
        "parts": [_part_view(part, words) for part in turn.parts],
        "outcome": turn.outcome,
    }


def _part_view(part: Part, words: Mapping[str, str]) -> dict[str, Any]:
    match part:
        case TextPart():
            return {"kind": "text", "html": "\n".join(render(part.markdown)), "markdown": part.markdown}
        case ConsentPart():
            return {**asdict(part), "scopes": list(part.scopes)}
        case NotePart(message=""):
            return {"kind": part.kind, "message": words.get(f"errors.{part.code}", ""), "code": part.code}
    return asdict(part)
