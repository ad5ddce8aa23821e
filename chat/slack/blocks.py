"""The parts that Slack's messages are made of, within the lengths that Slack takes. Pure.

Names and words from outside go into `rich_text` or `plain_text`, which Slack does not parse: nothing in them becomes a
link, calls anybody or changes how the rest looks. https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

__all__ = [
    "Block",
    "actions",
    "button",
    "channel",
    "context",
    "feedback",
    "header",
    "link",
    "markdown",
    "quote",
    "rich",
]
__all__ += ["section", "shortened", "user", "words_of"]

# Any: Block Kit's JSON.
Block: TypeAlias = dict[str, Any]
Element: TypeAlias = dict[str, Any]

_LONGEST_SECTION, _LONGEST_HEADER, _LONGEST_LABEL, _LONGEST_VALUE, _LONGEST_URL = 3000, 150, 75, 2000, 3000
_LONGEST_TITLE, _LONGEST_CONFIRM_TEXT, _LONGEST_CONFIRM = 100, 300, 30
_MOST_BUTTONS, _MOST_IN_CONTEXT = 25, 10


def shortened(text: str, longest: int) -> str:
    """Return a text of at most that many characters; what had to go is an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": _plain(text, _LONGEST_HEADER)}


def section(mrkdwn: str) -> Block:
    """Words of ours, with Slack's formatting: nothing from outside that is not escaped."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(mrkdwn, _LONGEST_SECTION)}}


def context(*lines: str) -> Block:
    """Small print, as plain text."""
    texts = [_plain(line, _LONGEST_VALUE) for line in lines[:_MOST_IN_CONTEXT] if line]
    return {"type": "context", "elements": texts}


def markdown(text: str) -> Block:
    """Markdown; all such blocks of one message may have 12,000 characters together."""
    return {"type": "markdown", "text": text}


def rich(*elements: Element) -> Block:
    """One paragraph of `words_of`, `link`, `user` and `channel`."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def quote(text: str) -> Block:
    """What somebody said."""
    quoted = {"type": "rich_text_quote", "elements": [words_of(text)]}
    return {"type": "rich_text", "elements": [quoted]}


def words_of(text: str, *, is_bold: bool = False) -> Element:
    """A run of text; Slack takes none that is empty."""
    return {"type": "text", "text": shortened(text, _LONGEST_SECTION) or " "} | _style(is_bold=is_bold)


def link(text: str, url: str, *, is_bold: bool = False) -> Element:
    """A text that leads somewhere."""
    return {"type": "link", "url": url, "text": shortened(text, _LONGEST_SECTION)} | _style(is_bold=is_bold)


def user(user_id: str) -> Element:
    """Somebody's name. It calls them."""
    return {"type": "user", "user_id": user_id}


def channel(channel_id: str) -> Element:
    """A channel's name, for whoever may see it."""
    return {"type": "channel", "channel_id": channel_id}


def actions(*buttons: Element) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons[:_MOST_BUTTONS])}


def button(
    action: str, label: str, value: str = "", *, url: str = "", style: str = "", confirm: Sequence[str] = ()
) -> Element:
    """A button; with `url` it opens that. `confirm`: title, text, yes and no of a question that is asked first."""
    made: Element = {"type": "button", "action_id": action, "text": _plain(label, _LONGEST_LABEL)}
    if value:
        made["value"] = shortened(value, _LONGEST_VALUE)
    if url and len(url) <= _LONGEST_URL:
        made["url"] = url
    if style:
        made["style"] = style
    if confirm:
        title, text, yes, no = confirm
        made["confirm"] = {
            "title": _plain(title, _LONGEST_TITLE),
            "text": _plain(text, _LONGEST_CONFIRM_TEXT),
            "confirm": _plain(yes, _LONGEST_CONFIRM),
            "deny": _plain(no, _LONGEST_CONFIRM),
        }
    return made


def feedback(action: str, good: str, bad: str) -> Block:
    """Thumbs up and down: https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element."""
    element = {
        "type": "feedback_buttons",
        "action_id": action,
        "positive_button": {"text": _plain(good, _LONGEST_LABEL), "value": "positive"},
        "negative_button": {"text": _plain(bad, _LONGEST_LABEL), "value": "negative"},
    }
    return {"type": "context_actions", "elements": [element]}


def _plain(text: str, longest: int) -> Mapping[str, object]:
    return {"type": "plain_text", "text": shortened(text, longest) or " ", "emoji": True}


def _style(*, is_bold: bool) -> Element:
    return {"style": {"bold": True}} if is_bold else {}
