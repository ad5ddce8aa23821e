"""What a follow-up means: more, read on, the last search with something else in it, a file that was shown. Pure."""

import re
from typing import Any

from local.aws.bedrock.planner.intents import Call, Intent, Memory, Step, Talk
from local.aws.bedrock.planner.steps import best
from local.aws.bedrock.planner.wanted import Wanted

_FOLDER_URL = re.compile(r"/folders?/|/drive/(?:u/\d+/)?(?:my-drive|shared-drives)", re.IGNORECASE)
_EXTENSION = re.compile(r"\w\.[A-Za-z][A-Za-z0-9]{1,4}$")
_NO_NAMES = frozenset({"it", "them", "they", "this", "that", "these", "those", "one", "ones", "all"})
_VIEWS: dict[str, dict[str, Any]] = {
    "shared_with_me": {"shared_with_me": True},
    "starred": {"starred": True},
    "trash": {"trash": "only"},
}


def more(memory: Memory) -> Intent:
    """Return the next page of the last list."""
    if memory.has_all:
        return Talk("no_more")
    return Call("more_files", {})


def read_on(memory: Memory) -> Intent:
    """Return the next part of the file that was read last."""
    handle, start = memory.reading or ("", 0)
    return Call("read_file", {"file": handle, "start": start}) if start else Talk("no_more")


def of_reference(reference: str, memory: Memory, step: Step = "") -> Call:
    """Return what to do with a handle, URL or path: what was asked, else open a folder and tell of a file."""
    row = next((row for row in memory.rows if row.handle == reference), None)
    if memory.it and memory.it.handle == reference:
        row = row or memory.it
    is_file = bool(row and not row.is_folder) or (reference.startswith("http") and not _FOLDER_URL.search(reference))
    if step == "list_files" or (not step and not is_file):
        return Call("list_files", {"folder": reference})
    if step == "read_file" and row and row.is_folder:
        return Call("list_files", {"folder": reference})
    return Call(step or "get_file", {"file": reference})


def content_of(name: str, memory: Memory) -> Call | None:
    """Return how to see what is in a file or folder, or None for a name that may be either."""
    handle = known(name, memory)
    row = next((row for row in (*memory.rows, memory.it) if row and row.handle == handle), None)
    if (row and not row.is_folder) or (handle.startswith("http") and not _FOLDER_URL.search(handle)):
        return Call("read_file", {"file": handle})
    if _EXTENSION.search(handle):
        return Call("read_file", {"file": handle})
    is_folder = row or "/" in handle or handle.startswith("[")
    return Call("list_files", {"folder": handle}) if is_folder else None


def of_name(name: str, memory: Memory, step: Step) -> Intent:
    """Return what to do with a file of that name; one that was shown goes by its handle."""
    if not name or name.lower() in _NO_NAMES:
        return Talk("which_one" if name else "unknown")
    key = "folder" if step == "list_files" else "file"
    return Call(step or "get_file", {key: known(name, memory)})


def known(name: str, memory: Memory) -> str:
    """Return the handle of the one listed file of that name, and any other name as it is."""
    rows = list({row.handle: row for row in (*memory.rows, memory.it) if row}.values())
    row = best(rows, name) if name else None
    return row.handle if row and row.name.casefold() == name.casefold() else name


def refined(call: Call, wanted: Wanted) -> Call:
    """Read "only PDFs", "what about last month?" as the last list or search with something else in it."""
    extra = wanted.calls()[0].arguments
    is_search = wanted.is_search and not (
        wanted.kinds and call.tool == "list_files" and extra.keys() <= {"kind", "folder"}
    )
    if call.tool == "search_files" or not is_search:
        return Call(call.tool, {**call.arguments, **extra})
    before = dict(call.arguments)
    view = before.pop("view", "recent")
    marks = _VIEWS.get(view, {} if before.get("folder") else {"order": "opened"})
    return Call("search_files", {**before, **marks, **extra})
