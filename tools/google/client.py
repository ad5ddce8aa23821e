"""Google's own client for Drive v3, for one root URL and no other. It builds requests; `tools.google.http` sends them.

The discovery document's own root is replaced, because the client's `api_endpoint` would leave batches on Google's
host. https://googleapis.github.io/google-api-python-client/docs/epy/
"""

import json
from collections.abc import Iterator
from functools import cached_property
from importlib import resources
from typing import Any
from urllib.parse import urljoin

import httplib2
from googleapiclient.discovery import build_from_document


class GoogleClient:
    """Builds at first use, once for all threads and conversations.

    Each resource is kept: the client writes a resource's methods anew whenever it is asked for, for some milliseconds.
    """

    def __init__(self, root_url: str) -> None:
        self._root_url = root_url.rstrip("/") + "/"

    @property
    def batch_url(self) -> str:
        """Where batches go, on the same host as everything else."""
        return urljoin(self._root_url, str(self._document["batchPath"]))

    @cached_property
    def files(self) -> Any:  # Any here and below: the client makes its classes at run time
        """`files.*`."""
        return self._service.files()

    @cached_property
    def permissions(self) -> Any:
        """`permissions.*`."""
        return self._service.permissions()

    @cached_property
    def drives(self) -> Any:
        """`drives.*`."""
        return self._service.drives()

    @cached_property
    def about(self) -> Any:
        """`about.*`."""
        return self._service.about()

    @cached_property
    def path_words(self) -> frozenset[str]:
        """Every word in the paths of Drive's methods: where an id is expected, `generateIds` calls another method."""
        return frozenset(word for path in _paths(self._document) for word in path.split("/") if "{" not in word)

    @cached_property
    def _document(self) -> dict[str, Any]:
        path = resources.files("googleapiclient.discovery_cache.documents") / "drive.v3.json"
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        document["rootUrl"] = self._root_url
        document["baseUrl"] = urljoin(self._root_url, document["servicePath"])
        document.pop("mtlsRootUrl", None)
        return document

    @cached_property
    def _service(self) -> Any:
        return build_from_document(self._document, http=httplib2.Http())


def _paths(resource: dict[str, Any]) -> Iterator[str]:
    yield from (method["path"] for method in resource.get("methods", {}).values())
    for child in resource.get("resources", {}).values():
        yield from _paths(child)


__all__ = ["GoogleClient"]
