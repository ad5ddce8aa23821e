"""Read an English question. Pure.

Every rule cuts what it understood out of the question; the words that are left are words of a file's name if something
asked for a file, and otherwise the question is not understood.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

import re
from collections.abc import Sequence
from dataclasses import replace

from local.aws.bedrock.planner import (
    dates_en,
    english_asking,
    english_pointing,
    english_rules,
    english_sorting,
    follow_up,
    small_talk,
)
from local.aws.bedrock.planner.intents import Call, Intent, Memory, Row, Step, Talk
from local.aws.bedrock.planner.question import MARK, Scanner
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN
from local.aws.bedrock.planner.wanted import Wanted

_START = (
    r"(?:find|search|list|show|look|where|which|what|who|open|read|tell me|give me|get|do i have|my starred"
    r"|(?:my|the) (?:last|latest|recent))\b"
)
_BETWEEN = re.compile(
    rf"\s*(?:[,;.?!]\s*)?(?:\b(?:and|then|also|plus)\b|[;?!.]\s)(?:\s*(?:also|then)\b)?,?\s+(?={_START})", re.IGNORECASE
)
# What is asked of what the first half has found already: "open the folder X and tell me what is in it".
_SAME_AGAIN = re.compile(
    r"(?:(?:and|then) )?(?:tell me |show me )?(?:what(?:'s|’s| is)(?: there)? (?:in|inside) (?:it|there)"
    r"|(?:show me )?(?:more|others?|similar|things|files)(?: files| ones)? like it|what it (?:says|contains))\W*",
    re.IGNORECASE,
)
_LOOK_FOR_IT = re.compile(r"\b(?:look|search|check) (?:in|through|for)\b.*\bit\b", re.IGNORECASE)
_SEARCHES = re.compile(
    r"\b(?:find|search|look(?:ing)? (?:for|up)|locate|where(?:'s|’s| is| are)?|need|is there|are there"
    r"|did i (?:throw away|delete|bin))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:find|search|look(?:ing)? for|locate|where|list|show|give me|get me|do i have|any|need|my|which|what|named"
    r"|called|titled)\b|⟦",
    re.IGNORECASE,
)
_REFINES = re.compile(
    r"\W*(?:(?:and|now|ok|no)[, ]+)*"
    r"(?:only|just|what about|how about|but only|sort(?:ed)?|by|order(?:ed)?|the ones?|those|which ones?"
    r"|which of (?:those|these|them))\b"
    r"|.{1,60}\bonly\W*$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\W*(?:(?:and|ok|yes)[, ]+)?(?:(?:show|list|give|see)(?: me)? )?(?:the |some )?"
    r"(?:more|next|rest|others|remaining|next page)"
    r"(?: (?:files|results|ones|page|of (?:them|it)|\d{1,3}))*(?:,? please)?\W*"
    r"|\W*(?:go on|continue|keep going|load more)\W*",
    re.IGNORECASE,
)
_READ_ON = re.compile(
    r"\W*(?:(?:and|ok|yes|please)[, ]+)?(?:read|keep reading|go on|continue|carry on)"
    r"(?: reading| on| further| more)*(?:,? please)?\W*",
    re.IGNORECASE,
)
_DRIVES = re.compile(
    r"(?:which|what|list|show|how many|all|do i have|are there|name|give me)\b.{0,40}?\b(?:shared|team) drives\b.{0,40}"
    r"|(?:my |the |all )*(?:shared|team) drives",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?:(?:and|so|please|show me|tell me|can you tell me)\s+)*"
    r"(?:(?:what(?:'s|’s| is| was)(?: there)?\s+)?(?:in|inside|on)"
    r"|(?:(?:list|show|open)\s+)?(?:the\s+)?contents?\s+of)\s+"
    r"(?P<x>⟦\d+⟧|[^¦,?!;⟦]{1,120})",
    re.IGNORECASE,
)
_VERBS = re.compile(r"\b(?:open|ls|dir|browse|take|pick|meant?|contents?|folder)\b", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:in|inside|list|ls|contents?|browse|under|folder)\b", re.IGNORECASE)
_OPEN = re.compile(r"^\W*(?:please )?open\b", re.IGNORECASE)
_NOUN = re.compile(rf"\b{FILE_NOUN_EN}\b", re.IGNORECASE)
_NEEDS_TODAY = re.compile(r"\b(?:today|yesterday|(?:this|last) (?:week|month|quarter|year)|since|ago)\b", re.IGNORECASE)
_MADE = re.compile(r"(?i)\b(?:created|uploaded|added|made)\b")
_NO_SHARED_PERIOD = (
    "I cannot pick out the day on which a file was shared, only that of its last change: that is what I use."
)
_EDGES = " \t\n.,;:!?¦"


def read(text: str, memory: Memory) -> list[Intent]:
    """Return what the person wants: one or more tool calls, or one thing to say."""
    whole = Scanner.over(small_talk.without_opening(text), "en")
    if small_talk.is_out_of_scope(whole.text, "en"):
        return [Talk("refuse")]
    parts = [part for part in _BETWEEN.split(whole.text) if part.strip()]
    if len(parts) > 1 and _LOOK_FOR_IT.search(parts[-1]):
        return _one(whole, memory)
    parts = [part for index, part in enumerate(parts) if not index or not _SAME_AGAIN.fullmatch(part)]
    intents: list[Intent] = []
    for part in parts:
        intents += _one(whole.part(part), _with_it(memory, intents))
    if all(isinstance(intent, Call) for intent in intents) or len(parts) == 1:
        return intents
    return _one(whole, memory)


def _with_it(memory: Memory, intents: Sequence[Intent]) -> Memory:
    """Let "it" in the second half of a question mean the file of the first half."""
    file = next((str(call.arguments.get("file", "")) for call in intents if isinstance(call, Call)), "")
    return replace(memory, it=Row(file, file)) if file else memory


def _one(scanner: Scanner, memory: Memory) -> list[Intent]:
    text = scanner.text.strip(_EDGES)
    if memory.reading and (_READ_ON.fullmatch(text) or _MORE.fullmatch(text)):
        return [follow_up.read_on(memory)]
    if _MORE.fullmatch(text) and (memory.query or memory.last_calls):
        return [follow_up.more(memory)]
    if _DRIVES.fullmatch(text):
        return [Call("list_shared_drives", {})]
    unclear = english_pointing.mark(scanner, memory)
    if unclear:
        return [unclear]
    return _of_one_file(scanner, memory) or _filtered(scanner, memory)


def _of_one_file(scanner: Scanner, memory: Memory) -> list[Intent]:
    """Read a question about one file: a handle, path, URL or name, or a description of it to search for first."""
    if inside := _content(scanner, memory):
        return [inside]
    asked = english_asking.asked_of_one(scanner.text) or _asked_behind(scanner)
    if not asked:
        return _bare_reference(scanner, memory)
    step, named = asked
    if reference := scanner.reference(named):
        return [follow_up.of_reference(reference, memory, step)]
    wanted = Wanted()
    part = scanner.part(named)
    _take_period(part, wanted, memory)
    english_rules.take_people(part, wanted)
    english_sorting.take_order(part, wanted)
    if wanted.is_search or wanted.order:
        english_rules.take_all(part, wanted)
        wanted.words = wanted.words or english_rules.rest(part)
        wanted.limit = wanted.limit or (1 if wanted.order else 0)
        return list(wanted.calls(then=step))
    return [follow_up.of_name(english_asking.name_of(scanner.plain(named)), memory, step)]


def _asked_behind(scanner: Scanner) -> tuple[Step, str] | None:
    """Read "https://… summarise", "https://… who is the owner?", where the file stands before the question."""
    mark = scanner.first_reference()
    behind = scanner.text.strip(_EDGES).removeprefix(mark).strip(_EDGES) if mark else ""
    if not behind or mark in behind:
        return None
    return english_asking.asked_of_one(f"{behind} {mark}") or english_asking.asked_of_one(f"{behind} of {mark}")


def _content(scanner: Scanner, memory: Memory) -> Call | None:
    """Read "what's in it", "what is in Bank export.csv", "and in 2025?" where it is plain what that is."""
    match = _WITHIN.fullmatch(scanner.text.strip(_EDGES))
    if not match:
        return None
    named = scanner.reference(match["x"]) or english_asking.name_of(scanner.plain(match["x"]))
    return follow_up.content_of(named, memory)


def _bare_reference(scanner: Scanner, memory: Memory) -> list[Intent]:
    """Read a question that has nothing but one file in it: "open [3]", "what is this? https://…"."""
    mark = scanner.first_reference()
    others = scanner.part(scanner.text.replace(mark, " ") if mark else scanner.text)
    if not mark or re.search(MARK, others.text) or english_rules.rest(scanner.part(_VERBS.sub(" ", others.text))):
        return []
    step: Step = "list_files" if _LISTS.search(others.text) else memory.pending
    return [follow_up.of_reference(scanner.reference(mark), memory, step)]


def _filtered(scanner: Scanner, memory: Memory) -> list[Intent]:
    text, wanted = scanner.text, Wanted()
    searches, asks, has_noun = (bool(pattern.search(text)) for pattern in (_SEARCHES, _ASKS, _NOUN))
    if memory.today is None and _NEEDS_TODAY.search(text):
        return [Talk("no_date")]
    _take_period(scanner, wanted, memory)
    english_rules.take_all(scanner, wanted)
    if wanted.order == "opened" and not wanted.is_sorted and wanted.modified:
        wanted.opened, wanted.modified, wanted.order = wanted.modified, None, ""
    if scanner.take(_OPEN):  # "open the roadmap": what is no folder is searched for
        searches = True
    if wanted.trash == "only" and re.search(r"\bthr[oe]w away\b", text):
        searches = True
    rest = english_rules.rest(scanner)
    is_named = bool(wanted.words or wanted.content or wanted.phrase)
    rest = "" if is_named else rest
    if _REFINES.match(text) and memory.query and not (rest or searches or wanted.is_empty):
        return [follow_up.refined(memory.query, wanted)]
    if rest and (searches or wanted.is_search or (asks and has_noun) or "⟦" in text):
        wanted.words, rest = rest, ""
    wanted.folder = follow_up.known(wanted.folder, memory)
    is_question = asks or has_noun or wanted.is_search or not wanted.is_empty
    if rest or not is_question or (wanted.is_empty and not has_noun):
        return [Talk("unknown")]
    return list(wanted.calls(_NO_SHARED_PERIOD if wanted.shared_with_me and wanted.modified else ""))


def _take_period(scanner: Scanner, wanted: Wanted, memory: Memory) -> None:
    found = dates_en.find(scanner.text, memory.today) if memory.today else None
    if not found:
        return
    is_made = bool(_MADE.search(scanner.text))
    while (start := scanner.text.find(found[1])) >= 0:
        scanner.cut(start, start + len(found[1]))
    if is_made:
        wanted.created = found[0]
    else:
        wanted.modified = found[0]
