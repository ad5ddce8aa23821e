"""Word wrapping for text that arrives in pieces. Pure.

A word is held back until it is complete, so that it is never cut. Wide characters (CJK, emoji) may be separated
anywhere, as their scripts do. A word longer than a line, such as a link, is left in one piece.
"""

from collections.abc import Iterator

from rich.cells import cell_len

_WIDE = 2


class WordWrap:
    """The state between two pieces; `width` is in terminal cells."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._column = 0
        self._blanks = ""
        self._word = ""

    def feed(self, text: str) -> str:
        """Return what can be shown so far; a line feed sets the rest free."""
        return "".join(self._steps(text))

    def _steps(self, text: str) -> Iterator[str]:
        for char in text:
            if char == "\n":
                yield self._place() + "\n"
                self._column, self._blanks = 0, ""
            elif char in " \t":
                yield self._place()
                self._blanks += char
            elif cell_len(char) == _WIDE:
                yield self._place()
                self._word = char
                yield self._place()
            else:
                self._word += char

    def _place(self) -> str:
        word, self._word = self._word, ""
        if not word:
            return ""
        blanks, self._blanks = self._blanks, ""
        end = self._column + len(blanks) + cell_len(word)
        if self._column and end > self._width:
            self._column = cell_len(word)
            return f"\n{word}"
        self._column = end
        return blanks + word
