r"""Word wrapping for text that arrives in pieces. Pure.

A word is held back until it is complete, so that it is never cut. Wide characters (CJK, emoji) may be separated
anywhere, as their scripts do. A word longer than a line, such as an address, is left in one piece. What belongs to an
item of a list stays below its words.

Text may be bold, and may lead somewhere: then it is underlined, and a terminal opens its link. Such marks take no room.
https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from rich.cells import cell_len

_WIDE = 2
# Begins no line (JIS X 4051): closing brackets, stops and commas, small kana, the long vowel mark, the repeat mark.
_CLOSING = frozenset(
    "、。」』】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々" + "".join(chr(ord(mark) + 0xFEE0) for mark in "!),.:;?]}")
)
_ITEM = re.compile(r"\d{1,3}[.)]|[-*+•]")

_Painted: TypeAlias = tuple[str, str, bool]  # a character, where it leads, whether it is bold


class WordWrap:
    """The state between two pieces; `width` is in terminal cells, and may change in between."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._column = 0
        self._indent = 0  # of the lines that this one is broken into
        self._blanks: list[_Painted] = []
        self._word: list[_Painted] = []
        self._link = ""  # that the terminal is in
        self._is_bold = False

    def feed(self, text: str, link: str = "", *, is_bold: bool = False) -> str:
        """Return what can be shown so far; a line feed sets the rest free.

        `link` is where the text leads: a web address of visible ASCII, in which no escape sequence can be hidden.
        """
        return "".join(self._steps(text, link, is_bold=is_bold))

    def _steps(self, text: str, link: str, *, is_bold: bool) -> Iterator[str]:
        for char in text:
            painted = char, link, is_bold
            if char == "\n":
                yield self._place() + self._paint("", is_bold=False) + "\n"
                self._column, self._indent, self._blanks = 0, 0, []
            elif char in " \t":
                yield self._place()
                self._blanks.append(painted)
            elif self._word and self._is_joined(char):
                self._word.append(painted)
            else:
                yield self._place()
                self._word.append(painted)

    def _is_joined(self, char: str) -> bool:
        """Say whether no line may begin with `char` after the word that has begun."""
        return char in _CLOSING or (cell_len(char) != _WIDE and cell_len(self._word[-1][0]) != _WIDE)

    def _place(self) -> str:
        word, self._word = self._word, []
        if not word:
            return ""
        blanks, self._blanks = self._blanks, []
        text = "".join(char for char, _, _ in word)
        width = cell_len(text)
        if self._column > self._indent and self._column + len(blanks) + width > self.width:
            self._column = self._indent + width
            return self._paint("", is_bold=False) + "\n" + " " * self._indent + self._painted_as(word)
        if not self._column and _ITEM.fullmatch(text) and len(blanks) + width < self.width // 2:
            self._indent = len(blanks) + width + 1
        self._column += len(blanks) + width
        return self._painted_as(blanks + word)

    def _painted_as(self, characters: list[_Painted]) -> str:
        return "".join(self._paint(link, is_bold=is_bold) + char for char, link, is_bold in characters)

    def _paint(self, link: str, *, is_bold: bool) -> str:
        """Return what takes the terminal from how it writes to another way, or to the plain one."""
        change = ""
        if link != self._link:
            change += "\x1b[24m\x1b]8;;\x1b\\" if self._link else ""
            change += f"\x1b]8;;{link}\x1b\\\x1b[4m" if link else ""
        if is_bold != self._is_bold:
            change += "\x1b[1m" if is_bold else "\x1b[22m"
        self._link, self._is_bold = link, is_bold
        return change
