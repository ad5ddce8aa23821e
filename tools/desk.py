"""What the Drive tools of one conversation share: the client, the places they have met, the numbers they gave out."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from strands.types.tools import ToolContext, ToolResult

from tools.errors import RetryableToolError
from tools.files import File
from tools.finding.finder import Finder
from tools.finding.locate import AmbiguousReferenceError, Locator
from tools.finding.places import Places
from tools.google.drive_files import DriveFiles
from tools.handles import Handles
from tools.listing import Listing, card, path_text, quoted, row
from tools.pause import CONTENTS_KEY, Scope, Tokens, pausing
from tools.remembered import Remembered

HANDLES_KEY = "handles"


def run(tool_context: ToolContext, work: "Callable[[Visit], str]", scope: Scope = "details") -> ToolResult:
    """Run a tool's work at the desk of its conversation.

    A call reads from its `invocation_state`: `desk` (the `Desk`), `zone` (the person's `ZoneInfo`), `today` (their day)
    and `show_files` (takes the file cards for front ends).
    """
    desk: Desk = tool_context.invocation_state["desk"]
    return desk.run(tool_context, work, scope)


_TOKENS_AT_ONCE = 2  # one for names and details, one for contents


class Desk:
    """Runs the tools' work of one conversation with the person's access token."""

    def __init__(self, api: DriveFiles, tokens: Tokens, *, contents: bool = True) -> None:
        """`contents` is False where this agent looks at names and details only."""
        self.api = api
        self.contents = contents
        self._tokens = tokens
        # Another Google account may be connected at any time, from another conversation or a page, and what the former
        # one showed must not stand beside its files. Another account is another token, whatever else a new one means.
        self._places: Remembered[Places] = Remembered(_TOKENS_AT_ONCE)
        self._numbering = threading.Lock()  # tools of one turn run at the same time and number into the same list

    def run(self, tool_context: ToolContext, work: "Callable[[Visit], str]", scope: Scope = "details") -> ToolResult:
        """Return `work`'s text as the tool's result; `scope` says what it needs (see `tools.pause`)."""

        def visit(access_token: str) -> str:
            here = self._visit(tool_context, access_token, is_wide=scope == "contents")
            try:
                return work(here)
            except AmbiguousReferenceError as several:
                raise RetryableToolError(_which(here, several)) from several

        return pausing(tool_context, self._tokens, visit, scope=scope)

    def _visit(self, tool_context: ToolContext, access_token: str, *, is_wide: bool) -> "Visit":
        handles = Handles.load(tool_context.agent.state.get(HANDLES_KEY))
        return Visit(
            tool_context=tool_context,
            finder=Finder(
                api=self.api,
                access_token=access_token,
                places=self._places.claim(Places(self.api), access_token),
                handles=handles,
                zone=tool_context.invocation_state["zone"],
                today=tool_context.invocation_state["today"],
                contents=self.contents,
                is_wide=is_wide or bool(tool_context.agent.state.get(CONTENTS_KEY)),
            ),
            numbering=self._numbering,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """One tool call with an access token in hand."""

    tool_context: ToolContext
    finder: Finder
    numbering: threading.Lock

    @property
    def locator(self) -> Locator:
        """What finds the file or folder that the model means."""
        return self.finder.locator

    @property
    def api(self) -> DriveFiles:
        """The client."""
        return self.finder.api

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return self.finder.zone

    def number(self, files: Sequence[File], paths: Mapping[str, str] | None = None) -> dict[str, int]:
        """Give every file a number in this conversation, by id; a folder in `paths` is shown by its path."""
        with self.numbering:
            handles = Handles.load(self._state.get(HANDLES_KEY))
            numbers = handles.number(files, paths)
            self._state.set(HANDLES_KEY, handles.dump())
        return {file.id: number for file, number in zip(files, numbers, strict=True)}

    def state(self, key: str) -> Any:
        """Return a value of the conversation's state: JSON, or None."""
        return self._state.get(key)

    def keep(self, key: str, change: Callable[[Any], Any]) -> None:
        """Change a value of the conversation's state, which other tools of this turn may be changing too."""
        with self.numbering:
            self._state.set(key, change(self._state.get(key)))

    def show(self, files: Iterable[File], paths: Mapping[str, str]) -> None:
        """Show the files as cards beside the answer."""
        self.tool_context.invocation_state["show_files"]([card(file, paths.get(file.parent_id, "")) for file in files])

    @property
    def _state(self) -> Any:  # Strands' agent state has no public type
        return self.tool_context.agent.state


def _which(here: Visit, several: AmbiguousReferenceError) -> str:
    paths = {folder_id: path_text(place.names) for folder_id, place in several.places.items()}
    folders = [place.folder for place in several.places.values()]
    listing = Listing("", "", several.candidates, folders=folders, paths=paths)
    numbers = here.number(listing.all_files, paths)
    lines = [row(file, listing, numbers, here.zone) for file in listing.files]
    legend = [f"[{numbers[folder.id]}] {quoted(paths[folder.id])}" for folder in folders]
    more = " There may be more; these changed last." if several.has_more else ""
    head = f"Several fit.{more} Ask the person which one they mean, or call again with one of these handles:"
    return "\n".join([head, *lines, *(["Folders:", *legend] if legend else [])])


__all__ = ["HANDLES_KEY", "Desk", "Visit", "run"]
