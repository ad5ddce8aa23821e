"""Read an English reference to a listed file: "the second one's folder", "[2]", "more like it". Pure."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

import re
from collections.abc import Sequence

from local.aws.bedrock.planner.intents import Call, Intent, Memory, Talk

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_REFERENCE = re.compile(
    rf"\[(?P<handle>\d+)\]"
    rf"|\b(?:the )?(?:(?P<word>{'|'.join(_ORDINALS)}|last)|(?P<nth>\d{{1,2}})(?:st|nd|rd|th))"
    r" (?:one|file|result|folder|document|spreadsheet)s?(?:'s|’s)?(?! I )\b"
    r"|\b(?:number|no\.) ?(?P<number>\d{1,2})\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|its|that one|this one|that folder|that file|them|those)\b", re.IGNORECASE)
_ASKED_OF_IT = re.compile(r"\b(?:its|that) folder\b|\bopen it\b|\bwhere is it\b", re.IGNORECASE)
_NEAR = re.compile(r"\b(?:folder|open|inside|in|like|where|next to|around|contents?|list|show)\b", re.IGNORECASE)
_LIKE = re.compile(r"\b(?:more|others?|similar|things|files) (?:like|to)\b|\bsame folder\b", re.IGNORECASE)
_MORE = re.compile(
    r"\W*(?:(?:show|list|give)(?: me)? )?(?:the |some )?(?:more|next|rest)(?: files| results| ones)?(?: please)?\W*",
    re.IGNORECASE,
)
_PAGE = 20
_MOST = 100


def pointed_at(text: str, memory: Memory) -> list[Intent] | None:
    """Return what to do about the file that is pointed at, or None if none is."""
    match = _REFERENCE.search(text)
    is_it = bool(_IT.search(text)) and bool(_LIKE.search(text) or _ASKED_OF_IT.search(text))
    if not (match or is_it) or not _NEAR.search(text):
        return None
    if match and match["handle"]:
        return [Call("list_files", {"folder": f"[{match['handle']}]"})]
    index = _index(match, len(memory.rows)) if match else 0
    if not 0 <= index < len(memory.rows):
        return [Talk("which_one")]
    return [Call("list_files", {"folder": memory.rows[index].handle})]


def asks_for_its_like(text: str) -> bool:
    """Tell "show me more like it" from a question of its own."""
    return bool(_LIKE.search(text))


def asks_for_more(text: str) -> bool:
    """Tell whether the whole text is "show me more"."""
    return bool(_MORE.fullmatch(text))


def more_of(calls: Sequence[Call]) -> list[Intent]:
    """Return the last calls with a higher limit; the tools have no pages."""
    return [Call(call.tool, {**call.arguments, "limit": _raised(call.arguments.get("limit"))}) for call in calls]


def _raised(limit: object) -> int:
    return min((limit if isinstance(limit, int) else _PAGE) + _PAGE, _MOST)


def _index(match: re.Match[str], count: int) -> int:
    word = (match["word"] or "").lower()
    if word:
        return count - 1 if word == "last" else _ORDINALS.index(word)
    return int(match["nth"] or match["number"]) - 1
