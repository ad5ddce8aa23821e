"""Export Google formats to other formats. Pure.

The map of formats: https://developers.google.com/workspace/drive/api/guides/ref-export-formats; ours is shorter
and `about.get` says exactly what it is.
"""

import csv
import html
import io
from collections.abc import Mapping

from local.google import office
from local.google.contents import full_text
from local.google.items import NATIVE, Item
from local.google.shelves import DOC, DOCX, DRAWING, PDF, PPTX, SHEET, SLIDES, XLSX, ZIP

__all__ = ["FORMATS", "MAX_EXPORT_BYTES", "UnsupportedExportError", "export"]

# files.export: "the exported content is limited to 10 MB".
MAX_EXPORT_BYTES = 10 * 1024 * 1024

FORMATS: Mapping[str, tuple[str, ...]] = {
    DOC: (DOCX, PDF, "text/plain", "text/html", "text/markdown", ZIP),
    SHEET: (XLSX, PDF, ZIP, "text/csv", "text/tab-separated-values"),
    SLIDES: (PPTX, PDF, "text/plain"),
    DRAWING: (PDF, "image/svg+xml"),
    f"{NATIVE}script": ("application/vnd.google-apps.script+json",),
}


class UnsupportedExportError(Exception):
    """The format is not one that this kind of file can become."""


def export(item: Item, mime_type: str) -> bytes:
    """The file in that format. Raises `UnsupportedExportError`."""
    if mime_type not in FORMATS.get(item.mime_type, ()):
        raise UnsupportedExportError(mime_type)
    text = full_text(item)
    if maker := office.MAKERS.get(mime_type):
        return maker(text)
    match mime_type:
        case "text/plain":
            return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()  # Google puts a byte order mark first
        case "text/html":
            return _html(item.name, text).encode()
        case "application/zip":
            return office.package({"index.html": _html(item.name, text)})
        case "text/csv":
            return _table(text, ",")
        case "text/tab-separated-values":
            return _table(text, "\t")
        case "image/svg+xml":
            return b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"/>'
        case _:
            return text.encode()


def _table(text: str, delimiter: str) -> bytes:
    """The first sheet alone, as Google's export has it."""
    _, first = office.sheets(text)[0]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(csv.reader(io.StringIO(first)))
    return buffer.getvalue().removesuffix("\r\n").encode()


def _html(name: str, text: str) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    return f"<!doctype html><html><head><title>{html.escape(name)}</title></head><body>{lines}</body></html>"
