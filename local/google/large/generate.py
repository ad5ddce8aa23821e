"""Make up one person's Drive: folders, files, people, times, all from a number. Pure but for its random numbers.

About 62 of 100 items are the person's own, 20 are in shared drives and 18 are shared with them, half of those in
shared folders. Times reach six years back from `ANCHOR` and grow denser towards it; nothing happened in the last hour.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from local.google.items import FOLDER, SHORTCUT, Item, Library, Permission, SharedDrive, make_id, root_id
from local.google.large.colleagues import EVERYBODY
from local.google.large.texts import Texts
from local.google.large.vocabulary import DRIVES, KINDS, TOP_FOLDERS
from local.people import ALICE

__all__ = ["ANCHOR", "OWNER", "generate"]

ANCHOR = datetime(2026, 11, 20, 10, tzinfo=UTC)
OWNER = ALICE.email
_SPAN_S = 6 * 365 * 86_400
_HOUR_S = 3600
_DEEPEST = 6
_FILES_TO_A_FOLDER = 25
_OTHERS = tuple(account.email for account in EVERYBODY if account.email != OWNER)
_OFTEN = tuple(accumulate(1 / (at + 2) for at in range(len(_OTHERS))))  # some people work with her more than others
_KIND_SHARES = tuple(accumulate(kind.share for kind in KINDS))


@dataclass(slots=True)
class _Place:
    """A My Drive, a shared drive or somebody's shared folders; `folders` have the depth of what is put into them."""

    top: str
    owner: str | None
    drive_id: str | None = None
    people: tuple[str, ...] = ()
    folders: list[tuple[str, int, str | None]] = field(default_factory=list)


