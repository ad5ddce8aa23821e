"""Read what an English question wants to know of one file: its details, its text, its folder. Pure."""
# ruff: noqa: RUF001 - typographic quotation marks, as people write them

import re
from collections.abc import Mapping, Sequence

from local.aws.bedrock.planner.intents import Step
from local.aws.bedrock.planner.macros import expanded, grown

_PARTS = grown(
    {
        "MARK": r"(?P<x>⟦\d+⟧)",
        "X": r"(?:the (?:file|document|doc) )?(?P<x>⟦\d+⟧|[^¦,?!;]{1,160}?)",
        "IS": r"(?: (?:is|was|are|were)|['’]s)",
        "MADE": r"(?:created?|ma[dk]e|uploaded)",
        "CAN": r"(?:can|could|may|is (?:able|allowed) to|has permission to)",
        "SEE": r"(?:see|view|open|read|edit|change|access|look at|get (?:in)?to|find)",
        "DONE": r"(?:changed?|edit(?:ed)?|modif(?:y|ied)|updated?|touch(?:ed)?|work(?:ed)? on|<MADE>)",
        "LAST": r"(?: (?:last|recently|most recently|first))?",
        "FOR_ME": r"(?: (?:to|for) me)?",
        "GIVE": r"(?:(?:show|give|tell)(?: me)? |i need |write )?",
        "READ": r"(?:read|quote|summari[sz]e|sum up|explain|skim)(?: (?:to )?me)?(?: out)?",
        "SUMMARY": r"(?:an? |the )?(?:short |quick |brief )?(?:summary|overview|gist)",
        "TEXT": r"(?:text|contents?|key points|main points)",
        "SHOWN": r"(?:slides|deck|presentation|spreadsheet|sheet)",
        "READABLE": r"(?:documents?|docs?|pdf|memo|notes|report|letter|file|<SHOWN>)",
        "FACTS": r"(?:details|info|information|metadata|properties|permissions|sharing settings?)",
        "FACT": r"(?:details|owner|size|permissions|location|path)",
        "WHAT_IS_IN": r"(?:what(?:<IS>)?(?: else)?(?: is)? (?:in|inside))",
        "OPEN": r"(?:open|(?:search |look )?in|show(?: me)?|list|go to|browse|<WHAT_IS_IN>)",
        "KEPT": r"(?: (?:stored|kept|saved|located|live|in))*",
    }
)
_QUESTIONS: Mapping[Step, Sequence[str]] = {
    "list_files": (
        "(?:.* )?(?:same|parent|containing) folder (?:as|of) <X>",
        "<OPEN> the folder (?:of|with|that (?:holds|contains)) <X>",
        "what else (?:is|do i have)(?: there)? in <MARK>",
        "(?:.* )?(?:next to|around|alongside|beside) <X>",
        "(?:<OPEN> )?<X>['’]s (?:parent )?folder(?:,? (?:and|please) .*)?",
    ),
    "read_file": (
        "what (?:does|do|did) <X> (?:say|contain|tell|mean|include)(?: us| me)?(?: (?:about|on|for|in) .+)?",
        "what<IS> (?:written|said|the text) in <X>",
        "what<IS> <X> (?:all )?about",
        "<READ>(?: the <TEXT> (?:of|in))? <X><FOR_ME>",
        "<GIVE><SUMMARY> of <X>",
        "(?:<GIVE>|what<IS> )?(?:the )?<TEXT> (?:of|in|from) <X>",
        "what<IS> (?:in|inside|on) (?P<doc>.{1,160} <READABLE>)",
        "(?:according to|in) <X>,? what .+",
    ),
    "get_file": (
        "who(?: else)? <CAN> <SEE> <X>",
        "who(?: else)? has access to <X>",
        "who(?:m)?<IS> <X> shared with",
        "(?:with )?who(?:m)? (?:did|have|do) i shared? <X>(?: with)?",
        "(?:is|was|are) <X> (?:shared|public|private)(?: with .+)?",
        "who owns <X>",
        "(?:who<IS> )?(?:the )?(?:owner|author|creator) of <X>",
        "whose (?:file )?(?:is|are) <X>",
        "who (?:was it that |has |had )?(?:last |recently )?<DONE> <X><LAST>",
        "who<IS> the last (?:person )?(?:to|one to|that) <DONE> <X>",
        "when (?:was|were|is|has) <X> (?:been )?(?:last )?<DONE><LAST>",
        r"when did (?:i|we|\S+) (?:last )?(?:open|view|look at|see|<DONE>) <X><LAST>",
        "where(?:<IS>|['’]re| can i find| did i put| do i have| does) <MARK><KEPT>",
        "where(?:<IS>| does| do) <X> (?:stored|kept|saved|located|live)",
        "where does <X> (?:lead|go|point)(?: to)?",
        "(?:in )?(?:which|what) folder<IS> <X><KEPT>",
        "(?:what<IS> )?(?:the )?(?:full )?(?:path|location) (?:of|to) <X>",
        "how (?:big|large|heavy)<IS> <X>",
        "what size<IS> <X>",
        "(?:what<IS> )?(?:the )?(?:file )?size of <X>",
        "<GIVE>(?:the |all (?:the )?|some |more )?<FACTS> (?:of|about|on|for) <X>",
        "<GIVE>(?:more|everything|all|something) about <X>",
        "tell me about <X>",
        "<X>['’]s <FACT>",
        "what (?:kind|type|sort) of file is <X>",
        "who<IS> <X> by",
    ),
}
_PATTERNS = [
    (step, re.compile(expanded(question, _PARTS), re.IGNORECASE))
    for step, questions in _QUESTIONS.items()
    for question in questions
]
_POLITE = re.compile(
    r"^(?:(?:please|can you|could you|would you|will you|now|then|and|also|so|ok|do you know"
    r"|(?:tell|show) me(?= (?:who|where|when|what|how))|i(?:'d| would) like to know|i want to know)[, ]+)+",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:[\s,]+(?:please|now|exactly|currently|at the moment|again|for me|anyway))+$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_EDGES = " \t\n.,;:!?¦"

