"""A question while it is being taken apart. Pure.

What was recognised is cut out; what is left may be words of a file's name.
"""
# ruff: noqa: RUF001 - Japanese and typographic punctuation

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.bedrock.planner.intents import Call
from local.aws.bedrock.planner.periods import Period

CUT = " ¦ "
_QUOTES = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|(?<!\w)['‘]([^'’]+)['’](?!\w)")
_MARK = re.compile(r"⟦(\d+)⟧")
QUOTED = r"⟦\d+⟧"


@dataclass(slots=True)
class Scanner:
    """The rest of the question. Quoted words are taken out first, so that nothing in them is read as a question."""

    text: str
    quotes: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, text: str) -> "Scanner":
        """Start with the quotations replaced by marks."""
        quotes: list[str] = []

        def keep(match: re.Match[str]) -> str:
            quotes.append(next(group for group in match.groups() if group is not None).strip())
            return f"⟦{len(quotes) - 1}⟧"

        plain = text.replace("⟦", "[").replace("⟧", "]").replace("¦", "|")
        return cls(_QUOTES.sub(keep, plain), quotes)

    def part(self, text: str) -> "Scanner":
        """Return a scanner over a part of the text, with the same quotations."""
        return Scanner(text, self.quotes)

    def take(self, pattern: str | re.Pattern[str]) -> re.Match[str] | None:
        """Cut the first match out of the text."""
        match = re.search(pattern, self.text)
        if match:
            self.cut(match.start(), match.end())
        return match

    def cut(self, start: int, end: int) -> None:
        """Cut a stretch out of the text; nothing matches across the gap."""
        self.text = self.text[:start] + CUT + self.text[end:]

    def plain(self, text: str) -> str:
        """Put the quotations back into `text`."""
        return _MARK.sub(lambda match: self.quotes[int(match[1])], text.replace("¦", " ")).strip(" \t\n,.;:!?、。？！")


@dataclass(slots=True)
class Wanted:
    """What was recognised, in the terms of the Drive tools. Names of people are as the person wrote them, or "me"."""

    words: str = ""
    kinds: list[str] = field(default_factory=list)
    owner: str = ""
    changed_by: str = ""
    period: Period | None = None
    folder: str = ""
    order: str = ""
    limit: int = 0

    @property
    def is_search(self) -> bool:
        """Only a search can filter; a listing has a folder, an order and a limit."""
        return bool(self.words or self.kinds or self.owner or self.changed_by or self.period)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was recognised."""
        return not (self.is_search or self.folder or self.order or self.limit)

    def calls(self, note: str = "") -> list[Call]:
        """Return the tool calls: one for each kind, because the search takes one kind."""
        common = {key: value for key, value in (("folder", self.folder), ("order", self.order)) if value}
        limit = {"limit": self.limit} if self.limit else {}
        if not self.is_search:
            return [Call("list_files", {**common, **limit}, note)]
        filters = {"words": self.words, "owner": self.owner, "changed_by": self.changed_by, **self._days()}
        kept = {key: value for key, value in filters.items() if value}
        kinds: list[Mapping[str, Any]] = [{"kind": kind} for kind in self.kinds] or [{}]
        return [
            Call("search_files", {**kept, **kind, **common, **limit}, "" if index else note)
            for index, kind in enumerate(kinds)
        ]

    def _days(self) -> dict[str, str]:
        period = self.period or Period()
        return {
            "modified_from": period.first.isoformat() if period.first else "",
            "modified_to": period.last.isoformat() if period.last else "",
        }
