"""OpenDocument texts, spreadsheets and presentations: OASIS OpenDocument 1.3 part 3."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.errors import UnreadableFileError
from tools.extraction.archive import Archive, Element, attribute, local
from tools.extraction.draft import MAX_COLUMNS, MAX_ROWS, Draft, row_text

__all__ = ["read"]

_PARAGRAPHS = frozenset({"p", "h"})
_SKIPPED = frozenset({"tracked-changes", "annotation", "ruby-text", "note-citation", "shapes"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_MAX_SPACES = 80


def read(content: bytes, draft: Draft) -> None:
    """Read the document in its order. Comments and deleted text are left out."""
    archive = Archive(content)
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableFileError("password")
    writer = _Writer(draft)
    for begins, tag, element in archive.elements("content.xml", _PARAGRAPHS):
        writer.take(begins, tag, element)
    if writer.sheets:
        draft.note(f"{writer.sheets} sheets" if writer.sheets > 1 else "1 sheet")
    if writer.slides:
        draft.note(f"{writer.slides} slides" if writer.slides > 1 else "1 slide")


@dataclass(slots=True)
class _Writer:
    """Follows the elements of `content.xml`. `rows` and `cells` are open ones, those of nested tables last."""

    draft: Draft
    is_spreadsheet: bool = False
    sheets: int = 0
    slides: int = 0
    shown: int = 0  # rows of the present sheet
    rows: list[list[str]] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    lists: int = 0
    skipped: int = 0
    inside: int = 0  # paragraphs: what is in one is read with it

    def take(self, begins: bool, tag: str, element: Element) -> None:  # noqa: FBT001 - the walk's own order
        if tag in _SKIPPED:
            self.skipped += 1 if begins else -1
        elif self.skipped:
            return
        elif tag in _PARAGRAPHS:
            self.inside += 1 if begins else -1
            if not begins and not self.inside:
                self._paragraph(tag, element)
        elif self.inside:
            return
        elif begins:
            self._begin(tag, element)
        else:
            self._end(tag, element)

    def _begin(self, tag: str, element: Element) -> None:
        if tag == "spreadsheet":
            self.is_spreadsheet = True
        elif tag == "table" and self.is_spreadsheet and not self.cells:
            self.sheets, self.shown = self.sheets + 1, 0
            self.draft.heading(f"Sheet: {attribute(element, 'name')}")
        elif tag == "page":
            self.slides += 1
            self.draft.heading(f"Slide {self.slides}: {attribute(element, 'name')}")
        elif tag == "notes":
            self.draft.line("Notes:")
        elif tag == "list":
            self.lists += 1
        elif tag == "table-row":
            self.rows.append([])
        elif tag in _CELLS:
            self.cells.append([])

    def _end(self, tag: str, element: Element) -> None:
        if tag == "list":
            self.lists -= 1
        elif tag in _CELLS and self.rows:
            text, row = " ".join(self.cells.pop()), self.rows[-1]
            row.extend([text] * min(_repeated(element, "number-columns-repeated"), MAX_COLUMNS - len(row)))
        elif tag == "table-row":
            self._row(row_text(self.rows.pop()), _repeated(element, "number-rows-repeated"))

    def _row(self, text: str, times: int) -> None:
        if self.cells:
            self.cells[-1].append(text)
        elif not self.is_spreadsheet:
            self.draft.line(text)
        elif text:
            if self.shown + times > MAX_ROWS:
                self.draft.note(f"sheet {self.sheets} has more than {MAX_ROWS:,} rows, the first {MAX_ROWS:,} are here")
            times = min(times, MAX_ROWS - self.shown)
            self.draft.lines([text] * times)
            self.shown += times

    def _paragraph(self, tag: str, element: Element) -> None:
        text = "".join(_text(element))
        if self.cells:
            self.cells[-1].append(text)
        elif tag == "h" and text.strip():
            self.draft.heading(text, int(attribute(element, "outline-level", "1")))
        elif self.lists and text.strip():
            self.draft.line(f"{'  ' * (min(self.lists, 8) - 1)}- {text}")
        else:
            self.draft.line(text)
            self.draft.line()


def _repeated(element: Element, name: str) -> int:
    return max(1, int(attribute(element, name, "1")))


def _text(element: Element) -> Iterator[str]:
    """What a paragraph says: text and tails of the elements in it, with spaces, tabs and breaks as characters."""
    yield element.text or ""
    for each in element:
        tag = local(each.tag)
        if tag == "s":
            yield " " * min(int(attribute(each, "c", "1")), _MAX_SPACES)
        elif tag == "tab":
            yield "\t"
        elif tag == "line-break":
            yield "\n"
        elif tag == "note":
            yield f" ({''.join(_text(each)).strip()})"
        elif tag not in _SKIPPED:
            yield from _text(each)
        yield each.tail or ""
