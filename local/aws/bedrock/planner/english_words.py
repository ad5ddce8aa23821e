"""The planner's English. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from local.aws.bedrock.planner import english_filters as filters
from local.aws.bedrock.planner.asked import Lines
from local.aws.bedrock.planner.intents import Call, Topic
from local.aws.bedrock.planner.results import Result, for_a_person
from local.aws.bedrock.planner.vocabulary import noun_en
from local.aws.bedrock.planner.wording import Known, text_of

_EXAMPLES = (
    "“which spreadsheets did Ben change last week?”, “which files did I open last?”, “find the budget”, "
    "“what is in /Finance/2025?”, “files that mention invoices”, “who can see the second one?” or "
    "“what does the roadmap say?”"
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
        "I cannot do that. I can only list, search and read files in Google Drive: "
        "I do not change, send, share or delete anything, and I know nothing else."
    ),
    "unknown": (
        "I am the scripted stand-in, not Claude, and I did not understand that. "
        f"I understand questions such as {_EXAMPLES}."
    ),
    "no_tool": "I have no tool for that here.",
    "no_date": "I was not told what day it is today, so I cannot tell which days you mean. Please give me the dates.",
    "no_more": "There are no more: the last list was complete.",
    "which_one": "I do not know which file you mean: I have not listed one by that number. Please name it.",
}
_LABELS = {
    "Access": "Who can see {0}",
    "Owner": "The owner of {0}",
    "In": "Where {0} is",
    "Size": "The size of {0}",
    "Changed": "The last change of {0}",
    "Created": "When {0} was created",
    "Opened by the person": "When you opened {0} last",
    "Shortcut to": "Where {0} leads",
    "Description": "The description of {0}",
}

_BELOW = re.compile(r"\band [\d,]+ folders? below it")
_TO_YOU = (
    ("(the person themselves)", "(you)"),
    ("the person is a", "you are a"),
    ("the person has", "you have"),
    ("the person", "you"),
)


class English:
    """The planner's English."""

    def heading(self, call: Call, result: Result, today: date | None, known: Known) -> str:
        """Say "Ben changed 3 spreadsheets between 9 and 15 November:"."""
        count = len(result.rows)
        if call.tool == "list_shared_drives":
            return f"You have {count} shared {'drive' if count == 1 else 'drives'}:"
        if call.tool == "more_files":
            return f"{count} more {noun_en('any', count)}:"
        if call.tool == "list_files":
            return filters.listed(call, result, count, known) + ":"
        noun = noun_en(text_of(call, "kind") or "any", count)
        days, who = filters.days(call, today), text_of(call, "changed_by")
        rest, order = filters.filtered(call), filters.order(call)
        if who:
            return f"{filters.subject(who)} changed {count} {noun}{rest}{days.removeprefix(' changed')}{order}:"
        return f"I found {count} {noun}{rest}{days}{order}:"

    def which(self) -> str:
        """Ask which of several files is meant."""
        return "Several files fit. Which one do you mean?"

    def facts(self, facts: Sequence[str]) -> str:
        """Say what is known of a row's file, as the tool has it."""
        return ", ".join(facts)

    def closing(self, call: Call, result: Result) -> str:
        """Say how many of how many these are, and where it was searched."""
        count = len(result.rows)
        shown = f"That is all: {count} of {count}."
        if call.tool in {"more_files", "list_shared_drives"}:
            shown = "That is all."
        if result.has_more:
            onward = "these are the next" if call.tool == "more_files" else "These are the first"
            shown = f"{onward[0].upper()}{onward[1:]} {count}; there are more. Say “more” to see them."
        elif result.is_partial:
            shown = f"These are the {count} that I found; there may be more."
        return " ".join([shown, *_searched(result), *self.notes(result)])

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for, where, and what else was tried."""
        if call.tool == "list_shared_drives":
            said = "I found no shared drives."
        elif call.tool == "more_files":
            said = "There are no more files."
        elif call.tool == "list_files":
            said = filters.nothing_listed(call)
        else:
            noun, who = noun_en(text_of(call, "kind") or "any", 0), text_of(call, "changed_by")
            days = filters.days(call, today)
            by = f" changed by {filters.object_(who)}{days.removeprefix(' changed')}" if who else days
            said = f"I found no {noun}{filters.filtered(call)}{by}{' so far' if result.is_unfinished else ''}."
        looked = [f"I looked for: {result.looked_for.rstrip('.')}."] if result.looked_for else []
        tried = [f"I also tried: {result.tried.rstrip('.')}."] if result.tried else []
        return " ".join([said, *looked, *_searched(result), *tried, *self.notes(result)])

    def close(self) -> str:
        """Introduce what is not what was asked for."""
        return "Not what you asked for, but close:"

    def advice(self, result: Result) -> str:
        """Say what may be tried next, if that is something that a person can say."""
        return " ".join(f"You could try: {text.rstrip('.')}." for text in result.advice)

    def notes(self, result: Result) -> list[str]:
        """Say what a tool has noted."""
        return list(result.notes)

    def fact(self, handle: str, label: str, value: str) -> str:
        """Say the one detail of a file that was asked for."""
        said = _LABELS[label].format(handle)
        return f"{said}: {_to_you(value)}." if value else f"{said}: Drive does not tell me."

    def details_heading(self, handle: str, *, is_rest: bool) -> str:
        """Introduce the details of a file."""
        return "Also known:" if is_rest else f"What I know of {handle}:"

    def detail(self, label: str, value: str) -> str:
        """Say one detail of a file."""
        return f"{_to_you(label)}: {_to_you(value)}"

    def reading(self, handle: str, lines: Lines) -> str:
        """Introduce what is quoted from a file, and say that this is no summary."""
        if not lines.found:
            return f"{handle} has no text that I can show."
        which = "the first lines that have words of your question" if lines.is_match else "its first lines"
        return f"I am a script and no model, so I do not sum up: I quote {which}. From {handle}:"

    def read_on(self, result: Result) -> str:
        """Say how much of the file was read, and what was left out."""
        shown = result.shown.split(";")[0].strip()
        notes = f" ({'; '.join(result.notes)})" if result.notes else ""
        onward = " Say “more” to read on." if result.next_start else ""
        return f"I read {shown}{notes}.{onward}" if shown else ""

    def not_connected(self) -> str:
        """Say that Drive is not connected."""
        return (
            "I cannot look into your Google Drive yet, because it is not connected. "
            "Nothing was searched. You can connect it whenever you like and ask again."
        )

    def failed(self, result: Result, *, which: bool) -> str:
        """Say it kindly; a tool's own sentence is fit for a person."""
        return self.which() if which else f"I could not find that out. {for_a_person(result.failure)}"

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""
        return _TOPICS[topic]


def _searched(result: Result) -> list[str]:
    # How many folders that were is no number of files found.
    said = _BELOW.sub("and the folders below it", _to_you(result.searched.rstrip(".")))
    return [f"I searched {said}."] if said else []


def _to_you(text: str) -> str:
    """Say to the person what a tool says to the model about the person."""
    for told, said in _TO_YOU:
        text = text.replace(told, said)
    return text
