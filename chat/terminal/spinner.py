"""One line at the cursor that moves while nothing else does. Pure.

It stands where the next line of the conversation will be, and is wiped before that is written. Each frame is one piece
of text, so that a terminal shows it at once.
"""

from rich.cells import cell_len, set_cell_size

__all__ = ["FRAME_S", "Spinner"]

FRAME_S = 0.1
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_CYAN, _PLAIN = "\x1b[36m", "\x1b[39m"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Spinner:
    """The line as it is on the terminal now. Sizes are in cells."""

    def __init__(self, *, has_colour: bool = True) -> None:
        self._has_colour = has_colour
        self._frame = 0
        self._shown = 0

    @property
    def is_shown(self) -> bool:
        """Say whether there is something to wipe."""
        return self._shown > 0

    def draw(self, sentence: str, hint: str, width: int) -> str:
        """Return what shows the next frame: in place of the last one, cut to one line of the terminal."""
        wiped = self._wiped(width)
        mark = _FRAMES[self._frame]
        self._frame = (self._frame + 1) % len(_FRAMES)
        room = max(width - 3, 1)  # the last column would move the cursor to the next line
        text = f"{sentence}  {hint}" if hint and cell_len(f"{sentence}  {hint}") <= room else sentence
        if cell_len(text) > room:
            text = f"{set_cell_size(text, room - 1).rstrip()}…"
        self._shown = 2 + cell_len(text)
        painted = f"{_CYAN}{mark}{_PLAIN}" if self._has_colour else mark
        return f"{wiped}{_HIDE_CURSOR}{painted} {text}"

    def wipe(self, width: int) -> str:
        """Return what takes the line away and leaves the cursor where it began."""
        if not self._shown:
            return ""
        wiped = self._wiped(width)
        self._shown = 0
        return f"{wiped}{_SHOW_CURSOR}"

    def _wiped(self, width: int) -> str:
        # A window that became narrower has broken the line into several.
        rows_above = (self._shown - 1) // max(width, 1) if self._shown else 0
        return (f"\x1b[{rows_above}A" if rows_above else "") + "\x1b[G\x1b[J"
