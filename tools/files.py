"""Files, people and permissions as Drive describes them: values, and how they are read from JSON. Pure.

Field meanings: https://developers.google.com/workspace/drive/api/reference/rest/v3/files
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.query import FOLDER, SHORTCUT

_PERSON = "displayName,emailAddress,me"
# Everything that a line of a listing shows, and no more: a list call costs what its fields weigh.
LIST_FIELDS = (
    "id,name,mimeType,webViewLink,parents,driveId,createdTime,modifiedTime,viewedByMeTime,sharedWithMeTime,"
    f"trashed,size,shortcutDetails(targetId,targetMimeType),owners({_PERSON}),lastModifyingUser({_PERSON}),"
    f"sharingUser({_PERSON})"
)
PLACE_FIELDS = "id,name,mimeType,webViewLink,parents,driveId,owners(me)"
DETAIL_FIELDS = f"{LIST_FIELDS},starred,description,shared,capabilities(canDownload,canAccessViaGenAi),resourceKey"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone as Drive names them; any part may be missing."""

    name: str = ""
    email: str = ""
    is_me: bool = False

    def matches(self, wanted: str) -> bool:
        """Say whether `wanted` ("me", an e-mail address, or words of a name) means this person."""
        text = wanted.strip().casefold()
        if text in {"me", "myself"}:
            return self.is_me
        if "@" in text:
            return self.email.casefold() == text
        parts = self.name.casefold().split()
        return bool(text) and all(any(part.startswith(word) for part in parts) for word in text.split())


@dataclass(frozen=True, slots=True)
class File:
    """One file, folder or shortcut. Fields that were not asked for, or that Drive left out, are empty.

    `size_bytes` is None for folders and shortcuts. `parent_id` is empty where the person cannot see the folder.
    `may_download` is False where the owner has forbidden it, `may_use_ai` where an administrator or the owner keeps
    the content from generative AI (`capabilities.canAccessViaGenAi`).
    """

    id: str
    name: str
    mime_type: str
    link: str = ""
    parent_id: str = ""
    drive_id: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    viewed: datetime | None = None
    shared_with_me: datetime | None = None
    owner: Person | None = None
    changed_by: Person | None = None
    shared_by: Person | None = None
    size_bytes: int | None = None
    is_starred: bool = False
    is_trashed: bool = False
    is_shared: bool = False
    target_id: str = ""
    target_mime_type: str = ""
    description: str = ""
    resource_key: str = ""
    may_download: bool = True
    may_use_ai: bool = True

    @property
    def is_folder(self) -> bool:
        """Tell folders from everything else."""
        return self.mime_type == FOLDER

    @property
    def is_shortcut(self) -> bool:
        """Tell shortcuts, which stand for another file."""
        return self.mime_type == SHORTCUT


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do what. `type` is user, group, domain or anyone; `role` is Drive's, such as `writer`.

    `name` is a person's, a group's or a domain's; `expires` is None for most.
    """

    type: str
    role: str
    name: str = ""
    email: str = ""
    domain: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedDrive:
    """A shared drive that the person is a member of. Its id is also the id of its top folder."""

    id: str
    name: str


def parse_file(raw: dict[str, Any]) -> File:
    """Read a Drive v3 `File` resource."""
    owners: Sequence[Any] = raw.get("owners") or [None]
    shortcut = raw.get("shortcutDetails") or {}
    capabilities = raw.get("capabilities") or {}
    return File(
        id=raw.get("id", ""),
        name=raw.get("name", ""),
        mime_type=raw.get("mimeType", ""),
        link=raw.get("webViewLink", ""),
        parent_id=next(iter(raw.get("parents", [])), ""),
        drive_id=raw.get("driveId", ""),
        created=_time(raw.get("createdTime")),
        modified=_time(raw.get("modifiedTime")),
        viewed=_time(raw.get("viewedByMeTime")),
        shared_with_me=_time(raw.get("sharedWithMeTime")),
        owner=_person(owners[0]),
        changed_by=_person(raw.get("lastModifyingUser")),
        shared_by=_person(raw.get("sharingUser")),
        size_bytes=int(raw["size"]) if "size" in raw else None,
        is_starred=bool(raw.get("starred")),
        is_trashed=bool(raw.get("trashed")),
        is_shared=bool(raw.get("shared")),
        target_id=shortcut.get("targetId", ""),
        target_mime_type=shortcut.get("targetMimeType", ""),
        description=raw.get("description", ""),
        resource_key=raw.get("resourceKey", ""),
        may_download=bool(capabilities.get("canDownload", True)),
        may_use_ai=bool(capabilities.get("canAccessViaGenAi", True)),
    )


def parse_permission(raw: dict[str, Any]) -> Permission:
    """Read a Drive v3 `Permission` resource."""
    return Permission(
        type=raw.get("type", ""),
        role=raw.get("role", ""),
        name=raw.get("displayName", ""),
        email=raw.get("emailAddress", ""),
        domain=raw.get("domain", ""),
        expires=_time(raw.get("expirationTime")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _person(raw: dict[str, Any] | None) -> Person | None:
    if not raw:
        return None
    return Person(name=raw.get("displayName", ""), email=raw.get("emailAddress", ""), is_me=bool(raw.get("me")))


__all__ = [
    "DETAIL_FIELDS",
    "LIST_FIELDS",
    "PLACE_FIELDS",
    "File",
    "Permission",
    "Person",
    "SharedDrive",
    "parse_file",
    "parse_permission",
]
