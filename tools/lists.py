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

LISTS_KEY = "lists"

_MAX_KEPT = 5  # open lists of one conversation; nobody asks for more of an older one


def begin_list(visit: Visit, request: Request) -> str:
    """Answer a list or a search, and remember where to go on. Raises: what `Finder.find` raises."""
    if request.looks_inside and not visit.finder.contents:
        raise ContentsOffError("This agent looks at names and details only. Tell the person, or search by `words`.")
    if request.looks_inside:
        # Whether Drive refuses this without permission for contents is nowhere said, so the permission is proved first.
        visit.finder.places.read_shared_drives(visit.finder.access_token)
    listing, token = visit.finder.find(request)
    return _answer(visit, _Open(request.dump(), visit.finder.today.isoformat()), listing, token)


def continue_list(visit: Visit, label: str) -> str:
    """Answer with the next files of list `label`, or of the latest. Raises: `StaleListError`, or as `begin_list`."""
    kept = visit.state(LISTS_KEY) or _NONE
    label = label.strip(' "') or next(reversed(kept["open"]), "")
    if label not in kept["open"]:
        known = ", ".join(kept["open"]) or "none"
        raise StaleListError(f"There is no such list to go on with; open ones: {known}. Make the list or search again.")
    opened = _Open(**kept["open"][label])
    handles = Handles.load(visit.state(HANDLES_KEY))
    shown = [handles.get(number).file_id for number in opened.shown]
    # "Last week" goes on meaning the week that it meant when the list began.
    finder = replace(visit.finder, today=date.fromisoformat(opened.today))
    listing, token = finder.find(Request(**opened.request), token=opened.token, shown=shown)
    return _answer(visit, opened, listing, token, label)


@dataclass(frozen=True, slots=True)
class _Open:
    """A list to go on with: what was asked, on which day, which numbers were shown, and at which page it stands."""

    request: dict[str, Any]
    today: str
    token: str = ""
    shown: Sequence[int] = ()


def _answer(visit: Visit, opened: _Open, listing: Listing, token: str, label: str = "") -> str:
    numbers = visit.number(listing.all_files, listing.paths)
    shown = [*opened.shown, *(numbers[file.id] for file in listing.files)]
    following = replace(opened, token=token, shown=shown) if listing.has_more or token else None
    if following or label:
        listing = replace(listing, label=_keep(visit, label, following))
    visit.show(listing.files, listing.paths)
    return render(listing, numbers, visit.zone)


def _keep(visit: Visit, label: str, following: _Open | None) -> str:
    """Put a list at the end of the open ones, or away where it has ended; return its label, empty where it ended."""

    def change(kept: dict[str, Any] | None) -> dict[str, Any]:
        nonlocal label
        number, others = (kept or _NONE)["count"], dict((kept or _NONE)["open"])
        others.pop(label, None)
        if following:
            number += not label
            label = label or str(number)
            others[label] = asdict(following)
        return {"count": number, "open": dict(list(others.items())[-_MAX_KEPT:])}

    visit.keep(LISTS_KEY, change)
    return label if following else ""


_NONE: dict[str, Any] = {"count": 0, "open": {}}

__all__ = ["LISTS_KEY", "begin_list", "continue_list"]
