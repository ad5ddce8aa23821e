"""Show an item, a person, a permission and a shared drive as Drive's JSON. Pure.

One small function for each field of the schemas in the discovery document; None means that the field is not
populated. Only the fields that were asked for are made, because checksums read the whole content.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any  # JSON values

from local.google.capabilities import drive_capabilities, file_capabilities
from local.google.contents import chunks, size_bytes
from local.google.exports import FORMATS
from local.google.files import Sight
from local.google.items import FOLDER, SHORTCUT, Permission, SharedDrive
from local.google.large.colleagues import EVERYBODY
from local.google.shelves import DOC, DRAWING, FORM, SHEET, SLIDES

__all__ = ["permission_id", "show_drive", "show_file", "show_permission", "show_user", "timestamp"]

_ACCOUNTS = {account.email: account for account in EVERYBODY}
_EDITORS = {DOC: "document", SHEET: "spreadsheets", SLIDES: "presentation", DRAWING: "drawings", FORM: "forms"}


def timestamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds, as Drive writes times."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def show_user(email: str | None, viewer: str) -> dict[str, Any] | None:
    """A `User`."""
    if email is None:
        return None
    account = _ACCOUNTS[email]
    return {
        "kind": "drive#user",
        "displayName": account.display_name,
        "me": email == viewer,
        "permissionId": account.permission_id,
        "emailAddress": email,
    }


def permission_id(grant: Permission) -> str:
    """The id under which a permission is listed."""
    if grant.email:
        return _ACCOUNTS[grant.email].permission_id
    if grant.type == "domain":
        return f"{zlib.crc32((grant.domain or '').encode()):020}k"
    return "anyone" if grant.is_discoverable else "anyoneWithLink"


def show_permission(grant: Permission, *, is_in_drive: bool) -> dict[str, Any]:
    """A `Permission`."""
    shown: dict[str, Any] = {
        "kind": "drive#permission",
        "id": permission_id(grant),
        "type": grant.type,
        "role": grant.role,
    }
    if grant.email:
        shown |= {"emailAddress": grant.email, "displayName": _ACCOUNTS[grant.email].display_name}
        shown |= {"deleted": False, "pendingOwner": False}
    else:
        shown |= {"allowFileDiscovery": grant.is_discoverable}
    if grant.domain:
        shown |= {"domain": grant.domain, "displayName": grant.domain}
    if grant.expires:
        shown |= {"expirationTime": timestamp(grant.expires)}
    if is_in_drive:
        shown["permissionDetails"] = [{"permissionType": "member", "role": grant.role, "inherited": True}]
    return shown


def show_drive(drive: SharedDrive, role: str) -> dict[str, Any]:
    """A `Drive`."""
    return {
        "kind": "drive#drive",
        "id": drive.id,
        "name": drive.name,
        "createdTime": timestamp(drive.created),
        "hidden": False,
        "capabilities": drive_capabilities(role),
        "restrictions": {"copyRequiresWriterPermission": False, "domainUsersOnly": False, "driveMembersOnly": False},
    }


@dataclass(frozen=True, slots=True)
class _File:
    """What the fields are made from. `can_read_content`: the access token's scopes allow it."""

    sight: Sight
    can_read_content: bool

    @property
    def is_binary(self) -> bool:
        return not self.sight.item.is_native


def show_file(sight: Sight, wanted: frozenset[str] | None, *, can_read_content: bool) -> dict[str, Any]:
    """A `File` with the top-level fields `wanted` (None: all of them)."""
    file = _File(sight, can_read_content)
    shown = {name: make(file) for name, make in _FIELDS.items() if wanted is None or name in wanted}
    return {name: value for name, value in shown.items() if value is not None}


def _web_link(file: _File) -> str:
    item = file.sight.item
    if item.mime_type == FOLDER:
        return f"https://drive.google.com/drive/folders/{item.id}"
    if item.mime_type in _EDITORS:
        return f"https://docs.google.com/{_EDITORS[item.mime_type]}/d/{item.id}/edit?usp=drivesdk"
    return f"https://drive.google.com/file/d/{item.id}/view?usp=drivesdk"


def _export_links(file: _File) -> dict[str, str] | None:
    item = file.sight.item
    kind = _EDITORS.get(item.mime_type, "")
    return {
        target: f"https://docs.google.com/{kind}/export?id={item.id}&exportFormat={target.rsplit('.', 1)[-1]}"
        for target in FORMATS.get(item.mime_type, ())
    } or None


def _checksum(kind: str) -> Callable[[_File], str | None]:
    def make(file: _File) -> str | None:
        # A real folder's files are not read to their end for the sake of a list.
        if not file.is_binary or file.sight.item.path:
            return None
        digest = hashlib.new(kind, usedforsecurity=False)
        for chunk in chunks(file.sight.item):
            digest.update(chunk)
        return digest.hexdigest()

    return make


