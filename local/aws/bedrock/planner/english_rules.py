"""Take people, folders, kinds, names, order and limit out of an English question. Pure."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

import re

from local.aws.bedrock.planner import dates_en
from local.aws.bedrock.planner.question import CUT, QUOTED, Scanner, Wanted
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN, KIND_EN, STOP_EN

_NAME = rf"(?:[\w.+-]+@[\w.-]+\w|{QUOTED}|[A-Z][\w.-]*(?: [A-Z][\w.-]*){{0,2}})"
_WHO = rf"(?:(?i:i|me|myself)\b|{_NAME}|[a-z]+\b)"
_CHANGED = r"(?i:changed|edited|modified|updated|touched|worked on)"
_CHANGE = r"(?i:changed?|edit(?:ed)?|modif(?:y|ied)|updated?|touch(?:ed)?|work(?:ed)? on)"
_OFTEN = r"(?i:(?:last|recently|just|has|have|had|also) )*"
_NOBODY = frozenset({"files", "file", "anyone", "anybody", "someone", "we", "they", "the", "was", "were", "that", "it"})
_CHANGED_BY = (
    rf"\b(?i:did|has|have|does)\s+(?P<who>{_WHO})\s+{_OFTEN}{_CHANGE}\b",
    rf"\b{_CHANGED}\s+(?:(?i:last) )?(?i:by)\s+(?P<who>{_WHO})",
    rf"\b(?P<who>I|i|{_NAME})\s+{_OFTEN}{_CHANGED}\b",
)
_OWNED_BY = (
    rf"\b(?i:owned by|belong(?:ing|s)? to|(?:created|made) by)\s+(?P<who>{_WHO})",
    rf"\b(?:(?i:that|which) )?(?P<who>I|i|{_NAME})\s+(?i:owns?)\b",
    r"\b(?i:my own)\b(?P<who>)",
    rf"(?P<who>{_NAME})(?:'s|’s)\s+(?=(?i:{FILE_NOUN_EN})\b)",
)
_CONTRACTED = re.compile(r"(?:what|where|who|how|that|it|here|there)", re.IGNORECASE)

_OPENED = (
    r"(?i)\b(?:(?:did |have |that |which )?i(?:'ve|’ve)?(?: have)? (?:last |recently |just )*"
    r"(?:open|view|look at|see|use)\w*"
    r"(?: at)?(?: (?:last|recently|most recently|lately))?"
    r"|(?:recently|last|lately|just) (?:opened|viewed|used)(?: by me)?|opened (?:last|recently|lately))\b"
)
_RECENT = rf"(?i)\b(?:my )?(?:most )?(?:recent|latest)(?=\s+{FILE_NOUN_EN}\b)"
_CHANGED_LAST = (
    r"(?i)\b(?:(?:last|recently|latest|most recently) (?:changed|modified|edited|updated)"
    r"|change[ds]? (?:last|recently|most recently)|newest)\b"
)
_MADE = r"(?i)\b(?:created|uploaded|added|made)\b"
_LIMIT = (
    rf"(?i)\b(?:(?:first|last|latest|top|newest|recent) )?(?P<n>\d{{1,2}}|{'|'.join(dates_en.NUMBERS)})"
    rf"(?=\s+(?:(?:latest|last|newest|most recent|recent) )?(?:{FILE_NOUN_EN})\b)"
)
_NAMED = (
    r"(?i)\b(?:named|called|titled|with (?:the )?(?:name|words?|title)|whose name (?:is|contains|has|starts with)|about"
    rf"|containing|with|on)\s+(?P<x>{QUOTED}|(?:(?!\b(?:in|from|owned|that)\b)[^¦,?!])+)"
    r"(?:\s*(?:in|as) (?:the|its|their) (?:name|title)s?)?"
)

_X = r"(?P<x>⟦\d+⟧|[^¦,?!]+?)"
_END = r"(?=\s*(?:$|[¦,?!.]|\b(?:and|that|which|changed|owned|named|by)\b))"
_VERB = r"(?i)\b(?:in|inside|within|under|from|of|list|open|show(?: me)?|browse|into)\s+(?:the |my )?"
_TOP = (
    r"(?i)\b(?:what(?:'s|’s| is)|list|show(?: me)?|everything|files)\s+(?:in |at |inside )?"
    r"(?:(?:the )?(?:top|root) (?:level )?of )?my (?:google )?drive\b"
)
_FOLDERS = (
    rf"{_VERB}(?:folder|directory|shared drive)(?: called| named)?\s+{_X}{_END}",
    rf"{_VERB}{_X}\s+(?:folder|directory|(?:shared )?drive)\b",
    rf"(?i)^\W*what(?:'s|’s| is| files are| do i have)\s+(?:in|inside|under)\s+(?:the |my )?{_X}{_END}",
    r"(?i)\b(?:contents? of|list|open|browse)\s+(?:the |my )?(?P<x>⟦\d+⟧)",
    rf"(?i)\bcontents? of\s+(?:the |my )?{_X}{_END}",
    rf"\b(?i:in|inside|under|within)\s+(?:(?i:the|my) )?(?P<x>⟦\d+⟧|[A-Z][\w&-]*(?: [A-Z0-9][\w&-]*)*){_END}",
)
_NO_FOLDER = frozenset(
    {"google", "drive", "google drive", "my drive", "the drive", "here", "there", "total", "it", "that"}
)

_NO_OPENED_FILTER = (
    "I can sort files by when you opened them, but I cannot pick out a period of that: the days are in the list."
)
_NO_CREATED_FILTER = (
    "I can only pick out the day of a file's last change, not the day it was made, so that is what I use."
)


def take_all(scanner: Scanner, wanted: Wanted) -> str:
    """Fill `wanted` and return a note about what the tools cannot do, or "". The order of the rules matters."""
    _limit(scanner, wanted)
    note = _opened(scanner, wanted)
    wanted.changed_by = _person(scanner, _CHANGED_BY)
    wanted.owner = _person(scanner, _OWNED_BY)
    if wanted.period and scanner.take(_MADE):
        note = note or _NO_CREATED_FILTER
    if not wanted.order and scanner.take(_CHANGED_LAST):
        wanted.order = "changed"
    named = scanner.take(_NAMED)
    _folder(scanner, wanted)
    named = named or scanner.take(rf"(?P<x>{QUOTED})")
    wanted.words = scanner.plain(named["x"]) if named else ""
    while match := scanner.take(KIND_EN):
        if match.lastgroup and match.lastgroup not in wanted.kinds:
            wanted.kinds.append(match.lastgroup)
    return note


def rest(scanner: Scanner) -> str:
    """Return the words that are left and mean something."""
    words = re.findall(r"[^\s,;:!?()\"“”]+", scanner.text.replace(CUT, " "))
    kept = [word.strip(".'’") for word in words]
    return scanner.plain(" ".join(word for word in kept if word and not _is_stop(word)))


def _is_stop(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in STOP_EN or plain.removesuffix("'s") in STOP_EN


def _opened(scanner: Scanner, wanted: Wanted) -> str:
    if not (scanner.take(_OPENED) or scanner.take(_RECENT)):
        return ""
    wanted.order = "opened"
    if not wanted.period:
        return ""
    wanted.period = None
    return _NO_OPENED_FILTER


def _person(scanner: Scanner, patterns: tuple[str, ...]) -> str:
    for pattern in patterns:
        match = re.search(pattern, scanner.text)
        if not match or _CONTRACTED.fullmatch(match["who"]) or match["who"].lower() in _NOBODY:
            continue
        scanner.cut(match.start(), match.end())
        name = scanner.plain(match["who"])
        return "me" if name.lower() in {"", "i", "me", "myself"} else name
    return ""


def _limit(scanner: Scanner, wanted: Wanted) -> None:
    if match := scanner.take(_LIMIT):
        number = match["n"].lower()
        wanted.limit = min(max(int(number) if number.isdigit() else dates_en.NUMBERS[number], 1), 100)


def _folder(scanner: Scanner, wanted: Wanted) -> None:
    if scanner.take(_TOP):
        wanted.folder = "root"
        return
    for pattern in _FOLDERS:
        match = re.search(pattern, scanner.text)
        if match and scanner.plain(match["x"]).lower() not in _NO_FOLDER and not KIND_EN.fullmatch(match["x"]):
            scanner.cut(match.start(), match.end())
            wanted.folder = scanner.plain(match["x"])
            return
