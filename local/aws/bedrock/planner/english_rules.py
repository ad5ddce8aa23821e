"""Take people, folders, kinds, names, views, order and limit out of an English question. Pure."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes, as people write them

import re
from collections.abc import Sequence

from local.aws.bedrock.planner import english_places, english_sorting
from local.aws.bedrock.planner.macros import expanded, grown
from local.aws.bedrock.planner.question import CUT, MARK, Scanner
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN, KIND_EN, STOP_EN
from local.aws.bedrock.planner.wanted import Wanted

_PARTS = grown(
    {
        "MARK": MARK,
        "NOUN": FILE_NOUN_EN,
        "MAIL": r"[\w.+-]{1,64}@[\w.-]{1,200}\w",
        "NAME": r"(?:<MAIL>|<MARK>|[A-Z][\w.-]{0,40}(?: [A-Z][\w.-]{0,40}){0,2})",
        "WHO": r"(?P<who>(?i:i|me|myself)\b|<NAME>|[a-z]+\b)",
        "I": r"(?P<who>I|i|<NAME>)",
        "CHANGED": r"(?i:changed|edited|modified|updated|touched|worked on)",
        "CHANGE": r"(?i:changed?|edit(?:ed)?|modif(?:y|ied)|updated?|touch(?:ed)?|work(?:ed)? on)",
        "OFTEN": r"(?i:(?:last|recently|just|has|have|had|also) )*",
        "LAST": r"(?: (?i:last|most recently)\b)?",
        "WITH_ME": r"(?: (?i:with (?:me|us)))",
        "NEXT": r"(?:in|inside|under|from|owned|changed|that|which|and (?:its|the|all|which|that))",
        "END": r"(?=\s*(?:$|[¦,?!.;]|\b<NEXT>\b))",
        "X": r"(?P<x>⟦\d+⟧|[^¦,?!;]{1,160}?)",
        "WORDS": r"(?i:an? |the )?(?i:words? )?",
        "IN_NAME": r"(?i:in (?:the|its|their) (?:file ?)?(?:name|title)s?|as (?:the|its|a) (?:name|title))",
        "INSIDE": r"(?i:inside|within|in (?:it|them|the (?:text|contents?|body)|their (?:text|contents?)))",
    }
)


def _compiled(*patterns: str) -> list[re.Pattern[str]]:
    return [re.compile(expanded(pattern, _PARTS)) for pattern in patterns]


_CHANGED_BY = _compiled(
    r"\b(?i:did|has|have|does)\s+<WHO>\s+<OFTEN><CHANGE>\b<LAST>",
    r"\b(?:(?i:last) )?<CHANGED>\s+(?:(?i:last) )?(?i:by)\s+<WHO>",
    r"\b<I>\s+<OFTEN><CHANGED>\b<LAST>",
)
_OWNED_BY = _compiled(
    r"\b(?i:owned by|belong(?:ing|s)? to|(?:created|made) by)\s+<WHO>",
    r"\b(?i:do|does)\s+<WHO>\s+(?i:own)\b",
    r"\b(?:(?i:that|which) )?<I>\s+(?i:owns?|(?:have |has )?(?:created|made|uploaded))\b",
    r"\b(?i:my own|mine)\b(?P<who>)",
    r"(?P<who><NAME>)(?:'s|’s)\s+(?=(?i:<NOUN>)\b)",
)
_SHARED_BY = _compiled(
    r"\b(?i:did|has|have)\s+<WHO>\s+(?i:just |recently |ever )*(?i:shared?)\b<WITH_ME>?",
    r"\b(?i:shared)\b<WITH_ME>? (?i:by|from)\s+<WHO><WITH_ME>?",
    r"\b(?P<who><NAME>)\s+(?i:has |have )?(?:(?i:shared)\b<WITH_ME>|(?i:sent (?:me|us))\b)",
)
_NOBODY_WORDS = "files file anyone anybody someone somebody nobody people we they the was were that it been"
_NOBODY = frozenset(_NOBODY_WORDS.split())
_CONTRACTED = re.compile(r"(?:what|where|who|how|that|it|here|there|have|has|had)", re.IGNORECASE)

_SHARED = re.compile(
    r"\b(?:that |which )?(?:(?:people|others|somebody|someone|they) )?"
    r"(?:(?:were|was|have|has|is|are|been) )*shared with (?:me|us)\b",
    re.IGNORECASE,
)
_STARRED = re.compile(
    r"\b(?:(?:(?:have|did|do) )?i(?:['’]ve)?(?: have)? star(?:red)?|starred|favou?rites?"
    r"|(?:with|has|have) (?:a )?stars?)\b",
    re.IGNORECASE,
)
_TRASH_TOO = re.compile(
    r"\b(?:including|include|also (?:in|search)|even (?:in|if it is in)|incl\.?|and)\s+"
    r"(?:(?:in )?(?:the |my )?(?:trash|bin)\b|(?:deleted|trashed) (?:ones|files)?)",
    re.IGNORECASE,
)
_TRASH = re.compile(
    r"\b(?:(?:in|from|of|into|inside)\s+)?(?:the |my )?(?:trash(?: can)?|(?:recycle )?bin)\b"
    r"|\b(?:deleted|trashed|thrown away|binned|thr[oe]w away)\b",
    re.IGNORECASE,
)
_NAMED = _compiled(
    r"\b(?i:named|called|titled|whose (?:name|title) (?:is|contains|has|starts? with|begins? with))\s+<X><END>",
    r"\b(?i:with|containing|having|that (?:has|have|contains?))\s+<WORDS><X>\s+<IN_NAME>",
    r"\b(?i:with (?:the )?(?:name|title|words?))\s+<X>(?:\s+<IN_NAME>)?<END>",
)
_ABOUT = _compiled(r"\b(?i:about|on|regarding|concerning)\s+(?!(?i:my (?:google )?drive)\b)(?i:the |my |an? )?<X><END>")
_PHRASE = _compiled(
    r"\b(?i:the )?(?i:exact |literal )?(?i:phrase|sentence|wording|quote)\s+(?P<x><MARK>)"
    r"(?i: in (?:my|the|all) (?:files|drive|documents))?"
)
_CONTENT = _compiled(
    r"\b(?i:find|search(?: for)?|look for)\s+<WORDS>(?P<x><MARK>)\s+<INSIDE>\b",
    r"\b(?i:with|has|have|having|containing|contains?|about|mention(?:s|ing)?)\s+<WORDS><X>\s+<INSIDE>\b",
    r"\b(?i:that |which )?(?i:mention(?:s|ed|ing)?|contain(?:s|ing)?|say(?:s|ing)?|refer(?:s|ring)? to"
    r"|talk(?:s|ing)? about|include(?:s|ing)? the words?)\s+<WORDS><X><END>",
)
_PLAIN_KINDS = frozenset({"pdf", "spreadsheet", "presentation", "word", "excel", "powerpoint"})
_WORD_BEFORE = re.compile(r"([\w'’.-]{1,60}) $")
_WORD_AFTER = re.compile(r" ([\w'’.-]{1,60})")


def take_all(scanner: Scanner, wanted: Wanted) -> None:
    """Fill `wanted`; the days have been taken out already. The order of the rules matters."""
    english_sorting.take_limit(scanner, wanted)
    take_people(scanner, wanted)
    english_sorting.take_order(scanner, wanted)
    _views(scanner, wanted)
    if wanted.changed_by and wanted.order == "changed":
        wanted.order = ""  # "what did Dana change last" is no order but what Drive knows
    _texts(scanner, wanted)
    english_places.take_folder(scanner, wanted)
    if not (wanted.content or wanted.phrase):
        wanted.words = wanted.words or _text(scanner, _ABOUT)
    take_kinds(scanner, wanted)


def take_people(scanner: Scanner, wanted: Wanted) -> None:
    """Take out who changed the files last and who owns them."""
    wanted.changed_by = wanted.changed_by or _person(scanner, _CHANGED_BY)
    wanted.owner = wanted.owner or _person(scanner, _OWNED_BY)


def take_kinds(scanner: Scanner, wanted: Wanted) -> None:
    """Take the kinds out; "everything else" beside a kind means all kinds."""
    for match in reversed(list(KIND_EN.finditer(scanner.text))):
        if match.lastgroup and not _is_in_a_name(scanner.text, match):
            scanner.cut(match.start(), match.end())
            wanted.kinds = [match.lastgroup, *(kind for kind in wanted.kinds if kind != match.lastgroup)]
    if re.search(r"\b(?:everything|anything) else\b", scanner.text, re.IGNORECASE):
        wanted.kinds.clear()


def rest(scanner: Scanner) -> str:
    """Return the words that are left and mean something."""
    words = re.findall(r"[^\s,;:!?()\"“”]+", scanner.text.replace(CUT, " "))
    kept = [word.strip(".'’") for word in words]
    return scanner.plain(" ".join(word for word in kept if word and not _is_stop(word)))


def _is_stop(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in STOP_EN or plain.removesuffix("'s") in STOP_EN


def _is_in_a_name(text: str, match: re.Match[str]) -> bool:
    """Tell "customer survey responses", where a kind stands between words of a name, from "budget spreadsheets"."""
    if match.lastgroup in _PLAIN_KINDS:
        return False
    before, after = _WORD_BEFORE.search(text[: match.start()]), _WORD_AFTER.match(text[match.end() :])
    return bool(before and after and not _is_stop(before[1]) and not _is_stop(after[1]))


def _views(scanner: Scanner, wanted: Wanted) -> None:
    if sharer := _person(scanner, _SHARED_BY):
        wanted.owner, wanted.shared_with_me = sharer, True
    while scanner.take(_SHARED):
        wanted.shared_with_me = True
    wanted.starred = bool(scanner.take(_STARRED))
    if scanner.take(_TRASH_TOO):
        wanted.trash = "include"
    while scanner.take(_TRASH):
        wanted.trash = wanted.trash or "only"


def _texts(scanner: Scanner, wanted: Wanted) -> None:
    wanted.phrase = _text(scanner, _PHRASE)
    wanted.words = _text(scanner, _NAMED)
    if not wanted.phrase:
        wanted.content = " ".join(word for word in _text(scanner, _CONTENT).split() if word.lower() != "and")


def _text(scanner: Scanner, patterns: Sequence[re.Pattern[str]]) -> str:
    match = next((match for pattern in patterns if (match := scanner.take(pattern))), None)
    return scanner.plain(match["x"]) if match else ""


def _person(scanner: Scanner, patterns: Sequence[re.Pattern[str]]) -> str:
    for pattern in patterns:
        match = pattern.search(scanner.text)
        if not match or _CONTRACTED.fullmatch(match["who"]) or match["who"].lower() in _NOBODY:
            continue
        if scanner.reference(match["who"]):
            continue
        scanner.cut(match.start(), match.end())
        name = scanner.plain(match["who"])
        return "me" if name.lower() in {"", "i", "me", "myself"} else name
    return ""
