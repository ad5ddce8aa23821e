"""What the terminal shows. Every text of the agent goes through `chat.plain` on its way."""

import json
from dataclasses import asdict
from typing import Protocol

from rich.console import Console
from rich.text import Text as Styled

from chat.events import AuthRequired, Done, Event, Failure, FileCard, Files, Notice, Text, ToolProgress
from chat.links import LinkReader, Part
from chat.plain import plain, plain_line, plain_link
from chat.wrap import WordWrap


class Screen(Protocol):
    """Shows the events of one turn after another."""

    def show(self, event: Event) -> None:
        """Show an event as it arrives."""

    def end_turn(self) -> None:
        """Finish the line and show what belongs under an answer."""

    def say(self, sentence: str) -> None:
        """Say something that is not the agent's."""


class JsonScreen:
    """One JSON object a line, for programs. ASCII only, so nothing in it can move a cursor."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, event: Event) -> None:
        """Write the event with its kind as `type`."""
        self._write(_KINDS[type(event)], asdict(event))

    def end_turn(self) -> None:
        """Nothing is held back."""

    def say(self, sentence: str) -> None:
        """Write a `local` object."""
        if sentence:
            self._write("local", {"message": sentence})

    def _write(self, kind: str, members: dict[str, object]) -> None:
        self._console.out(json.dumps({"type": kind} | members), highlight=False)


_KINDS: dict[type, str] = {
    Text: "text",
    ToolProgress: "tool",
    Files: "files",
    AuthRequired: "auth_required",
    Notice: "notice",
    Done: "done",
    Failure: "error",
}


class PlainScreen:
    """Lines for a person. A link is its name, underlined, where the terminal opens it; else `name <link>`."""

    def __init__(self, console: Console, *, opens_links: bool = True) -> None:
        self._console = console
        self._opens_links = opens_links and console.is_terminal and not console.is_dumb_terminal
        self._links = LinkReader()
        self._linked: set[str] = set()
        self._is_mid_line = False
        self._written = ""
        self._cards: list[FileCard] = []
        self._labels: dict[str, str] = {}
        # A file or a pipe gets its lines as they are.
        self._wrap = WordWrap(console.width) if console.is_terminal else None

    def show(self, event: Event) -> None:
        """Show text at once, files at the end of the turn."""
        match event:
            case Text():
                self._written += event.text
                self._stream(self._links.feed(plain(event.text)))
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
        self._break_line()
        cards = [card for card in self._cards if not card.link or card.link not in self._linked]
        if cards:
            self._line("Also found:" if self._linked else "Files:", "bold")
        for card in cards:
            facts = [plain_line(fact) for fact in (card.type, card.path, _day(card.modified), card.owner)]
            self._line(f"  {plain_line(card.name)}" + "".join(f" | {fact}" for fact in facts if fact), "")
            link = plain_link(card.link)
            if link:
                self._line(f"    {link}", "dim", is_link=True)
        self._cards, self._written, self._labels, self._linked = [], "", {}, set()

    def say(self, sentence: str) -> None:
        """Say something that is not the agent's."""
        self._line(plain_line(sentence), "dim")

    def _stream(self, parts: list[Part]) -> None:
        for part in parts:
            self._is_mid_line = not part.text.endswith("\n")
            if part.link:
                self._linked.add(part.link)
            if part.link and not self._opens_links:
                is_bare = part.text == part.link
                self._out(part.link if is_bare else f"{part.text} <{part.link}>")
            else:
                self._out(part.text, part.link)

    def _out(self, text: str, link: str = "") -> None:
        # `out` neither wraps nor reads markup: a link stays in one piece, brackets stay brackets.
        self._console.out(self._wrap.feed(text, link) if self._wrap else text, end="", highlight=False)

    def _tool(self, event: ToolProgress) -> None:
        label = plain_line(event.label or event.name)
        if event.status == "failed":
            self._line(f"  {label} (failed)", "yellow")
        elif self._labels.get(event.id) != label:
            self._labels[event.id] = label
            self._line(f"  {label}", "dim")

    def _consent(self, event: AuthRequired) -> None:
        link = plain_link(event.auth_url)
        if link and link not in self._written:
            self._line(plain_line(event.message.replace(event.auth_url, "")), "")
            self._line(link, "", is_link=True)

    def _line(self, text: str, style: str, *, is_link: bool = False) -> None:
        self._break_line()
        # A link that is cut by a line break can be neither clicked nor copied.
        is_whole = is_link or not self._console.is_terminal
        self._console.print(Styled(text, style=style), soft_wrap=is_whole, highlight=False)

    def _break_line(self) -> None:
        self._stream(self._links.close())
        if self._is_mid_line:
            self._out("\n")
            self._is_mid_line = False


def _day(moment: str) -> str:
    """The day of an ISO 8601 time."""
    return moment.partition("T")[0]
