"""What a question asks of one file: which detail, and which of its lines. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local.aws.bedrock.planner.vocabulary import KIND_EN, KIND_JA, STOP_EN

_MATCHING_LINES = 5
_FIRST_LINES = 10
_LONGEST_LINE = 300

# The first that fits: "who can see when it was changed" asks who.
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Shortcut to", re.compile(r"\b(?:lead|point|go)s? to\b|\blead\W*$|ショートカットの先|リンク先", re.IGNORECASE)),
    (
        "Access",
        re.compile(
            r"\b(?:can|could|may|able to) (?:see|view|open|read|edit|access|change|find)\b|\baccess\b|\bpermissions?\b"
            r"|\bis .{0,80}\bshared\b|\bshared? .{0,80}\bwith\b|\bpublic\b"
            r"|アクセス|権限|共有|誰が(?:見|読|編集でき)|見られる|見れる|公開",
            re.IGNORECASE,
        ),
    ),
    ("Owner", re.compile(r"\bown(?:s|ed|er|ers)?\b|\bbelongs?\b|\bwhose\b|所有|オーナー|持ち主|誰の", re.IGNORECASE)),
    ("Size", re.compile(r"\b(?:how (?:big|large)|size)\b|大きさ|サイズ|容量|何(?:MB|メガ|バイト)", re.IGNORECASE)),
    (
        "Opened by the person",
        re.compile(r"\bi\b.{0,20}\b(?:open|view)(?:ed)?\b|(?:私|僕|自分).{0,10}開い", re.IGNORECASE),
    ),
    ("Created", re.compile(r"\b(?:created|made|creation)\b|作成|作った|作られ", re.IGNORECASE)),
    (
        "Changed",
        re.compile(r"\b(?:chang|edit|modif|updat|touch)\w*|\bworked on\b|変更|更新|編集|修正", re.IGNORECASE),
    ),
    ("In", re.compile(r"\bwhere\b|\bpath\b|\bfolder\b|どこ|場所|フォルダ|パス", re.IGNORECASE)),
    ("Description", re.compile(r"\bdescription\b|説明", re.IGNORECASE)),
)
_WORD = re.compile(r"[一-龯々]{2,}|[ァ-ヶー]{2,}|[A-Za-z0-9À-ɏ]{3,}")
_HANDLE = re.compile(r"\[(\d+)\]")
_ABOUT_READING = "say says read summarise summarize summary tell does did quote text open second"
_NOT_ASKED = STOP_EN | frozenset(_ABOUT_READING.split())


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines to quote. `is_match`: they have words of the question; otherwise they are simply the first."""

    found: Sequence[str]
    is_match: bool


def label_of(text: str) -> str:
    """Return the detail (a label of `get_file`) that is asked for, or "" for all of them."""
    return next((label for label, pattern in _LABELS if pattern.search(text)), "")


def matching_lines(lines: Sequence[str], text: str, name: str) -> Lines:
    """Return a few lines that have a word of the question, the file's own name aside; otherwise the first ones."""
    full = [line for line in lines if line.strip()]
    bare = KIND_JA.sub(" ", KIND_EN.sub(" ", text)).casefold()
    known = set(_WORD.findall(name.casefold()))
    wanted = {word for word in _WORD.findall(bare) if word not in known and word not in _NOT_ASKED}
    found = [line for line in full if any(word in line.casefold() for word in wanted)]
    return Lines(tuple(found[:_MATCHING_LINES] if found else full[:_FIRST_LINES]), bool(found))


def quoted(line: str) -> str:
    """Return a line of a file as it is quoted: cut, and with no `[3]` that would be taken for one of our handles."""
    cut = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
    return _HANDLE.sub(r"(\1)", cut)
