"""What the agent says, in a form that may be shown and kept. Pure.

Names and links come from whoever has shared a file. What is shown on one line is one line, without what turns it
around; a link leads to the web, and nowhere that it does not seem to lead.
https://www.rfc-editor.org/rfc/rfc3986#section-7.6, https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from chat.events import AuthRequired, FileCard, Files, ToolProgress
from chat.plain import plain_line
from chat.web.line import Heard

__all__ = ["safe", "safe_events", "status_of", "web_link"]

_STATUSES = frozenset({"running", "done", "failed"})


async def safe_events(events: AsyncGenerator[Heard], origin: str) -> AsyncGenerator[Heard]:
    """Yield each of the events in that form."""
    async with aclosing(events):
        async for event in events:
            yield safe(event, origin)


def safe(event: Heard, origin: str) -> Heard:
    """Return the event in that form. `origin` is this service's own, as https://drive.example.com."""
    match event:
        case ToolProgress():
            return replace(event, label=plain_line(event.label), status=status_of(event.status))
        case Files():
            return Files(tuple(_card(card) for card in event.files))
        case AuthRequired():
            return replace(event, auth_url=_consent_link(event.auth_url, origin))
    return event


def status_of(status: str) -> str:
    """A tool's status; one that is not known is that of a tool that works no more."""
    return status if status in _STATUSES else "done"


def web_link(url: str) -> str:
    """Return `url` if it is one to the web that names nobody and holds nothing invisible, else nothing."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    is_plain = plain_line(url) == url and " " not in url and "\\" not in url
    return url if is_whole and is_plain else ""


def _consent_link(url: str, origin: str) -> str:
    """Where somebody is sent to give consent: over a secure connection, or to this service."""
    parts = urlsplit(web_link(url))
    is_ours = f"{parts.scheme}://{parts.netloc}".lower() == origin.lower()
    return url if parts.scheme == "https" or is_ours else ""


def _card(card: FileCard) -> FileCard:
    return FileCard(
        name=plain_line(card.name),
        type=plain_line(card.type),
        link=web_link(card.link),
        path=plain_line(card.path),
        modified=plain_line(card.modified),
        owner=plain_line(card.owner),
    )
