"""How the demo's conversation is printed: who says what, with files as links where a terminal has them."""

import re
from html.parser import HTMLParser

from rich.cells import cell_len
from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from local.browser import Page
from local.talk import Reply

_LONGEST_PAGE = 260  # characters under the heading
_AGENT = "agent> "
_INDENT = " " * len(_AGENT)
_LINK_AT_END = re.compile(r"(?:^|\s)(https?://\S+)$")
_BEGINS = {"h1", "h2", "p", "li", "dt"}
_ENDS = {"h1", "h2", "p", "li", "dd"}
_SENTENCE_END = re.compile(r"[.?!](?=\s|$)")
_LINK = re.compile(r"\[(?P<name>(?:\\.|[^\[\]\\])+)\]\((?P<url>https://[^()\s]+)\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # what Markdown escapes: ASCII punctuation


def says(console: Console, who: str, words: str) -> None:
    """Print what a person says."""
    console.print(f"\n[bold cyan]{who}>[/] {escape(words)}")


def answers(console: Console, reply: Reply) -> None:
    """Print a turn's answer: what was done, then what was said."""
    for event in reply.of_type("tool"):
        if event["status"] == "running":
            console.print(Text(f"{_INDENT}{event['label']}", style="dim"))
    lines = (reply.text or reply.error).strip().splitlines() or ["(nothing)"]
    for number, line in enumerate(lines):
        _answer_line(console, "" if number else _AGENT, line)


def aside(console: Console, told: str, quote: Text | str = "") -> None:
    """Print what happens beside the conversation, and below it what was shown."""
    shown = Padding(Text(quote) if isinstance(quote, str) else quote, (0, 0, 0, 2))
    console.print(Panel(Group(Text(told), shown) if quote else Text(told), border_style="dim", padding=(0, 1)))


def beginning(page: Page) -> Text:
    """Return a page's heading and its first whole sentences; a button or link that stands alone is left out."""
    reader = _Blocks()
    reader.feed(page.html)
    heading, *rest = reader.blocks or [page.main]
    lines, left = [heading], _LONGEST_PAGE
    for words in rest:
        kept = _whole_sentences(words, left)
        lines += [kept] if kept else []
        left -= len(kept)
        if kept != words:
            break
    while lines[-1].endswith(":"):  # what it announces did not fit
        lines.pop()
    return Text.assemble((lines[0], "bold"), *(f"\n{line}" for line in lines[1:]))


def linked(line: str) -> Text:
    """Return a line of Markdown whose links are names that a terminal can open."""
    text, end = Text(), 0
    for match in _LINK.finditer(line):
        text.append(_plain(line[end : match.start()]))
        text.append(_plain(match["name"]), style=f"bold link {match['url']}")
        end = match.end()
    return text.append(_plain(line[end:]))


def _answer_line(console: Console, who: str, line: str) -> None:
    link = _LINK_AT_END.search(line)
    if link and cell_len(_INDENT + line) > console.width:  # cut in two it could be neither clicked nor copied
        _answer_line(console, who, line[: link.start()])
        console.print(Text(_INDENT + link[1]), soft_wrap=True)
        return
    for wrapped in linked(line).wrap(console, max(console.width - len(_INDENT), 1)):
        console.print(Text.assemble((who or _INDENT, "bold magenta"), wrapped))
        who = ""


class _Blocks(HTMLParser):
    """Collects headings, paragraphs and list items of a page's main part, each on one line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._is_main = False
        self._words: list[str] | None = None
        self._link: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        if tag == "main":
            self._is_main = True
        elif self._is_main and tag in _BEGINS:
            self._words, self._link = (["· "] if tag == "li" else []), None
        elif tag == "a" and self._words is not None:
            self._link = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._is_main = False
        elif tag == "dt" and self._words is not None:
            self._words.append(":")
        elif tag in _ENDS and self._words is not None:
            text, link = (" ".join("".join(words or []).split()) for words in (self._words, self._link))
            if text != link:
                self.blocks.append(text)
            self._words = None

    def handle_data(self, data: str) -> None:
        for words in (self._words, self._link):
            if words is not None:
                words.append(data)


def _whole_sentences(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text) if end.end() <= longest]
    return text[: ends[-1]] if ends else ""


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
