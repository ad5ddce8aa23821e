r"""Word wrapping for text that arrives in pieces. Pure.

A word is held back until it is complete, so that it is never cut. Wide characters (CJK, emoji) may be separated
anywhere, as their scripts do. A word longer than a line, such as an address, is left in one piece.

Text may lead somewhere: it is underlined, and a terminal opens its link. Such marks take no room on a line.
https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
"""

from collections.abc import Iterator

from rich.cells import cell_len

_WIDE = 2


class WordWrap:
    """The state between two pieces; `width` is in terminal cells."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._column = 0
        self._blanks: list[tuple[str, str]] = []  # characters, each with its link
        self._word: list[tuple[str, str]] = []
        self._painted = ""  # the link that the terminal is in

    def feed(self, text: str, link: str = "") -> str:
        """Return what can be shown so far; a line feed sets the rest free.

        `link` is where the text leads: a web address of visible ASCII, in which no escape sequence can be hidden.
        """
        return "".join(self._steps(text, link))

    def _steps(self, text: str, link: str) -> Iterator[str]:
        for char in text:
            if char == "\n":
                yield self._place() + self._paint("") + "\n"
                self._column, self._blanks = 0, []
            elif char in " \t":
                yield self._place()
                self._blanks.append((char, link))
            elif cell_len(char) == _WIDE:
                yield self._place()
                self._word = [(char, link)]
                yield self._place()
            else:
                self._word.append((char, link))

    def _place(self) -> str:
        word, self._word = self._word, []
        if not word:
            return ""
        blanks, self._blanks = self._blanks, []
        width = cell_len("".join(char for char, _ in word))
        if self._column and self._column + len(blanks) + width > self._width:
            self._column = width
            return self._paint("") + "\n" + self._painted_as(word)
        self._column += len(blanks) + width
        return self._painted_as(blanks + word)

    def _painted_as(self, characters: list[tuple[str, str]]) -> str:
        return "".join(self._paint(link) + char for char, link in characters)

    def _paint(self, link: str) -> str:
        """Return what takes the terminal from the link that it is in to another, or out."""
        if link == self._painted:
            return ""
        leave = "\x1b[24m\x1b]8;;\x1b\\" if self._painted else ""
        self._painted = link
        return leave + (f"\x1b]8;;{link}\x1b\\\x1b[4m" if link else "")
