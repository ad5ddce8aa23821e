"""Google's published description of Drive v3: methods, parameters, scopes and schemas.

The document travels with google-api-python-client (`discovery_cache/documents/drive.v3.json`). It is read as
data, without importing the client; the answers of this stand-in are held to it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any  # the document's schemas are JSON

__all__ = ["Discovery", "Method", "load"]

_DOCUMENT = "discovery_cache/documents/drive.v3.json"


@dataclass(frozen=True, slots=True)
class Method:
    """One method: `id` without the leading `drive.` (`files.list`), `scopes` any of which will do."""

    id: str
    http_method: str
    path: re.Pattern[str]
    scopes: frozenset[str]
    parameters: Mapping[str, Mapping[str, Any]]
    response: Mapping[str, Any] | None

    @property
    def rpc_name(self) -> str:
        """The name that Google's error details use: `google.apps.drive.v3.DriveFiles.List`."""
        resource, verb = self.id.split(".")
        return f"google.apps.drive.v3.Drive{resource[0].upper()}{resource[1:]}.{verb[0].upper()}{verb[1:]}"


@dataclass(frozen=True, slots=True)
class Discovery:
    """The whole document, ready for use. `scopes` maps every scope to its description."""

    methods: tuple[Method, ...]
    schemas: Mapping[str, Mapping[str, Any]]
    scopes: Mapping[str, str]
    revision: str

    def find(self, http_method: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The method at `path` (`files/abc`, without `drive/v3/`) with its path parameters."""
        for method in self.methods:
            if method.http_method == http_method and (found := method.path.fullmatch(path)):
                return method, found.groupdict()
        return None


def load() -> Discovery:
    """Read the document. Raises `FileNotFoundError` when google-api-python-client is not installed."""
    package = find_spec("googleapiclient")
    if package is None or package.origin is None:
        raise FileNotFoundError("google-api-python-client is not installed")
    document = json.loads((Path(package.origin).parent / _DOCUMENT).read_text(encoding="utf-8"))
    methods = [_method(each) for resource in document["resources"].values() for each in resource["methods"].values()]
    # `files/generateIds` is also a `files/{fileId}`: fixed words go before placeholders.
    methods.sort(key=lambda method: method.path.groups)
    scopes = {name: each["description"] for name, each in document["auth"]["oauth2"]["scopes"].items()}
    return Discovery(tuple(methods), document["schemas"], scopes, document["revision"])


def _method(source: Mapping[str, Any]) -> Method:
    pieces = re.split(r"\{(\w+)\}", source["path"])
    pattern = "".join(f"(?P<{piece}>[^/]+)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return Method(
        id=source["id"].removeprefix("drive."),
        http_method=source["httpMethod"],
        path=re.compile(pattern),
        scopes=frozenset(source.get("scopes", ())),
        parameters=source.get("parameters", {}),
        response=source.get("response"),
    )
