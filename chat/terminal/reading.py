"""Where questions and commands come from; here line by line. `chat.terminal.prompt` edits, remembers and completes."""

import contextlib
from collections.abc import Callable
from typing import Protocol

__all__ = ["LineReader", "Reader"]


class Reader(Protocol):
    """Where questions and commands come from. `is_person`: somebody is there who can be asked back."""

    is_person: bool

    async def read(self, unsent: str = "") -> str:
        """Return what was typed, `unsent` being in the line already. Raises: `EOFError`, `KeyboardInterrupt`."""

    async def confirm(self, question: str) -> str:
        """Ask something and return the answer. Raises: as `read`."""

    def refresh(self) -> None:
        """What is told beside the line has changed."""

    def interrupt(self) -> bool:
        """Ctrl-C was pressed while nothing was read and nothing was to stop: it counts for the next `read`. True."""

    def at_ease(self) -> contextlib.AbstractContextManager[None]:
        """Inside it, what is typed while nothing is read is kept for the next line and not shown."""


class LineReader:
    """Lines of a pipe or a file, or of a terminal that can do no more. `read_line` is `input`, or like it."""

    def __init__(self, read_line: Callable[[str], str], prompt: str = "", *, is_person: bool = False) -> None:
        self._read_line = read_line
        self._prompt = prompt
        self.is_person = is_person
        self._is_interrupted = False

    async def read(self, unsent: str = "") -> str:
        """Read a line. The event loop stands still meanwhile: nothing else goes on between two questions."""
        del unsent
        if self._is_interrupted:
            self._is_interrupted = False
            raise KeyboardInterrupt
        return self._read_line(self._prompt)

    async def confirm(self, question: str) -> str:
        """Ask, and read a line."""
        return self._read_line(question)

    def refresh(self) -> None:
        """Nothing is told beside the line."""

    def interrupt(self) -> bool:
        """Remember it."""
        self._is_interrupted = True
        return True

    def at_ease(self) -> contextlib.AbstractContextManager[None]:
        """The system does what it does."""
        return contextlib.nullcontext()
