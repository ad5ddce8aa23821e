"""Answers a list or a search with Drive calls: which folder is meant, which files match, how many there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from tools.drive_api import DriveFiles, FilePage
from tools.errors import FolderNotFoundError, InvalidFilterError
from tools.files import File
from tools.handles import Handles
from tools.listing import Listing, one_line
from tools.query import FileFilter, build_query, day_range, plural_kind

ORDERS = {"opened": "viewedByMeTime desc", "changed": "modifiedTime desc", "name": "folder,name_natural"}
MAX_LIMIT = 100
EVERYWHERE = "My Drive, shared drives and files shared with you; trash left out"

_SCAN_PAGE = 200
_SCAN_LIMIT = 1000  # files looked at where we filter ourselves: five list calls, 500 quota units
_MAX_PAGES = 10
_ROOT_NAMES = {"root", "my drive", "mydrive", "マイドライブ"}


@dataclass(frozen=True, slots=True)
class Request:
    """A list or a search, in the words of the tools (see `tools.drive`)."""

    zone: ZoneInfo
    words: str = ""
    kind: str = "any"
    owner: str = ""
    changed_by: str = ""
    modified_from: str = ""
    modified_to: str = ""
    folder: str = ""
    order: str = "changed"
    only_opened: bool = False
    limit: int = 20


def find(api: DriveFiles, access_token: str, handles: Handles, request: Request) -> Listing:
    """Return the files that `request` asks for.

    Raises: `InvalidFilterError`, `UnknownHandleError`, `FolderNotFoundError`, and whatever Drive's answer means.
    """
    if request.order not in ORDERS:
        raise InvalidFilterError(f"order must be one of: {', '.join(ORDERS)}.")
    limit = max(1, min(request.limit, MAX_LIMIT))
    start, end = day_range(request.modified_from, request.modified_to, request.zone)
    folder = _folder(api, access_token, handles, request.folder) if request.folder.strip() else None
    wanted = FileFilter(
        words=request.words,
        kind=request.kind,
        owner_email=_owner_term(request.owner),
        folder_id=folder.id if folder else "",
        modified_from=start,
        modified_before=end,
        is_opened=request.only_opened,
    )
    listing = Listing(
        looked_for=describe(request),
        searched=f"the folder {one_line(folder.name)} itself, not the folders in it; trash left out"
        if folder
        else EVERYWHERE,
        files=(),
        show_viewed=request.order == "opened",
        by_last_change=bool(request.changed_by.strip() or request.modified_to),
    )
    matches = _own_filter(request)
    pages = _Pages(api, access_token, build_query(wanted), ORDERS[request.order])
    return _scan(pages, listing, matches, limit) if matches else _list(pages, listing, limit)


def describe(request: Request) -> str:
    """Say in words what was looked for, with the resolved period."""
    parts = ["files" if request.kind == "any" else plural_kind(request.kind)]
    if request.only_opened:
        parts.append("opened by you")
    if request.words.strip():
        parts.append(f'with "{one_line(request.words)}" in the name')
    if request.owner.strip():
        parts.append(f"owned by {one_line(request.owner)}")
    if request.changed_by.strip():
        parts.append(f"last changed by {one_line(request.changed_by)}")
    if request.modified_from or request.modified_to:
        first, last = request.modified_from or "the beginning", request.modified_to or "now"
        parts.append(f"modified {first} to {last} ({request.zone.key})")
    return ", ".join(parts)


def _owner_term(owner: str) -> str:
    text = owner.strip()
    return text if "@" in text or text.casefold() == "me" else ""


def _own_filter(request: Request) -> Callable[[File], bool] | None:
    """Return the filters that Drive has no query term for: an owner by name, and who changed a file last."""
    owner = "" if _owner_term(request.owner) else request.owner.strip()
    changed_by = request.changed_by.strip()
    if not owner and not changed_by:
        return None

    def matches(file: File) -> bool:
        if owner and not (file.owner and file.owner.matches(owner)):
            return False
        return not changed_by or bool(file.changed_by and file.changed_by.matches(changed_by))

    return matches


@dataclass(frozen=True, slots=True)
class _Pages:
    """Drive's answer to one query, page by page."""

    api: DriveFiles
    access_token: str
    query: str
    order: str

    def read(self, page_size: int) -> Iterator[FilePage]:
        """Yield at most `_MAX_PAGES` pages; a page token that comes again would never end, so it ends them."""
        token, seen = "", set()
        for _ in range(_MAX_PAGES):
            page = self.api.list_page(
                self.access_token, query=self.query, order=self.order, page_size=page_size, page_token=token
            )
            yield page
            token = page.next_page_token
            if not token or token in seen:
                return
            seen.add(token)


def _list(pages: _Pages, listing: Listing, limit: int) -> Listing:
    """Return the first files of Drive's own answer; a page may be short, or even empty, before the last."""
    found: list[File] = []
    more = incomplete = False
    for page in pages.read(limit):
        found += page.files
        more, incomplete = bool(page.next_page_token), incomplete or page.incomplete
        if len(found) >= limit:
            break
    more = more or len(found) > limit
    return replace(listing, files=found[:limit], more=more, incomplete=incomplete, capped=more and len(found) < limit)


def _scan(pages: _Pages, listing: Listing, matches: Callable[[File], bool], limit: int) -> Listing:
    """Look through Drive's answer for files that match, up to one more than `limit`, or `_SCAN_LIMIT` files."""
    found: list[File] = []
    examined, incomplete, is_end = 0, False, True
    for page in pages.read(_SCAN_PAGE):
        examined += len(page.files)
        incomplete = incomplete or page.incomplete
        found += [file for file in page.files if matches(file)]
        is_end = not page.next_page_token
        if len(found) > limit or examined >= _SCAN_LIMIT:
            break
    more = len(found) > limit
    return replace(
        listing,
        files=found[:limit],
        more=more,
        incomplete=incomplete,
        examined=examined,
        capped=not is_end and not more,
    )


def _folder(api: DriveFiles, access_token: str, handles: Handles, text: str) -> File:
    """Return the folder that `text` means: a handle (a file's handle means its folder), `root`, or a name."""
    handle = handles.find(text)
    if handle is not None:
        folder_id = handle.file_id if handle.is_folder else handle.parent_id
        if not folder_id:
            raise FolderNotFoundError("That file has no folder the person can see; it was shared with them on its own.")
        return api.get(access_token, folder_id)
    name = text.strip().strip("/")
    if not name or name.casefold() in _ROOT_NAMES:
        return api.get(access_token, "root")
    return _folder_by_name(api, access_token, name)


def _folder_by_name(api: DriveFiles, access_token: str, name: str) -> File:
    try:
        query = build_query(FileFilter(words=name, kind="folder"))
    except InvalidFilterError:
        raise FolderNotFoundError("folder must be a handle such as [2], root, or a folder's name.") from None
    page = api.list_page(access_token, query=query, order=ORDERS["name"], page_size=50)
    folders: Sequence[File] = [file for file in page.files if file.name.casefold() == name.casefold()] or page.files
    if not folders:
        raise FolderNotFoundError("No folder of that name is visible. Search for it with search_files(kind='folder').")
    if len(folders) > 1:
        raise FolderNotFoundError(
            f"{len(folders)} folders match that name. "
            "Find the right one with search_files(kind='folder') and pass its handle."
        )
    return folders[0]
