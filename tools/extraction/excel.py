"""Excel workbooks: ECMA-376 part 1, section 18 (SpreadsheetML)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.errors import UnreadableFileError
from tools.extraction.archive import Archive, Element, attribute, local, relation_of
from tools.extraction.cell_values import number_text, shape_of
from tools.extraction.draft import MAX_COLUMNS, MAX_ROWS, Draft, row_text

__all__ = ["read"]

_COLUMN = re.compile(r"[A-Za-z]{1,3}(?=\d)")
_FILLED_ROW = rb"</(?:[A-Za-z0-9_]{1,20}:)?row>"
_LONGEST_END = 30
_TRUE = frozenset({"1", "true"})


@dataclass(slots=True)
class _Workbook:
    archive: Archive
    strings: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)  # by cell style: how its numbers look
    from_1904: bool = False
    uncalculated: bool = False


def read(content: bytes, draft: Draft) -> None:
    """Read all sheets, hidden ones too, as stored: the results of formulas, numbers in full, dates as ISO 8601."""
    archive = Archive(content)
    main = archive.main_part("xl/workbook.xml")
    targets = {key: (kind, part) for key, (kind, part) in archive.targets(main).items() if part in archive}
    book = _Workbook(archive)
    for kind, part in targets.values():
        if kind == "sharedStrings":
            book.strings = list(_strings(archive, part))
        elif kind == "styles":
            book.shapes = _shapes(archive, part)
    root = archive.tree(main)
    book.from_1904 = any(attribute(each, "date1904") in _TRUE for each in root if local(each.tag) == "workbookPr")
    sheets = []
    for each in root.iter():
        kind, part = targets.get(relation_of(each), ("", ""))
        if local(each.tag) == "sheet" and kind == "worksheet":
            sheets.append((each, part))
    if not sheets:
        raise UnreadableFileError("no text")
    draft.note(f"{len(sheets)} sheets" if len(sheets) != 1 else "1 sheet")
    for number, (sheet, part) in enumerate(sheets, start=1):
        hidden = attribute(sheet, "state", "visible") != "visible"
        draft.heading(f"Sheet: {attribute(sheet, 'name')}{' (hidden)' if hidden else ''}")
        _read_sheet(book, part, number, draft)
    if book.uncalculated:
        draft.note("some formulas have no stored result and are shown themselves")


def _strings(archive: Archive, part: str) -> Iterator[str]:
    for begins, tag, element in archive.elements(part, frozenset({"si"})):
        if not begins and tag == "si":
            yield _rich_text(element)


def _rich_text(element: Element) -> str:
    """Join the runs of a text, without the furigana (`rPh`) that Japanese Excel stores beside it."""
    runs = (run for run in element if local(run.tag) != "rPh")
    return "".join(each.text or "" for run in runs for each in run.iter() if local(each.tag) == "t")


def _shapes(archive: Archive, part: str) -> list[str]:
    """How the numbers of each cell style look: section 18.8.45 (`xf`) points to 18.8.30 (`numFmt`)."""
    root = archive.tree(part)
    codes = {
        attribute(each, "numFmtId"): attribute(each, "formatCode")
        for each in root.iter()
        if local(each.tag) == "numFmt"
    }
    return [
        shape_of(number := attribute(each, "numFmtId", "0"), codes.get(number, ""))
        for group in root
        if local(group.tag) == "cellXfs"
        for each in group
        if local(each.tag) == "xf"
    ]


def _read_sheet(book: _Workbook, part: str, number: int, draft: Draft) -> None:
    shown, is_wide, was_empty = 0, False, False
    for begins, tag, element in book.archive.elements(part, frozenset({"row"})):
        if begins or tag != "row":
            continue
        cells, too_wide = _row(book, element)
        is_wide = is_wide or too_wide
        text = row_text(cells)
        if not text:
            was_empty = True
            continue
        if shown == MAX_ROWS:
            total = book.archive.count(part, _FILLED_ROW, _LONGEST_END)
            draft.note(f"sheet {number} has {total:,} rows, the first {shown:,} are here")
            break
        if was_empty and shown:
            draft.line()
        draft.line(text)
        shown, was_empty = shown + 1, False
    if is_wide:
        draft.note(f"sheet {number} has more than {MAX_COLUMNS} columns, the first {MAX_COLUMNS} are here")
    if not shown:
        draft.line("(empty)")


def _row(book: _Workbook, row: Element) -> tuple[list[str], bool]:
    """Place the cells of a row by their references, which may be left out; say too whether some are beyond the last."""
    cells: list[str] = []
    at = 0
    for cell in row:
        if local(cell.tag) != "c":
            continue
        if match := _COLUMN.match(attribute(cell, "r")):
            at = _column(match[0])
        if at >= MAX_COLUMNS:
            return cells, True
        if at >= len(cells):
            cells.extend([""] * (at + 1 - len(cells)))
        cells[at] = _value(book, cell)
        at += 1
    return cells, False


def _column(letters: str) -> int:
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _value(book: _Workbook, cell: Element) -> str:
    """What a cell shows: section 18.3.1.4."""
    inside = {local(each.tag): each for each in cell}
    kind, stored = attribute(cell, "t", "n"), ""
    if "v" in inside:
        stored = inside["v"].text or ""
    elif kind == "inlineStr" and "is" in inside:
        return _rich_text(inside["is"])
    elif "f" in inside and inside["f"].text:
        book.uncalculated = True
        return f"={inside['f'].text}"
    if not stored:
        return ""
    if kind == "s":
        at = int(stored)
        return book.strings[at] if 0 <= at < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if stored in _TRUE else "FALSE"
    if kind != "n":
        return stored
    style = int(attribute(cell, "s", "0"))
    return number_text(stored, book.shapes[style] if 0 <= style < len(book.shapes) else "", from_1904=book.from_1904)
