"""The tool for the list of shared drives."""

from strands import tool
from strands.types.tools import ToolContext, ToolResult

from tools.desk import Visit, run
from tools.files import File
from tools.listing import count, quoted
from tools.query import FOLDER


@tool(context=True)
def list_shared_drives(tool_context: ToolContext) -> ToolResult:
    """List the shared drives (once called team drives) that the person is a member of.

    Use me when they ask which there are, or name one that list_files does not find. A drive's handle, as `folder`,
    looks into it. It needs the permission to read contents, for which the person may be asked.
    """
    return run(tool_context, _listed, "contents")


def _listed(visit: Visit) -> str:
    drives = visit.finder.places.read_shared_drives(visit.finder.access_token)
    tops = [File(drive.id, drive.name, FOLDER, drive_id=drive.id) for drive in drives]
    numbers = visit.number(tops)
    lines = [
        "Looked for: shared drives",
        "Searched: the shared drives that the person is a member of",
        f"Found: {count(len(tops), 'shared drive')}, all shown" if tops else "Found: nothing",
        *(f"[{numbers[top.id]}] {quoted(top.name)} | shared drive" for top in tops),
    ]
    return "\n".join(lines)
