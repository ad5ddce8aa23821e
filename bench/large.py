"""Lists and searches among 100,000 files: what the stand-in takes to answer, and what we add."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httplib2

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import Rig, stack_in
from local.google.large.store import LargeWish, prepare
from local.stack import ROOT
from tools.finding.finder import Finder
from tools.finding.places import Places
from tools.finding.request import Request
from tools.google.drive_api import DriveApi
from tools.handles import Handles
from tools.listing import render

FILES = 100_000
LIBRARY = ROOT / ".env.cache" / "google" / f"drive-{FILES}.sqlite"  # where the stand-in looks for it

REQUESTS = {
    "recent": Request(view="recent", limit=100),
    "name": Request(words="budget", limit=100),
    "inside": Request(content="plan review", limit=100),
    "owner, kind and days": Request(owner="me", kind="spreadsheet", modified="last 90 days", limit=100),
    "last editor": Request(changed_by="Ben", modified="last 30 days", limit=20),
    "oldest first": Request(kind="pdf", order="oldest", limit=100),
    "Japanese name": Request(words="予算", limit=100),
}

_TURNS = 12  # the first of each is not counted: connections are opened and folders are met
_ZONE = ZoneInfo("Europe/Berlin")


def measure(home: Path) -> list[Figure]:
    """Return the two rows; the medians are those of the slowest request."""
    prepare(LargeWish(FILES, LIBRARY))  # the stand-in's port does not open before that is done
    large = home / "large"
    large.mkdir()
    with (
        stack_in(large, os.environ, files=FILES) as stack,
        contextlib.closing(Rig(stack)) as rig,
        _clock_on_the_wire() as wire,
    ):
        rig.connect()
        api, access_token = DriveApi(stack.google_url, ""), rig.access_token()
        samples = {name: _sample(api, access_token, request, wire) for name, request in REQUESTS.items()}
    return [
        _figure(f"one answer of the stand-in among {FILES:,} files", 150.0, {n: s.answers for n, s in samples.items()}),
        _figure(f"our own time for a request among {FILES:,} files", 15.0, {n: s.ours for n, s in samples.items()}),
    ]


@dataclass(frozen=True, slots=True)
class _Samples:
    """Milliseconds: of each answer on the wire, and of each whole request without them."""

    answers: list[float]
    ours: list[float]


def _sample(api: DriveApi, access_token: str, request: Request, wire: list[float]) -> _Samples:
    places = Places(api)
    answers: list[float] = []
    ours: list[float] = []
    for turn in range(_TURNS + 1):
        wire.clear()
        started = time.perf_counter()
        finder = Finder(api, access_token, places, Handles(), _ZONE, datetime.now(UTC).date())
        listing, _ = finder.find(request)
        numbers = Handles().number(listing.all_files, listing.paths)
        render(listing, dict(zip((file.id for file in listing.all_files), numbers, strict=True)), _ZONE)
        whole = 1000 * (time.perf_counter() - started)
        if not listing.files:
            raise BenchError(f"Nothing was found for {request}.")
        if turn:
            answers += wire
            ours.append(whole - sum(wire))
    return _Samples(answers, ours)


def _figure(name: str, budget: float, samples: dict[str, list[float]]) -> Figure:
    spreads = {request: Spread.of(values) for request, values in samples.items()}
    slowest = max(spreads, key=lambda request: spreads[request].median)
    return Figure(
        name=name,
        unit="ms",
        ours=spreads[slowest],
        budget=budget,
        budget_of="value",
        note=f"the slowest request, {slowest!r}, up to 100 files a page",
        split={request: spread.median for request, spread in spreads.items()},
    )


@contextlib.contextmanager
def _clock_on_the_wire() -> Iterator[list[float]]:
    """Yield a list that grows by the milliseconds of every request of Google's client, until its body is read."""
    taken: list[float] = []
    send = httplib2.Http._conn_request  # noqa: SLF001 - the seam between our code and the socket

    def timed(*arguments: Any, **options: Any) -> Any:  # httplib2 has no types
        started = time.perf_counter()
        try:
            return send(*arguments, **options)
        finally:
            taken.append(1000 * (time.perf_counter() - started))

    httplib2.Http._conn_request = timed  # noqa: SLF001
    try:
        yield taken
    finally:
        httplib2.Http._conn_request = send  # noqa: SLF001
