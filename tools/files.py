"""Files, people and permissions as Drive describes them: values, and how they are read from JSON. Pure.

Field meanings: https://developers.google.com/workspace/drive/api/reference/rest/v3/files
"""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
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

_MAX_TEXT = 2000  # characters of a name, a description or a link
_SIZES = 1 << 63
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_LINK = re.compile(r"https://\S+")
_DIGITS = re.compile(r"[0-9]{1,19}")


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


def parse_file(raw: object) -> File:
    """Read a Drive v3 `File` resource: what is as Drive describes it, the rest stays empty. Never raises."""
    fields = _object(raw)
    shortcut = _object(fields.get("shortcutDetails"))
    capabilities = fields.get("capabilities")
    return File(
        id=_id(fields.get("id")),
        name=_text(fields.get("name")),
        mime_type=_text(fields.get("mimeType")),
        link=_link(fields.get("webViewLink")),
        parent_id=_id(_first(fields.get("parents"))),
        drive_id=_id(fields.get("driveId")),
        created=_time(fields.get("createdTime")),
        modified=_time(fields.get("modifiedTime")),
        viewed=_time(fields.get("viewedByMeTime")),
        shared_with_me=_time(fields.get("sharedWithMeTime")),
        owner=parse_person(_first(fields.get("owners"))),
        changed_by=parse_person(fields.get("lastModifyingUser")),
        shared_by=parse_person(fields.get("sharingUser")),
        size_bytes=_size(fields.get("size")),
        is_starred=fields.get("starred") is True,
        is_trashed=fields.get("trashed") is True,
        is_shared=fields.get("shared") is True,
        target_id=_id(shortcut.get("targetId")),
        target_mime_type=_text(shortcut.get("targetMimeType")),
        description=_text(fields.get("description")),
        resource_key=_id(fields.get("resourceKey")),
        may_download=_may(capabilities, "canDownload"),
        may_use_ai=_may(capabilities, "canAccessViaGenAi"),
    )


def parse_permission(raw: object) -> Permission:
    """Read a Drive v3 `Permission` resource, as `parse_file` does."""
    fields = _object(raw)
    return Permission(
        type=_text(fields.get("type")),
        role=_text(fields.get("role")),
        name=_text(fields.get("displayName")),
        email=_text(fields.get("emailAddress")),
        domain=_text(fields.get("domain")),
        expires=_time(fields.get("expirationTime")),
    )


def parse_drive(raw: object) -> SharedDrive:
    """Read a Drive v3 `Drive` resource, as `parse_file` does."""
    fields = _object(raw)
    return SharedDrive(id=_id(fields.get("id")), name=_text(fields.get("name")))


def parse_person(raw: object) -> Person | None:
    """Read a Drive v3 `User` resource, as `parse_file` does; None for what is no object, or an empty one."""
    fields = _object(raw)
    if not fields:
        return None
    return Person(
        name=_text(fields.get("displayName")), email=_text(fields.get("emailAddress")), is_me=fields.get("me") is True
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def _text(value: object) -> str:
    """Return a text that can be stored: half of a surrogate pair, which JSON allows, is no UTF-8."""
    return _HALF_PAIR.sub("\ufffd", value[:_MAX_TEXT]) if isinstance(value, str) else ""


def _id(value: object) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _link(value: object) -> str:
    """Return a link that can be opened; one that is cut short leads elsewhere, so a longer one is none."""
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not _LINK.fullmatch(value):
        return ""
    return _text(value)


def _size(value: object) -> int | None:
    """Return an int64, which Drive writes as text."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _SIZES else None


def _time(value: object) -> datetime | None:
    """Return an RFC 3339 time; none without an offset, or so near the end of the calendar that a zone leads over it."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
        return None
    return moment


def _may(capabilities: object, name: str) -> bool:
    """Say what a capability allows: what Drive leaves out is allowed, what cannot be read is not."""
    if not isinstance(capabilities, dict):
        return capabilities is None
    value = capabilities.get(name)
    return value is None or value is True


__all__ = [
    "DETAIL_FIELDS",
    "LIST_FIELDS",
    "PLACE_FIELDS",
    "File",
    "Permission",
    "Person",
    "SharedDrive",
    "parse_drive",
    "parse_file",
    "parse_permission",
    "parse_person",
]
