"""The tools that the model sees. Their docstrings are the model's manual; no access token is in any signature."""

import threading
from collections.abc import Callable
from typing import Any, Literal
from zoneinfo import ZoneInfo

from strands import tool
from strands.types.tools import AgentTool, ToolContext, ToolResult

from tools.drive_api import DriveFiles
from tools.finder import Request, find
from tools.handles import Handles
from tools.listing import card, render
from tools.pause import Tokens, pausing

Kind = Literal[
    "any", "folder", "document", "spreadsheet", "presentation", "pdf", "image", "video", "audio", "form",
    "word", "excel", "powerpoint", "text", "archive", "shortcut",
]  # fmt: skip
Order = Literal["opened", "changed", "name"]

HANDLES_KEY = "handles"


def drive_tools(api: DriveFiles, tokens: Tokens) -> list[AgentTool]:
    """Build the Drive tools of one conversation.

    A call reads from its `invocation_state`: `zone` (the person's `ZoneInfo`) and `show_files` (takes the file cards
    for front ends).
    """
    numbering = threading.Lock()  # two tools of one turn run at the same time and number into the same list

    def answer(tool_context: ToolContext, request: Request) -> ToolResult:
        def work(access_token: str) -> str:
            handles = Handles.load(tool_context.agent.state.get(HANDLES_KEY))
            listing = find(api, access_token, handles, request)
            with numbering:
                handles = Handles.load(tool_context.agent.state.get(HANDLES_KEY))
                numbers = handles.number(listing.files)
                tool_context.agent.state.set(HANDLES_KEY, handles.dump())
            show_files: Callable[[list[dict[str, Any]]], None] = tool_context.invocation_state["show_files"]
            show_files([card(file) for file in listing.files])
            return render(listing, numbers, request.zone)

        return pausing(tool_context, tokens, work)

    @tool(context=True)
    def list_files(tool_context: ToolContext, folder: str = "", order: Order = "opened", limit: int = 20) -> ToolResult:
        """List files in the person's Google Drive. Use me for "what did I open last" and "what is in folder X".

        Args:
            folder: Empty for everything; "root" for the top of My Drive; a handle such as "[2]" (a folder's content,
                or the folder that holds that file); or a folder's name.
            order: "opened" (last opened by the person first; without a folder only what they have opened),
                "changed" (last changed first) or "name".
            limit: How many files to return, 1 to 100.
        """
        only_opened = order == "opened" and not folder.strip()
        request = Request(zone=_zone(tool_context), folder=folder, order=order, only_opened=only_opened, limit=limit)
        return answer(tool_context, request)

    @tool(context=True)
    def search_files(
        tool_context: ToolContext,
        words: str = "",
        kind: Kind = "any",
        owner: str = "",
        changed_by: str = "",
        modified_from: str = "",
        modified_to: str = "",
        folder: str = "",
        order: Order = "changed",
        limit: int = 20,
    ) -> ToolResult:
        """Find files in the person's Google Drive by name, kind, people and dates. Use me for "find", "which", "where".

        Looks at names and details, never inside files. Leave out what the person did not ask for.

        Args:
            words: Words of the file's name, plain, not a Drive query. Each must start a word of the name.
            kind: Kind of file. "spreadsheet", "document" and "presentation" include Google's and Office's.
            owner: Who owns it: an e-mail address, a name, or "me".
            changed_by: Who changed it last: an e-mail address, a name, or "me".
            modified_from: First day of last change, YYYY-MM-DD, inclusive, in the person's time zone.
            modified_to: Last day of last change, YYYY-MM-DD, inclusive.
            folder: Only directly in this folder: a handle such as "[2]", "root", or a folder's name.
            order: "changed" (last changed first), "opened" or "name".
            limit: How many files to return, 1 to 100.
        """
        request = Request(
            zone=_zone(tool_context),
            words=words,
            kind=kind,
            owner=owner,
            changed_by=changed_by,
            modified_from=modified_from,
            modified_to=modified_to,
            folder=folder,
            order=order,
            limit=limit,
        )
        return answer(tool_context, request)

    return [list_files, search_files]


def _zone(tool_context: ToolContext) -> ZoneInfo:
    zone = tool_context.invocation_state["zone"]
    assert isinstance(zone, ZoneInfo)
    return zone
