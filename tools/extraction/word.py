"""Word documents: ECMA-376 part 1, section 17 (WordprocessingML)."""

from dataclasses import dataclass, field

from tools.extraction.archive import Archive, Element, attribute, local
from tools.extraction.draft import Draft, row_text

__all__ = ["read"]

# Where no text for reading is: what was deleted or moved away, furigana, a box drawn a second time, tab stops.
_SKIPPED = frozenset({"rt", "del", "moveFrom", "Fallback", "tabs"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_ITEM = -1  # in the place of a heading's level: a list's item
_MAX_STEPS = 10  # from a style to the one it is based on


@dataclass(slots=True)
class _Paragraph:
    pieces: list[str] = field(default_factory=list)
    style: str = ""
    level: int = 0
    indent: int = -1  # of a list's item


@dataclass(slots=True)
class _Writer:
    """Follows the elements of one part. `tables` holds the rows and cells that are open, nested tables last."""

    draft: Draft
    levels: dict[str, int]
    paragraphs: list[_Paragraph] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    skipped: int = 0

    def take(self, begins: bool, tag: str, element: Element) -> None:  # noqa: FBT001 - the walk's own order
        if tag in _SKIPPED:
            self.skipped += 1 if begins else -1
        elif self.skipped:
            return
        elif begins:
            self._begin(tag)
        else:
            self._end(tag, element)

    def _begin(self, tag: str) -> None:
        if tag == "p":
            self.paragraphs.append(_Paragraph())
        elif tag == "tr":
            self.rows.append([])
        elif tag == "tc":
            self.cells.append([])

    def _end(self, tag: str, element: Element) -> None:
        if tag == "tc" and self.rows:
            self.rows[-1].append(" ".join(self.cells.pop()))
        elif tag == "tr":
            self._write(row_text(self.rows.pop()))
        elif tag == "tbl":
            self._write("")
        elif tag == "p" and self.paragraphs:
            self._finish(self.paragraphs.pop())
        elif self.paragraphs:
            self._fill(self.paragraphs[-1], tag, element)

    @staticmethod
    def _fill(paragraph: _Paragraph, tag: str, element: Element) -> None:
        if tag == "t":
            paragraph.pieces.append(element.text or "")
        elif tag in _CHARACTERS:
            paragraph.pieces.append(_CHARACTERS[tag])
        elif tag == "pStyle":
            paragraph.style = attribute(element, "val")
        elif tag == "outlineLvl":
            paragraph.level = _level(element)
        elif tag == "ilvl":
            paragraph.indent = min(int(attribute(element, "val", "0")), 8)
        elif tag in {"footnoteReference", "endnoteReference"}:
            paragraph.pieces.append(f"[^{attribute(element, 'id')}]")

    def _finish(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.pieces)
        level = paragraph.level or self.levels.get(paragraph.style, 0)
        indent = max(paragraph.indent, 0) if level == _ITEM else paragraph.indent
        if self.cells or not text.strip():
            self._write(text)
        elif level > 0:
            self.draft.heading(text, level)
        elif indent >= 0:
            self.draft.line(f"{'  ' * indent}- {text}")
        else:
            self.draft.line(text)
            self.draft.line()

    def _write(self, text: str) -> None:
        if self.cells:
            self.cells[-1].append(text)
        else:
            self.draft.line(text)


def read(content: bytes, draft: Draft) -> None:
    """Read the document, with its headings, lists, tables and footnotes. Headers, footers and comments are left out."""
    archive = Archive(content)
    main = archive.main_part("word/document.xml")
    parts = {kind: part for kind, part in archive.targets(main).values() if part in archive}
    levels = _style_levels(archive, parts["styles"]) if "styles" in parts else {}
    writer = _Writer(draft, levels)
    for begins, tag, element in archive.elements(main):
        writer.take(begins, tag, element)
    for kind in ("footnotes", "endnotes"):
        if kind in parts:
            _read_notes(archive, parts[kind], draft)
    if "comments" in parts:
        draft.note("comments left out")


def _read_notes(archive: Archive, part: str, draft: Draft) -> None:
    for begins, tag, element in archive.elements(part, frozenset({"footnote", "endnote"})):
        # Separators are notes too, with a type.
        if not begins and tag in {"footnote", "endnote"} and attribute(element, "type", "normal") == "normal":
            text = "".join(each.text or "" for each in element.iter() if each.tag.endswith("}t"))
            draft.line(f"[^{attribute(element, 'id')}]: {text.strip()}")


def _level(element: Element) -> int:
    """Headings count from 0; 9 is body text: section 17.3.1.20."""
    value = int(attribute(element, "val", "9"))
    return value + 1 if 0 <= value <= 5 else 0  # noqa: PLR2004 - Markdown has six levels


def _style_levels(archive: Archive, part: str) -> dict[str, int]:
    """Which style ids make a heading, of which level, or a list. Ids are in the author's language, names in English."""
    levels: dict[str, int] = {}
    bases: dict[str, str] = {}
    for begins, tag, element in archive.elements(part, frozenset({"style"})):
        if not begins and tag == "style":
            style = attribute(element, "styleId")
            inside = {local(each.tag): each for each in element.iter()}
            if level := _style_level(inside):
                levels[style] = level
            elif "basedOn" in inside:
                bases[style] = attribute(inside["basedOn"], "val")
    for style in bases:
        base = style
        for _ in range(_MAX_STEPS):
            base = bases.get(base, base)
        if base in levels:
            levels[style] = levels[base]
    return levels


def _style_level(inside: dict[str, Element]) -> int:
    name = attribute(inside["name"], "val").lower() if "name" in inside else ""
    if name.startswith("heading ") and name[8:] in set("123456"):
        return int(name[8:])
    if name == "title":
        return 1
    if "outlineLvl" in inside:
        return _level(inside["outlineLvl"])
    return _ITEM if "numPr" in inside else 0
