"""Handles: files numbered through a conversation (`[3]`), so that no long id enters the model's context. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.errors import UnknownHandleError
from tools.files import File

# A bare number is no handle: folders are called "2026".
_HANDLE = re.compile(r"\[\s*(\d{1,6})\s*\]|#(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Handle:
    """What a number stands for: a file's id, its parent's id (may be empty), and whether it is a folder."""

    file_id: str
    parent_id: str
    is_folder: bool


class Handles:
    """Numbers files from 1 on; the same file keeps its number."""

    def __init__(self, handles: Iterable[Handle] = ()) -> None:
        self._handles = list(handles)
        self._numbers = {handle.file_id: number for number, handle in enumerate(self._handles, 1)}

    def number(self, files: Sequence[File]) -> list[int]:
        """Return a number for each file, new ones counted on."""
        return [self._number(file) for file in files]

    def find(self, text: str) -> Handle | None:
        """Return what a handle such as `[3]` or `#3` stands for; None where `text` is no handle.

        Raises: `UnknownHandleError` for a number that was never given out.
        """
        match = _HANDLE.fullmatch(text.strip())
        if not match:
            return None
        number = int(match[1] or match[2])
        if not 1 <= number <= len(self._handles):
            given = f"[1] to [{len(self._handles)}]" if self._handles else "none yet"
            raise UnknownHandleError(f"There is no [{number}] in this conversation; given out: {given}.")
        return self._handles[number - 1]

    def dump(self) -> list[list[Any]]:
        """Return the handles as JSON values, for the conversation's state."""
        return [[handle.file_id, handle.parent_id, handle.is_folder] for handle in self._handles]

    @classmethod
    def load(cls, dumped: Iterable[Sequence[Any]] | None) -> "Handles":
        """Read what `dump` returned; None is no handles."""
        return cls(Handle(str(file_id), str(parent_id), bool(folder)) for file_id, parent_id, folder in dumped or ())

    def _number(self, file: File) -> int:
        known = self._numbers.get(file.id)
        if known is None:
            self._handles.append(Handle(file.id, file.parent_id, file.is_folder))
            known = self._numbers[file.id] = len(self._handles)
        return known
