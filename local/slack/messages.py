"""Messages, threads and streams. State with its rules; who may see what is decided here.

Streams: https://docs.slack.dev/reference/methods/chat.startStream
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal  # blocks are JSON

from local.slack.clock import Stamps
from local.slack.errors import SlackError

__all__ = ["STREAM_LIFE", "Message", "Messages", "Stream"]

# As observed by others; Slack's pages do not say it. The switch `stream_life` says whether appending prolongs it.
STREAM_LIFE = timedelta(minutes=5)


@dataclass(slots=True)
class Stream:
    """What makes a message a streamed one. `mode`: what it was begun with, and has to go on with."""

    started: datetime
    touched: datetime
    mode: Literal["", "markdown_text", "chunks"] = ""
    state: Literal["open", "done", "stopped_by_user", "expired"] = "open"
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    plan_title: str = ""
    blocks: list[Any] = field(default_factory=list)
    recipient: str = ""


@dataclass(slots=True)
class Message:
    """One message. `only_for` names who alone sees it (ephemeral); `markdown`: `text` is Markdown and not mrkdwn.

    `first_text_at`: when the first word could be read, in seconds since 1970.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Any] = field(default_factory=list)
    thread_ts: str = ""
    only_for: str = ""
    markdown: bool = False
    bot_id: str = ""
    edited: str = ""
    stream: Stream | None = None
    unfurls: bool = True
    metadata: Mapping[str, Any] | None = None
    first_text_at: float | None = None

    @property
    def root_ts(self) -> str:
        """The message that the thread hangs on: this one itself where there is none."""
        return self.thread_ts or self.ts

    def as_dict(self) -> dict[str, Any]:
        """As in the answers of methods and in events."""
        shown: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited}
        return shown

    def append(self, text: str, now: datetime) -> None:
        """Add to the text."""
        self.text += text
        if text.strip() and self.first_text_at is None:
            self.first_text_at = now.timestamp()


class Messages:
    """All of them, by channel, in the order of their timestamps."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._by_channel: dict[str, list[Message]] = {}
        self.changes = 0

    def clear(self) -> None:
        """Forget them."""
        self._by_channel.clear()
        self.changes += 1

    def add(self, channel: str, user: str, **values: Any) -> Message:
        """Say something. Raises: `SlackError` where the thread does not exist."""
        thread_ts = values.pop("thread_ts", "") or ""
        if thread_ts:
            thread_ts = self.thread(channel, thread_ts).ts
        message = Message(channel=channel, ts=self._stamps.next(), user=user, thread_ts=thread_ts, **values)
        if message.text.strip() or message.blocks:
            message.first_text_at = self._stamps.clock().timestamp()
        self._by_channel.setdefault(channel, []).append(message)
        self.changes += 1
        return message

    def thread(self, channel: str, thread_ts: str) -> Message:
        """The message that a thread hangs on. Raises: `SlackError`; a reply has no replies of its own."""
        root = self._find(channel, thread_ts)
        if root is None or root.only_for:
            raise SlackError("thread_not_found")
        if root.thread_ts:
            raise SlackError("cannot_reply_to_message")
        return root

    def of_app(self, channel: str, ts: str, bot_id: str, *, code: str) -> Message:
        """A message that the app has written and may change. Raises: `SlackError` message_not_found or `code`."""
        message = self._find(channel, ts)
        if message is None or message.only_for:
            raise SlackError("message_not_found")
        if message.bot_id != bot_id:
            raise SlackError(code)
        return message

    def change(self, message: Message, **values: Any) -> None:
        """Put other things in their place."""
        for name, value in values.items():
            setattr(message, name, value)
        message.edited = self._stamps.next()
        self.changes += 1

    def remove(self, message: Message) -> None:
        """Delete it."""
        self._by_channel[message.channel].remove(message)
        self.changes += 1

    def seen_by(self, user: str, channel: str, thread_ts: str = "") -> list[Message]:
        """A channel's own messages, or those of one thread with the one that it hangs on, as this person sees them."""
        return [
            message
            for message in self._by_channel.get(channel, ())
            if message.only_for in ("", user)
            and ((message.root_ts == thread_ts) if thread_ts else not message.thread_ts)
        ]

    def replies(self, user: str, channel: str, ts: str) -> int:
        """How many replies this person sees."""
        return sum(message.thread_ts == ts for message in self.seen_by(user, channel, ts))

    def open_streams(self, channel: str = "", thread_ts: str = "") -> Iterator[Message]:
        """Every message that is streaming, in all channels or in one thread."""
        for name, messages in self._by_channel.items():
            for message in messages:
                is_here = not channel or (name == channel and message.root_ts == thread_ts)
                if is_here and message.stream is not None and message.stream.state == "open":
                    yield message

    def every(self) -> Iterator[Message]:
        """All, channel by channel."""
        for messages in self._by_channel.values():
            yield from messages

    def find(self, channel: str, ts: str, user: str) -> Message | None:
        """A message that this person sees."""
        message = self._find(channel, ts)
        return message if message is not None and message.only_for in ("", user) else None

    def _find(self, channel: str, ts: str) -> Message | None:
        return next((each for each in self._by_channel.get(channel, ()) if each.ts == ts), None)

    def feed(self, message: Message, markdown_text: str | None, chunks: Sequence[Any] | None, now: datetime) -> None:
        """Add to a stream that is open. Raises: `SlackError` streaming_mode_mismatch."""
        stream = message.stream
        assert stream is not None
        mode: Literal["markdown_text", "chunks"] = "chunks" if markdown_text is None else "markdown_text"
        if markdown_text is not None or chunks:
            if stream.mode not in ("", mode):
                raise SlackError("streaming_mode_mismatch")
            stream.mode = mode
        if markdown_text is not None:
            message.append(markdown_text, now)
        for chunk in chunks or ():
            _feed_chunk(message, stream, chunk, now)
        stream.touched = now
        self.changes += 1


def _feed_chunk(message: Message, stream: Stream, chunk: Mapping[str, Any], now: datetime) -> None:
    if chunk["type"] == "markdown_text":
        message.append(chunk["text"], now)
    elif chunk["type"] == "task_update":
        known = stream.tasks.setdefault(chunk["id"], {})
        known |= {name: value for name, value in chunk.items() if value is not None}
    elif chunk["type"] == "plan_update":
        stream.plan_title = chunk["title"]
    else:
        stream.blocks += chunk["blocks"]
