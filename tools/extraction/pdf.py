"""PDF files, page by page, through pypdf."""

import io
from collections.abc import Iterable

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PdfReadError, WrongPasswordError

from tools.errors import UnreadableFileError
from tools.extraction.draft import Draft

__all__ = ["MAX_PAGES", "read"]

MAX_PAGES = 2_000
_SHOWN_SPANS = 12


def read(content: bytes, draft: Draft) -> None:
    """Read the text of all pages, then what was filled into a form. Pictures of text stay pictures."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    _unlock(reader)
    total = len(reader.pages)
    draft.note(f"{total:,} pages" if total != 1 else "1 page")
    if total > MAX_PAGES:
        draft.note(f"the first {MAX_PAGES:,} pages are here")
    empty, broken = [], []
    for number in range(1, min(total, MAX_PAGES) + 1):
        text = _page_text(reader.pages[number - 1])
        if text is None:
            broken.append(number)
        elif not text.strip():
            empty.append(number)
        else:
            draft.lines((f"\n--- page {number} ---\n", text))
    if not draft.text:
        raise UnreadableFileError("damaged" if broken and not empty else "no text")
    if empty:
        draft.note(f"without text, perhaps pictures: page {_spans(empty)}")
    if broken:
        draft.note(f"could not be read: page {_spans(broken)}")
    _read_form(reader, draft)


def _unlock(reader: PdfReader) -> None:
    """Many PDFs are encrypted with an empty password, which only asks readers not to print or change them."""
    if not reader.is_encrypted:
        return
    try:
        if not reader.decrypt(""):
            raise UnreadableFileError("password")
    except (DependencyError, NotImplementedError, WrongPasswordError) as error:
        raise UnreadableFileError("password") from error


def _page_text(page: PageObject) -> str | None:
    """One damaged page takes nothing from the others; a page made to exhaust us counts as damaged."""
    try:
        return page.extract_text()
    except (PdfReadError, LimitReachedError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _read_form(reader: PdfReader, draft: Draft) -> None:
    try:
        fields = reader.get_form_text_fields() or {}
    except (PdfReadError, LimitReachedError, ValueError, TypeError, KeyError, AttributeError):
        draft.note("its form could not be read")
        return
    filled = {name: value for name, value in fields.items() if value}
    if filled:
        draft.heading("Filled in")
        draft.lines(f"{name}: {value}" for name, value in filled.items())


def _spans(numbers: Iterable[int]) -> str:
    """Write 1, 2, 3, 7 as `1 to 3, 7`; many spans are cut short."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in spans[:_SHOWN_SPANS]]
    return ", ".join(shown) + (", …" if len(spans) > _SHOWN_SPANS else "")
