"""What 100 listed files cost in the model's context: our text against the same facts as JSON. Pure.

Tokens are estimated as four characters each, for both sides alike. A real tokenizer cuts random ids and links into more
pieces than words, so the estimate flatters the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bench.figures import Figure, Spread
from tools.files import parse_file
from tools.listing import Listing, render

FILES = 100

_ZONE = ZoneInfo("Europe/Berlin")
_CHARACTERS_A_TOKEN = 4


def figure(raw_files: Sequence[Mapping[str, Any]]) -> Figure:
    """Compare for Drive v3 `File` resources, as `files.list` answered them."""
    text, bare, whole = as_text(raw_files), as_json(raw_files), _compact(list(raw_files))
    return Figure(
        name=f"model tokens for {len(raw_files)} listed files",
        unit="tokens",
        ours=Spread.of([tokens(text)]),
        baseline=Spread.of([tokens(bare)]),
        budget=0.25,
        note=f"characters / {_CHARACTERS_A_TOKEN}; everything that Drive answers to our request: "
        f"{tokens(whole):,.0f} tokens, ratio {tokens(text) / tokens(whole):.2f}",
    )


def as_text(raw_files: Sequence[Mapping[str, Any]]) -> str:
    """Return what our tool gives the model."""
    files = [parse_file(dict(raw)) for raw in raw_files]
    searched = "My Drive, shared drives and files shared with you; trash left out"
    return render(Listing("files", searched, files, more=True), range(1, len(files) + 1), _ZONE)


def as_json(raw_files: Sequence[Mapping[str, Any]]) -> str:
    """Return the facts that our text holds as a tool without it would give them: with ids, links and Drive's names."""
    return _compact([_same_fields(raw) for raw in raw_files])


def tokens(text: str) -> float:
    """Estimate how many tokens `text` is."""
    return len(text) / _CHARACTERS_A_TOKEN


def _same_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "mimeType", "webViewLink", "modifiedTime", "driveId")
    kept = {name: raw[name] for name in names if name in raw}
    if "lastModifyingUser" in raw:
        kept["lastModifyingUser"] = {"displayName": raw["lastModifyingUser"].get("displayName", "")}
    if "owners" in raw:
        kept["owners"] = [{"displayName": owner.get("displayName", "")} for owner in raw["owners"]]
    return kept


def _compact(value: Any) -> str:  # a JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
