"""What is bold in an answer, which comes in pieces. Pure.

Of Markdown's marks two are taken for what they mean: `**strong words**` and `# headings`. All others stay as they are
written, and so does everything in code. A mark that is not closed ends with its line.
"""

from itertools import groupby
from operator import itemgetter

__all__ = ["MarkReader"]

_DEEPEST_HEADING = 6


class MarkReader:
    """Takes pieces of text and returns them with whether they are bold, the marks left out."""

    def __init__(self) -> None:
        self._held = ""  # may be a mark, when the next character is known
        self._line = ""
        self._is_strong = self._is_heading = self._is_code = self._is_fenced = False

    def feed(self, text: str) -> list[tuple[str, bool]]:
        """Return what is decided; a mark at the end waits for what comes after it."""
        parts: list[tuple[str, bool]] = []
        for char in text:
            shown, self._held = self._settled(char)
            parts.append((shown, self._is_bold))
            if self._held:
                continue
            if char == "\n":
                self._end_line()
                parts.append((char, False))
            else:
                parts.append((self._taken(char), self._is_bold))
        runs = groupby((part for part in parts if part[0]), key=itemgetter(1))
        return [("".join(shown for shown, _ in run), is_bold) for is_bold, run in runs]

    def link(self) -> tuple[str, bool]:
        """A link comes next: return what was held back, and whether the link is bold."""
        shown, self._held = self._settled("[")
        self._line += "["
        return shown, self._is_bold

    def close(self) -> str:
        """Return what was held back, at the end of the answer or of a paragraph."""
        shown, self._held = self._settled("\n")
        self._end_line()
        return shown

    @property
    def _is_bold(self) -> bool:
        return self._is_strong or self._is_heading

    def _settled(self, char: str) -> tuple[str, str]:
        """Decide about what is held, now that `char` comes: return what of it is shown, and what is held on."""
        held = self._held
        if held.startswith("#"):
            if char == "#" and len(held) < _DEEPEST_HEADING:
                return "", held + char
            self._is_heading = char == " "
            return ("" if self._is_heading else held), ""
        if held == "*" and char == "*":
            return "", "**"
        if held == "**":
            was_strong = self._is_strong
            begins = not was_strong and not char.isspace() and char != "*"
            self._is_strong = begins or (was_strong and self._line.endswith(" "))
            return ("" if begins or (was_strong and not self._is_strong) else held), ""
        if held:
            return held, ""
        is_mark = char == "*" or (char == "#" and not self._line)
        return "", char if is_mark and not (self._is_code or self._is_fenced) else ""

    def _taken(self, char: str) -> str:
        """Return `char` as it is shown: nothing for the blank behind the marks of a heading."""
        is_of_mark = self._is_heading and not self._line and char == " "
        if char == "`":
            self._is_code = not self._is_code
        self._line += char
        return "" if is_of_mark else char

    def _end_line(self) -> None:
        if self._line.lstrip().startswith("```"):
            self._is_fenced = not self._is_fenced
        self._line = ""
        self._is_strong = self._is_heading = self._is_code = False
