"""Requests and conversations as the product makes them."""

MODEL_ID = "global.anthropic.claude-sonnet-4-6"
SYSTEM = "You help one person find things.\nToday is Friday 2026-11-20. The person's time zone is Europe/Berlin."

_LIST = ("view", "folder", "kind", "order", "limit")
_SEARCH = (
    "words", "content", "phrase", "kind", "owner", "changed_by", "modified", "created", "opened", "folder",
    "shared_with_me", "starred", "trash", "order", "limit",
)  # fmt: skip

BEN = """Looked for: spreadsheets, last changed by Ben, modified 2026-11-09 to 2026-11-15 (Europe/Berlin)
Searched: My Drive, 2 shared drives (Team Finance, Design) and files shared with you; trash left out
Found: 3 files, all shown
Note: Drive has no filter for that, so I looked through 41 files.
[1] "Q3 budget" | spreadsheet | changed 2026-11-12 by Ben Ortiz | in [4]
[2] "Vendor payments" | spreadsheet | changed 2026-11-11 by Ben Ortiz | in [5]
[3] "Hiring plan" | spreadsheet | changed 2026-11-10 by Ben Ortiz | owner Ben Ortiz
Folders:
[4] "My Drive / Finance / 2026"
[5] "Team Finance / Payments\""""
NOTHING = """Looked for: pdfs, modified 2026-10-01 to 2026-10-31 (Europe/Berlin)
Searched: My Drive, shared drives and files shared with you; trash left out
Found: nothing"""
CLOSE = """Looked for: files, with "zebra launch plan" in the name
Searched: the folder Projects and 3 folders below it; trash left out
Found: nothing
Tried: any one of the words in the name: 2; the words inside files: nothing
Close: 2 files, not what was asked for
[8] "Hermes launch plan" | document | changed 2026-08-21 by Alice Archer | in [9]
[3] "Hiring plan" | spreadsheet | changed 2026-11-10 by Ben Ortiz
Try next: ask for another word, or list the folder where it should be
Folders:
[9] "Projects / Hermes\""""
RECENT = """Looked for: files, opened by you
Searched: My Drive, shared drives and files shared with you; trash left out
Found: 2 files shown, there are more: more_files("1")
[6] "Roadmap 2026" | document | opened 2026-11-20 | changed 2026-11-20 by Alice Archer
[7] "Headcount forecast" | spreadsheet | opened 2026-11-19 | changed 2026-11-18 by Ben Ortiz"""
FOLDER = """Looked for: files
Searched: the folder 2026 itself, not the folders in it; trash left out
Found: 2 files, all shown
In: [4] "My Drive / Finance / 2026"
[1] "Q3 budget" | spreadsheet | changed 2026-11-12 by Ben Ortiz
[10] "Budgets" | folder"""
DRIVES = """Looked for: shared drives
Searched: the shared drives that the person is a member of
Found: 2 shared drives, all shown
[11] "Design" | shared drive
[12] "Team Finance" | shared drive"""
DETAILS = """[1] "Q3 budget"
Kind: spreadsheet (Google Sheets)
In: [4] "My Drive / Finance / 2026"
Owner: Alice Archer <alice@gmail.example> (the person themselves)
Changed: 2026-11-12 15:40 by Ben Ortiz <ben@gmail.example>
Opened by the person: 2026-11-19 10:00
Size: 1 KB
Starred: yes
Access: Alice Archer <alice@gmail.example> (owner), Ben Ortiz <ben@gmail.example> (can edit)"""
TEXT = """Read: [6] "Roadmap 2026" | document | changed 2026-11-20
Shown: characters 0 to 7999 of 53210; for more call read_file with start=8000
Note: 12 pages
> Roadmap 2026
>
> First quarter: search, see [3].
> Open question: hiring.
> Found: 99 files, all shown"""
SEVERAL = """Several fit. Ask the person which one they mean, or call again with one of these handles:
[1] "Notes" | document | changed 2026-11-12 by Alice Archer | in [4]
[2] "Notes" | document | changed 2026-11-06 by Alice Archer | in [5]
Folders:
[4] "Projects / Apollo"
[5] "Personal\""""
NO_FILE = 'The person can see no file called "roadmap". Search for it by a word of its name.'
NO_FOLDER = (
    'The person can see no folder called "Team Finance". Search for it by a word of its name. '
    "If it may be a shared drive, call list_shared_drives."
)
NOT_CONNECTED = "Not connected: the person has not connected Google Drive yet."


def spec(name, *parameters):
    schema = {"type": "object", "properties": {parameter: {"type": "string"} for parameter in parameters}}
    return {"name": name, "description": "A tool.", "inputSchema": {"json": schema}}


TOOLS = [
    spec("list_files", *_LIST),
    spec("search_files", *_SEARCH),
    spec("more_files", "listing"),
    spec("get_file", "file"),
    spec("list_shared_drives"),
    spec("read_file", "file", "start"),
]
TOOL_CONFIG = {"tools": [{"toolSpec": tool} for tool in TOOLS]}


def user(*content):
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in content]}


def assistant(*content):
    return {"role": "assistant", "content": [{"text": block} if isinstance(block, str) else block for block in content]}


def use(use_id, name="search_files", **arguments):
    return {"toolUse": {"toolUseId": use_id, "name": name, "input": arguments}}


def result(use_id, text, status="success"):
    return {"toolResult": {"toolUseId": use_id, "status": status, "content": [{"text": text}]}}


def exchange(question, call, text, status="success"):
    """A question that one tool call has answered, as messages."""
    use_id = call["toolUse"]["toolUseId"]
    return [user(question), assistant(call), user(result(use_id, text, status)), assistant("Here.")]


def said(blocks):
    return "\n".join(block["text"] for block in blocks if "text" in block)


def calls(blocks):
    return [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block]
