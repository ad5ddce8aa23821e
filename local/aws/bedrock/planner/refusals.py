"""Say to a person, in both languages, why a tool could not answer. Pure.

The tools word their errors for a model: what happened, then what to do about it. What a fixed sentence of theirs means
to a person stands in `refusal_texts`. One that is not there loses what the model is to do, and in Japanese, where it
would stay English, is left out.
"""

import json
import re

from local.aws.bedrock.planner.refusal_texts import REFUSALS

__all__ = ["in_english", "in_japanese", "is_known", "to_you"]

_KNOWN = [(re.compile(pattern), english, japanese) for pattern, english, japanese in REFUSALS]
_WHAT_JA = {"file": "ファイル", "folder": "フォルダ"}

_FOR_THE_MODEL = re.compile(
    r"[Tt]ell the person|[Aa]sk (?:the person|them)|call (?:it )?again|[Cc]all (?:this|list|search)|[Hh]andle|\[\d+\]"
    r"|Search for it|\b(?:search|list|more|get|read)_(?:shared_)?(?:files?|drives)\b|Answer (?:with )?what|do not call"
)
_TO_YOU = (
    ("(the person themselves)", "(you)"),
    ("the person's", "your"),
    ("the person is a", "you are a"),
    ("the person is", "you are"),
    ("the person has", "you have"),
    ("the person", "you"),
    ("the Person", "you"),
)


def in_english(failure: str) -> str:
    """Return what a tool's error says to a person."""
    for pattern, english, _ in _KNOWN:
        if match := pattern.match(failure):
            return english.format(**_named(match))
    kept = [part for part in re.split(r"(?<=[.;]) ", failure) if not _FOR_THE_MODEL.search(part)]
    said = to_you(kept[0].rstrip(";")) if kept else "It cannot be done that way."
    return said[:1].upper() + said[1:]


def in_japanese(failure: str) -> str:
    """Return what a tool's error says to a person, or "" for one that is not known."""
    for pattern, _, japanese in _KNOWN:
        if match := pattern.match(failure):
            named = _named(match)
            return japanese.format(**named | {"what": _WHAT_JA.get(named.get("what", ""), "")})
    return ""


def to_you(text: str) -> str:
    """Say to the person what a tool says to the model about the person."""
    text = re.sub(r"\bThe person\b", "the person", text)
    for told, said in _TO_YOU:
        text = text.replace(told, said)
    return text


def is_known(failure: str) -> bool:
    """Whether a tool's error stands in the table."""
    return any(pattern.match(failure) for pattern, _, _ in _KNOWN)


def _named(match: re.Match[str]) -> dict[str, str]:
    """Return the names in a sentence; that of a file is written as a JSON string."""
    named = match.groupdict()
    return named | {"name": str(json.loads(f'"{named["name"]}"'))} if "name" in named else named
