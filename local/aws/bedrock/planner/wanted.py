"""What was recognised in a question, in the terms of the Drive tools. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.bedrock.planner.intents import Call, Step
from local.aws.bedrock.planner.periods import Period

PERIODS = ("modified", "created", "opened")


@dataclass(slots=True)
class Wanted:
    """Names of people are as the person wrote them, or "me".

    `is_sorted`: an order was asked for, and not what was opened; `is_below`: the folders below as well;
    `is_folder_named`: "the X folder", whose own content is meant.
    """

    words: str = ""
    content: str = ""
    phrase: str = ""
    kinds: list[str] = field(default_factory=list)
    owner: str = ""
    changed_by: str = ""
    modified: Period | None = None
    created: Period | None = None
    opened: Period | None = None
    folder: str = ""
    shared_with_me: bool = False
    starred: bool = False
    trash: str = ""
    order: str = ""
    limit: int = 0
    is_sorted: bool = False
    is_below: bool = False
    is_folder_named: bool = False

    @property
    def is_search(self) -> bool:
        """Only a search can filter so; a listing has a folder or a view, a kind, an order and a limit."""
        texts = (self.words, self.content, self.phrase, self.owner, self.changed_by)
        marks = (self.shared_with_me, self.starred, self.trash == "only")
        return bool(
            any(texts)
            or any(getattr(self, name) for name in PERIODS)
            or self.trash == "include"
            or sum(marks) > 1
            or self.order not in {"", "opened", "changed", "name"}
            # A list without a folder or view has only what the person opened.
            or (self.order in {"changed", "name"} and not (self.folder or any(marks)))
            or (self.is_below and self.folder)
            or (self.kinds and not self._lists_kinds)
        )

    @property
    def _lists_kinds(self) -> bool:
        """A kind within what was opened last, or directly in a folder."""
        return (self.order == "opened" and not self.is_sorted) or (self.is_folder_named and not self.is_below)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was recognised."""
        views = self.shared_with_me or self.starred or self.trash
        return not (self.is_search or self.folder or views or self.order or self.limit)

    def calls(self, note: str = "", then: Step = "") -> list[Call]:
        """Return the tool calls: one for each kind, because the tools take one kind."""
        arguments = self._search() if self.is_search else self._listing()
        tool = "search_files" if self.is_search else "list_files"
        kinds: list[Mapping[str, Any]] = [{"kind": kind} for kind in self.kinds] or [{}]
        return [
            Call(tool, {**arguments, **kind}, "" if index else note, then if not index else "")
            for index, kind in enumerate(kinds)
        ]

    def _listing(self) -> dict[str, Any]:
        view = "shared_with_me" if self.shared_with_me else "starred" if self.starred else ""
        view = view or ("trash" if self.trash else "")
        order = "" if self.order == "opened" and not self.folder else self.order
        return _kept({"view": view, "folder": self.folder, "order": order, "limit": self.limit})

    def _search(self) -> dict[str, Any]:
        periods = {name: as_days(period) for name in PERIODS if (period := getattr(self, name))}
        texts = {name: getattr(self, name) for name in ("words", "content", "phrase", "owner", "changed_by", "folder")}
        marks = {"shared_with_me": self.shared_with_me, "starred": self.starred, "trash": self.trash}
        return _kept({**texts, **periods, **marks, "order": self.order, "limit": self.limit})


def as_days(period: Period) -> str:
    """Return a period as the tools read it: `2026-11-09..2026-11-15`, `2026-11-09..`, or one day."""
    first, last = (day.isoformat() if day else "" for day in (period.first, period.last))
    return first if first == last else f"{first}..{last}"


def _kept(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value}
