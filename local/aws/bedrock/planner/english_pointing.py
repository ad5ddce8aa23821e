"""Find the file that an English question points at: "the second one", "number 3", "its folder". Pure."""
# ruff: noqa: RUF001 - typographic quotation marks, as people write them

import re

from local.aws.bedrock.planner.intents import Memory, Row, Talk
from local.aws.bedrock.planner.question import MARK, Scanner
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
    r"\b(?:(?P<its>its)(?! (?:own )?(?:sub-?)?folders)|it|that one|this one"
    r"|(?:that|this) (?:file|folder|document|doc|spreadsheet|sheet|pdf"
    r"|presentation|image|drive)|(?<=in )there|the (?:file|document)(?=\W*$))\b",
    re.IGNORECASE,
)
_SAME_FOLDER = re.compile(r"\b(?:the|that) same folder\b(?! (?:as|of)\b)", re.IGNORECASE)
# With a URL before or behind the question, as in "who owns this? <URL>".
_THIS = re.compile(
    r"\b(?:(?P<its>its)|(?:this|that) (?:one|file|folder|document|doc|spreadsheet|sheet|pdf|presentation|image|link)"
    r"|this|it|that(?=\W*$))\b",
    re.IGNORECASE,
)
_AT_AN_EDGE = re.compile(rf"^\W*(?P<first>{MARK})|[?:.!,;]\s*(?P<last>{MARK})\W*$")
# "only the PDFs in it", where files were listed and no folder.
_IN_IT = re.compile(
    rf"\b{FILE_NOUN_EN}\b[^?.!]{{0,40}}?\b(?P<in>in|inside|from|of) (?:it|there|here|(?:that|this|the) folder)(?=\W*$)",
    re.IGNORECASE,
)
_NO_IT = re.compile(r"\b(?:find|search|look(?:ing)? for|that (?:have|has|contain|mention))\b", re.IGNORECASE)


def mark(scanner: Scanner, memory: Memory) -> Talk | None:
    """Put marks in the place of what points at a file; None unless it points at one that was never listed."""
    if _mark_this(scanner):
        return None
    if (memory.inside or memory.query) and (match := _IN_IT.search(scanner.text)):
        inside = f"{match['in']} {scanner.mark(memory.inside, is_reference=True)}" if memory.inside else ""
        scanner.text = scanner.text[: match.start("in")] + inside
        return None
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


def _mark_this(scanner: Scanner) -> bool:
    """Let "this" mean the file whose URL stands before or behind the question; whether it does."""
    edge = _AT_AN_EDGE.search(scanner.text)
    mark = (edge["first"] or edge["last"]) if edge else ""
    if not edge or not scanner.reference(mark):
        return False
    bare = scanner.text.replace(mark, " ").strip()
    match = _THIS.search(bare)
    if match:
        after = "'s" if match["its"] else ""
        scanner.text = f"{bare[: match.start()]}{mark}{after}{bare[match.end() :]}"
    return bool(match)


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
