"""Go on from one tool's result to the next tool, for the one file that a question names. Pure."""

import json
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from local.aws.bedrock.planner.answer import Answered
from local.aws.bedrock.planner.intents import Call, Intent, Row, Step
from local.aws.bedrock.planner.results import Result

_OF_ONE: dict[str, Step] = {"get_file": "get_file", "read_file": "read_file"}
_SHARED_DRIVES = "list_shared_drives"
_SAYS_DRIVE = re.compile(r"\b(?:shared|team) drive|共有ドライブ", re.IGNORECASE)
_IS_A_FOLDER = "That is a folder"
_NO_SUCH_FILE = "can see no file"


@dataclass(frozen=True, slots=True)
class Onward:
    """`calls` go on from some results; `left` are the results to answer from; `is_unclear` if several files fit."""

    calls: Sequence[Call]
    left: Sequence[Answered]
    is_unclear: bool = False


def go_on(intents: Sequence[Intent], answered: Sequence[Answered], tools: Container[str], text: str = "") -> Onward:
    """Return the calls that a question (its `text` and `intents`) still needs after these results, to `tools` alone."""
    is_of_a_drive = bool(_SAYS_DRIVE.search(text))
    calls: list[Call] = []
    left: list[Answered] = []
    is_unclear = False
    for item in answered:
        then = _then(intents, item.call)
        following = _following(item, then, intents, is_of_a_drive=is_of_a_drive)
        offered = [call for call in following.calls if call.tool in tools]
        calls += offered
        left += following.left if following.left or offered else [item]
        is_unclear = is_unclear or bool(then and item.result.rows and not following.calls)
    return Onward(calls, left, is_unclear)


def _following(item: Answered, then: Step, intents: Sequence[Intent], *, is_of_a_drive: bool) -> Onward:
    """Return what comes after one result: nothing at all leaves it to be answered from."""
    found = best(item.result.rows, str(item.call.arguments.get("words", ""))) if not item.result.failure else None
    if then and found:
        return Onward((step(then, found),), ())
    if name := _not_found(item):
        return Onward((Call("search_files", {"words": name}),), ())
    if item.call.tool == "read_file" and _IS_A_FOLDER in item.result.failure:
        return Onward((Call("list_files", {"folder": str(item.call.arguments.get("file", ""))}),), ())
    # Their names need the permission for contents, which is not asked for just in case.
    if is_of_a_drive and _SHARED_DRIVES in item.result.failure and not _folder_of(item.call).startswith("["):
        return Onward((Call(_SHARED_DRIVES, {}),), ())
    return _in_a_drive(intents, item)


def step(then: Step, row: Row) -> Call:
    """Return the call that does `then` with a file."""
    if then == "list_files":
        return Call(then, {"folder": row.handle if row.is_folder else row.folder or row.handle})
    return Call(then, {"file": row.handle})


def best(rows: Sequence[Row], words: str) -> Row | None:
    """Return the one file that is meant: the only one, or the only one of exactly that name. None: ask which."""
    if len(rows) == 1:
        return rows[0]
    wanted = _plain(words)
    same = [row for row in rows if _plain(row.name) == wanted]
    stems = [row for row in rows if _plain(row.name.rpartition(".")[0]) == wanted]
    return same[0] if len(same) == 1 else stems[0] if len(stems) == 1 and not same else None


def waits_for(intents: Sequence[Intent]) -> Step:
    """Return what a question wants to do with the one file that it means, once it is clear which."""
    for intent in intents:
        if isinstance(intent, Call) and (intent.then or intent.tool in _OF_ONE):
            return intent.then or _OF_ONE[intent.tool]
    return ""


def _then(intents: Sequence[Intent], call: Call) -> Step:
    """Return the step that the question takes after `call`, or after the search for a name that was not exact."""
    for intent in intents:
        if isinstance(intent, Call):
            if _is_same(intent, call):
                return intent.then
            if intent.tool in _OF_ONE and call.arguments == {"words": intent.arguments.get("file")}:
                return _OF_ONE[intent.tool]
    return ""


def _not_found(item: Answered) -> str:
    """Return the name by which a tool found no file, to search for; "" where it was no name, or all went well."""
    name = str(item.call.arguments.get("file", ""))
    is_name = item.call.tool in _OF_ONE and name and not name.startswith(("[", "http")) and "/" not in name
    return name if is_name and _NO_SUCH_FILE in item.result.failure and not item.result.rows else ""


def _in_a_drive(intents: Sequence[Intent], item: Answered) -> Onward:
    """Return the calls that named a folder which may be one of the shared drives that were asked for then."""
    calls: list[Call] = []
    left: list[Answered] = []
    if item.call.tool == _SHARED_DRIVES and not item.result.failure:
        for call in (intent for intent in intents if isinstance(intent, Call) and _folder_of(intent)):
            name = _folder_of(call)
            drive = next((row for row in item.result.rows if _plain(row.name) == _plain(name)), None)
            if drive:
                calls.append(Call(call.tool, {**call.arguments, "folder": drive.handle}))
            else:
                said = f"The person can see no folder called {json.dumps(name, ensure_ascii=False)}."
                left.append(Answered(call, Result(failure=said)))
    return Onward(calls, left)


def _folder_of(call: Call) -> str:
    return str(call.arguments.get("folder", ""))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_same(one: Call, other: Call) -> bool:
    return (one.tool, dict(one.arguments)) == (other.tool, dict(other.arguments))
