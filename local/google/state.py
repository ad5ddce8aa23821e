"""Everything the stand-in knows, in one place: made at the start, emptied by `reset`."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from local.google import discovery
from local.google.discovery import Discovery
from local.google.faults import Faults
from local.google.flows import Flows
from local.google.folder import RealFolder
from local.google.grants import Grants
from local.google.items import Library
from local.google.journal import Journal
from local.google.keys import Keys
from local.google.large.store import LargeDrive, LargeWish, open_drive
from local.google.query import parse
from local.google.seed import seeded_library
from local.google.service import DriveService
from local.google.switches import Switches

__all__ = ["State", "build_state"]


@dataclass(frozen=True, slots=True)
class State:
    """`clock` tells the time to grants and page tokens. `seeded_at` is the moment the seeds are told from."""

    seeded_at: datetime
    clock: Callable[[], datetime]
    discovery: Discovery
    seeds: Library
    service: DriveService
    switches: Switches
    folder: RealFolder | None = None
    large: LargeDrive | None = None
    grants: Grants = field(default_factory=Grants)
    flows: Flows = field(default_factory=Flows)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    keys: Keys = field(default_factory=Keys)

    def reset(self) -> None:
        """As at the start: no grants, no faults, an empty journal. The signing key stays."""
        self.grants.reset()
        self.flows.reset()
        self.faults.clear()
        self.journal.reset()
        fresh = Switches()
        for each in fields(fresh):
            setattr(self.switches, each.name, getattr(fresh, each.name))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def build_state(
    now: datetime | None = None,
    *,
    folder: RealFolder | None = None,
    large: LargeWish | None = None,
    seeds: Library | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> State:
    """The state of a fresh stand-in. Seeds are told from `now`, in its time zone; without it, from this machine's.

    `folder` or `large` gives one person another Drive than the seeds' alone; `seeds` stands in for them all.
    """
    seeded_at = now or datetime.now().astimezone()
    seeds = seeds or seeded_library(seeded_at)
    parse("trashed = false")  # compiles the grammar now and not in somebody's first search
    document = discovery.load()
    opened = open_drive(large, seeds, seeded_at) if large else None
    grants = Grants()
    switches = Switches()
    service = DriveService(
        discovery=document,
        find_access=grants.access,
        library=_library(seeds, folder, opened),
        switches=switches,
        page_key=secrets.token_bytes(32),
    )
    return State(seeded_at, clock, document, seeds, service, switches, folder, opened, grants)


def _library(seeds: Library, folder: RealFolder | None, large: LargeDrive | None) -> Callable[[str], Library]:
    def library(email: str) -> Library:
        if large and email == large.owner:
            return large.library
        return folder.merged_into(seeds) if folder else seeds

    return library
