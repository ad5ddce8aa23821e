"""Take how many and in which order out of an English question. Pure."""
# ruff: noqa: RUF001 - typographic quotation marks, as people write them

import re

from local.aws.bedrock.planner import dates_en
from local.aws.bedrock.planner.macros import expanded, grown
from local.aws.bedrock.planner.question import Scanner
from local.aws.bedrock.planner.vocabulary import FILE_NOUN_EN
from local.aws.bedrock.planner.wanted import Wanted

_PARTS = grown(
    {
        "NOUN": FILE_NOUN_EN,
        "NUMBER": r"(?P<n>\d{1,3}|" + "|".join(dates_en.NUMBERS) + ")",
        "BEST": r"(?:latest|last|newest|(?:most )?recent|largest|biggest|smallest|oldest|top|first|other|starred)",
        "OPEN": r"(?:open(?:ed)?|viewed?|look(?:ed)? at|s[ae]en?|used?|ha(?:d|ve) open|work(?:ed|ing)? (?:on|in|with))",
        "LATELY": r"(?:last|recently|most recently|lately|just now)",
        "OFTEN": r"(?:(?:last|recently|just|most recently) )*",
        "I": r"(?:(?:did|have|that|which|was|had) )?i(?:['’]ve)?(?: have| was)? <OFTEN>",
        "SORTED": r"(?:(?:sort(?:ed)?|order(?:ed)?|listed) )?",
        "WHEN": r"(?:when (?:they|it) (?:were|was) )",
        "MADE": r"(?:created|made|added|uploaded)",
        "CHANGED": r"(?:changed|modified|edited|updated)",
    }
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(expanded(rf"\b(?:{pattern})", _PARTS), re.IGNORECASE)


_LIMIT = _compiled(
    r"(?:(?:first|last|latest|top|newest|recent|next) )?<NUMBER>(?=\s+(?:<BEST> )?(?:<NOUN>|ones|results)\b)"
)
_OPENED = _compiled(
    r"<I><OPEN>\b(?: <LATELY>)?|(?:recently|last|lately|just) (?:opened|viewed|used)(?: by me)?"
    r"|opened (?:last|recently|lately)|recents?(?=\W*$)"
)
_RECENT = _compiled(r"(?:my )?(?:most )?(?:recent|latest)(?=\s+<NOUN>\b)")
_OPENED_FIRST = _compiled(r"(?:the )?(?:ones? |files? )?(?:that )?i (?:have )?(?:last )?<OPEN>(?: last)? first\b")
_ORDERS = (
    ("relevance", r"(?:best|closest|most relevant) (?:match(?:es)?|hits?|ones?|results?)?\s*first\b|by relevance\b"),
    ("shared", r"(?:newest|latest|most recent) shares? first\b|by <WHEN>?shar(?:ed|ing)(?: date)?\b"),
    ("name", r"<SORTED>by (?:their )?(?:file ?)?names?\b|(?:in )?alphabetical(?:ly| order)?\b|a ?(?:to|-) ?z\b"),
    ("size", r"<SORTED>by size\b|(?:largest|biggest|heaviest|huge)(?: ones?| files?)? first\b"),
    ("size", r"(?:largest|biggest|heaviest)\b|tak(?:e|es|ing) (?:up )?(?:the )?most (?:space|room|storage)\b"),
    ("created", r"(?:newest\b.{0,40}?\b)?by (?:<WHEN>created|creation(?: date)?|date created)\b"),
    ("created", r"(?:last|most recently|newly|recently|latest) <MADE>\b|<MADE> (?:last|most recently|recently)\b"),
    ("oldest", r"(?:the )?oldest(?: ones?| files?)?(?: first)?\b|(?:least recently|longest ago) <CHANGED>\b"),
    ("changed", r"(?:last|recently|latest|most recently) <CHANGED>\b"),
    ("changed", r"<SORTED>by (?:last )?(?:change|modification)(?: date)?\b"),
    ("changed", r"(?:changes|change|<CHANGED>) <LATELY>\b|newest(?: first)?\b|latest first\b"),
)
_BY_ORDER = [(order, _compiled(pattern)) for order, pattern in _ORDERS]
_ONE = re.compile(
    r"\b(?:which|what|the|my)\s+(?:is (?:the|my) )?(?:(?:largest|biggest|newest|latest|oldest|most recent) )?"
    r"(?:file|document|doc|spreadsheet|sheet|presentation|deck|pdf|image|photo|picture|video|form|folder)\b"
    r"|\b(?:largest|biggest|newest|oldest) (?:file|document|spreadsheet|presentation|pdf|image|photo|video|folder)\b",
    re.IGNORECASE,
)


def take_limit(scanner: Scanner, wanted: Wanted) -> None:
    """Take "the last five files": the number goes, the noun stays."""
    if match := scanner.take(_LIMIT):
        number = match["n"].lower()
        wanted.limit = min(max(int(number) if number.isdigit() else dates_en.NUMBERS[number], 1), 100)


def take_order(scanner: Scanner, wanted: Wanted) -> None:
    """Take the order; a superlative of one file ("the biggest file") asks for one."""
    is_one = bool(_ONE.search(scanner.text))
    if scanner.take(_OPENED_FIRST):
        wanted.order, wanted.is_sorted = "opened", True
    elif scanner.take(_OPENED) or scanner.take(_RECENT):
        wanted.order = "opened"
    for order, pattern in _BY_ORDER:
        if not wanted.order and scanner.take(pattern):
            wanted.order = order
    if wanted.order == "relevance":
        wanted.order = ""  # as a search for what files contain is sorted anyway
    if is_one and wanted.order and not wanted.limit:
        wanted.limit = 1
