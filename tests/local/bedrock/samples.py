"""Requests and conversations as the product makes them."""

MODEL_ID = "global.anthropic.claude-sonnet-4-6"
SYSTEM = "You help one person find things.\nToday is Friday 2026-11-20. The person's time zone is Europe/Berlin."

_LIST = ("folder", "order", "limit")
_SEARCH = ("words", "kind", "owner", "changed_by", "modified_from", "modified_to", "folder", "order", "limit")

BEN = """Looked for: spreadsheets, last changed by Ben, modified 2026-11-09 to 2026-11-15 (Europe/Berlin)
Searched: My Drive, shared drives and files shared with you; trash left out
Found: 3 files, all shown
Note: Drive cannot filter by that person itself, so I checked 41 files.
[1] Q3 budget | spreadsheet | changed 2026-11-12 by Ben Ortiz
[2] Vendor payments | spreadsheet | changed 2026-11-11 by Ben Ortiz | in a shared drive
[3] Hiring plan | spreadsheet | changed 2026-11-10 by Ben Ortiz | owner Ben Ortiz"""
NOTHING = """Looked for: pdfs, modified 2026-10-01 to 2026-10-31 (Europe/Berlin)
Searched: My Drive, shared drives and files shared with you; trash left out
Found: nothing"""
RECENT = """Looked for: files
Searched: My Drive, shared drives and files shared with you; trash left out
Found: 2 files shown, there are more
[4] Roadmap 2026 | document | opened 2026-11-20 | changed 2026-11-20 by Alice Archer
[5] Headcount forecast | spreadsheet | opened 2026-11-19 | changed 2026-11-18 by Ben Ortiz"""
NOT_CONNECTED = "Not connected: the person has not connected Google Drive yet."


def spec(name, *parameters):
    schema = {"type": "object", "properties": {parameter: {"type": "string"} for parameter in parameters}}
    return {"name": name, "description": "A tool.", "inputSchema": {"json": schema}}


TOOLS = [spec("list_files", *_LIST), spec("search_files", *_SEARCH)]
TOOL_CONFIG = {"tools": [{"toolSpec": tool} for tool in TOOLS]}


def user(*content):
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in content]}


def assistant(*content):
    return {"role": "assistant", "content": [{"text": block} if isinstance(block, str) else block for block in content]}


def use(use_id, name="search_files", **arguments):
    return {"toolUse": {"toolUseId": use_id, "name": name, "input": arguments}}


def result(use_id, text, status="success"):
    return {"toolResult": {"toolUseId": use_id, "status": status, "content": [{"text": text}]}}
