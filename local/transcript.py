"""How the demo's conversation is printed: who says what, with files as links where a terminal has them."""

import re

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from local.browser import Page
from local.talk import Reply

_LONGEST_PAGE = 240
_INDENT = " " * 7
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
    console.print(Text.assemble(("agent> ", "bold magenta"), linked(lines[0])))
    for line in lines[1:]:
        console.print(Text(_INDENT) + linked(line))


def aside(console: Console, text: str) -> None:
    """Print what happens beside the conversation."""
    console.print(Panel(Text(text), border_style="dim", padding=(0, 1)))


def short(page: Page) -> str:
    """Return the beginning of what a page says."""
    text = page.main
    return text if len(text) <= _LONGEST_PAGE else text[: _LONGEST_PAGE - 1] + "…"


def linked(line: str) -> Text:
    """Return a line of Markdown whose links are names that a terminal can open."""
    text, end = Text(), 0
    for match in _LINK.finditer(line):
        text.append(_plain(line[end : match.start()]))
        text.append(_plain(match["name"]), style=f"bold link {match['url']}")
        end = match.end()
    return text.append(_plain(line[end:]))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
