"""What 100 listed files cost in the model's context: our text against the same facts as JSON.

Tokens are estimated as four characters each, for both sides alike. A real tokenizer cuts random ids and links into more
pieces than words, so the estimate flatters the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import Rig
from tools.finding.finder import Finder
from tools.finding.places import Places
from tools.finding.request import Request
from tools.google.drive_api import DriveApi
from tools.handles import Handles
from tools.listing import Listing, render

FILES = 100

_ZONE = ZoneInfo("Europe/Berlin")
_CHARACTERS_A_TOKEN = 4


def measure(rig: Rig) -> Figure:
    """Compare for the connected person's files that were changed last, as our search finds and shows them."""
    api, access_token = DriveApi(rig.stack.google_url, ""), rig.access_token()
    places = Places(api)
    finder = Finder(api, access_token, places, Handles(), _ZONE, datetime.now(UTC).date())
    listing, _ = finder.find(Request(limit=FILES))
    raw = {file["id"]: file for file in rig.listed_files(FILES)}
    if {file.id for file in listing.files} != raw.keys():
        raise BenchError("Our search and Drive's own list found different files.")
    return figure(listing, [raw[file.id] for file in listing.files])


def figure(listing: Listing, raw_files: Sequence[Mapping[str, Any]]) -> Figure:
    """Compare a listing with the Drive v3 `File` resources that it was made of."""
    text, bare, whole = as_text(listing), as_json(raw_files, listing.paths), _compact(list(raw_files))
    return Figure(
        name=f"model tokens for {len(raw_files)} listed files",
        unit="tokens",
        ours=Spread.of([tokens(text)]),
        baseline=Spread.of([tokens(bare)]),
        budget=0.25,
        note=f"characters / {_CHARACTERS_A_TOKEN}; everything that Drive answers to our request: "
        f"{tokens(whole):,.0f} tokens, ratio {tokens(text) / tokens(whole):.2f}",
    )


def as_text(listing: Listing) -> str:
    """Return what our tool gives the model."""
    files = listing.all_files
    return render(listing, {file.id: number for number, file in enumerate(files, 1)}, _ZONE)


def as_json(raw_files: Sequence[Mapping[str, Any]], paths: Mapping[str, str]) -> str:
    """Return the facts that our text holds as a tool without it would give them: with ids, links and Drive's names."""
    return _compact([_same_fields(raw, paths) for raw in raw_files])


def tokens(text: str) -> float:
    """Estimate how many tokens `text` is."""
    return len(text) / _CHARACTERS_A_TOKEN


def _same_fields(raw: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    names = ("id", "name", "mimeType", "webViewLink", "modifiedTime")
    kept = {name: raw[name] for name in names if name in raw}
    if "lastModifyingUser" in raw:
        kept["lastModifyingUser"] = {"displayName": raw["lastModifyingUser"].get("displayName", "")}
    if "owners" in raw:
        kept["owners"] = [{"displayName": owner.get("displayName", "")} for owner in raw["owners"]]
    if path := next((paths[parent] for parent in raw.get("parents", []) if parent in paths), ""):
        return kept | {"path": path}
    if "sharedWithMeTime" in raw:
        kept["sharedWithMeTime"] = raw["sharedWithMeTime"]
        kept["sharingUser"] = {"displayName": raw.get("sharingUser", {}).get("displayName", "")}
    return kept


def _compact(value: Any) -> str:  # a JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
