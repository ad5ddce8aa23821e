"""Turn the Markdown of an answer into HTML that is safe to put into a page, block by block as it grows. Pure.

In: CommonMark with tables and strikethrough, from a model that has read what strangers wrote.
Out: one piece of HTML for each block of the top level: no images, no HTML of the text's own, links to http and https
alone, which hand on neither the page nor its address. markdown-it-py makes it and nh3 takes out whatever is not on the
list, so that each stands in for a mistake of the other.
https://spec.commonmark.org/0.31.2/, https://html.spec.whatwg.org/multipage/links.html#link-type-noopener
"""

from collections.abc import Iterator

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

    def draw(self, text: str) -> tuple[int, list[str]] | None:
        """Return the first block that `text` changes, and all blocks from there on; None where nothing changes.

        `text` is the whole text. It need not begin with the last one, but then everything is drawn anew.
        """
        text = text.replace("\r", "")
        if not text.startswith(self._text):
            self._settled_chars = self._settled = 0
        self._text, before = text, self._blocks
        tail = text[self._settled_chars :]
        drawn = list(_blocks(tail))
        self._blocks = [*before[: self._settled], *(html for _, html in drawn)]
        first = self._settled
        while first < len(before) and first < len(self._blocks) and before[first] == self._blocks[first]:
            first += 1
        self._settle(tail, [line for line, _ in drawn])
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
    return [html for _, html in _blocks(text.replace("\r", ""))]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield each block of the top level: the line where it begins, and its HTML."""
    block: list[Token] = []
    for part in _MARKDOWN.parse(text):
        if part.type in {"heading_open", "heading_close"}:
            part.tag = f"h{min(6, int(part.tag[1]) + _HEADINGS_BELOW)}"
        block.append(part)
        if part.level == 0 and part.nesting <= 0:
            line = (block[0].map or [0])[0]
            yield line, clean(_MARKDOWN.renderer.render(block, _MARKDOWN.options, {})).rstrip("\n")
            block = []


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
