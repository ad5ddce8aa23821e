"""The app's Home tab, as a view: what it does, what is connected, what can be asked. Pure."""

from dataclasses import dataclass
from typing import Literal

from chat.slack import blocks as b
from chat.slack.mrkdwn import escaped
from chat.slack.views import ASK, CONNECT, DISCONNECT
from chat.slack.words import Words

__all__ = ["Connection", "home", "prompts"]

MOST_PROMPTS = 4


@dataclass(frozen=True)
class Connection:
    """A person's connection. `unknown`: the agent could not be asked."""

    kind: Literal["connected", "missing", "insufficient", "unknown"]
    email: str = ""


def home(words: Words, status: Connection, connect_url: str) -> b.Block:
    """The whole view for `views.publish`. `connect_url` is the page on which connecting begins."""
    blocks = [
        b.header(words("home.title")),
        b.section(escaped(words("home.what"))),
        {"type": "divider"},
        *_connection(words, status, connect_url),
        {"type": "divider"},
        b.section(f"*{escaped(words('home.try'))}*"),
        b.actions(*(b.button(f"{ASK}_{n}", title, text) for n, (title, text) in enumerate(_prompts(words)))),
        b.context(words("home.fine_print")),
    ]
    return {"type": "home", "blocks": blocks}


def prompts(words: Words) -> list[dict[str, str]]:
    """For `assistant.threads.setSuggestedPrompts`."""
    return [{"title": title, "message": text} for title, text in _prompts(words)]


def _prompts(words: Words) -> list[tuple[str, str]]:
    titles, texts = words.all_in("prompts.titles"), words.all_in("prompts.texts")
    return list(zip(titles, texts, strict=True))[:MOST_PROMPTS]


def _connection(words: Words, status: Connection, connect_url: str) -> list[b.Block]:
    title = f"*{escaped(words('home.connection'))}*"
    if status.kind != "connected":
        sentence = escaped(words(f"home.{status.kind}"))
        style = "primary" if status.kind == "missing" else ""
        return [
            b.section(f"{title}\n{sentence}"),
            b.actions(b.button(CONNECT, words("home.connect"), url=connect_url, style=style)),
        ]
    sentence = words("home.connected_as", account=status.email) if status.email else words("home.connected")
    confirm = tuple(words(f"home.disconnect_{part}") for part in ("title", "question", "yes", "no"))
    return [
        b.section(title),
        b.rich({"type": "emoji", "name": "white_check_mark"}, b.words_of(f" {sentence}")),
        b.actions(
            b.button(DISCONNECT, words("home.disconnect"), style="danger", confirm=confirm),
            b.button(CONNECT, words("home.other_account"), url=f"{connect_url}?again=1"),
        ),
    ]
