"""A message as tests and the page look at it: everything that can be read and pressed, flat. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any  # blocks are JSON

from local.slack.messages import Message

__all__ = ["seen_message"]

_PRESSED = frozenset({"button", "feedback_buttons", "icon_button", "overflow", "static_select"})


def seen_message(message: Message) -> dict[str, Any]:
    """The message as JSON. `words`: all that can be read; `buttons`: what can be pressed."""
    stream = message.stream
    blocks = [*(stream.blocks if stream else []), *message.blocks]
    # Blocks take the text's place, but in what was streamed, where they come below it.
    words = [message.text] if stream or not message.blocks else []
    words += [word for block in blocks for word in _words(block)]
    return {
        **message.as_dict(),
        "channel": message.channel,
        "is_app": bool(message.bot_id),
        "only_for": message.only_for,
        "markdown": message.markdown,
        "unfurls": message.unfurls,
        "stream": stream.state if stream else "",
        "tasks": list(stream.tasks.values()) if stream else [],
        "recipient": stream.recipient if stream else "",
        "words": "\n".join(word for word in words if word),
        "buttons": [button for block in blocks for button in _buttons(block)],
        "first_text_at": message.first_text_at,
    }


def _words(item: Any) -> Iterator[str]:
    """Texts in the order in which they stand."""
    if isinstance(item, list):
        for each in item:
            yield from _words(each)
    elif isinstance(item, Mapping):
        if item.get("type") in _PRESSED:
            return
        for name, value in item.items():
            if name in {"text", "title", "subtitle", "body", "alt_text"} and isinstance(value, str):
                yield value
            elif isinstance(value, list | dict):
                yield from _words(value)


def _buttons(item: Any) -> Iterator[dict[str, Any]]:
    if isinstance(item, list):
        for each in item:
            yield from _buttons(each)
    elif isinstance(item, Mapping):
        if item.get("type") in _PRESSED:
            text = item.get("text")
            shown = {name: item.get(name, "") for name in ("type", "action_id", "url", "value", "style")}
            yield {**shown, "text": text.get("text", "") if isinstance(text, Mapping) else ""}
            return
        for value in item.values():
            if isinstance(value, list | dict):
                yield from _buttons(value)
