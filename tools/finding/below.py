"""The folders below a folder: Drive's `in parents` means direct children only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.files import File
from tools.google.drive_api import DriveFiles
from tools.query import FileFilter, build_query

# Parents in one query. Drive documents no limit for `q`; code in the field keeps its `or` groups to 20-50 terms.
MAX_PARENTS = 50
MAX_FOLDERS = 500

_PAGE = 1000
_MAX_CALLS = 20


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder and those below it, by id, the folder itself first. `is_whole` is False where we stopped at a limit."""

    folder: File
    ids: tuple[str, ...]
    is_whole: bool


def tree_of(api: DriveFiles, access_token: str, folder: File) -> Tree:
    """Walk down level by level, many parents in a query; shortcuts are not followed."""
    ids = [folder.id]
    level: Sequence[str] = ids
    calls = 0
    while level:
        following: list[str] = []
        for parents in _groups(level):
            token, seen = "", {""}
            while True:
                if calls == _MAX_CALLS:
                    return Tree(folder, tuple(ids), is_whole=False)
                calls += 1
                query = build_query(FileFilter(kind="folder", parent_ids=tuple(parents)))
                page = api.list_page(
                    access_token, query=query, page_size=_PAGE, page_token=token, drive_id=folder.drive_id
                )
                fresh = [file.id for file in page.files if file.id not in ids]
                ids += fresh
                following += fresh
                token = page.next_page_token
                if len(ids) > MAX_FOLDERS:
                    return Tree(folder, tuple(ids[:MAX_FOLDERS]), is_whole=False)
                if token in seen:
                    break
                seen.add(token)
        level = following
    return Tree(folder, tuple(ids), is_whole=True)


def _groups(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), MAX_PARENTS):
        yield ids[start : start + MAX_PARENTS]


__all__ = ["MAX_FOLDERS", "MAX_PARENTS", "Tree", "tree_of"]