_FOLDER = re.compile(r"^(?:the |my )?(?:folder|directory)\b|\b(?:folder|directory|drive)$", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:(?:the|my|all|any|our|of) )*(?:files|things|documents|docs|spreadsheets|presentations|slides|pdfs|images"
    r"|photos|videos|folders|everything|anything|one)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:(?:the|my|our|an?|your) )+"
    r"(?:(?:file|document|shortcut|folder|spreadsheet|presentation) (?:named |called )?)?",
    re.IGNORECASE,
)
_KIND_AFTER = re.compile(
    r" (?:google )?(?:files?|documents?|docs?|spreadsheets?|sheets?|slides?|decks?|presentations?|pdfs?|folder)$",
    re.IGNORECASE,
)


def asked_of_one(text: str) -> tuple[Step, str] | None:
    """Return the tool that answers and the words for the file, or None if the question is not about one file."""
    bare = _SPACES.sub(" ", text.strip(_EDGES))
    bare = _ENDING.sub("", _POLITE.sub("", bare)).strip(_EDGES)
    for step, pattern in _PATTERNS:
        if match := pattern.fullmatch(bare):
            named = match.groupdict()
            name = (named.get("x") or named.get("doc") or "").strip()
            is_folder = step == "read_file" and _FOLDER.search(name)
            return None if is_folder or _SEVERAL.match(name) else (step, name)
    return None


def name_of(text: str) -> str:
    """Return the words of a file's name without "the", "my" and the kind of file around them."""
    bare = _ARTICLE.sub("", text.strip())
    return _KIND_AFTER.sub("", bare).strip(_EDGES) or bare
