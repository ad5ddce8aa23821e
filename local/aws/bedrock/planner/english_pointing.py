"""Find the file that an English question points at: "the second one", "number 3", "its folder". Pure."""
# ruff: noqa: RUF001 - typographic quotation marks, as people write them

import re

from local.aws.bedrock.planner.intents import Memory, Row, Talk
from local.aws.bedrock.planner.question import Scanner
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN, kind_en

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NTH = rf"(?:(?P<word>{'|'.join(_ORDINALS)}|last)|(?P<nth>\d{{1,3}})(?:st|nd|rd|th))"
_ONE = re.compile(
    rf"\b(?:the |that )?{_NTH} (?P<noun>one|result|hit|{FILE_NOUN_EN})(?! (?:i|that|you|we|\w+ (?:changed|edited)) ?)\b"
    r"|(?:\b(?:number|no\.?|nr\.?|file|item|result)|#) ?(?P<number>\d{1,3})\b"
    rf"|\bthe (?:(?P<bare>{'|'.join(_ORDINALS)}|last)|(?P<bare_nth>\d{{1,3}})(?:st|nd|rd|th))(?=\W*$|['’]s\b)"
    r"|^\W*(?:open|read|show(?: me)?|summari[sz]e|details (?:of|on|for|about)|take)\s+(?P<digit>\d{1,2})\W*$"
    r"|^[\s(#]*(?P<alone>\d{1,2})[\s).!?]*$",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:(?P<its>its)|it|that one|this one|(?:that|this) (?:file|folder|document|doc|spreadsheet|sheet|pdf"
    r"|presentation|image|drive)|(?<=in )there|the (?:file|document)(?=\W*$))\b",
    re.IGNORECASE,
)
_SAME_FOLDER = re.compile(r"\b(?:the|that) same folder\b(?! (?:as|of)\b)", re.IGNORECASE)
_NO_IT = re.compile(r"\b(?:find|search|look(?:ing)? for|that (?:have|has|contain|mention))\b", re.IGNORECASE)


def mark(scanner: Scanner, memory: Memory) -> Talk | None:
    """Put marks in the place of what points at a file; None unless it points at one that was never listed."""
    if match := _ONE.search(scanner.text):
        row = _row(match, memory)
        if row:
            _replace(scanner, match, row.handle)
            return None
        if not match["noun"] or match["noun"].lower() in {"one", "result", "hit"} or memory.rows:
            return Talk("which_one")
    if memory.it and (match := _SAME_FOLDER.search(scanner.text)):
        _replace(scanner, match, memory.it.handle, "'s folder")
    elif memory.it and not _NO_IT.search(scanner.text) and (match := _IT.search(scanner.text)):
        _replace(scanner, match, memory.it.handle, "'s" if match["its"] else "")
    return None


def _replace(scanner: Scanner, match: re.Match[str], handle: str, after: str = "") -> None:
    start, end = match.span()
    if match["digit"] if "digit" in match.re.groupindex else False:
        start = match.start("digit")
    mark = scanner.mark(handle, is_reference=True)
    scanner.text = f"{scanner.text[:start]}{mark}{after}{scanner.text[end:]}"


def _row(match: re.Match[str], memory: Memory) -> Row | None:
    word = (match["word"] or match["bare"] or "").lower()
    number = match["nth"] or match["number"] or match["bare_nth"] or match["digit"] or match["alone"]
    kind = kind_en(match["noun"] or "")
    rows = [row for row in memory.rows if row.facts[:1] == (kind,)] or list(memory.rows)
    index = (len(rows) - 1 if word == "last" else _ORDINALS.index(word)) if word else int(number) - 1
    return rows[index] if 0 <= index < len(rows) else None
