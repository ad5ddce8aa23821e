"""Where files are: the folders above them, fetched in bulk, a level at a time, and kept for one conversation.

Drive has no path and no depth: the hierarchy has to be climbed.
https://developers.google.com/workspace/drive/api/guides/folder
"""

import contextlib
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import (
    DailyLimitError,
    DriveForbiddenError,
    QuotaSpentError,
    ScopeNotGrantedError,
    TransientToolError,
)
from tools.files import File, SharedDrive
from tools.google.drive_files import DriveFiles

MY_DRIVE = "My Drive"
SHARED_WITH_ME = "Shared with me"
UNNAMED_DRIVE = "a shared drive"

_DEEPEST = 100  # levels; Drive allows no more
_MAX_KEPT = 2000  # folders of one conversation; the oldest go first


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and the names that lead to it, its own last. My Drive's own name stands only for its top."""

    folder: File
    names: tuple[str, ...]


class Places:
    """The folders that a conversation has met. Safe to use from several threads."""

    def __init__(self, api: DriveFiles) -> None:
        self._api = api
        self._folders: OrderedDict[str, File | None] = OrderedDict()  # None: not visible to the person
        self._drives: Sequence[SharedDrive] | None = None
        self._refused_token = ""  # a later one may be wider
        self._lock = threading.Lock()

    def of(self, access_token: str, files: Iterable[File]) -> dict[str, Place]:
        """Return the places of the folders that hold `files`, by folder id; what cannot be seen is left out."""
        met = list(files)
        self._keep({file.id: file for file in met if file.is_folder})  # it may have been renamed or moved
        wanted = list(dict.fromkeys(file.parent_id for file in met if file.parent_id))
        above = self._climb(access_token, set(wanted))
        places = ((folder_id, self._place(access_token, folder_id, above)) for folder_id in wanted)
        return {folder_id: place for folder_id, place in places if place}

    def place(self, access_token: str, folder: File) -> Place:
        """Return where a folder is, with its own name last."""
        self._keep({folder.id: folder})
        above = self._climb(access_token, {folder.id})
        return self._place(access_token, folder.id, above) or Place(folder, (folder.name,))

    def shared_drives(self, access_token: str) -> Sequence[SharedDrive] | None:
        """Return the person's shared drives as this conversation knows them; None where they are not for us to know.

        Drive lists them for `drive.readonly` only, and an administrator may forbid it; names are worth no failure of
        what was asked for, so a refusal is remembered for as long as the access token is the same.
        """
        if self._drives is None and self._refused_token != access_token:
            try:
                return self.read_shared_drives(access_token)
            except (ScopeNotGrantedError, DriveForbiddenError):
                self._refused_token = access_token
            except (TransientToolError, QuotaSpentError, DailyLimitError):
                return None
        return self._drives

    def read_shared_drives(self, access_token: str) -> Sequence[SharedDrive]:
        """Ask Drive for the person's shared drives as they are now. Raises: `ScopeNotGrantedError`, among others."""
        self._drives = self._api.drives(access_token)
        return self._drives

    def prove_contents(self, access_token: str) -> None:
        """Let Drive say whether the person allows looking inside files: it lists shared drives under no other scope.

        Raises: `ScopeNotGrantedError` where they do not.
        """
        with contextlib.suppress(DriveForbiddenError):  # an administrator's no is not the person's
            self.read_shared_drives(access_token)

    @property
    def known_drives(self) -> Sequence[SharedDrive] | None:
        """The person's shared drives as far as nothing has to be asked for."""
        return self._drives

    def _climb(self, access_token: str, folder_ids: set[str]) -> dict[str, File | None]:
        """Return the folders and all above them. What is kept may make room for others' at any time."""
        met: dict[str, File | None] = {}
        level = set(folder_ids)
        for _ in range(_DEEPEST):
            with self._lock:
                known = {folder_id: self._folders[folder_id] for folder_id in level if folder_id in self._folders}
            if unknown := sorted(level - known.keys()):
                found = self._api.get_many(access_token, unknown)
                known |= {folder_id: _same(found.get(folder_id), folder_id) for folder_id in unknown}
            self._keep(known)
            met |= known
            level = {folder.parent_id for folder in known.values() if folder and folder.parent_id} - met.keys()
            if not level:
                break
        return met

    def _keep(self, folders: dict[str, File | None]) -> None:
        with self._lock:
            for folder_id, folder in folders.items():
                self._folders[folder_id] = folder
                self._folders.move_to_end(folder_id)
            while len(self._folders) > _MAX_KEPT:
                self._folders.popitem(last=False)

    def _place(self, access_token: str, folder_id: str, above: Mapping[str, File | None]) -> Place | None:
        chain: list[File] = []
        while (folder := above.get(folder_id)) and len(chain) < _DEEPEST:
            chain.insert(0, folder)
            folder_id = folder.parent_id
        if not chain:
            return None
        names = [folder.name for folder in chain[1:]]
        return Place(chain[-1], (*self._top_names(access_token, chain[0], is_alone=not names), *names))

    def _top_names(self, access_token: str, top: File, *, is_alone: bool) -> list[str]:
        if top.drive_id:
            named = {drive.id: drive.name for drive in self.shared_drives(access_token) or ()}
            first = named.get(top.drive_id, UNNAMED_DRIVE)
            return [first] if top.id == top.drive_id else [first, top.name]
        if top.owner and top.owner.is_me and not top.parent_id:
            return [MY_DRIVE] if is_alone else []
        return [SHARED_WITH_ME, top.name]


def _same(found: File | None, folder_id: str) -> File | None:
    return found if found and found.id == folder_id else None  # an answer about another folder is none


def same_name(one: str, other: str) -> bool:
    """Compare names as people do: no case, no difference between half and full width, outer spaces left out."""
    return _folded(one) == _folded(other)


def contains_words(name: str, words: Sequence[str]) -> bool:
    """Say whether every one of `words` stands anywhere in `name`, inside of words as well."""
    folded = _folded(name)
    return all(_folded(word) in folded for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


__all__ = ["MY_DRIVE", "SHARED_WITH_ME", "UNNAMED_DRIVE", "Place", "Places", "contains_words", "same_name"]
