"""What a person may do with a file or shared drive, as Drive's `capabilities`. Pure."""

from local.google.files import ROLES, Sight
from local.google.items import FOLDER, SHORTCUT

__all__ = ["drive_capabilities", "file_capabilities"]


def file_capabilities(sight: Sight) -> dict[str, bool]:
    """`File.capabilities`, the ones that a reader of files has a use for."""
    is_folder = sight.item.mime_type == FOLDER
    has_content = not is_folder and sight.item.mime_type != SHORTCUT
    rank = ROLES.index(sight.role)
    return {
        "canAccessViaGenAi": sight.item.can_access_via_gen_ai,
        "canAddChildren": is_folder and sight.can_write,
        "canComment": rank >= ROLES.index("commenter"),
        "canCopy": has_content and sight.can_download,
        "canDelete": sight.is_mine,
        "canDownload": has_content and sight.can_download,
        "canEdit": sight.can_write,
        "canListChildren": is_folder,
        "canModifyContent": sight.can_write,
        "canReadDrive": sight.item.drive_id is not None,
        "canReadRevisions": has_content and sight.can_write,
        "canRename": sight.can_write,
        "canShare": sight.can_write,
        "canTrash": sight.is_mine or rank >= ROLES.index("fileOrganizer"),
        "canUntrash": sight.is_mine or rank >= ROLES.index("fileOrganizer"),
    }


def drive_capabilities(role: str) -> dict[str, bool]:
    """`Drive.capabilities`, likewise."""
    rank = ROLES.index(role)
    can_write = rank >= ROLES.index("writer")
    is_organizer = rank >= ROLES.index("organizer")
    return {
        "canAddChildren": can_write,
        "canComment": rank >= ROLES.index("commenter"),
        "canCopy": True,
        "canDeleteDrive": is_organizer,
        "canDownload": True,
        "canEdit": can_write,
        "canListChildren": True,
        "canManageMembers": is_organizer,
        "canReadRevisions": True,
        "canRename": can_write,
        "canRenameDrive": is_organizer,
        "canShare": is_organizer,
        "canTrashChildren": rank >= ROLES.index("fileOrganizer"),
    }
