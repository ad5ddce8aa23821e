"""What a conversation is shown on: JSON lines, lines of text, or (`chat.terminal.live`) a terminal that can do more.

Every text of the agent goes through `chat.plain` on its way.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import tzinfo
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text as Styled

from chat.events import AuthRequired, Done, Event, Failure, FileCard, Files, Notice, Text, ToolProgress
from chat.plain import plain, plain_line, plain_link
from chat.terminal.answer import AnswerWriter
from chat.terminal.cards import FileRow, consent_lines, file_row, has_bare_address
from chat.terminal.words import Words

__all__ = ["JsonScreen", "LineScreen", "Screen"]


class Screen(Protocol):
    """Shows the events of one turn after another."""

    def show(self, event: Event) -> None:
        """Show an event as it arrives."""

    def end_turn(self) -> None:
        """Finish the line and show what belongs under an answer."""

    def say(self, sentence: str, link: str = "") -> None:
        """Say something that is not the agent's, blanks and all; a link has a line of its own."""

    def good(self, sentence: str) -> None:
        """Say that something has come about."""

    def busy(self, sentence: str, hint: str = "", *, is_said: bool = False) -> None:
        """Tell what goes on while nothing else is shown. `is_said`: also where a line cannot move."""

    def idle(self) -> None:
        """Nothing goes on any more."""


class JsonScreen:
    """One JSON object a line, for programs. ASCII only, so nothing in it can move a cursor."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, event: Event) -> None:
        """Write the event with its kind as `type`."""
        self._write({"type": _KINDS[type(event)]} | asdict(event))

    def end_turn(self) -> None:
        """Nothing is held back."""

    def say(self, sentence: str, link: str = "") -> None:
        """Write a `local` object."""
        if sentence:
            self._write({"type": "local", "message": sentence} | ({"link": link} if link else {}))

    def good(self, sentence: str) -> None:
        """Write a `local` object."""
        self.say(sentence)

    def busy(self, sentence: str, hint: str = "", *, is_said: bool = False) -> None:
        """Write a `local` object where it is to be said."""
        if is_said:
            self.say(f"{sentence} … ({hint})" if hint else f"{sentence} …")

    def idle(self) -> None:
        """Nothing moves."""

    def _write(self, members: dict[str, Any]) -> None:
        self._console.out(json.dumps(members), highlight=False)


_KINDS: dict[type, str] = {
    Text: "text",
    ToolProgress: "tool",
    Files: "files",
    AuthRequired: "auth_required",
    Notice: "notice",
    Done: "done",
    Failure: "error",
}


class LineScreen:
    """Lines for a person, in a file, a pipe or a terminal that does nothing but write."""

    def __init__(self, console: Console, words: Words, zone: tzinfo, *, opens_links: bool = True) -> None:
        self._console = console
        self._words = words
        self._zone = zone
        self._opens_links = opens_links and console.is_terminal and not console.is_dumb_terminal
        self._answer = AnswerWriter(console, opens_links=self._opens_links)
        self._held = ""  # what may be the message that asks for consent
        self._written = ""
        self._cards: list[FileCard] = []
        self._labels: dict[str, str] = {}

    def show(self, event: Event) -> None:
        """Show text at once, files at the end of the turn."""
        if not isinstance(event, AuthRequired) and not (isinstance(event, Text) and has_bare_address(event.text)):
            self._let_go()
        match event:
            case Text() if has_bare_address(event.text):
                self._held += event.text
            case Text():
                self._write(event.text)
            case ToolProgress():
                self._tool(event)
            case Files():
                self._cards += [card for card in event.files if card not in self._cards]
            case AuthRequired():
                self._consent(event)
            case Notice():
                self._line(plain_line(event.message), "yellow")
            case Failure():
                self._line(plain_line(event.message), "red")
            case Done():
                pass

    def end_turn(self) -> None:
        """List the files that were found and that the answer has no link to, each with its link in plain sight."""
        self._let_go()
        self._break_line()
        numbered = [(number, file_row(card, self._zone)) for number, card in enumerate(self._cards, start=1)]
        linked = self._answer.linked
        rows = [(number, row) for number, row in numbered if not row.link or row.link not in linked]
        if rows:
            self._list(self._words("also_found" if linked else "files"), rows)
        self._cards, self._written, self._labels = [], "", {}
        self._answer.linked = set()

    def say(self, sentence: str, link: str = "") -> None:
        """Say something that is not the agent's."""
        text = " ".join(plain(sentence).splitlines())
        if plain_link(text) == text:
            self._link_line(text)
        else:
            self._line(text, "dim")
        if link:
            self._link_line(link)

    def good(self, sentence: str) -> None:
        """Say that something has come about."""
        self._line(plain_line(sentence), "")

    def busy(self, sentence: str, hint: str = "", *, is_said: bool = False) -> None:
        """Say it once, if it is to be said: nothing moves here."""
        if is_said:
            self._line(f"{sentence} … ({hint})" if hint else f"{sentence} …", "dim")

    def idle(self) -> None:
        """Nothing moves."""

    def _tool(self, event: ToolProgress) -> None:
        label = plain_line(event.label or event.name)
        if event.status == "failed":
            self._line(f"  {self._words('label_failed', label=label)}", "yellow")
        elif self._labels.get(event.id) != label:
            self._labels[event.id] = label
            self._line(f"  {label}", "dim")

    def _list(self, title: str, rows: list[tuple[int, FileRow]]) -> None:
        self._line(f"{title}:", "bold")
        for number, row in rows:
            self._line(f"  {number}. {row.name}" + "".join(f" | {fact}" for fact in row.facts), "")
            if row.link:
                self._line(f"     {row.link}", "dim", is_link=True)

    def _consent(self, event: AuthRequired) -> None:
        before, is_message, after = self._held.partition(event.message)
        if event.message and is_message:  # it came as text, too, and is shown once, with the link on its own line
            self._held = before + after.removeprefix("\n")
        self._let_go()
        if is_message or plain_link(event.auth_url) not in self._written:
            above, link, below = consent_lines(event.message, event.auth_url)
            for line in above:
                self._line(line, "")
            if link:
                self._link_line(link)
            for line in below:
                self._line(line, "")

    def _let_go(self) -> None:
        held, self._held = self._held, ""
        if held:
            self._write(held)

    def _write(self, text: str) -> None:
        self._written += text
        with self._cleared():
            self._answer.write(text)

    def _link_line(self, link: str) -> None:
        style = f"underline link {link}" if self._opens_links else ""
        self._line(link, style, is_link=True)

    def _line(self, text: str, style: str, *, is_link: bool = False) -> None:
        with self._cleared():
            self._answer.break_line()
            # A link that is cut by a line break can be neither clicked nor copied.
            is_whole = is_link or not self._console.is_terminal
            self._console.print(Styled(text, style=style), soft_wrap=is_whole, highlight=False)

    def _break_line(self) -> None:
        with self._cleared():
            self._answer.break_line()

    @contextmanager
    def _cleared(self) -> Iterator[None]:
        """Write inside it: what moves is out of the way."""
        yield
