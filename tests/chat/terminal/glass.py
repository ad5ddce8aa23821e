"""The glass of a terminal: what a person sees after everything that was written, escape sequences obeyed.

Knows what the chat uses: colours and links, which take no room, the cursor's column and row, wiping to the end.
"""

import re

from rich.cells import cell_len

_SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b\]8;[^;]*;([^\x1b\x07]*)(?:\x1b\\|\x07)")


class Glass:
    """Rows of cells; it scrolls without end. `links` are those that were drawn, `titles` all that is not known here."""

    def __init__(self, width=80):
        self.width = width
        self.rows = [[]]
        self.row = self.column = 0
        self.links = {}
        self._link = ""

    def feed(self, written):
        at = 0
        while at < len(written):
            found = _SEQUENCE.match(written, at)
            if found:
                self._obey(found)
                at = found.end()
                continue
            assert written[at] != "\x1b", f"a sequence that the chat never writes: {written[at : at + 12]!r}"
            self._put(written[at])
            at += 1
        return self

    @property
    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]

    @property
    def text(self):
        return "\n".join(self.lines).rstrip("\n") + "\n"

    def _obey(self, found):
        arguments, name, link = found.groups()
        if name is None:
            self._link = link
        elif name == "G":
            self.column = 0
        elif name == "A":
            self.row = max(self.row - int(arguments or 1), 0)
        elif name == "J":
            del self.rows[self.row + 1 :]
            del self.rows[self.row][self.column :]
        else:
            assert name in "mhlK", f"a sequence that the chat never writes: {found[0]!r}"

    def _put(self, char):
        if char == "\r":
            self.column = 0
            return
        if char == "\n":
            self._down()
            return
        width = cell_len(char)
        if self.column + width > self.width:
            self._down()
        row = self.rows[self.row]
        row += [" "] * (self.column - len(row))
        row[self.column : self.column + width] = [char, *[""] * (width - 1)]
        self.column += width
        if self._link:
            self.links[self._link] = self.links.get(self._link, "") + char

    def _down(self):
        self.row, self.column = self.row + 1, 0
        if self.row == len(self.rows):
            self.rows.append([])
