"""EPUB books: chapters are XHTML pages, in the order of the spine. EPUB 3.3, sections 4 and 5."""

import posixpath
from urllib.parse import unquote

from tools.errors import UnreadableFileError
from tools.extraction.archive import Archive, attribute, local
from tools.extraction.draft import Draft
from tools.extraction.encodings import decode
from tools.extraction.web import read_page

__all__ = ["read"]

_CONTAINER = "META-INF/container.xml"


def read(content: bytes, draft: Draft) -> None:
    """Read the chapters, one after the other."""
    archive = Archive(content)
    if "META-INF/rights.xml" in archive:
        raise UnreadableFileError("password")
    package = next(
        attribute(each, "full-path") for each in archive.tree(_CONTAINER).iter() if local(each.tag) == "rootfile"
    )
    items, spine = {}, []
    for each in archive.tree(package).iter():
        if local(each.tag) == "item":
            path = posixpath.join(posixpath.dirname(package), unquote(attribute(each, "href")))
            items[attribute(each, "id")] = posixpath.normpath(path)
        elif local(each.tag) == "itemref":
            spine.append(attribute(each, "idref"))
    for name in spine:
        if items.get(name, "") in archive:
            read_page(decode(archive.read(items[name]))[0], draft)
