"""Finds the file or folder that a reference means: a handle, a pasted URL, a path or a name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tools.errors import NotAFolderError, ReferenceNotFoundError
from tools.files import File
from tools.finding.pages import Found, Question, read
from tools.finding.places import MY_DRIVE, UNNAMED_DRIVE, Place, Places, same_name
from tools.finding.references import ByHandle, ById, ByPath, Root, parse_reference
from tools.google.drive_files import DriveFiles
from tools.handles import Handles
from tools.listing import one_line
from tools.query import FileFilter, build_query, searchable_words

_NAMESAKES = 50
_ROOT = "root"


class AmbiguousReferenceError(Exception):
    """Several files or folders fit. `places` tells where each of `candidates` is, by folder id."""

    def __init__(self, candidates: Sequence[File], places: Mapping[str, Place], *, has_more: bool) -> None:
        super().__init__(f"{len(candidates)} candidates")
        self.candidates = candidates
        self.places = places
        self.has_more = has_more


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds what a person may see, for one tool call. `contents` is False where shared drives can never be listed."""

    api: DriveFiles
    access_token: str
    places: Places
    handles: Handles
    contents: bool = True

    def folder(self, text: str) -> File:
        """Return the folder that `text` means; a file means the folder that holds it, a shortcut its target.

        Raises: `ReferenceNotFoundError`, `AmbiguousReferenceError`, `UnknownHandleError`, or what Drive's answer means.
        """
        reference = parse_reference(text)
        if isinstance(reference, ByPath):
            return self._named(reference, text, only_folders=True)
        found = self._target(self._by_id(reference))
        if found.is_folder:
            return found
        if not found.parent_id:
            raise ReferenceNotFoundError(
                "That file has no folder the person can see; it was shared with them on its own. Tell the person."
            )
        return self.by_id(found.parent_id)

    def file(self, text: str) -> File:
        """Return the file, folder or shortcut that `text` means, with its details. Raises: as `folder`."""
        reference = parse_reference(text)
        if not isinstance(reference, ByPath):
            return self._by_id(reference)
        return self.by_id(self._named(reference, text, only_folders=False).id)

    def content(self, text: str) -> File:
        """Return the file whose content `text` means: a shortcut's target. Raises: as `folder`, `NotAFolderError`."""
        found = self._target(self.file(text))
        if found.is_folder:
            raise NotAFolderError("That is a folder, which has no text. Use list_files to see what is in it.")
        return found

    def _by_id(self, reference: ById | ByHandle | Root) -> File:
        match reference:
            case ByHandle(number):
                handle = self.handles.get(number)
                return self.by_id(handle.file_id, handle.resource_key)
            case ById(file_id, resource_key):
                return self.by_id(file_id, resource_key)
        return self.by_id(_ROOT)

    def by_id(self, file_id: str, resource_key: str = "") -> File:
        """Return a file with its details; the top of a shared drive, which Drive calls "Drive", with its own name."""
        found = self.api.get(self.access_token, file_id, resource_key=resource_key)
        if found.id != found.drive_id:
            return replace(found, resource_key=found.resource_key or resource_key)
        drives = self.places.shared_drives(self.access_token) or ()
        return replace(found, name=next((drive.name for drive in drives if drive.id == found.id), UNNAMED_DRIVE))

    def _target(self, file: File) -> File:
        return self.by_id(file.target_id) if file.is_shortcut and file.target_id else file

    def _named(self, path: ByPath, text: str, *, only_folders: bool) -> File:
        found, has_more = self._namesakes(path.names[-1], only_folders=only_folders)
        places = self.places.of(self.access_token, found)
        fitting = [file for file in found if _fits(path, file, places)]
        if path.is_absolute or len(path.names) > 1:
            # A path from the top means that one, whatever else ends in the same names.
            fitting = [file for file in fitting if len(_names_of(file, places)) == len(path.names)] or fitting
        # It may lie in a shared drive of that name; taking any other for it would be a wrong answer.
        is_hidden = len(path.names) > 1 and any(_names_of(file, places)[0] == UNNAMED_DRIVE for file in found)
        if not fitting and len(path.names) > 1:  # a name may have a slash in it
            alike, has_more = self._namesakes(text.strip(), only_folders=only_folders)
            fitting = [file for file in alike if same_name(file.name, text)]
            places = self.places.of(self.access_token, fitting)
            path = ByPath((text.strip(),), is_absolute=False) if fitting else path
        is_exact = bool(fitting) and same_name(fitting[0].name, path.names[-1])
        if len(fitting) == 1 and (is_exact or not has_more):
            return fitting[0]
        if fitting:
            raise AmbiguousReferenceError(fitting, places, has_more=has_more)
        raise self._not_found(path, only_folders=only_folders, is_hidden=is_hidden)

    def _namesakes(self, name: str, *, only_folders: bool) -> tuple[Sequence[File], bool]:
        """Return the files of exactly this name, as people compare names; else those whose name begins like it.

        And whether there may be more of them.
        """
        kind = "folder" if only_folders else "any"
        words = " ".join(searchable_words(name))
        # The whole name first: among many that begin alike, it may not be one of the latest.
        wanted = [FileFilter(exact_name=name, kind=kind), *([FileFilter(words=words, kind=kind)] if words else [])]
        found = Found()
        for each in wanted:
            question = Question(build_query(each), "modifiedTime desc")
            found = read(self.api, self.access_token, question, _NAMESAKES)
            exact = [*self._shared_drive(name), *(file for file in found.files if same_name(file.name, name))]
            if exact:
                return exact, not found.is_whole
        return found.files, not found.is_whole

    def _shared_drive(self, name: str) -> list[File]:
        drives = self.places.shared_drives(self.access_token) or ()
        return [self.by_id(drive.id) for drive in drives if same_name(drive.name, name)]

    def _not_found(self, path: ByPath, *, only_folders: bool, is_hidden: bool) -> ReferenceNotFoundError:
        what = "folder" if only_folders else "file"
        names = " / ".join(one_line(name) for name in path.names)
        hint = "Search for it by a word of its name."
        if is_hidden:
            hint += f' One of that name is in a shared drive whose name I may not see: "{UNNAMED_DRIVE} / …" finds it.'
        if self.contents and self.places.known_drives is None and (only_folders or is_hidden):
            hint += " If the person called it a shared drive, call list_shared_drives."
        return ReferenceNotFoundError(
            f"The person can see no {what} called {json.dumps(names, ensure_ascii=False)}. {hint}"
        )


def _names_of(file: File, places: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the names from the top on; My Drive's own name is left out."""
    above = places.get(file.parent_id)
    names = above.names if above else ()
    return (*(() if names == (MY_DRIVE,) else names), file.name)


def _fits(path: ByPath, file: File, places: Mapping[str, Place]) -> bool:
    """Say whether the folders right above `file` are those of `path`; its own name has been compared already."""
    above, wanted = _names_of(file, places)[:-1], path.names[:-1]
    last = above[len(above) - len(wanted) :]
    return len(above) >= len(wanted) and all(same_name(one, other) for one, other in zip(last, wanted, strict=True))
