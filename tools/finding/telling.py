"""What an answer says beside its files: where was searched, what was left out, what Drive cannot know. Pure."""

from collections.abc import Sequence
from datetime import date

from tools.days.periods import Period
from tools.files import SharedDrive
from tools.finding.below import Tree
from tools.finding.pages import Found
from tools.finding.request import Request, Spans
from tools.listing import Column, Listing, column, count, quoted

_MOST_EDITORS = 8
_MOST_DRIVES = 10
_TRASH = {"exclude": "trash left out", "include": "trash included", "only": "only the trash"}


def searched(request: Request, tree: Tree | None, drives: Sequence[SharedDrive] | None) -> str:
    """Say where was searched; `drives` are the person's shared drives, None where they are not known."""
    said = [_where(tree, is_deep=request.is_deep) if tree else _everywhere(drives)]
    said.append(_TRASH["only" if request.view == "trash" else request.trash])
    if request.words.strip() and not request.looks_inside:
        said.append("file names only, not what is inside")
    return "; ".join(said)


def notes(request: Request, spans: Spans, found: Found, tree: Tree | None, today: date) -> list[str]:
    """Say what was looked at and what was not, and what Drive has forgotten."""
    said = _how_far(found, tree)
    if request.changed_by.strip() or _has_ended(spans.modified, today):
        said.append("Drive knows only the last change of a file; one that was changed again since is not here.")
    if _has_ended(spans.opened, today):
        said.append(
            "Drive knows only the last time that the person opened a file; one that was opened again since is not here."
        )
    if request.changed_by.strip() and not found.files and found.editors:
        met = sorted(found.editors, key=lambda name: -found.editors[name])[:_MOST_EDITORS]
        said.append(f"Those who changed the files there last: {', '.join(map(column, met))}.")
    if request.looks_inside and request.order not in {"", "relevance"} and (found.has_more or found.is_capped):
        said.append("Drive sorts a search inside files by relevance only.")
    return said


def columns(request: Request) -> frozenset[Column]:
    """Return the facts that matter to this request beside those that every file shows."""
    order = request.order or request.sorted_by
    shows: dict[Column, bool] = {
        "opened": order == "opened" or bool(request.opened.strip()),
        "created": order == "created" or bool(request.created.strip()),
        "shared": order == "shared" or request.shared_with_me,
        "size": order == "size",
        "trash": request.trash == "include",
    }
    return frozenset(name for name, is_shown in shows.items() if is_shown)


def how_many(tried: Listing) -> str:
    """Say how many files a wider search found, and whether that is all."""
    number = len(tried.files)
    if tried.has_more:
        return f"more than {number}"
    if tried.is_partial:
        return f"{number or 'nothing'} so far, not everything was checked"
    return str(number or "nothing")


def _where(tree: Tree, *, is_deep: bool) -> str:
    name = quoted(tree.folder.name)
    if tree.folder.id == tree.folder.drive_id:
        return f"all of the shared drive {name}" if is_deep else f"the top of the shared drive {name}"
    if not is_deep:
        return f"the folder {name} itself, not the folders in it"
    return f"the folder {name} and {count(len(tree.ids) - 1, 'folder')} below it"


def _everywhere(drives: Sequence[SharedDrive] | None) -> str:
    if drives is None:
        return "My Drive, shared drives and files shared with you"
    if not drives:
        return "My Drive and files shared with you"
    names = [quoted(drive.name) for drive in drives[:_MOST_DRIVES]]
    if len(drives) > _MOST_DRIVES:
        names.append(f"and {count(len(drives) - _MOST_DRIVES, 'other')}")
    return f"My Drive, {count(len(drives), 'shared drive')} ({', '.join(names)}) and files shared with you"


def _how_far(found: Found, tree: Tree | None) -> list[str]:
    said = []
    if found.examined:
        said.append(f"Drive has no filter for that, so I looked through {count(found.examined, 'file')}.")
    if found.is_capped:
        said.append("I stopped there; the files after them in this order were not checked. more_files looks on.")
    if found.is_circular:
        said.append("Drive's list went in a circle, so I stopped; there may be more.")
    if found.is_incomplete:
        said.append("Drive says it could not search everything (incompleteSearch).")
    if tree and not tree.is_whole:
        said.append(f"There are more folders below it; I looked in the first {len(tree.ids):,} only.")
    return said


def _has_ended(period: Period | None, today: date) -> bool:
    return period is not None and period.last is not None and period.last < today


__all__ = ["columns", "how_many", "notes", "searched"]
