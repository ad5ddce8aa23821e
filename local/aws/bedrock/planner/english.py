"""Read an English question. Pure.

Every rule cuts what it understood out of the question; the words that are left are words of a file's name if something
asked for a file, and otherwise the question is not understood.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

import re

from local.aws.bedrock.planner import dates_en, english_pointing, english_rules, small_talk
from local.aws.bedrock.planner.intents import Call, Intent, Memory, Talk
from local.aws.bedrock.planner.question import Scanner, Wanted
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN

_START = (
    r"(?:find|search|list|show|look|where|which|what|open|give me|get|do i have|everything"
    r"|(?:my|the) (?:last|latest|recent))\b"
)
_BETWEEN = re.compile(
    rf"\s*(?:[,;.?!]\s*)?(?:\b(?:and|then|also|plus)\b|[;?!]\s)(?:\s*(?:also|then)\b)?,?\s+(?={_START})", re.IGNORECASE
)
_SEARCHES = re.compile(
    r"\b(?:find|search|look(?:ing)? (?:for|up)|locate|where(?:'s|’s| is| are)?|need)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"\b(?:find|search|look(?:ing)? (?:for|up)|locate|where|list|show|give me|get me|do i have|any|need|my|which|named"
    r"|called|titled)\b|⟦",
    re.IGNORECASE,
)
_REFINES = re.compile(r"\W*(?:only|just|what about|how about)\b", re.IGNORECASE)
_NOUN = re.compile(rf"\b{FILE_NOUN_EN}\b", re.IGNORECASE)
_SHARED = re.compile(r"\bshared (?:with|by)\b", re.IGNORECASE)
_NEEDS_TODAY = re.compile(r"\b(?:today|yesterday|(?:this|last) (?:week|month|quarter|year)|since|ago)\b", re.IGNORECASE)


def read(text: str, memory: Memory) -> list[Intent]:
    """Return what the person wants: one or more tool calls, or one thing to say."""
    whole = Scanner.over(small_talk.without_opening(text))
    if small_talk.is_out_of_scope(whole.text):
        return [Talk("refuse")]
    parts = [part for part in _BETWEEN.split(whole.text) if part.strip()]
    if len(parts) > 1:
        # "Open its folder and show me more like it" asks once: what lies in that folder.
        parts = [part for index, part in enumerate(parts) if not index or not english_pointing.asks_for_its_like(part)]
        intents = [intent for part in parts for intent in _one(whole.part(part), memory)]
        if all(isinstance(intent, Call) for intent in intents):
            return intents
    return _one(whole, memory)


def _one(scanner: Scanner, memory: Memory) -> list[Intent]:
    pointed = english_pointing.pointed_at(scanner.text, memory)
    if pointed:
        return pointed
    if english_pointing.asks_for_more(scanner.text):
        return english_pointing.more_of(memory.last_calls) or [Talk("unknown")]
    if _SHARED.search(scanner.text):
        return [Talk("no_tool")]
    return _filtered(scanner, memory)


def _filtered(scanner: Scanner, memory: Memory) -> list[Intent]:
    text, wanted = scanner.text, Wanted()
    searches, asks, has_noun = (bool(pattern.search(text)) for pattern in (_SEARCHES, _ASKS, _NOUN))
    if memory.today is None and _NEEDS_TODAY.search(text):
        return [Talk("no_date")]
    if memory.today and (found := dates_en.find(text, memory.today)):
        wanted.period = found[0]
        start = text.find(found[1])
        scanner.cut(start, start + len(found[1]))
    note = english_rules.take_all(scanner, wanted)
    rest = english_rules.rest(scanner)
    if rest and (searches or wanted.is_search or (asks and has_noun)):
        wanted.words, rest = wanted.words or rest, ""
    if _REFINES.match(text) and memory.last_calls and not (rest or searches or wanted.is_empty):
        return [_refined(memory.last_calls[-1], wanted)]
    is_question = asks or has_noun or wanted.is_search or bool(wanted.folder or wanted.order)
    if rest or not is_question or (wanted.is_empty and not has_noun):
        return [Talk("unknown")]
    return list(wanted.calls(note))


def _refined(call: Call, wanted: Wanted) -> Call:
    """Read "only PDFs", "what about last month?" as the last call with something else in it."""
    extra = wanted.calls()[0].arguments
    base = {key: value for key, value in call.arguments.items() if not (wanted.period and key.startswith("modified"))}
    return Call("search_files" if wanted.is_search else call.tool, {**base, **extra})
