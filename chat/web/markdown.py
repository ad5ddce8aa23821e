"""Turn the Markdown of an answer into HTML that is safe to put into a page, block by block as it grows. Pure.

In: CommonMark with tables and strikethrough, from a model that has read what strangers wrote.
Out: one piece of HTML for each block of the top level: no images, no HTML of the text's own, links to http and https
alone, which hand on neither the page nor its address. markdown-it-py makes it and nh3 takes out whatever is not on the
list, so that each stands in for a mistake of the other.
https://spec.commonmark.org/0.31.2/, https://html.spec.whatwg.org/multipage/links.html#link-type-noopener
"""

from collections.abc import Iterator
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["Drawing", "clean", "render"]

_TAGS = frozenset(
    {"p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
# No `style`: the page's policy allows no inline styles, and so no column can be aligned by the text.
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = frozenset({"http", "https"})
_REL = "noopener noreferrer nofollow"
# The page has a heading, and so has each turn.
_HEADINGS_BELOW = 2
# A line can make the two lines before it into another block: the line below a table's head, for one.
_UNSETTLED_LINES = 2


# Nobody reads more of it; what comes behind that is shown as it is, because drawing it would take seconds.
MAX_BLOCKS = 400
MAX_PARTS = 2000
_PART_TYPES = frozenset({"td_open", "th_open", "list_item_open", "blockquote_open"})
_PLAIN_LINES = 50
# As much is enough to see that a text has more blocks than are drawn.
_BEGINNING_CHARS = 16_000


class _Markdown(MarkdownIt):
    """CommonMark without what depends on a text's end, and without what loads or runs something."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "linkify": False})
        # A definition at the end of a text would change its beginning; the agent's links are all in place.
        self.enable(["table", "strikethrough"]).disable(["image", "reference"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Whether a link may be one; what may not stays text."""
        return url.lower().startswith(("https://", "http://"))


_MARKDOWN = _Markdown()


class Drawing:
    """The HTML of one text that grows. What cannot change any more is not looked at again."""

    def __init__(self) -> None:
        self._text = ""
        self._blocks: list[str] = []
        self._settled_chars = 0  # of the text, which make
        self._settled = 0  # this many of the blocks
        self._parts: list[int] = []  # of each block

    def draw(self, text: str) -> tuple[int, list[str]] | None:
        """Return the first block that `text` changes, and all blocks from there on; None where nothing changes.

        `text` is the whole text. It need not begin with the last one, but then everything is drawn anew.
        """
        text = text.replace("\r", "")
        if not text.startswith(self._text):
            self._settled_chars = self._settled = 0
        self._text, before = text, self._blocks
        tail = text[self._settled_chars :]
        self._parts = self._parts[: self._settled]
        drawn = list(_blocks(tail, self._settled, sum(self._parts)))
        self._blocks = [*before[: self._settled], *(html for _, html, _ in drawn)]
        self._parts += [parts for _, _, parts in drawn]
        first = self._settled
        while first < len(before) and first < len(self._blocks) and before[first] == self._blocks[first]:
            first += 1
        self._settle(tail, [line for line, _, _ in drawn])
        return None if first == len(before) == len(self._blocks) else (first, self._blocks[first:])

    def tail_chars(self, text: str) -> int:
        """How much of `text` the next drawing would look at."""
        return max(0, len(text) - self._settled_chars)

    def _settle(self, tail: str, lines: list[int]) -> None:
        """Let go of the blocks before the last one that no further text can change."""
        newest = tail.count("\n") - _UNSETTLED_LINES
        kept = max((index for index, line in enumerate(lines) if line <= newest), default=0)
        if kept == 0:
            return
        self._settled += kept
        self._settled_chars += sum(len(line) + 1 for line in tail.split("\n", lines[kept])[: lines[kept]])


def render(text: str) -> list[str]:
    """Return the HTML of a whole text, one piece for each block."""
    return [html for _, html, _ in _blocks(text.replace("\r", ""))]


def _blocks(text: str, blocks: int = 0, parts: int = 0) -> Iterator[tuple[int, str, int]]:
    """Yield each block of the top level: the line where it begins, its HTML, and how many parts it has.

    `blocks` and `parts` are how many there are before `text`.
    """
    if blocks >= MAX_BLOCKS:
        yield from _plain_blocks(text, 0)
        return
    lines = text.split("\n")
    for block in _parsed(text, MAX_BLOCKS - blocks):
        line, end = (block[0].map or [0, len(lines)])[:2]
        if blocks == MAX_BLOCKS:
            yield from _plain_blocks(text, line)
            return
        blocks += 1
        found = sum(part.type in _PART_TYPES for part in block)
        parts += found
        if found and parts > MAX_PARTS:
            yield line, _plain(lines[line:end]), found
        else:
            yield line, clean(_MARKDOWN.renderer.render(block, _MARKDOWN.options, {})).rstrip("\n"), found


def _parsed(text: str, room: int) -> list[list[Token]]:
    """The blocks of the top level, of a long text no more than there is room for and one."""
    if len(text) > _BEGINNING_CHARS:
        beginning = text[: text.rfind("\n", 0, _BEGINNING_CHARS) + 1]
        found = _parsed(beginning, room)
        settled = beginning.count("\n") - _UNSETTLED_LINES
        if len(found) > room and (found[room][0].map or [settled])[0] < settled:
            return found[: room + 1]
    found = []
    block: list[Token] = []
    for part in _MARKDOWN.parse(text):
        if part.type in {"heading_open", "heading_close"}:
            part.tag = f"h{min(6, int(part.tag[1]) + _HEADINGS_BELOW)}"
        block.append(part)
        if part.level == 0 and part.nesting <= 0:
            found.append(block)
            block = []
    return found


def _plain_blocks(text: str, start: int) -> Iterator[tuple[int, str, int]]:
    """The lines from number `start` on as they are, in paragraphs."""
    lines = text.split("\n")
    for line in range(start, len(lines), _PLAIN_LINES):
        yield line, _plain(lines[line : line + _PLAIN_LINES]), 0


def _plain(lines: list[str]) -> str:
    text = escape("\n".join(lines).rstrip(), quote=False)
    return clean("<p>" + text.replace("\n", "<br>\n") + "</p>")


def clean(html: str) -> str:
    """Return HTML with what is on the list, and nothing else, whoever has made it."""
    return nh3.clean(
        html.encode("utf-8", "replace").decode(),  # half of a surrogate pair is no text to it
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        link_rel=_REL,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
