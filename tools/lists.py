"""Lists that can be gone on with: begun by a request, kept in the conversation's state, continued by `more_files`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tools.desk import HANDLES_KEY, Visit
from tools.errors import ContentsOffError, StaleListError
from tools.finding.request import Request
from tools.handles import Handles
from tools.listing import Listing, render
from tools.pause import Scope

LISTS_KEY = "lists"

_MAX_KEPT = 10  # open lists of one conversation; nobody asks for more of an older one


def scope_to_begin(request: Request) -> Scope:
    """Return what a list or search needs to see. Whether Drive refuses `fullText` without contents is nowhere said."""
    return "contents" if request.looks_inside else "details"


def scope_to_continue(kept: Any, label: str) -> Scope:
    """Return what going on with a list needs, which is what beginning it needed; `kept` is the state's `LISTS_KEY`."""
    lists = _Lists.load(kept)
    opened = lists.open.get(_label(label) or lists.latest)
    return scope_to_begin(Request(**opened.request)) if opened else "details"


def begin_list(visit: Visit, request: Request) -> str:
    """Answer a list or a search, and remember where to go on. Raises: what `Finder.find` raises."""
    _check(visit, request)
    listing, token = visit.finder.find(request)
    return _answer(visit, _Open(request.dump(), visit.finder.today.isoformat()), listing, token)


def continue_list(visit: Visit, label: str) -> str:
    """Answer with the next files of list `label`, or of the latest. Raises: `StaleListError`, or as `begin_list`."""
    lists = _Lists.load(visit.state(LISTS_KEY))
    label = _label(label) or lists.latest
    if label not in lists.open:
        said = "The latest list has been shown to its end" if not label and lists.count else "There is no such list"
        known = ", ".join(lists.open) or "none"
        raise StaleListError(f"{said}; lists to go on with: {known}. Make the list or search again.")
    opened = lists.open[label]
    request = Request(**opened.request)
    _check(visit, request)
    handles = Handles.load(visit.state(HANDLES_KEY))
    shown = [handles.get(number).file_id for number in opened.shown]
    # "Last week" goes on meaning the week that it meant when the list began.
    finder = replace(visit.finder, today=date.fromisoformat(opened.today))
    listing, token = finder.find(request, token=opened.token, shown=shown)
    return _answer(visit, opened, listing, token, label)


@dataclass(frozen=True, slots=True)
class _Open:
    """A list to go on with: what was asked, on which day, which numbers were shown, and at which page it stands."""

    request: dict[str, Any]
    today: str
    token: str = ""
    shown: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists of a conversation. `latest` is the label of the latest one, empty where that was shown to its end."""

    count: int
    open: dict[str, _Open]
    latest: str

    @classmethod
    def load(cls, kept: Any) -> "_Lists":
        """Read what `dump` returned; anything else, such as what an older version stored, is no lists."""
        try:
            opened = {str(label): _Open(**each) for label, each in kept["open"].items()}
            for each in opened.values():
                Request(**each.request), date.fromisoformat(each.today)
            return cls(int(kept["count"]), opened, str(kept["latest"]))
        except (TypeError, KeyError, ValueError, AttributeError):
            return cls(0, {}, "")

    def dump(self) -> dict[str, Any]:
        """Return JSON values, for the conversation's state."""
        return asdict(self)


def _check(visit: Visit, request: Request) -> None:
    """Make sure that contents may be seen before Drive is asked to look inside files.

    Raises: `ContentsOffError`; `ScopeNotGrantedError`, which leads to consent.
    """
    if not request.looks_inside:
        return
    if not visit.finder.contents:
        raise ContentsOffError("This agent looks at names and details only. Tell the person, or search by `words`.")
    visit.finder.places.prove_contents(visit.finder.access_token)


def _answer(visit: Visit, opened: _Open, listing: Listing, token: str, label: str = "") -> str:
    numbers = visit.number(listing.all_files, listing.paths)
    shown = [*opened.shown, *(numbers[file.id] for file in listing.files)]
    following = replace(opened, token=token, shown=shown) if listing.has_more or token else None
    listing = replace(listing, label=_keep(visit, label, following), shown_before=len(opened.shown))
    visit.show(listing.files, listing.paths)
    return render(listing, numbers, visit.zone)


def _keep(visit: Visit, label: str, following: _Open | None) -> str:
    """Put a list at the end of the open ones, or away where it has ended; return its label, empty where it ended."""

    def change(kept: Any) -> dict[str, Any]:
        nonlocal label
        lists = _Lists.load(kept)
        number, others = lists.count, dict(lists.open)
        others.pop(label, None)
        if not label:
            number += 1
            label = str(number)
        if following:
            others[label] = following
        return _Lists(number, dict(list(others.items())[-_MAX_KEPT:]), label if following else "").dump()

    visit.keep(LISTS_KEY, change)
    return label if following else ""


def _label(given: str) -> str:
    return given.strip(' "')


__all__ = ["LISTS_KEY", "begin_list", "continue_list", "scope_to_begin", "scope_to_continue"]
