"""The folders below a folder: Drive's `in parents` means direct children only."""

from dataclasses import dataclass

from tools.files import File
from tools.finding.pages import Question, read
from tools.google.drive_files import DriveFiles
from tools.query import FileFilter, Trash, build_query

# Parents in one query. Drive documents no limit for `q`; code in the field keeps its `or` groups to 20-50 terms.
MAX_PARENTS = 50
MAX_FOLDERS = 500

_PAGE = 1000
_MAX_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder and those below it, by id, the folder itself first. `is_whole` is False where we stopped at a limit."""

    folder: File
    ids: tuple[str, ...]
    is_whole: bool


def tree_of(api: DriveFiles, access_token: str, folder: File, *, trash: Trash = "exclude") -> Tree:
    """Walk down, many parents in a query; shortcuts are not followed, the trash only where it is asked for.

    What is in a folder of the trash is in the trash with it, so a search of the trash goes through both.
    """
    walked: Trash = "exclude" if trash == "exclude" else "include"
    ids, waiting = [folder.id], [folder.id]
    for _ in range(_MAX_QUERIES):
        parents, waiting = waiting[:MAX_PARENTS], waiting[MAX_PARENTS:]
        query = build_query(FileFilter(kind="folder", parent_ids=tuple(parents), trash=walked))
        found = read(api, access_token, Question(query, order="", drive_id=folder.drive_id), _PAGE, shown=ids)
        ids += [each.id for each in found.files]
        waiting += [each.id for each in found.files]
        if not found.is_whole or not waiting or len(ids) > MAX_FOLDERS:
            return Tree(folder, tuple(ids[:MAX_FOLDERS]), is_whole=found.is_whole and len(ids) <= MAX_FOLDERS)
    return Tree(folder, tuple(ids), is_whole=False)


__all__ = ["MAX_FOLDERS", "MAX_PARENTS", "Tree", "tree_of"]
