"""Between Slack's way of writing and Markdown. Pure.

In: what people write, with `<@U…>` for names and `<https://…|words>` for links; and Markdown of the agent's, with file
names in it that anybody may have chosen. Out: plain words for the agent; and Markdown in which nothing calls people:
`<!channel>`, `<@U…>` and the like stay as text, because a blank follows their `<`.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping

__all__ = ["Calm", "calmed", "cut", "escaped", "mentioned", "pieces", "plain_question"]

_TOKEN = re.compile(r"<([^<>]*)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_CALL = re.compile(r"((?:<|&lt;|&#0*60;|&#x0*3c;)\\?)(?=[@#!])", re.IGNORECASE)
# What may turn out to be the beginning of a call once more text is there.
_BEGUN = re.compile(r"(?:<|&lt;|&#0*60;|&#x0*3c;)\\?\Z|&(?:l|lt|#|#0*|#0*6|#0*60|#x0*|#x0*3|#x0*3c)?\Z", re.IGNORECASE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def mentioned(text: str) -> tuple[str, ...]:
    """The ids of the people whom a message names, in order, each once."""
    return tuple(dict.fromkeys(_USER.findall(text)))


def plain_question(text: str, own_user: str, names: Mapping[str, str]) -> str:
    """Return what somebody asked as they see it: names instead of ids, without the mention of the app itself."""

    def plain(found: re.Match[str]) -> str:
        inside, _, label = found[1].partition("|")
        match inside[:1]:
            case "@":
                return "" if inside[1:] == own_user else f"{names.get(inside[1:]) or label or 'somebody'}"
            case "#":
                return f"#{label}" if label else "a channel"
            case "!":
                return label or f"@{inside[1:].partition('^')[0]}"
        address = inside.removeprefix("mailto:")
        return address if not label or label in address else f"{label} ({address})"

    plainly = _TOKEN.sub(plain, text)
    for entity, character in _ENTITIES:
        plainly = plainly.replace(entity, character)
    return plainly.strip()


def escaped(text: str) -> str:
    """Return a plain text as mrkdwn in which nothing is a link, a name or a call."""
    for entity, character in reversed(_ENTITIES):
        text = text.replace(character, entity)
    return text


class Calm:
    """Takes Markdown in pieces and returns it with nothing in it that calls people; a cut changes nothing."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what can be shown so far."""
        text = self._held + piece
        begun = _BEGUN.search(text)
        end = begun.start() if begun else len(text)
        self._held = text[end:]
        return _CALL.sub(r"\1 ", text[:end])

    def close(self) -> str:
        """Return what was held back: at the end it begins nothing any more."""
        text, self._held = self._held, ""
        return text


def calmed(text: str) -> str:
    """Return a whole text so."""
    return _CALL.sub(r"\1 ", text)


def cut(text: str, longest: int) -> tuple[str, str]:
    """Cut a text in two, the first part no longer than that: behind a paragraph, a line or a word if it can be."""
    if len(text) <= longest:
        return text, ""
    for edge in ("\n\n", "\n", " "):
        at = text.rfind(edge, longest // 2, longest - len(edge) + 1)
        if at > 0:
            return text[: at + len(edge)], text[at + len(edge) :]
    return text[:longest], text[longest:]


def pieces(text: str, longest: int) -> tuple[str, ...]:
    """Cut a text into parts of at most that many characters."""
    parts = []
    while text:
        part, text = cut(text, longest)
        parts.append(part)
    return tuple(parts)
