"""The files of an Apps Script project: https://developers.google.com/apps-script/guides/import-export. Pure."""

import json

from tools.extraction.draft import Draft

__all__ = ["read"]


def read(content: bytes, draft: Draft) -> None:
    """Write each file under its name."""
    for file in json.loads(content)["files"]:
        draft.heading(f"{file['name']} ({file['type']})")
        draft.line(file["source"])
