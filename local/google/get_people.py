"""`about.get`, `drives.*` and `permissions.*`: who is who, and who may what."""

from typing import Any  # JSON answers

from local.google import paging
from local.google.contents import size_bytes
from local.google.context import Context
from local.google.errors import forbidden, invalid, not_found, required
from local.google.exports import FORMATS
from local.google.files import Sight, Viewer
from local.google.get_files import find
from local.google.items import SharedDrive
from local.google.query import Comparison, QueryError, parse
from local.google.resources import permission_id, show_drive, show_permission, show_user
from local.google.words import has_word_prefixes

__all__ = ["about", "get_drive", "get_permission", "list_drives", "list_permissions"]

_STORAGE_LIMIT_BYTES = 15 * 1024**3
_PERMISSION_DEFAULT = frozenset({"id", "type", "kind", "role"})


def about(context: Context) -> dict[str, Any]:
    """An `About`. `fields` is mandatory: https://developers.google.com/workspace/drive/api/guides/fields-parameter."""
    if context.mask is None:
        raise required("fields", "The 'fields' parameter is required for this method.")
    wants_quota = not {"storageQuota", "*"}.isdisjoint(context.mask)
    return {
        "kind": "drive#about",
        "user": show_user(context.viewer.email, context.viewer.email),
        **({"storageQuota": _quota(context.viewer)} if wants_quota else {}),
        "exportFormats": {kind: list(targets) for kind, targets in FORMATS.items()},
        "importFormats": {},
        "maxImportSizes": {},
        "maxUploadSize": "5242880000000",
        "appInstalled": False,
        "canCreateDrives": False,
        "folderColorPalette": ["#8f8f8f"],
    }


def _quota(viewer: Viewer) -> dict[str, str]:
    used, trashed = _usage_bytes(viewer)
    return {
        "limit": str(_STORAGE_LIMIT_BYTES),
        "usage": str(used),
        "usageInDrive": str(used),
        "usageInDriveTrash": str(trashed),
    }


def _usage_bytes(viewer: Viewer) -> tuple[int, int]:
    if viewer.library.index:
        return viewer.library.index.usage_bytes()
    mine = [(size_bytes(sight.item) or 0, sight.is_trashed) for sight in viewer.all() if sight.is_mine]
    return sum(size for size, _ in mine), sum(size for size, is_trashed in mine if is_trashed)


def _role(context: Context, drive: SharedDrive) -> str | None:
    return next((member.role for member in drive.members if member.email == context.viewer.email), None)


def list_drives(context: Context) -> dict[str, Any]:
    """A page of the shared drives that the caller is a member of: a `DriveList`."""
    if context.flag("useDomainAdminAccess"):
        raise forbidden("forbidden", "The user is not an administrator of the domain.")
    drives = sorted(context.viewer.library.drives.values(), key=lambda drive: drive.name)
    shown = [show_drive(each, role) for each in drives if _matches(context, each) and (role := _role(context, each))]
    return {"kind": "drive#driveList", **_page(context, "drives", shown, 10)}


def _matches(context: Context, drive: SharedDrive) -> bool:
    q = context.text("q")
    if not q.strip():
        return True
    try:
        test = parse(q)
    except QueryError as error:
        raise invalid("q") from error
    # Of the terms for drives, the one that members without administrator rights are shown to use.
    match test:
        case Comparison("name", "contains", str(value)):
            return has_word_prefixes(drive.name, value)
        case Comparison("name", sign, value):
            return (drive.name == value) == (sign == "=")
        case _:
            raise invalid("q")


def _page(context: Context, name: str, shown: list[dict[str, Any]], default: int) -> dict[str, Any]:
    bound_to = paging.fingerprint(context.viewer.email, {**context.parameters, **context.path})
    start, text = 0, context.text("pageToken")
    if text:
        try:
            start = paging.read(text, bound_to, context.now, context.page_key)
        except paging.PageTokenError as error:
            raise invalid("pageToken") from error
    end = start + context.number("pageSize", default)
    page: dict[str, Any] = {name: shown[start:end]}
    if end < len(shown):
        page["nextPageToken"] = paging.make(end, bound_to, context.now, context.page_key)
    return page


def get_drive(context: Context) -> dict[str, Any]:
    """A `Drive`."""
    drive = context.viewer.library.drives.get(context.path["driveId"])
    role = _role(context, drive) if drive else None
    if drive is None or role is None:
        raise not_found(f"Shared drive not found: {context.path['driveId']}", "driveId")
    return show_drive(drive, role)


def _shared_sight(context: Context) -> Sight:
    sight = find(context, with_drives=context.supports_all_drives)
    if not sight.can_write:
        message = f"The user does not have sufficient permissions for file {sight.item.id}."
        raise forbidden("insufficientFilePermissions", message)
    return sight


def list_permissions(context: Context) -> dict[str, Any]:
    """A page of who has access: a `PermissionList`. Only who can share may see it."""
    sight = _shared_sight(context)
    is_in_drive = sight.item.drive_id is not None
    shown = [show_permission(grant, is_in_drive=is_in_drive) for grant in sight.grants]
    if context.mask is None:
        shown = [{name: each[name] for name in each if name in _PERMISSION_DEFAULT} for each in shown]
    return {"kind": "drive#permissionList", **_page(context, "permissions", shown, 100)}


def get_permission(context: Context) -> dict[str, Any]:
    """A `Permission`."""
    sight = _shared_sight(context)
    asked = context.path["permissionId"]
    for grant in sight.grants:
        if permission_id(grant) == asked:
            shown = show_permission(grant, is_in_drive=sight.item.drive_id is not None)
            keep = shown.keys() if context.mask is not None else _PERMISSION_DEFAULT
            return {name: value for name, value in shown.items() if name in keep}
    raise not_found(f"Permission not found: {asked}.", "permissionId")
