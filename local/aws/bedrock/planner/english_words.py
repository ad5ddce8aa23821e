"""The planner's English. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from local.aws.bedrock.planner import english_filters as filters
from local.aws.bedrock.planner.asked import Lines
from local.aws.bedrock.planner.intents import Call, Topic
from local.aws.bedrock.planner.refusals import in_english, to_you
from local.aws.bedrock.planner.results import Result
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

_ADVICE = {
    "ask whether the person's name is written as in Drive, or for another time": (
        "Is the name written as in Drive? You could also name another time."
    ),
    "ask for another word, or list the folder where it should be": (
        "You could give me another word, or look into the folder where it should be."
    ),
    "ask for a wider time or another kind of file": "You could name a longer time or another kind of file.",
    "searching inside files needs the person's permission, for which a search by content asks": (
        "To search inside files I need your permission: ask for “files that mention …”, and I will ask you for it."
    ),
}
_EVERYWHERE = re.compile(r"^My Drive(?:, (?:\d+ )?shared drives?(?: \(.*\))?)? and files shared with you")
_UNNAMED = re.compile('the shared drive "?a shared drive"?')
_BELOW = re.compile(r"\band [\d,]+ folders? below it")


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
            return f"{filters.listed(call, result, known)}:"
        who, days, filtered = text_of(call, "changed_by"), filters.days(call, today), filters.filtered(call)
        by = f"{filters.subject(who)} changed"
        if who and result.is_open:  # what is shown is not all that was changed
            filtered += f" that {by[:1].lower() + by[1:] if who == 'me' else by}{days.removeprefix(' changed')}"
        elif not who:
            filtered += days
        if result.has_more:
            return f"{filters.first(call, count, filtered)}:"
        noun = noun_en(text_of(call, "kind") or "any", count)
        if who and not result.is_open:
            return f"{by} {count} {noun}{filtered}{days.removeprefix(' changed')}{filters.order(call)}:"
        return f"I found {count} {noun}{filtered}{filters.order(call)}:"

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
            shown = "There are still more. " if call.tool == "more_files" else ""
            shown += "Say “more” to see the next ones."
        elif result.is_partial:
            shown = f"These are the {count} that I found; there may be more."
        return " ".join([shown, *_searched(call, result), *self.notes(result)])

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
        return " ".join([said, *looked, *_searched(call, result), *tried, *self.notes(result)])

    def close(self) -> str:
        """Introduce what is not what was asked for."""
        return "Not what you asked for, but close:"

    def advice(self, result: Result) -> str:
        """Say what may be tried next, if that is something that a person can say."""
        parts = [part for text in result.advice for part in text.rstrip(".").split("; ")]
        return " ".join(_ADVICE.get(part, f"You could try: {to_you(part)}.") for part in parts)

    def notes(self, result: Result) -> list[str]:
        """Say what a tool has noted."""
        return [
            to_you(note).replace("more_files looks on.", "Say “more”, and I will look on.") for note in result.notes
        ]

    def fact(self, handle: str, label: str, value: str) -> str:
        """Say the one detail of a file that was asked for."""
        said = _LABELS[label].format(handle)
        return f"{said}: {to_you(value)}." if value else f"{said}: Drive does not tell me."

    def no_folder(self, handle: str, shared: str) -> str:
        """Say that a file is in no folder that the person can see; `shared`: when and by whom it was shared."""
        if not shared:
            return f"{handle} is in no folder that you can see."
        return f"{handle} was shared with you ({to_you(shared)}) and is in none of your folders."

    def no_folder_fact(self) -> str:
        """Say the same as one of a row's facts."""
        return "in none of your folders"

    def details_heading(self, handle: str, *, is_rest: bool) -> str:
        """Introduce the details of a file."""
        return "Also known:" if is_rest else f"What I know of {handle}:"

    def detail(self, label: str, value: str) -> str:
        """Say one detail of a file."""
        return f"{to_you(label)}: {to_you(value)}"

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
        return self.which() if which else f"I could not find that out. {in_english(result.failure)}"

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""
        return _TOPICS[topic]


def _searched(call: Call, result: Result) -> list[str]:
    # How many folders that were is no number of files found.
    said = _BELOW.sub("and the folders below it", to_you(result.searched.rstrip(".")))
    is_shared = text_of(call, "view") == "shared_with_me" or call.arguments.get("shared_with_me") is True
    said = _EVERYWHERE.sub("what others shared with you", said) if is_shared else said
    said = _UNNAMED.sub("a shared drive", said.replace(", 0 shared drives and", " and"))
    return [f"I searched {said}."] if said else []
