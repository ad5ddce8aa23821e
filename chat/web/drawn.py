"""Texts that have been drawn as HTML, so that none is drawn anew each time that somebody looks at it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import TypeVar
from weakref import WeakValueDictionary

from chat.web.markdown import render

__all__ = ["Drawn"]

T = TypeVar("T")

MAX_CHARS = 8 * 1024 * 1024


class Drawn:
    """Everybody's; what was looked at least lately goes first. A text's hash names it, whoever it was written for."""

    def __init__(self, max_chars: int = MAX_CHARS, draw: Callable[[str], list[str]] = render) -> None:
        self._max_chars, self._draw = max_chars, draw
        self._html: OrderedDict[bytes, str] = OrderedDict()
        self._chars = 0
        self._changing = Lock()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def html(self, markdown: str) -> str:
        """The whole text as HTML. From any thread: a long one takes a second."""
        name = sha256(markdown.encode("utf-8", "surrogatepass")).digest()
        with self._changing:
            known = self._html.get(name)
            if known is not None:
                self._html.move_to_end(name)
                return known
        html = "\n".join(self._draw(markdown))
        with self._changing:
            if name not in self._html:
                self._html[name] = html
                self._chars += len(html)
            while self._chars > self._max_chars:
                self._chars -= len(self._html.popitem(last=False)[1])
        return html

    async def beside(self, person: str, work: Callable[[], T]) -> T:
        """Do what draws in a thread: one thing of a person's at a time, so that nobody holds up all the others."""
        async with self._turns.setdefault(person, asyncio.Lock()):
            return await asyncio.to_thread(work)
