"""Opening the ZIP archive of XML parts that Word, Excel, PowerPoint, OpenDocument and EPUB files are.

Long parts are read as a stream, short ones whole, nothing goes to a disk, and sizes are looked at before unpacking. No
document type declaration is let in, hence no entity: Office Open XML forbids it (ECMA-376 part 2, section 8.1.4).
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tools.errors import UnreadableFileError

__all__ = ["MAX_STREAMED_BYTES", "MAX_WHOLE_BYTES", "Archive", "Element", "attribute", "local", "relation_of"]

Element = ET.Element
MAX_STREAMED_BYTES = 1_000_000_000  # of all parts together: a sheet of a million rows has 300 MB
MAX_WHOLE_BYTES = 50_000_000  # of a part that is held in memory; as a tree it takes ten times that
_MAX_PARTS = 20_000
_CHUNK = 65_536
_ENCRYPTED_FLAG = 0x1  # of a member, PKWARE APPNOTE 4.4.4
# An encrypted Office file is a compound file (MS-CFB) with a stream of this name (MS-OFFCRYPTO 2.3).
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def local(name: str) -> str:
    """Leave the namespace out of a tag's or an attribute's name."""
    return name.rpartition("}")[2]


def attribute(element: Element, name: str, default: str = "") -> str:
    """Look an attribute up by its local name; the first of several."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return value
    return default


def relation_of(element: Element) -> str:
    """Find the id of the relation that an element of Office Open XML names: `r:id`. Its own `id` has no namespace."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


class Archive:
    """The parts of one file. Raises `UnreadableFileError` for what is no archive, too large, or encrypted."""

    def __init__(self, content: bytes, max_bytes: int = MAX_STREAMED_BYTES) -> None:
        """Read the archive's list of parts; `max_bytes` is for all parts that will be opened, together."""
        if content.startswith(_COMPOUND_FILE):
            raise UnreadableFileError("password" if _ENCRYPTED_PACKAGE in content else "damaged")
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._parts = {each.filename.lstrip("/"): each for each in self._zip.infolist()}
        self._left = max_bytes
        self._counted: set[str] = set()
        if len(self._parts) > _MAX_PARTS:
            raise UnreadableFileError("too large")

    def __contains__(self, name: str) -> bool:
        """Say whether there is a part of this name."""
        return name in self._parts

    def open(self, name: str) -> IO[bytes]:
        """Open a part. What the archive says of its size is checked here, and held to by `zipfile` while reading."""
        part = self._parts[name]
        if part.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableFileError("password")
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableFileError("damaged")
        if name not in self._counted:
            self._counted.add(name)
            self._left -= part.file_size
        if self._left < 0:
            raise UnreadableFileError("too large")
        return self._zip.open(part)

    def read(self, name: str) -> bytes:
        """Read a whole part."""
        with self.open(name) as part:
            if self._parts[name].file_size > MAX_WHOLE_BYTES:
                raise UnreadableFileError("too large")
            return part.read()

    def elements(self, name: str, whole: frozenset[str] = frozenset()) -> Iterator[tuple[bool, str, Element]]:
        """Walk through a part's XML: (whether an element begins or else ends, its local name, the element).

        An element is emptied after its end, so that a part of any length takes little memory, unless it is inside one
        of the local names in `whole`: those are complete at their end.
        """
        with self.open(name) as part:
            _refuse_document_type(part)
            part.seek(0)
            inside = 0
            for event, element in ET.iterparse(part, ("start", "end")):  # noqa: S314 - checked in the line above
                begins, tag = event == "start", local(element.tag)
                if tag in whole:
                    inside += 1 if begins else -1
                yield begins, tag, element
                if not begins and not inside:
                    element.clear()

    def tree(self, name: str) -> Element:
        """Read a whole part's XML."""
        content = self.read(name)
        _refuse_document_type(io.BytesIO(content))
        return ET.fromstring(content)  # noqa: S314 - checked in the line above

    def count(self, name: str, pattern: bytes, longest: int) -> int:
        """Count the places of a part where `pattern` matches, at most `longest` bytes each, without parsing it."""
        found, rest, search = 0, b"", re.compile(pattern)
        with self.open(name) as part:
            while chunk := part.read(_CHUNK):
                data, last = rest + chunk, 0
                for match in search.finditer(data):
                    found, last = found + 1, match.end()
                rest = data[max(last, len(data) - longest) :]
        return found

    def targets(self, name: str) -> dict[str, tuple[str, str]]:
        """Where a part's relations lead, by id: (the last word of the relation's type, the part it leads to)."""
        folder, _, file = name.rpartition("/")
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if relations not in self:
            return {}
        found = {}
        for each in self.tree(relations):
            if attribute(each, "TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, unquote(attribute(each, "Target"))))
                found[attribute(each, "Id")] = (attribute(each, "Type").rpartition("/")[2], path.lstrip("/"))
        return found

    def main_part(self, default: str) -> str:
        """Find the part that the package's own relations call the document."""
        for kind, part in self.targets("").values():
            if kind == "officeDocument" and part in self:
                return part
        return default


class _RootReached(Exception):  # noqa: N818 - a way out of the parser, not a failure
    pass


def _refuse_document_type(part: IO[bytes]) -> None:
    """Parse up to the root element. A declaration can stand nowhere else: XML 1.0, section 2.8."""

    def refuse(*_: Any) -> None:
        raise UnreadableFileError("damaged")

    def stop(*_: Any) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except _RootReached:
        return
