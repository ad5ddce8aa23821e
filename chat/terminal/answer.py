"""The text of an answer on its way to a person: made safe, its links readable, its lines broken between words."""

from rich.console import Console

from chat.plain import plain
from chat.terminal.links import LinkReader, Part
from chat.terminal.marks import MarkReader
from chat.terminal.wrap import WordWrap

__all__ = ["AnswerWriter"]

_INDENT = "   "  # below the name in `1. name`


class AnswerWriter:
    """Writes text as it comes. A link is its name, underlined, where the terminal opens it.

    A terminal that does not gets the address below the line, the first time a file is named; a file or a pipe gets
    `name <link>`. On a terminal strong words and headings are bold; in a file or a pipe their marks stay.
    """

    def __init__(self, console: Console, *, opens_links: bool) -> None:
        self._console = console
        self._opens_links = opens_links
        self._links = LinkReader()
        self._marks = MarkReader()
        # A file or a pipe gets its lines as they are.
        self._wrap = WordWrap(console.width) if console.is_terminal else None
        self._below: list[str] = []  # addresses that belong below the line that has begun
        self.linked: set[str] = set()
        self.is_mid_line = False

    def write(self, text: str) -> None:
        """Write a piece; what may be the beginning of a link or a word waits for its end."""
        self._stream(self._links.feed(plain(text)))

    def break_line(self) -> None:
        """Write what was held back, and end the line if one has begun."""
        self._stream(self._links.close())
        if self._wrap:
            self._out(self._marks.close())
        if self.is_mid_line:
            self._end_line()
            self.is_mid_line = False

    def _stream(self, parts: list[Part]) -> None:
        for part in parts:
            self.is_mid_line = not part.text.endswith("\n")
            if part.link:
                self._link(part)
                self.linked.add(part.link)
            elif self._wrap:
                for text, is_bold in self._marks.feed(part.text):
                    self._lines(text, is_bold=is_bold)
            else:
                self._out(part.text)

    def _link(self, part: Part) -> None:
        held, is_bold = self._marks.link()
        self._out(held)
        is_named = part.text != part.link
        if self._opens_links:
            self._out(part.text, part.link, is_bold=is_bold)
        elif self._wrap or not is_named:
            self._out(part.text, is_bold=is_bold)
            if is_named and part.link not in self.linked:
                self._below.append(part.link)
        else:
            self._out(f"{part.text} <{part.link}>")

    def _lines(self, text: str, *, is_bold: bool) -> None:
        first, *others = text.split("\n")
        self._out(first, is_bold=is_bold)
        for line in others:
            self._end_line()
            self._out(line, is_bold=is_bold)

    def _end_line(self) -> None:
        self._out("\n")
        for link in self._below:
            self._console.out(f"{_INDENT}{link}", style="dim", highlight=False)
        self._below = []

    def _out(self, text: str, link: str = "", *, is_bold: bool = False) -> None:
        if self._wrap:
            self._wrap.width = self._console.width  # the window may have been resized
            text = self._wrap.feed(text, link, is_bold=is_bold)
        # `out` neither wraps nor reads markup: a link stays in one piece, brackets stay brackets.
        if text:
            self._console.out(text, end="", highlight=False)
