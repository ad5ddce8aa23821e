"""Server-sent events, byte by byte. Pure.

In: chunks of a `text/event-stream` body, cut anywhere, also inside a character or between CR and LF.
Out: the data of every complete event, lines joined by LF.
https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import codecs
from collections.abc import Iterator

# AgentCore Runtime's largest chunk of a stream; more than that is not an answer.
_MAX_EVENT_CHARS = 10_000_000


class OversizedEventError(ValueError):
    """An event grew beyond what the Runtime ever sends."""


class EventStream:
    """The state between two chunks."""

    def __init__(self) -> None:
        # The specification decodes with replacement, and drops a byte order mark at the start.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line: list[str] = []  # the pieces of one that is not complete; joined once, for it may be long
        self._data: list[str] = []
        self._size = 0
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of each event that `chunk` completes; an unfinished event at the end is dropped.

        Raises:
            OversizedEventError: an event is larger than 10 million characters.
        """
        text = self._decoder.decode(chunk)
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        self._size += len(text)
        if self._size > _MAX_EVENT_CHARS:
            raise OversizedEventError
        first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._line.append(first)
        for piece in rest:
            line, self._line = "".join(self._line), [piece]
            event = self._take(line)
            if event is not None:
                yield event

    def _take(self, line: str) -> str | None:
        if not line:
            data, self._data = self._data, []
            self._size = len("".join(self._line))
            return "\n".join(data) if data else None
        name, _, value = line.partition(":")
        # Comments have an empty name; `event`, `id` and `retry` mean nothing in our contract.
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None
