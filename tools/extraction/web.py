"""HTML pages: the text with headings, lists and tables; tags, scripts and styles are left out."""

import re
from html.parser import HTMLParser

from tools.extraction.draft import Draft, row_text
from tools.extraction.encodings import decode

__all__ = ["read", "read_page"]

_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg", "math", "select", "rt", "rp", "iframe"})
_BLOCKS = frozenset(
    (  # noqa: SIM905 - a list of words
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form "
        "header hr html li main nav ol p pre section summary table title ul h1 h2 h3 h4 h5 h6"
    ).split(" ")
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"title": 1}
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile(r"\s+")
# https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding
_CHARSET = re.compile(rb"""(?:charset\s{0,9}=|encoding=)\s{0,9}["']?\s{0,9}([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_PRESCAN_BYTES = 4_096


def read(content: bytes, draft: Draft) -> None:
    """Read a page."""
    text, guessed = decode(content)
    stated = _CHARSET.search(content[:_PRESCAN_BYTES])
    if guessed and stated:
        try:
            text = content.decode(stated[1].decode("ascii"), "replace")
        except LookupError:
            draft.note(f"its encoding was taken for {guessed}")
    elif guessed:
        draft.note(f"its encoding is not stated and was taken for {guessed}")
    read_page(text, draft)


def read_page(text: str, draft: Draft) -> None:
    """Read a page that is decoded already."""
    page = _Page(draft)
    page.feed(text)
    page.close()
    page.finish()


class _Page(HTMLParser):
    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._pieces: list[str] = []
        self._row: list[str] | None = None
        self._in_cell = False
        self._skipped = ""  # the element that is being skipped,
        self._depth = 0  # and how many of its kind are open
        self._prefix = ""
        self._level = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped or tag in _SKIPPED:
            self._skipped = self._skipped or tag
            self._depth += tag == self._skipped
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "img" and (name := dict(attrs).get("alt")):
            self._pieces.append(f"[picture: {name}]")
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in _CELLS and self._row is not None:
            self._end_cell()
            self._in_cell = True
        elif tag in _BLOCKS:
            self._begin_block(tag)

    def _begin_block(self, tag: str) -> None:
        self.flush()
        if tag == "li":
            self._prefix = "- "
        elif tag == "pre":
            self._preformatted += 1
        self._level = _HEADINGS.get(tag, self._level)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._depth -= tag == self._skipped
            self._skipped = self._skipped if self._depth else ""
        elif tag in {"tr", "table"}:
            self._end_row()
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _BLOCKS:
            self.flush()
            self._prefix, self._level = "", 0
        if tag == "pre" and self._preformatted:
            self._preformatted -= 1

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._pieces.append(data if self._preformatted else _SPACES.sub(" ", data))

    def finish(self) -> None:
        """Write what is open at the end of the page."""
        self._end_row()

    def _end_cell(self) -> None:
        if self._in_cell and self._row is not None:
            self._row.append("".join(self._pieces))
            self._pieces.clear()
        self._in_cell = False

    def _end_row(self) -> None:
        """Write the row that is open, if there is one: end tags of rows and cells may be left out."""
        self._end_cell()
        if self._row:
            self._draft.line(row_text(self._row))
        self._row = None
        self.flush()

    def flush(self) -> None:
        """Write the block that has been read so far. In a cell of a table, blocks are words of one line."""
        if self._row is not None:
            self._pieces.append(" ")
            return
        text = "".join(self._pieces)
        self._pieces.clear()
        if not self._preformatted:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        if text.strip():
            if self._level:
                self._draft.heading(text, self._level)
            elif self._prefix:
                self._draft.line(self._prefix + text)
            else:
                self._draft.lines((text, ""))
            self._prefix, self._level = "", 0
