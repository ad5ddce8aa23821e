"""Handles: files numbered through a conversation (`[3]`), so that no long id enters the model's context. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from tools.errors import UnknownHandleError
from tools.files import File
from tools.listing import one_line


@dataclass(frozen=True, slots=True)
class Handle:
    """What a number stands for, and how a person reads it: a name, or the path of a folder where that is known.

    `parent_id`, `link` and `resource_key` may be empty; the link is Drive's own.
    """

    file_id: str
    parent_id: str
    is_folder: bool
    name: str
    link: str
    resource_key: str = ""


class Handles:
    """Numbers files from 1 on; the same file keeps its number."""

    def __init__(self, handles: Iterable[Handle] = ()) -> None:
        self._handles = list(handles)
        self._numbers = {handle.file_id: number for number, handle in enumerate(self._handles, 1)}

    def number(self, files: Sequence[File], paths: Mapping[str, str] | None = None) -> list[int]:
        """Return a number for each file, new ones counted on; `paths` are those of folders, by id."""
        return [self._number(file, (paths or {}).get(file.id) or file.name) for file in files]

    def get(self, number: int) -> Handle:
        """Return what a number stands for. Raises: `UnknownHandleError` for one that was never given out."""
        if not 1 <= number <= len(self._handles):
            given = f"[1] to [{len(self._handles)}]" if self._handles else "none yet"
            raise UnknownHandleError(f"There is no [{number}] in this conversation; given out: {given}.")
        return self._handles[number - 1]

    def name_and_link(self, number: int) -> tuple[str, str] | None:
        """Return a file's name and Drive's link to it, which may be empty; None for a number never given out."""
        if not 1 <= number <= len(self._handles):
            return None
        handle = self._handles[number - 1]
        return handle.name, handle.link

    def has_link(self, url: str) -> bool:
        """Say whether Drive gave exactly this link for a file of this conversation."""
        return bool(url) and any(handle.link == url for handle in self._handles)

    def dump(self) -> list[list[Any]]:
        """Return the handles as JSON values, for the conversation's state."""
        return [list(astuple(handle)) for handle in self._handles]

    @classmethod
    def load(cls, dumped: Iterable[Sequence[Any]] | None) -> "Handles":
        """Read what `dump` returned; None is no handles. Raises: `ValueError` or `TypeError` for anything else."""
        return cls(
            Handle(str(file_id), str(parent_id), bool(folder), str(name), str(link), str(resource_key))
            for file_id, parent_id, folder, name, link, resource_key in dumped or ()
        )

    def _number(self, file: File, name: str) -> int:
        known = self._numbers.get(file.id)
        handle = Handle(file.id, file.parent_id, file.is_folder, one_line(name), file.link, file.resource_key)
        if known is None:
            self._handles.append(handle)
            known = self._numbers[file.id] = len(self._handles)
        else:
            # It may have been renamed or moved since; not every answer has all that is known.
            before = self._handles[known - 1]
            self._handles[known - 1] = replace(
                handle, link=handle.link or before.link, resource_key=handle.resource_key or before.resource_key
            )
        return known
