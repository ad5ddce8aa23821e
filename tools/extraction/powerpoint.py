"""PowerPoint presentations: ECMA-376 part 1, sections 19 (PresentationML) and 21.1 (text and tables of DrawingML)."""

from collections.abc import Iterator

from tools.extraction.archive import Archive, Element, attribute, local, relation_of
from tools.extraction.draft import Draft, row_text

__all__ = ["read"]

_TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})  # the same on every slide
_FALSE = frozenset({"0", "false"})


def read(content: bytes, draft: Draft) -> None:
    """Read the slides in their order, each with its title, texts, tables and speaker's notes."""
    archive = Archive(content)
    main = archive.main_part("ppt/presentation.xml")
    targets = archive.targets(main)
    slides = [
        targets[relation][1]
        for each in archive.tree(main).iter()
        if local(each.tag) == "sldId" and (relation := relation_of(each)) in targets
    ]
    draft.note(f"{len(slides)} slides" if len(slides) != 1 else "1 slide")
    for number, slide in enumerate(slides, start=1):
        if slide in archive:
            _read_slide(archive, slide, number, draft)


def _read_slide(archive: Archive, slide: str, number: int, draft: Draft) -> None:
    root = archive.tree(slide)
    title, lines = "", []
    for kind, text in _texts(root):
        if kind in _TITLES and not title:
            title = " ".join(text.split())
        elif kind not in _FURNITURE:
            lines.append(text)
    hidden = " (hidden)" if attribute(root, "show") in _FALSE else ""
    draft.heading(f"Slide {number}{hidden}: {title}" if title else f"Slide {number}{hidden}")
    draft.lines(lines)
    for kind, part in archive.targets(slide).values():
        if kind == "notesSlide" and part in archive:
            notes = [text for kind, text in _texts(archive.tree(part)) if kind not in _FURNITURE and text.strip()]
            if notes:
                draft.line("Notes: " + "\n".join(notes))


def _texts(root: Element) -> Iterator[tuple[str, str]]:
    """Shapes and tables in the order of the slide: (kind of placeholder or "", text)."""
    passed: set[Element] = set()
    for element in root.iter():
        tag = local(element.tag)
        if tag == "Fallback":  # the same shape again, for readers that do not know the first one
            passed |= set(element.iter())
        elif element in passed:
            continue
        elif tag == "sp":
            kind = next((attribute(each, "type", "body") for each in element.iter() if local(each.tag) == "ph"), "")
            text = "\n".join(_paragraph(each) for each in element.iter() if local(each.tag) == "p")
            if text.strip():
                yield kind, text
        elif tag == "tbl":
            yield "", "\n".join(_row(each) for each in element.iter() if local(each.tag) == "tr")


def _row(row: Element) -> str:
    cells = (cell for cell in row if local(cell.tag) == "tc")
    return row_text(" ".join(_paragraph(each) for each in cell.iter() if local(each.tag) == "p") for cell in cells)


def _paragraph(paragraph: Element) -> str:
    pieces, indent = [], 0
    for each in paragraph.iter():
        tag = local(each.tag)
        if tag == "t":
            pieces.append(each.text or "")
        elif tag == "br":
            pieces.append("\n")
        elif tag == "pPr":
            indent = min(int(attribute(each, "lvl", "0")), 8)
    return "  " * indent + "".join(pieces)
