"""Answers a list or a search with Drive calls: which folder is meant, which files match, how many there are, where."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tools.days.periods import Period
from tools.files import File
from tools.finding.below import MAX_PARENTS, Tree, tree_of
from tools.finding.locate import Locator
from tools.finding.pages import Found, Question, read
from tools.finding.places import Places, contains_words
from tools.finding.request import ORDERS, Request, Spans, describe
from tools.finding.wider import advice, widenings
from tools.google.drive_files import DriveFiles
from tools.listing import Close, Column, Listing, column, count, one_line, path_text
from tools.query import FileFilter, Span, build_query, searchable_words

_MOST_EDITORS = 8
_LAST_OPENED = (
    "Drive knows only the last time that the person opened a file; one that was opened again since is not here."
)


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds files for one tool call. `today` is the person's day; `is_wide` says that contents may be read."""

    api: DriveFiles
    access_token: str
    places: Places
    locator: Locator
    zone: ZoneInfo
    today: date
    contents: bool = True
    is_wide: bool = False

    def find(self, request: Request, *, token: str = "", shown: Collection[str] = ()) -> tuple[Listing, str]:
        """Return the files that `request` asks for, and the page token to go on from for more.

        `token` and `shown` (ids) continue an earlier list. A search that finds nothing looks for what is close.
        Raises: `InvalidFilterError`, what `Locator.folder` raises, and what Drive's answer means.
        """
        listing, next_token = self._find(request.checked(), token, shown)
        if request.view == "search" and not listing.files and not token:
            listing = self._with_close(listing, request)
        return listing, next_token

    def _find(self, request: Request, token: str = "", shown: Collection[str] = ()) -> tuple[Listing, str]:
        spans = request.spans(self.today)
        tree = self._tree(request)
        question = self._question(request, spans, tree)
        found = read(self.api, self.access_token, question, request.limit, token=token, shown=shown)
        listing = Listing(
            looked_for=describe(request, spans, self.zone.key),
            searched=self._searched(request, tree),
            files=_sorted(found, request),
            has_more=found.has_more,
            is_partial=found.is_capped or found.is_incomplete or found.is_circular,
            notes=self._notes(request, spans, found, tree),
            columns=_columns(request),
        )
        if tree and not _is_deep(request):
            place = self.places.place(self.access_token, tree.folder)
            paths = {tree.folder.id: path_text(place.names)}
            return replace(listing, folder=tree.folder, folders=[tree.folder], paths=paths), found.next_token
        return self._placed(listing), found.next_token

    def _placed(self, listing: Listing) -> Listing:
        places = self.places.of(self.access_token, [*listing.files, *(listing.close.files if listing.close else ())])
        paths = {folder_id: path_text(place.names) for folder_id, place in places.items()}
        return replace(listing, folders=[place.folder for place in places.values()], paths=paths)

    def _with_close(self, listing: Listing, request: Request) -> Listing:
        """Add what wider searches find; the first that finds something ends it."""
        tried: list[str] = []
        for wider in widenings(request, may_look_inside=self.contents and self.is_wide):
            files = self._find(wider.request)[0].files
            tried.append(f"{wider.said}: {len(files) or 'nothing'}")
            if files:
                return self._placed(replace(listing, close=Close(tried, files)))
        may_ask = self.contents and not self.is_wide
        return replace(listing, close=Close(tried, advice=advice(request, may_ask_for_contents=may_ask)))

    def _tree(self, request: Request) -> Tree | None:
        if not request.is_in_folder:
            return None
        folder = self.locator.folder(request.folder)
        if not _is_deep(request) or folder.id == folder.drive_id:
            return Tree(folder, (folder.id,), is_whole=True)
        return tree_of(self.api, self.access_token, folder)

    def _question(self, request: Request, spans: Spans, tree: Tree | None) -> Question:
        is_all_of_a_drive = tree is not None and _is_deep(request) and tree.folder.id == tree.folder.drive_id
        parents = tree.ids if tree and not is_all_of_a_drive else ()
        # Together with `fullText`, Drive's `in parents` is reported to miss files; and a query has room for so many.
        is_ours = len(parents) > MAX_PARENTS or request.looks_inside
        wanted = FileFilter(
            words="" if request.anywhere else request.words,
            any_word=request.any_word,
            content=request.content,
            phrase=request.phrase,
            kind=request.kind,
            owner_email=_owner_term(request.owner),
            parent_ids=() if is_ours else parents,
            modified=_moments(spans.modified, self.zone),
            created=_moments(spans.created, self.zone),
            opened=_moments(spans.opened, self.zone),
            is_opened=request.is_recent,
            is_shared_with_me=request.shared_with_me or request.view == "shared_with_me",
            is_starred=request.starred or request.view == "starred",
            trash="only" if request.view == "trash" else request.trash,
        )
        return Question(
            query=build_query(wanted),
            order=ORDERS[request.sorted_by],
            drive_id=tree.folder.drive_id if tree else "",
            matches=_own_filter(request, frozenset(parents) if is_ours else frozenset()),
        )

    def _has_ended(self, period: Period | None) -> bool:
        return period is not None and period.last is not None and period.last < self.today

    def _searched(self, request: Request, tree: Tree | None) -> str:
        trash = {"exclude": "trash left out", "include": "trash included", "only": "only the trash"}
        said = [self._where(tree, is_deep=_is_deep(request))]
        said.append(trash["only" if request.view == "trash" else request.trash])
        if request.words.strip() and not request.looks_inside:
            said.append("file names only, not what is inside")
        return "; ".join(said)

    def _where(self, tree: Tree | None, *, is_deep: bool) -> str:
        if tree is None:
            return self._everywhere()
        name = one_line(tree.folder.name)
        if tree.folder.id == tree.folder.drive_id:
            return f"all of the shared drive {name}" if is_deep else f"the top of the shared drive {name}"
        if not is_deep:
            return f"the folder {name} itself, not the folders in it"
        return f"the folder {name} and {count(len(tree.ids) - 1, 'folder')} below it"

    def _everywhere(self) -> str:
        drives = self.places.known_drives
        if drives is None and self.is_wide:
            drives = self.places.read_shared_drives(self.access_token)
        if drives is None:
            return "My Drive, shared drives and files shared with you"
        names = f" ({', '.join(one_line(drive.name) for drive in drives)})" if drives else ""
        return f"My Drive, {count(len(drives), 'shared drive')}{names} and files shared with you"

    def _notes(self, request: Request, spans: Spans, found: Found, tree: Tree | None) -> list[str]:
        notes = _how_far(found, tree)
        if request.changed_by.strip() or self._has_ended(spans.modified):
            notes.append("Drive knows only the last change of a file; one that was changed again since is not here.")
        if self._has_ended(spans.opened):
            notes.append(_LAST_OPENED)
        if request.changed_by.strip() and not found.files and found.editors:
            met = sorted(found.editors, key=lambda name: -found.editors[name])[:_MOST_EDITORS]
            notes.append(f"Those who changed the files there last: {', '.join(map(column, met))}.")
        if request.looks_inside and request.order not in {"", "relevance"} and found.has_more:
            notes.append("Drive sorts a search inside files by relevance only.")
        return notes


