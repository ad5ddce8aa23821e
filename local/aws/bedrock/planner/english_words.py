"""The planner's English. Pure."""

import calendar
from collections.abc import Sequence
from datetime import date

from local.aws.bedrock.planner.intents import Call, Row, Topic
from local.aws.bedrock.planner.results import Result, for_a_person
from local.aws.bedrock.planner.vocabulary import noun_en
from local.aws.bedrock.planner.wording import as_date, folder_name, is_file, text_of

_EXAMPLES = (
    "“which spreadsheets did Ben change last week?”, “which files did I open last?”, “find the budget”, "
    "“my PDFs from last month”, “what's in the folder Finance?” or “presentations owned by Dana”"
)
_TOPICS: dict[Topic, str] = {
    "greeting": f"Hello! I list and search files in your Google Drive. Ask me {_EXAMPLES}.",
    "help": f"I am the scripted stand-in, not Claude. I list and search files in your Google Drive: {_EXAMPLES}.",
    "thanks": "You are welcome.",
    "bye": "Goodbye!",
    "ok": "All right. What shall I look for?",
    "done": "All right. What shall I look for?",
    "never_mind": "All right, I will leave Google Drive alone.",
    "refuse": (
        "I cannot do that. I can only list and search files in Google Drive: I see their names and details, "
        "I do not read, change, send or delete anything, and I know nothing else."
    ),
    "unknown": (
        "I am the scripted stand-in, not Claude, and I did not understand that. "
        f"I understand questions such as {_EXAMPLES}."
    ),
    "no_tool": "I have no tool for that here.",
    "no_date": "I was not told what day it is today, so I cannot tell which days you mean. Please give me the dates.",
    "which_one": "I do not know which file you mean: I have not listed one by that number. Please name it.",
}


class English:
    """The planner's English."""

    def heading(self, call: Call, result: Result, today: date | None, known: Sequence[Row]) -> str:
        """Say "Ben changed 3 spreadsheets between 9 and 15 November:"."""
        count = len(result.rows)
        if call.tool == "list_files":
            return _listed(call, count, known) + ":"
        noun = noun_en(text_of(call, "kind") or "any", count)
        who = text_of(call, "changed_by")
        days = _days(call, today)
        rest = _filters(call, known)
        if who:
            return f"{_subject(who)} changed {count} {noun}{rest}{days}:"
        return f"I found {count} {noun}{rest}{' changed' if days else ''}{days}:"

    def closing(self, result: Result) -> str:
        """Say how many of how many these are, and where it was searched."""
        count = len(result.rows)
        shown = f"That is all: {count} of {count}."
        if result.has_more:
            shown = f"These are the first {count}; there are more."
        elif result.is_partial:
            shown = f"These are the {count} that I found; there may be more."
        searched = f" I searched {result.searched.rstrip('.')}." if result.searched else ""
        return shown + searched + "".join(f" {note}" for note in result.notes)

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for and where."""
        noun = noun_en(text_of(call, "kind") or "any", 0)
        days = _days(call, today)
        who = text_of(call, "changed_by")
        by = f" changed by {_object(who)}" if who else " changed" if days else ""
        said = f"I found no {noun}{_filters(call, ())}{by}{days}."
        looked = f" I looked for: {result.looked_for.rstrip('.')}." if result.looked_for else ""
        searched = f" I searched {result.searched.rstrip('.')}." if result.searched else ""
        return said + looked + searched + "".join(f" {note}" for note in result.notes)

    def failed(self, result: Result) -> str:
        """Say it kindly; a tool's own sentence is fit for a person."""
        if result.is_not_connected:
            return (
                "I cannot look into your Google Drive yet, because it is not connected. "
                "Nothing was searched. You can connect it whenever you like and ask again."
            )
        return f"I could not find that out. {for_a_person(result.failure)}"

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""
        return _TOPICS[topic]


def _listed(call: Call, count: int, known: Sequence[Row]) -> str:
    folder, order = text_of(call, "folder"), text_of(call, "order")
    files = f"{count} {noun_en('any', count)}"
    if folder == "root":
        return f"At the top of My Drive I found {files}"
    if folder:
        name = folder_name(folder, known)
        inside = f"the folder that holds “{name}”" if is_file(folder, known) else f"the folder “{name}”"
        return f"In {inside} I found {files}"
    verbs = {"changed": "that changed last", "name": "in your Drive, by name"}
    return f"The {files} {verbs.get(order, 'you opened last')}"


def _filters(call: Call, known: Sequence[Row]) -> str:
    said = ""
    if words := text_of(call, "words"):
        said += f" with “{words}” in the name"
    if owner := text_of(call, "owner"):
        said += f" owned by {_object(owner)}"
    if folder := text_of(call, "folder"):
        said += " at the top of My Drive" if folder == "root" else f" in the folder “{folder_name(folder, known)}”"
    return said


def _days(call: Call, today: date | None) -> str:
    first, last = as_date(call.arguments.get("modified_from")), as_date(call.arguments.get("modified_to"))
    year = today.year if today else None
    if first and last:
        if first == last:
            return f" on {_day(first, year)}"
        if (first.year, first.month) == (last.year, last.month):
            return f" between {first.day} and {_day(last, year)}"
        return f" between {_day(first, last.year if last.year == year else None)} and {_day(last, year)}"
    if first:
        return f" since {_day(first, year)}"
    return f" up to {_day(last, year)}" if last else ""


def _day(day: date, year: int | None) -> str:
    said = f"{day.day} {calendar.month_name[day.month]}"
    return said if day.year == year else f"{said} {day.year}"


def _subject(who: str) -> str:
    return "You" if who == "me" else who[:1].upper() + who[1:]


def _object(who: str) -> str:
    return "you" if who == "me" else who