def generate(files: int, seed: int) -> Library:
    """`files` items, folders counted; the person's own top folder and those of the shared drives come on top."""
    maker = _Maker(random.Random(seed), seed)  # noqa: S311 - names and dates, no secrets
    places = maker.places()
    for number in range(files // _FILES_TO_A_FOLDER):
        maker.add_folder(*maker.pick(places), number)
    for _ in range(files - files // _FILES_TO_A_FOLDER):
        maker.add_file(*maker.pick(places))
    return Library(maker.items, maker.drives)


class _Maker:
    def __init__(self, source: random.Random, seed: int) -> None:
        self._random = source
        self._seed = str(seed)
        self._texts = Texts(source)
        self._names: dict[str | None, set[str]] = {}
        self._targets: list[tuple[str, str]] = []
        self.items: dict[str, Item] = {}
        self.drives: dict[str, SharedDrive] = {}

    def _id(self) -> str:
        return make_id("large", self._seed, str(len(self.items)))

    def _people(self, count: int) -> list[str]:
        return list(dict.fromkeys(self._random.choices(_OTHERS, cum_weights=_OFTEN, k=count)))

    def _ago(self, seconds: float) -> datetime:
        return ANCHOR - timedelta(milliseconds=int(seconds * 1000))

    def places(self) -> list[_Place]:
        """Her own Drive, the others' folders, the shared drives."""
        long_ago = self._ago(_SPAN_S * 1.1)
        top = root_id(OWNER)
        self.items[top] = Item(top, "My Drive", FOLDER, None, OWNER, long_ago, long_ago)
        places = [_Place(top, OWNER), _Place("", None)]
        for name in DRIVES:
            key = "0A" + make_id("large", self._seed, "drive", name)[1:18]
            people = (OWNER, *self._people(12))
            roles = ("writer", "organizer", "fileOrganizer", "commenter", "reader")
            members = tuple(Permission(roles[min(at, at % 5)], email) for at, email in enumerate(people))
            self.drives[key] = SharedDrive(key, name, long_ago, members)
            self.items[key] = Item(key, "Drive", FOLDER, None, None, long_ago, long_ago, drive_id=key)
            places.append(_Place(key, None, key, people))
        return places

    def pick(self, places: Sequence[_Place]) -> tuple[_Place, bool]:
        """A place for the next item, and whether it goes right to the top of it."""
        chance = self._random.random()
        if chance < 0.62:
            return places[0], self._random.random() < 0.02
        if chance < 0.80:
            return places[1], self._random.random() < 0.5
        (place,) = self._random.choices(places[2:], weights=list(DRIVES.values()))
        return place, self._random.random() < 0.03

    def add_folder(self, place: _Place, is_at_top: bool, number: int) -> None:  # noqa: FBT001 - as `pick` gives it
        """A folder in a folder of the place that is not too deep, or at its top."""
        deep = [each for each in place.folders[-400:] if each[1] < _DEEPEST]
        if is_at_top or len(place.folders) < 12 or not deep:
            parent, depth, owner = place.top, 0, place.owner or (None if place.drive_id else self._people(1)[0])
        else:
            parent, depth, owner = self._random.choice(deep)
        is_shared = not place.top and depth == 0
        name = TOP_FOLDERS[number % len(TOP_FOLDERS)] if place.owner and depth == 0 else self._texts.folder_name()
        item = self._item(
            self._free(parent, name), FOLDER, parent or root_id(owner or ""), owner, place.drive_id, is_shared=is_shared
        )
        place.folders.append((item.id, depth + 1, owner))

    def add_file(self, place: _Place, is_at_top: bool) -> None:  # noqa: FBT001 - as `pick` gives it
        """A file in some folder of the place, or at its top."""
        if is_at_top or not place.folders:
            owner = place.owner or (None if place.drive_id else self._people(1)[0])
            parent, is_shared = place.top or root_id(owner or ""), not place.top
        else:
            (parent, _, owner), is_shared = self._random.choice(place.folders), False
        (kind,) = self._random.choices(KINDS, cum_weights=_KIND_SHARES)
        name = self._free(parent, self._texts.file_name(kind), kind.suffix)
        target = self._random.choice(self._targets) if kind.mime_type == SHORTCUT and self._targets else None
        text = self._texts.content(kind) if kind.has_text else ""
        low, high = kind.padding_bytes
        padding_bytes = low + int((high - low) * self._random.random() ** 3)
        item = self._item(
            name,
            kind.mime_type,
            parent,
            owner,
            place.drive_id,
            people=place.people,
            is_shared=is_shared,
            text=text,
            padding_bytes=padding_bytes,
            target=target,
        )
        if self._random.random() < 0.02 and kind.mime_type != SHORTCUT:
            self._targets.append((item.id, item.mime_type))

    def _free(self, parent: str, name: str, suffix: str = "") -> str:
        """Names in a folder repeat now and then, as they do in life, but mostly get a number."""
        taken = self._names.setdefault(parent, set())
        if name in taken and self._random.random() < 0.9:
            name = f"{name.removesuffix(suffix)} ({self._random.randrange(1, 9)}){suffix}"
        taken.add(name)
        return name

    def _item(
        self,
        name: str,
        kind: str,
        parent: str,
        owner: str | None,
        drive_id: str | None,
        *,
        people: tuple[str, ...] = (),
        is_shared: bool = False,
        text: str = "",
        padding_bytes: int = 0,
        target: tuple[str, str] | None = None,
    ) -> Item:
        """Keep an item with a past: made, shared, changed and opened, in this order, by people who may."""
        chance = self._random.random
        age_s = _HOUR_S + (_SPAN_S - _HOUR_S) * chance() ** 2.2
        created_s = age_s + (_SPAN_S - age_s) * chance() ** 6
        shared_s = age_s + (created_s - age_s) * chance()
        opened_s = _HOUR_S + (age_s - _HOUR_S) * chance() ** 0.4
        grants = self._grants(owner, drive_id, is_shared=is_shared)
        editors = [OWNER, *people, *(grant.email for grant in grants if grant.email)]
        is_by_owner = owner is not None and chance() < 0.75
        item = Item(
            id=self._id(),
            name=name,
            mime_type=kind,
            parent=parent,
            owner=owner,
            created=self._ago(created_s),
            modified=self._ago(age_s),
            modified_by=owner if is_by_owner else self._random.choice(editors),
            drive_id=drive_id,
            permissions=grants,
            trashed=chance() < (0.004 if kind == FOLDER else 0.025),
            description=self._texts.line() if chance() < 0.02 else "",
            text=text,
            padding_bytes=padding_bytes,
            target=target[0] if target else None,
            target_mime_type=target[1] if target else None,
            viewed={OWNER: self._ago(opened_s)} if chance() < (0.5 if owner == OWNER else 0.2) else {},
            starred_by=frozenset({OWNER}) if chance() < 0.012 else frozenset(),
            shared={grant.email: self._ago(shared_s) for grant in grants if grant.email},
        )
        self.items[item.id] = item
        return item

    def _grants(self, owner: str | None, drive_id: str | None, *, is_shared: bool) -> tuple[Permission, ...]:
        if drive_id or (owner != OWNER and not is_shared):
            return ()  # what applies is inherited
        others = self._people(2) if self._random.random() < 0.2 else []
        roles = ("reader", "commenter", "writer", "writer")
        grants = [Permission(self._random.choice(roles), email) for email in others if email != owner]
        if self._random.random() < 0.02:
            grants.append(Permission("reader", type="anyone"))
        if is_shared:
            grants.insert(0, Permission(self._random.choice(roles), OWNER))
        return tuple(grants)
