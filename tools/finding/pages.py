"""Reads Drive's answer to one query, page by page, up to what was asked for; and can go on from there."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tools.errors import StalePageTokenError
from tools.files import File
from tools.google.drive_files import DriveFiles

SCAN_LIMIT = 1000  # files looked at where we filter ourselves: five list calls, 500 quota units

_SCAN_PAGE = 200
_MAX_PAGES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One query. `matches` is what Drive has no filter for; None where Drive filters alone."""

    query: str
    order: str
    drive_id: str = ""
    matches: Callable[[File], bool] | None = None


@dataclass(slots=True)
class Found:
    """What was found. `next_token` says where to go on; empty at the end, and where to go on means from the start.

    `has_more`: there are certainly more. `is_capped`: looking stopped before Drive's list ended. `examined` counts the
    files looked at where we filter ourselves; `editors` are the names of those who changed them last.
    """

    files: list[File] = field(default_factory=list)
    has_more: bool = False
    is_capped: bool = False
    is_incomplete: bool = False
    is_circular: bool = False
    examined: int = 0
    editors: dict[str, int] = field(default_factory=dict)
    next_token: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether these are all files that there are."""
        return not (self.has_more or self.is_capped or self.is_incomplete or self.is_circular)


def read(
    api: DriveFiles,
    access_token: str,
    question: Question,
    limit: int,
    *,
    token: str = "",
    shown: Collection[str] = (),
) -> Found:
    """Return up to `limit` files that are not among `shown` (ids), from page `token` on.

    A page token that Drive no longer takes starts the list over, without what was shown already. A page may be short,
    or empty, before the last; a token that comes again would never end, so it ends the list.
    """
    try:
        return _read(api, access_token, question, limit, token, set(shown))
    except StalePageTokenError:
        if not token:
            raise
        return _read(api, access_token, question, limit, "", set(shown))


def _read(api: DriveFiles, access_token: str, question: Question, limit: int, token: str, taken: set[str]) -> Found:
    found, here, seen = Found(), token, {token}
    for _ in range(_MAX_PAGES):
        page = api.list_page(
            access_token,
            query=question.query,
            order=question.order,
            page_size=_SCAN_PAGE if question.matches else limit,
            page_token=here,
            drive_id=question.drive_id,
        )
        found.is_incomplete = found.is_incomplete or page.incomplete
        hits = _hits(found, question, [file for file in page.files if file.id not in taken])
        room = limit - len(found.files)
        found.files += hits[:room]
        taken |= {file.id for file in hits[:room]}
        if len(hits) > room:  # the rest of this page comes first when somebody asks for more
            found.has_more, found.next_token = True, here
            return found
        following = page.next_page_token
        if not following or following in seen:
            found.is_circular, found.next_token = bool(following), ""
            return found
        seen.add(following)
        here = found.next_token = following
        if question.matches is None and len(found.files) >= limit:
            found.has_more = True
            return found
        if found.examined >= SCAN_LIMIT:
            break
    found.is_capped = True
    return found


def _hits(found: Found, question: Question, files: list[File]) -> list[File]:
    if question.matches is None:
        return files
    found.examined += len(files)
    for file in files:
        if file.changed_by and file.changed_by.name:
            found.editors[file.changed_by.name] = found.editors.get(file.changed_by.name, 0) + 1
    return [file for file in files if question.matches(file)]


__all__ = ["SCAN_LIMIT", "Found", "Question", "read"]
