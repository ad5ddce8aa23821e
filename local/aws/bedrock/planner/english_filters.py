"""Say in English what a call looked for. Pure."""

import calendar
from datetime import date

from local.aws.bedrock.planner.intents import Call
from local.aws.bedrock.planner.results import Result
from local.aws.bedrock.planner.vocabulary import noun_en
from local.aws.bedrock.planner.wording import PERIODS, Known, period_of, text_of

_VIEWS = {
    "shared_with_me": ("The {} that others shared with you", "{} that others shared with you"),
    "starred": ("Your {} with a star", "{} with a star"),
    "trash": ("The {} in the trash", "{} in the trash"),
    "recent": ("The {} you opened last", "{} that you opened"),
}
_SORTED = {
    "changed": "the last changed first",
    "created": "the last created first",
    "opened": "the last opened first",
    "shared": "the last shared first",
    "name": "by name",
    "size": "the largest first",
    "oldest": "the longest unchanged first",
}
_MARKED = {"starred": " with a star", "trash": " in the trash"}
_TEXTS = (
    ("words", "", "in the name"),
    ("content", "", "inside or in the name"),
    ("phrase", "the phrase ", "inside or in the name"),
)
_VERBS = {"modified": "changed", "created": "created", "opened": "that you opened"}


def listed(call: Call, result: Result, known: Known) -> str:
    """Return "In [4] I found 3 files", "The 20 files you opened last", …"""
    folder, view, count = text_of(call, "folder"), text_of(call, "view"), len(result.rows)
    files = f"{count} {_noun(call, count)}"
    if folder:
        place, marked = _place(folder, result, known), _MARKED.get(view, "")
        if result.has_more:
            return first(call, count, f"{marked} in {place}")
        return f"In {place} I found {files}{marked}{order(call)}"
    view = view if view in _VIEWS else "recent"
    if result.has_more and view == "recent" and not order(call):
        return f"Here are the {files} you opened last; there are more"
    if result.has_more:
        return first(call, count, _VIEWS[view][1].removeprefix("{}"))
    return _VIEWS[view][0].format(files) + order(call)


def first(call: Call, count: int, which: str) -> str:
    """Return "Here are the first 20 spreadsheets in [4], by name; there are more"."""
    files = f"is the first {_noun(call, 1)}" if count == 1 else f"are the first {count} {_noun(call, count)}"
    return f"Here {files}{which.rstrip(',')}{order(call)}; there are more"


def nothing_listed(call: Call) -> str:
    """Return "I found no files in the folder “Finance”.", …"""
    if folder := text_of(call, "folder"):
        return f"I found no {_noun(call, 0)} {_inside(folder)}."
    return f"I found no {_VIEWS.get(text_of(call, 'view'), _VIEWS['recent'])[1].format(_noun(call, 0))}."


def filtered(call: Call) -> str:
    """Return the filters of a search other than kind, days and who changed it."""
    said = ""
    for key, what, where in _TEXTS:
        said += f" with {what}“{text_of(call, key)}” {where}" if text_of(call, key) else ""
    said += f" owned by {object_(text_of(call, 'owner'))}" if text_of(call, "owner") else ""
    said += " shared with you" if call.arguments.get("shared_with_me") is True else ""
    said += " with a star" if call.arguments.get("starred") is True else ""
    if folder := text_of(call, "folder"):
        said += f" {_inside(folder)}" + (" and the folders below" if folder != "root" else "")
    trash = {"only": " in the trash", "include": ", the trash included,"}
    return said + trash.get(text_of(call, "trash"), "")


def days(call: Call, today: date | None) -> str:
    """Return " changed between 9 and 15 November", … for each period of a search."""
    return "".join(f" {_VERBS[key]}{said}" for key in PERIODS if (said := _days(call, key, today)))


def order(call: Call) -> str:
    """Return ", the largest first" or another order that was asked for."""
    return f", {said}" if (said := _SORTED.get(text_of(call, "order"))) else ""


def subject(who: str) -> str:
    """Return a person as the one who did something."""
    return "You" if who == "me" else who[:1].upper() + who[1:]


def object_(who: str) -> str:
    """Return a person as the one by whom something was done."""
    return "you" if who == "me" else who


def _noun(call: Call, count: int) -> str:
    return noun_en(text_of(call, "kind") or "any", count)


def _inside(folder: str) -> str:
    if folder == "root":
        return "at the top of My Drive"
    return f"in {folder}" if folder.startswith("[") else f"in the folder “{folder}”"


def _place(folder: str, result: Result, known: Known) -> str:
    if folder == "root":
        return "the top of My Drive"
    row = known.get(folder)
    inside = result.inside or folder
    if row and not row.is_folder and inside != folder:
        return f"{inside}, the folder that holds {folder},"
    if row and not row.is_folder and row.folder != folder:
        return f"the folder that holds {folder}"
    return inside if inside.startswith("[") else f"the folder “{folder}”"


def _days(call: Call, key: str, today: date | None) -> str:
    first, last, words = period_of(call, key)
    if words:
        return f" ({words})"
    year = today.year if today else None
    if first and last:
        if first == last:
            return f" on {_day(first, year)}"
        if (first.year, first.month) == (last.year, last.month):
            return f" between {first.day} and {_day(last, year)}"
        return f" between {_day(first, last.year if last.year == year else None)} and {_day(last, year)}"
    if first:
        return f" since {_day(first, year)}"
    return f" up to {_day(last, year)}" if last else ""


def _day(day: date, year: int | None) -> str:
    said = f"{day.day} {calendar.month_name[day.month]}"
    return said if day.year == year else f"{said} {day.year}"
