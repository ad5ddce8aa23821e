"""Take the folder out of an English question. Pure."""
# ruff: noqa: RUF001 - typographic quotation marks, as people write them

import re

from local.aws.bedrock.planner.macros import expanded, grown
from local.aws.bedrock.planner.question import MARK, Scanner
from local.aws.bedrock.planner.vocabulary import KIND_EN
from local.aws.bedrock.planner.wanted import Wanted

_PARTS = grown(
    {
        "MARK": MARK,
        "X": r"(?P<x>⟦\d+⟧|[^¦,?!;]{1,160}?)",
        "SHORT_X": r"(?P<x>⟦\d+⟧|(?:(?!\b(?:in|of|from|inside|under)\b)[^¦,?!;]){1,80}?)",
        "END": r"(?=\s*(?:$|[¦,?!.;]|\b(?:and|that|which|changed|owned|named|by|as)\b))",
        "MY": r"(?:the |my |our )?",
        "WHAT": r"(?:what(?:['’]s| is)|list|show(?: me)?|everything)",
        "VERB": r"\b(?:in|inside|within|under|below|from|of|on|list|open|show(?: me)?|browse|into|ls|see|go to)\s+<MY>",
        "IS_IN": r"what(?:['’]s| is| files are| do i have)(?: else)?\s+(?:in|inside|under|on)\s+<MY>",
        "FOLDER": r"(?:folder|directory|(?:shared |team )?drive)",
        "TOP": r"(?:the )?(?:top|root|first)(?:[ -]level)? (?:folder )?(?:of|in) ",
        "DRIVE": r"(?:my )?(?:google )?drive\b",
    }
)


def _compiled(*patterns: str, flags: int = re.IGNORECASE) -> list[re.Pattern[str]]:
    return [re.compile(expanded(pattern, _PARTS), flags) for pattern in patterns]


_TOP = _compiled(
    r"\b(?:<WHAT>|files|in|at|on)\s+(?:(?:in|at|on|inside) )?<TOP><DRIVE>",
    r"\b<WHAT>\s+(?:(?:in|at|on|inside) )?my (?:google )?drive\b",
)
_BELOW = re.compile(
    r"\b(?:(?:and|with|including) )?(?:all )?(?:(?:of )?its |the |any )?(?:sub-?folders?(?: included| too)?"
    r"|folders? (?:below|under|in)(?: it)?)\b|\b(?:anywhere|somewhere|everywhere)\b(?= (?:in|under|below|inside))",
    re.IGNORECASE,
)
_SAID = re.compile(r"\b(?:folder|directory)\b", re.IGNORECASE)
_UNDER = re.compile(r"\b(?:under|below)\b", re.IGNORECASE)
_FOLDERS = [
    *_compiled(
        r"<VERB>(?:contents? of (?:the )?)?<FOLDER>(?: called| named)?\s+<X><END>",
        r"<VERB><SHORT_X>\s+<FOLDER>\b",
        r"^\W*(?:(?:and|so)\s+)?<IS_IN><X><END>",
        r"^\W*(?:and|what about|how about)\s+(?:in|inside|under)\s+<MY><X><END>",
        r"\b(?:contents? of|list|open|browse|ls|dir|go to|show(?: me)?)\s+<MY>(?P<x><MARK>)(?!['’]s)",
        r"\bcontents? of\s+<MY><X><END>",
    ),
    *_compiled(
        r"\b(?i:in|inside|under|within|below|on)\s+(?i:<MY>)(?P<x><MARK>|[A-Z][\w&-]*(?: [A-Z0-9][\w&-]*)*)<END>",
        flags=0,
    ),
]
_OPENED = _compiled(r"^\W*(?:please )?(?:list|open|browse|show(?: me)?)\s+<MY><X><END>")  # with the folders below it
# Kinds of files in general, and no folder of that name.
_PRODUCTS = re.compile(r"google .*|docs?|sheets?|slides?|word|excel|powerpoint|pdfs?", re.IGNORECASE)
_NO_FOLDER = frozenset(
    {
        "google",
        "drive",
        "google drive",
        "my drive",
        "the drive",
        "here",
        "there",
        "total",
        "it",
        "my",
        "the",
        "our",
        "that",
        "shared",
        "trash",
    }
)


def take_folder(scanner: Scanner, wanted: Wanted) -> None:
    """Fill `folder`, `is_below` (the folders below are asked for) and `is_folder_named` ("the X folder")."""
    wanted.is_below = bool(scanner.take(_BELOW)) or bool(_UNDER.search(scanner.text))
    if any(scanner.take(pattern) for pattern in _TOP):
        wanted.folder = "root"
        return
    for pattern in [*_FOLDERS, *(_OPENED if wanted.is_below else ())]:
        match = pattern.search(scanner.text)
        if match and _is_folder(scanner, match["x"], is_said=bool(_SAID.search(match[0]))):
            is_all = re.search(r"\b(?:all|every|find|search)\b", scanner.text, re.IGNORECASE)
            wanted.is_folder_named = not is_all and bool(re.search(r"\bfolder\b", match[0], re.IGNORECASE))
            scanner.cut(match.start(), match.end())
            wanted.folder = scanner.plain(match["x"])
            return


def _is_folder(scanner: Scanner, text: str, *, is_said: bool) -> bool:
    """Tell a folder's name from other words; `is_said`: it was called a folder."""
    bare = re.sub(r"^(?:the|my|our|folder) ", "", text.strip(), flags=re.IGNORECASE)
    return bool(bare) and scanner.plain(bare).lower() not in _NO_FOLDER and (is_said or not _is_kind(bare))


def _is_kind(text: str) -> bool:
    """Tell "what is in documents" and "in Google Docs" from the folders in "what is in Archive", "in Photos"."""
    is_name = (text[:1].isupper() or not text.endswith("s")) and not _PRODUCTS.fullmatch(text)
    return bool(KIND_EN.fullmatch(text)) and not is_name