def _how_far(found: Found, tree: Tree | None) -> list[str]:
    """Say what was looked at and what was not."""
    notes = []
    if found.examined:
        notes.append(f"Drive has no filter for that, so I looked through {count(found.examined, 'file')}.")
    if found.is_capped:
        notes.append("I stopped there; the files after them in this order were not checked. Narrow the filters.")
    if found.is_circular:
        notes.append("Drive's list went in a circle, so I stopped; there may be more.")
    if found.is_incomplete:
        notes.append("Drive says it could not search everything (incompleteSearch).")
    if tree and not tree.is_whole:
        notes.append(f"There are more folders below it; I looked in the first {len(tree.ids):,} only.")
    return notes


def _is_deep(request: Request) -> bool:
    """Say whether the folders below count as well: for a search; a list shows what is directly in a folder."""
    return request.view == "search"


def _moments(period: Period | None, zone: ZoneInfo) -> Span:
    return (period.starts(zone), period.ends(zone)) if period else (None, None)


def _sorted(found: Found, request: Request) -> Sequence[File]:
    """Return the files in the order asked for, where Drive sorts by relevance and all of them are here."""
    if not request.looks_inside or found.has_more or request.order not in _SORT_KEYS:
        return found.files
    return sorted(found.files, key=_SORT_KEYS[request.order], reverse=request.order not in {"name", "oldest"})


def _columns(request: Request) -> frozenset[Column]:
    shows: dict[Column, bool] = {
        "opened": request.sorted_by == "opened" or bool(request.opened.strip()),
        "created": request.sorted_by == "created" or bool(request.created.strip()),
        "shared": request.shared_with_me or request.view == "shared_with_me",
        "size": request.sorted_by == "size",
        "trash": request.trash == "include",
    }
    return frozenset(name for name, is_shown in shows.items() if is_shown)


def _owner_term(owner: str) -> str:
    text = owner.strip()
    return text if "@" in text or text.casefold() == "me" else ""


def _own_filter(request: Request, parents: frozenset[str]) -> Callable[[File], bool] | None:
    """Return the filters that Drive has no query term for, or none to rely on."""
    owner = "" if _owner_term(request.owner) else request.owner.strip()
    changed_by = request.changed_by.strip()
    words = searchable_words(request.words) if request.anywhere else []
    if not (owner or changed_by or words or parents):
        return None

    def matches(file: File) -> bool:
        return (
            (not owner or bool(file.owner and file.owner.matches(owner)))
            and (not changed_by or bool(file.changed_by and file.changed_by.matches(changed_by)))
            and (not parents or file.parent_id in parents)
            and contains_words(file.name, words)
        )

    return matches


_NEVER = datetime.min.replace(tzinfo=UTC)
_SORT_KEYS: dict[str, Callable[[File], Any]] = {  # each gives values of one type
    "changed": lambda file: file.modified or _NEVER,
    "oldest": lambda file: file.modified or _NEVER,
    "opened": lambda file: file.viewed or _NEVER,
    "created": lambda file: file.created or _NEVER,
    "shared": lambda file: file.shared_with_me or _NEVER,
    "size": lambda file: file.size_bytes or 0,
    "name": lambda file: file.name.casefold(),
}