def _extension(file: _File) -> str | None:
    return PurePosixPath(file.sight.item.name).suffix.removeprefix(".") if file.is_binary else None


def _size(file: _File) -> str | None:
    size = size_bytes(file.sight.item)
    return None if size is None else str(size)


def _shortcut(file: _File) -> dict[str, str] | None:
    item = file.sight.item
    if item.mime_type != SHORTCUT:
        return None
    return {"targetId": item.target or "", "targetMimeType": item.target_mime_type or ""}


def _permissions(file: _File) -> list[dict[str, Any]] | None:
    sight = file.sight
    if sight.item.drive_id or not sight.can_write:
        return None
    return [show_permission(grant, is_in_drive=False) for grant in sight.grants]


def _outside_drives(make: Callable[[_File], Any]) -> Callable[[_File], Any]:
    return lambda file: None if file.sight.item.drive_id else make(file)


def _of_binary(make: Callable[[_File], Any]) -> Callable[[_File], Any]:
    return lambda file: make(file) if file.is_binary else None


_FIELDS: Mapping[str, Callable[[_File], Any]] = {
    "kind": lambda _: "drive#file",
    "id": lambda file: file.sight.item.id,
    "name": lambda file: file.sight.item.name,
    "mimeType": lambda file: file.sight.item.mime_type,
    "description": lambda file: file.sight.item.description or None,
    "starred": lambda file: file.sight.is_starred,
    "trashed": lambda file: file.sight.is_trashed,
    "explicitlyTrashed": lambda file: file.sight.item.trashed,
    "parents": lambda file: [file.sight.parent] if file.sight.parent else None,
    "spaces": lambda _: ["drive"],
    "version": lambda file: str(zlib.crc32(file.sight.item.id.encode()) % 900 + 1),
    "webContentLink": _of_binary(lambda file: f"https://drive.google.com/uc?id={file.sight.item.id}&export=download"),
    "webViewLink": _web_link,
    "iconLink": lambda file: f"https://drive-thirdparty.googleusercontent.com/16/type/{file.sight.item.mime_type}",
    "hasThumbnail": lambda _: False,
    "thumbnailVersion": lambda _: "0",
    "viewedByMe": lambda file: file.sight.viewed is not None,
    "viewedByMeTime": lambda file: timestamp(file.sight.viewed),
    "createdTime": lambda file: timestamp(file.sight.item.created),
    "modifiedTime": lambda file: timestamp(file.sight.item.modified),
    "modifiedByMe": lambda file: file.sight.changed_by_me is not None,
    "modifiedByMeTime": lambda file: timestamp(file.sight.changed_by_me),
    "sharedWithMeTime": lambda file: timestamp(file.sight.shared_with_me),
    "sharingUser": lambda file: (
        show_user(file.sight.item.owner, file.sight.email) if file.sight.shared_with_me else None
    ),
    "owners": _outside_drives(lambda file: [show_user(file.sight.item.owner, file.sight.email)]),
    "driveId": lambda file: file.sight.item.drive_id,
    "teamDriveId": lambda file: file.sight.item.drive_id,
    "lastModifyingUser": lambda file: show_user(file.sight.item.modified_by, file.sight.email),
    "shared": _outside_drives(lambda file: len(file.sight.grants) > 1),
    "ownedByMe": _outside_drives(lambda file: file.sight.is_mine),
    "writersCanShare": _outside_drives(lambda _: True),
    "capabilities": lambda file: file_capabilities(file.sight),
    "copyRequiresWriterPermission": lambda file: not file.sight.item.can_download,
    "viewersCanCopyContent": lambda file: file.sight.item.can_download,
    "permissions": _permissions,
    "permissionIds": _outside_drives(
        lambda file: [permission_id(grant) for grant in file.sight.grants] if file.sight.can_write else None
    ),
    "hasAugmentedPermissions": lambda file: file.sight.is_direct if file.sight.item.drive_id else None,
    "inheritedPermissionsDisabled": lambda _: False,
    "folderColorRgb": lambda file: "#8f8f8f" if file.sight.item.mime_type == FOLDER else None,
    "originalFilename": _of_binary(lambda file: file.sight.item.name),
    "fileExtension": _extension,
    "fullFileExtension": _extension,
    "md5Checksum": _checksum("md5"),
    "sha1Checksum": _checksum("sha1"),
    "sha256Checksum": _checksum("sha256"),
    "size": _size,
    "quotaBytesUsed": lambda file: _size(file) or "0",
    "headRevisionId": _of_binary(lambda file: file.sight.item.id[::-1]),
    "isAppAuthorized": lambda file: file.can_read_content,
    "exportLinks": _export_links,
    "shortcutDetails": _shortcut,
    "linkShareMetadata": lambda _: {"securityUpdateEligible": False, "securityUpdateEnabled": True},
}
