"""Turn the shelves into a library, as seen at one moment. Pure: no clock but `now`."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from local.google.items import FOLDER, Item, Library, SharedDrive, make_id, root_id
from local.google.moments import moment
from local.google.seeds import alice, bob, carol, others, shared_drives
from local.google.shelves import DOC, Row, Shelf

__all__ = ["SHELVES", "seeded_library"]

SHELVES: tuple[Shelf, ...] = (alice.SHELF, bob.SHELF, carol.SHELF, *others.SHELVES, *shared_drives.SHELVES)


@dataclass(slots=True)
class _Builder:
    now: datetime
    items: dict[str, Item] = field(default_factory=dict)
    drives: dict[str, SharedDrive] = field(default_factory=dict)

    def add_shelf(self, shelf: Shelf) -> None:
        top = self._add_top(shelf)
        for row in sorted(shelf.rows, key=lambda row: row.kind != FOLDER):  # a folder's own row comes first
            parent = self._folder(shelf, top, row.folder)
            item = self._item(shelf, row, parent)
            # Drive allows two files of one name and kind in one folder; they differ by id only.
            while item.id in self.items:
                item = replace(item, id=make_id(item.id))
            self.items[item.id] = item

    def _add_top(self, shelf: Shelf) -> str:
        created = moment("700d", self.now)
        if not shelf.drive:
            top = root_id(shelf.keeper)
            self.items[top] = Item(top, "My Drive", FOLDER, None, shelf.keeper, created, created)
            return top
        top = "0A" + make_id("drive", shelf.drive)[1:18]
        self.drives[top] = SharedDrive(top, shelf.drive, created, shelf.members)
        # Google calls a shared drive's top folder "Drive"; its own name is the drive's.
        self.items[top] = Item(top, "Drive", FOLDER, None, None, created, created, drive_id=top)
        return top

    def _folder(self, shelf: Shelf, top: str, path: str) -> str:
        parent, walked = top, ""
        for name in filter(None, path.split("/")):
            folder_id = _id_of(shelf.key, walked, name)
            if folder_id not in self.items:
                row = Row(name, FOLDER, walked, changed="45d", created="400d")
                self.items[folder_id] = self._item(shelf, row, parent)
            parent, walked = folder_id, f"{walked}/{name}".strip("/")
        return parent

    def _item(self, shelf: Shelf, row: Row, parent: str) -> Item:
        def at(text: str) -> datetime:
            return moment(text, self.now)

        opened = ({shelf.keeper: row.opened} if row.opened else {}) | dict(row.opened_by)
        changed = at(row.changed)
        target_kind = _target_kind(row.target)
        expires = self.now + (self.now - at(row.shared_for)) if row.shared_for else None
        return Item(
            id=_id_of(shelf.key, row.folder, row.name, row.kind),
            name=row.name,
            mime_type=row.kind,
            parent=parent,
            owner=None if shelf.drive else shelf.keeper,
            created=min(at(row.created), changed),
            modified=changed,
            modified_by=row.by or shelf.keeper,
            drive_id=parent if parent in self.drives else self.items[parent].drive_id,
            permissions=tuple(replace(grant, expires=expires) for grant in row.shared) if expires else row.shared,
            trashed=row.trashed,
            description=row.description,
            text=row.text,
            repeat=row.repeat,
            padding_bytes=row.padding_bytes,
            target=_id_of(*row.target, target_kind) if row.target else None,
            target_mime_type=target_kind if row.target else None,
            viewed={email: at(text) for email, text in opened.items()},
            starred_by=frozenset({shelf.keeper}) if row.starred else frozenset(),
            shared={grant.email: at(row.shared_when) for grant in row.shared if grant.email},
            can_download=row.can_download,
            can_access_via_gen_ai=row.can_access_via_gen_ai,
        )


def _id_of(shelf: str, folder: str, name: str, kind: str = FOLDER) -> str:
    # The kind is part of it, so that a folder and a file of the same name are two items.
    return make_id(shelf, folder, name, kind)


def _target_kind(target: tuple[str, str, str] | None) -> str:
    # A broken shortcut still says what it pointed to: Drive keeps a snapshot of the type.
    shelf_key, folder, name = target or ("", "", "")
    rows = (row for shelf in SHELVES if shelf.key == shelf_key for row in shelf.rows)
    return next((row.kind for row in rows if (row.folder, row.name) == (folder, name)), DOC)


def seeded_library(now: datetime, shelves: Iterable[Shelf] = SHELVES) -> Library:
    """Everybody's Drives with all times told from `now` (timezone-aware)."""
    builder = _Builder(now)
    for shelf in shelves:
        builder.add_shelf(shelf)
    return Library(builder.items, builder.drives)
