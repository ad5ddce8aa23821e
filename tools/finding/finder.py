"""Answers a list or a search with Drive calls: which folder is meant, which files match, how many there are, where."""

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tools.days.periods import Period
from tools.errors import DailyLimitError, QuotaSpentError, ScopeNotGrantedError, TransientToolError
from tools.files import File, SharedDrive
from tools.finding.below import MAX_PARENTS, Tree, tree_of
from tools.finding.locate import Locator
from tools.finding.pages import Found, Question, read
from tools.finding.places import Places, contains_words
from tools.finding.request import ORDERS, Request, Spans, describe
from tools.finding.telling import columns, how_many, notes, searched
from tools.finding.wider import advice, widenings
from tools.google.drive_files import DriveFiles
from tools.handles import Handles
from tools.listing import Close, Column, Listing, path_text
from tools.query import FileFilter, Span, build_query, searchable_words


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds files for one tool call.

    `today` is the person's day. `contents` is False where nobody may look inside files, `is_wide` says that the person
    has allowed it.
    """

    api: DriveFiles
    access_token: str
    places: Places
    handles: Handles
    zone: ZoneInfo
    today: date
    contents: bool = True
    is_wide: bool = False

    @property
    def locator(self) -> Locator:
        """What finds the file or folder that a reference means."""
        return Locator(self.api, self.access_token, self.places, self.handles, self.contents)

    def find(self, request: Request, *, token: str = "", shown: Collection[str] = ()) -> tuple[Listing, str]:
        """Return the files that `request` asks for, and the page token to go on from for more.

        `token` and `shown` (ids) continue an earlier list. A search that finds nothing looks for what is close.
        Raises: `InvalidFilterError`, what `Locator.folder` raises, and what Drive's answer means.
        """
        request = request.checked()
        tree = self._tree(request)
        listing, next_token = self._find(request, tree, token, shown)
        if request.view == "search" and not listing.files and not next_token and not shown:
            listing = self._with_close(listing, request, tree)
        return listing, next_token

    def _find(
        self, request: Request, tree: Tree | None, token: str = "", shown: Collection[str] = ()
    ) -> tuple[Listing, str]:
        spans = request.spans(self.today)
        question = self._question(request, spans, tree)
        found = read(self.api, self.access_token, question, request.limit, token=token, shown=shown)
        listing = Listing(
            looked_for=describe(request, spans, self.zone.key),
            searched=searched(request, tree, self._drives()),
            files=_sorted(found, request, is_first=not token and not shown),
            has_more=found.has_more,
            is_partial=found.is_capped or found.is_incomplete or found.is_circular or bool(tree and not tree.is_whole),
            notes=notes(request, spans, found, tree, self.today),
            columns=columns(request),
        )
        if tree and not request.is_deep:
            listing = replace(listing, folder=tree.folder, folders=[tree.folder])
        return self._placed(listing), found.next_token

    def _drives(self) -> Sequence[SharedDrive] | None:
        return self.places.shared_drives(self.access_token) if self.is_wide else self.places.known_drives

    def _placed(self, listing: Listing) -> Listing:
        """Add where the files are, which is worth no failure of what was found."""
        files = [*listing.files, *(listing.close.files if listing.close else ())]
        with contextlib.suppress(QuotaSpentError, DailyLimitError, TransientToolError):
            if listing.folder:
                place = self.places.place(self.access_token, listing.folder)
                return replace(listing, paths={listing.folder.id: path_text(place.names)})
            places = self.places.of(self.access_token, files)
            paths = {folder_id: path_text(place.names) for folder_id, place in places.items()}
            return replace(listing, folders=[place.folder for place in places.values()], paths=paths)
        return listing

    def _with_close(self, listing: Listing, request: Request, tree: Tree | None) -> Listing:
        """Add what wider searches find; the first that finds something ends it."""
        tried: list[str] = []
        for wider in widenings(request, may_look_inside=self.contents and self.is_wide):
            found = self._try(wider.request, request, tree)
            if found is None:
                continue
            tried.append(f"{wider.said}: {how_many(found)}")
            if found.files:
                close = Close(tried, found.files, has_more=found.has_more)
                trash: frozenset[Column] = frozenset({"trash"} if wider.request.trash == "only" else ())
                return self._placed(replace(listing, close=close, columns=listing.columns | trash))
        may_ask = self.contents and not self.is_wide
        return replace(listing, close=Close(tried, advice=advice(request, may_ask_for_contents=may_ask)))

    def _try(self, wider: Request, request: Request, tree: Tree | None) -> Listing | None:
        is_same_tree = (wider.folder, wider.trash) == (request.folder, request.trash)
        try:
            return self._find(wider, tree if is_same_tree else self._tree(wider))[0]
        except (QuotaSpentError, DailyLimitError, TransientToolError, ScopeNotGrantedError):
            return None  # that the search itself found nothing stays true

    def _tree(self, request: Request) -> Tree | None:
        if not request.is_in_folder:
            return None
        folder = self.locator.folder(request.folder)
        if not request.is_deep or folder.id == folder.drive_id:
            return Tree(folder, (folder.id,), is_whole=True)
        return tree_of(self.api, self.access_token, folder, trash=request.trash)

    def _question(self, request: Request, spans: Spans, tree: Tree | None) -> Question:
        is_all_of_a_drive = tree is not None and request.is_deep and tree.folder.id == tree.folder.drive_id
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


def _moments(period: Period | None, zone: ZoneInfo) -> Span:
    return (period.starts(zone), period.ends(zone)) if period else (None, None)


def _sorted(found: Found, request: Request, *, is_first: bool) -> Sequence[File]:
    """Return the files in the order asked for, where Drive sorts by relevance and all of them are here."""
    is_whole = is_first and not (found.has_more or found.is_capped)
    if not request.looks_inside or not is_whole or request.order not in _SORT_KEYS:
        return found.files
    return sorted(found.files, key=_SORT_KEYS[request.order], reverse=request.order not in {"name", "oldest"})


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
