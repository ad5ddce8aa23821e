"""What a person may see of a library, and how they see it. Pure.

A `Sight` is an item through one person's eyes: their role, the parent they can reach, when they opened it.
Corpora: https://developers.google.com/workspace/drive/api/guides/about-files
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from local.google.items import Item, Library, Permission

__all__ = ["ROLES", "Sight", "Viewer", "in_drive", "in_user_corpus"]

# From weakest to strongest: https://developers.google.com/workspace/drive/api/guides/ref-roles
ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")


@dataclass(frozen=True, slots=True)
class Sight:
    """An item as `email` sees it. `grants` are all permissions that apply, inherited ones too."""

    item: Item
    email: str
    role: str
    grants: tuple[Permission, ...]
    parent: str | None
    is_trashed: bool
    is_direct: bool

    @property
    def is_mine(self) -> bool:
        """Whether the viewer owns it."""
        return self.item.owner == self.email

    @property
    def can_write(self) -> bool:
        """Whether the viewer may change or share it."""
        return ROLES.index(self.role) >= ROLES.index("writer")

    @property
    def can_download(self) -> bool:
        """Whether the viewer may have the content."""
        return self.item.can_download or self.is_mine

    @property
    def viewed(self) -> datetime | None:
        """When the viewer opened it last."""
        return self.item.viewed.get(self.email)

    @property
    def shared_with_me(self) -> datetime | None:
        """When it was shared with the viewer; None for own files and shared drives."""
        if self.is_mine or self.item.drive_id:
            return None
        return self.item.shared.get(self.email)

    @property
    def changed_by_me(self) -> datetime | None:
        """When the viewer changed it last, as far as that is known: the owner at least made it."""
        if self.item.modified_by == self.email:
            return self.item.modified
        return self.item.created if self.is_mine else None

    @property
    def is_starred(self) -> bool:
        """Whether the viewer starred it."""
        return self.email in self.item.starred_by

    @property
    def visibility(self) -> str:
        """One of the values that `q` knows as `visibility`."""
        for kind in ("anyone", "domain"):
            if found := [grant.is_discoverable for grant in self.grants if grant.type == kind]:
                return f"{kind}{'CanFind' if any(found) else 'WithLink'}"
        return "limited"


class Viewer:
    """One person in front of a library."""

    def __init__(self, library: Library, email: str) -> None:
        self.library = library
        self.email = email
        self._known: dict[str, Sight | None] = {}

    def see(self, item_id: str) -> Sight | None:
        """The item, or None when it does not exist or is none of theirs: Drive answers both alike."""
        if item_id not in self._known:
            item = self.library.items.get(item_id)
            self._known[item_id] = self._look(item) if item else None
        return self._known[item_id]

    def all(self) -> Iterator[Sight]:
        """Everything within reach, the top folders left out: lists never have them."""
        for item_id, item in self.library.items.items():
            if item.parent and (sight := self.see(item_id)):
                yield sight

    def _look(self, item: Item) -> Sight | None:
        grants, is_trashed = self._inherited(item)
        strongest = max((ROLES.index(grant.role) for grant in grants if grant.reaches(self.email)), default=-1)
        is_listed = item.drive_id is not None or item.owner == self.email
        if strongest < 0 or (is_trashed and not is_listed):
            return None
        parent = item.parent if item.parent and self.see(item.parent) else None
        is_direct = any(grant.email == self.email for grant in item.permissions)
        return Sight(item, self.email, ROLES[strongest], grants, parent, is_trashed, is_direct)

    def _inherited(self, item: Item) -> tuple[tuple[Permission, ...], bool]:
        grants: dict[tuple[str | None, str], Permission] = {}
        is_trashed, place = False, item
        if item.owner:
            grants[item.owner, "user"] = Permission("owner", item.owner)
        while True:
            for grant in place.permissions:
                grants.setdefault((grant.email, grant.type), grant)
            is_trashed = is_trashed or place.trashed
            above = self.library.items.get(place.parent or "")
            if above is None:
                break
            place = above
        for grant in self._members(item.drive_id):
            grants.setdefault((grant.email, grant.type), grant)
        return tuple(grants.values()), is_trashed

    def _members(self, drive_id: str | None) -> tuple[Permission, ...]:
        drives: Mapping[str, object] = self.library.drives
        return self.library.drives[drive_id].members if drive_id and drive_id in drives else ()

    def is_member(self, drive_id: str) -> bool:
        """Whether this person is a member of that shared drive."""
        return any(grant.email == self.email for grant in self._members(drive_id))


def in_user_corpus(sight: Sight) -> bool:
    """`corpora=user`: own, shared with this very person, or opened by them. A link alone is not enough."""
    return sight.is_mine or sight.is_direct or sight.viewed is not None


def in_drive(sight: Sight, drive_id: str) -> bool:
    """`corpora=drive`: everything in that shared drive."""
    return sight.item.drive_id == drive_id
