"""What Slack's texts look like as HTML: mrkdwn, Markdown and rich text. Pure.

mrkdwn: https://docs.slack.dev/messaging/formatting-message-text. Nothing in a text becomes markup but what is here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any  # blocks are JSON

from markdown_it import MarkdownIt
from markupsafe import Markup

__all__ = ["Names", "markdown_html", "mrkdwn_html", "rich_html"]

Names = Callable[[str], str]  # what an id of a person or channel is called

# As plain signs, which every machine has a font for; other names stay what they are.
_EMOJI = {"heavy_check_mark": "✔", "warning": "⚠", "white_check_mark": "✔", "x": "✖"}
_SPECIAL = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"(```.+?```|`[^`\n]+`)", re.DOTALL)
_STYLES = (("strong", r"\*"), ("em", "_"), ("s", "~"))
_LINK_ATTRIBUTES = 'target="_blank" rel="noopener noreferrer"'


def mrkdwn_html(text: str, names: Names) -> Markup:
    """Slack's own formatting."""
    done = []
    for piece in _CODE.split(text):
        if piece.startswith("```") and len(piece) > 6:
            done.append(f"<pre>{_plain(piece[3:-3].strip())}</pre>")
        elif piece.startswith("`") and len(piece) > 2:
            done.append(f"<code>{_plain(piece[1:-1])}</code>")
        else:
            done.append(_formatted(piece, names))
    return Markup("".join(done))  # noqa: S704 - every piece was escaped


def _plain(text: str) -> str:
    """Slack's three escapes stay what they are; everything else is escaped here."""
    decoded = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return escape(decoded)


def _formatted(text: str, names: Names) -> str:
    parts, at = [], 0
    for match in _SPECIAL.finditer(text):
        parts += [_styled(_plain(text[at : match.start()])), _special(match[1], names)]
        at = match.end()
    parts.append(_styled(_plain(text[at:])))
    return "".join(parts).replace("\n", "<br>")


def _styled(text: str) -> str:
    for tag, mark in _STYLES:
        text = re.sub(rf"(?<![\w{mark}]){mark}(\S(?:[^\n]*?\S)?){mark}(?![\w{mark}])", rf"<{tag}>\1</{tag}>", text)
    return re.sub(r":([a-z0-9_+-]+):", lambda match: _EMOJI.get(match[1], match[0]), text)


def _special(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#")):
        return f'<span class="mention">{escape(target[0] + (names(target[1:]) or label))}</span>'
    if target.startswith(("http://", "https://", "mailto:")):
        return f'<a href="{_plain(target)}" {_LINK_ATTRIBUTES}>{_plain(label or target)}</a>'
    return _plain(label or target)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def markdown_html(text: str) -> Markup:
    """Standard Markdown, as in `markdown_text` and markdown blocks. Images are shown as links: nothing is loaded."""
    tokens = _markdown().parse(text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("target", "_blank")
                child.attrSet("rel", "noopener noreferrer")
            elif child.type == "image":
                child.type, child.content = "text", child.content or "image"
    return Markup(_markdown().renderer.render(tokens, _markdown().options, {}))  # noqa: S704 - html is off


def rich_html(block: Mapping[str, Any], names: Names) -> Markup:
    """A rich_text block."""
    return Markup("".join(_rich(element, names) for element in block.get("elements", ())))  # noqa: S704 - escaped below


def _rich(element: Mapping[str, Any], names: Names) -> str:
    inner: Sequence[Any] = element.get("elements", ())
    kind = element.get("type")
    if kind == "rich_text_list":
        tag = "ol" if element.get("style") == "ordered" else "ul"
        return f"<{tag}>{''.join(f'<li>{_rich(item, names)}</li>' for item in inner)}</{tag}>"
    text = "".join(_part(part, names) for part in inner).replace("\n", "<br>")
    tags = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}
    tag = tags.get(str(kind), "div")
    return f"<{tag}>{text}</{tag}>"


def _part(part: Mapping[str, Any], names: Names) -> str:
    kind = part.get("type")
    if kind == "user":
        return f'<span class="mention">@{escape(names(part["user_id"]))}</span>'
    if kind == "channel":
        return f'<span class="mention">#{escape(names(part["channel_id"]))}</span>'
    if kind == "emoji":
        return _EMOJI.get(part["name"], f":{escape(part['name'])}:")
    shown = escape(str(part.get("text") or part.get("url") or ""))
    if kind == "link" and str(part.get("url", "")).startswith(("http://", "https://")):
        shown = f'<a href="{escape(part["url"])}" {_LINK_ATTRIBUTES}>{shown}</a>'
    for style, tag in (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("code", "code")):
        if part.get("style", {}).get(style):
            shown = f"<{tag}>{shown}</{tag}>"
    return shown
