"""The tools that the model sees. Their docstrings are the model's manual; no access token is in any signature."""

from typing import Literal

from strands import tool
from strands.types.tools import AgentTool, ToolContext, ToolResult

from tools.desk import run
from tools.details import get_file
from tools.finding.request import Request
from tools.lists import LISTS_KEY, begin_list, continue_list, scope_to_begin, scope_to_continue
from tools.query import Trash
from tools.reading import read_file
from tools.shared_drives import list_shared_drives

Kind = Literal[
    "any", "folder", "document", "spreadsheet", "presentation", "pdf", "image", "video", "audio", "form",
    "word", "excel", "powerpoint", "text", "archive", "shortcut", "drawing",
]  # fmt: skip
View = Literal["recent", "shared_with_me", "starred", "trash"]
Order = Literal["", "opened", "changed", "created", "oldest", "name", "size", "shared"]


@tool(context=True)
def list_files(
    tool_context: ToolContext,
    view: View = "recent",
    folder: str = "",
    kind: Kind = "any",
    order: Order = "",
    limit: int = 20,
) -> ToolResult:
    """List files in the person's Google Drive.

    Use me for "what did I open last", "what is in folder X", "what is shared with me", "my starred files", "the
    trash".

    Args:
        view: "recent" (without a folder: what the person opened last), "shared_with_me", "starred" or "trash".
        folder: What is directly in this folder or shared drive: a handle such as "[2]" (a file's handle means the
            folder that holds it), a path such as "Finance/2025" or "Team Finance/Payments", a name, a pasted Drive
            URL, or "root" for the top of My Drive.
        kind: Only this kind of file.
        order: Leave empty for the natural order of the view.
        limit: How many files to return, 1 to 100.
    """
    request = Request(view=view, folder=folder, kind=kind, order=order, limit=limit)
    return run(tool_context, lambda visit: begin_list(visit, request))


@tool(context=True)
def search_files(
    tool_context: ToolContext,
    *,
    words: str = "",
    content: str = "",
    phrase: str = "",
    kind: Kind = "any",
    owner: str = "",
    changed_by: str = "",
    modified: str = "",
    created: str = "",
    opened: str = "",
    folder: str = "",
    shared_with_me: bool = False,
    starred: bool = False,
    trash: Trash = "exclude",
    order: Order = "",
    limit: int = 20,
) -> ToolResult:
    """Find files in the person's Google Drive by name, content, kind, people, dates and place.

    Use me for "find", "which", "where is", "is there". All filters must hold; leave out what was not asked for.

    Days are given as the person says them ("last week", "since March", "Q3", "2025", "last 30 days") or as
    "2026-11-09" or "2026-11-09..2026-11-15", inclusive; they are resolved in the person's time zone.

    Args:
        words: Words of the file's name, plain. Each must start a word of the name.
        content: Words inside the file, in any order. Use it for what a file is about or says.
        phrase: An exact phrase inside the file.
        kind: Kind of file. "spreadsheet", "document" and "presentation" include Google's and Office's.
        owner: Who owns it: an e-mail address, a name, or "me".
        changed_by: Who changed it last: an e-mail address, a name, or "me".
        modified: Days of the last change.
        created: Days on which it was created.
        opened: Days on which the person opened it last.
        folder: In this folder and all folders below it, or in this shared drive; as in list_files.
        shared_with_me: Only what others have shared with the person.
        starred: Only what the person has starred.
        trash: "exclude", "include", or "only" for what is in the trash.
        order: "changed" (the default, but relevance with content or phrase), "opened", "created", "oldest" (longest
            unchanged first), "name", "size" (largest first) or "shared".
        limit: How many files to return, 1 to 100.
    """
    request = Request(
        words=words, content=content, phrase=phrase, kind=kind, owner=owner, changed_by=changed_by,
        modified=modified, created=created, opened=opened, folder=folder, shared_with_me=shared_with_me,
        starred=starred, trash=trash, order=order, limit=limit,
    )  # fmt: skip
    return run(tool_context, lambda visit: begin_list(visit, request), scope_to_begin(request))


@tool(context=True)
def more_files(tool_context: ToolContext, listing: str = "") -> ToolResult:
    """Show the next files of an earlier list or search.

    Use me for "more", "the rest", "next page".

    Args:
        listing: The list's number, from its line "there are more: more_files(…)"; empty for the latest.
    """
    scope = scope_to_continue(tool_context.agent.state.get(LISTS_KEY), listing)
    return run(tool_context, lambda visit: continue_list(visit, listing), scope)


def drive_tools(*, contents: bool = True) -> list[AgentTool]:
    """Return the Drive tools; without `contents`, none that needs more than names and details.

    They are the same for every conversation, whose `Desk` comes with each call (see `tools.desk.run`).
    """
    tools: list[AgentTool] = [list_files, search_files, more_files, get_file]
    return [*tools, list_shared_drives, read_file] if contents else tools
