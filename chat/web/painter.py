"""Draw the text of a run's messages as HTML while it grows, for the page that asked for it."""

import asyncio
import time
from collections.abc import Mapping

from chat.web.event_log import EventLog
from chat.web.markdown import Drawing

__all__ = ["Painter"]

# More than this is drawn in a thread: it takes more than a millisecond or two, and others wait.
_AT_ONCE_CHARS = 1500
# A list of many pages is one block, which is drawn as a whole each time: then less often.
_SHARE = 10
_LONGEST_PACE_S = 1.0


class Painter:
    """Draws the message that was begun last."""

    def __init__(self, log: EventLog, pace_s: float) -> None:
        self._log = log
        self._shortest_pace_s = pace_s
        self._message_id = ""
        self._drawing = Drawing()
        self._drawn: list[tuple[int, int]] = []  # events: from which block on, and their number in the log
        self.pace_s = pace_s

    def see(self, event: Mapping[str, object]) -> None:
        """Take notice of a message that begins."""
        if event["type"] == "TEXT_MESSAGE_START":
            self._message_id = str(event["messageId"])
            self._drawing, self._drawn = Drawing(), []

    async def paint(self, text: str | None) -> None:
        """Draw the whole text as it is now, and log what that changes. Raises: `LogFullError`."""
        if text is None or not self._message_id:
            return
        began = time.perf_counter()
        if self._drawing.tail_chars(text) <= _AT_ONCE_CHARS:
            changed = self._drawing.draw(text)
        else:
            drawing, self._drawing = self._drawing, Drawing()  # the thread's own, in case nobody waits for it
            changed = await asyncio.to_thread(drawing.draw, text)
            self._drawing = drawing
        cost_s = time.perf_counter() - began
        self.pace_s = min(max(self._shortest_pace_s, _SHARE * cost_s), _LONGEST_PACE_S)
        if changed is None:
            return
        first, blocks = changed
        value = {"messageId": self._message_id, "from": first, "blocks": blocks}
        seq = self._log.append({"type": "CUSTOM", "name": "drive-agent.html", "value": value})
        # This event stands for all that drew from here on.
        for index, old in self._drawn:
            if index >= first:
                self._log.drop(old)
        self._drawn = [*((index, old) for index, old in self._drawn if index < first), (first, seq)]
