"""Text in the making: pieces are added until it is as long as it may become. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

__all__ = ["MAX_CHARACTERS", "MAX_COLUMNS", "MAX_ROWS", "Draft", "DraftFullError", "Extracted", "Reader", "row_text"]

MAX_CHARACTERS = 2_000_000
MAX_ROWS, MAX_COLUMNS = 10_000, 500  # of one sheet


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file says, in the manner of Markdown, and what an honest answer mentions about the reading of it.

    A note holds numbers and our own words, nothing of the file: it may stand where the file's content may not.
    """

    text: str
    notes: tuple[str, ...] = ()


class DraftFullError(Exception):
    """The draft has reached its length. What it holds is the beginning of the text."""


@dataclass(slots=True)
class Draft:
    """Takes lines and notes. Readers write in the order of the file, so an unfinished draft is a beginning of it."""

    limit: int = MAX_CHARACTERS
    notes: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    def line(self, text: str = "") -> None:
        """Add a line, or several. Raises `DraftFullError` as soon as the limit is passed."""
        self._pieces.append(text)
        self._length += len(text) + 1
        if self._length > self.limit:
            raise DraftFullError

    def lines(self, texts: Iterable[str]) -> None:
        """Add lines, one after the other."""
        for text in texts:
            self.line(text)

    def heading(self, text: str, level: int = 2) -> None:
        """Add a heading, with an empty line before and after it."""
        self.lines(("", f"{'#' * max(1, min(level, 6))} {' '.join(text.split())}", ""))

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "\n".join(self._pieces)


Reader = Callable[[bytes, Draft], None]
"""Reads a file's bytes into a draft. Raises `UnreadableFileError`, or anything at all over a damaged file."""


def row_text(cells: Iterable[str]) -> str:
    """One row of a table on one line: cells with ` | ` between them, empty ones at the end left out."""
    flat = [" ".join(cell.split()) for cell in cells]
    while flat and not flat[-1]:
        flat.pop()
    return " | ".join(flat)
