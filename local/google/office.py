"""The smallest documents that Word, Excel, PowerPoint and PDF readers open, made from plain text. Pure.

Office formats: ECMA-376 (Open Packaging Conventions); PDF: ISO 32000-1, with a standard font, hence Latin
letters only. A spreadsheet's text is CSV, a presentation's text has a line for each slide (see `sheets` for more
than one sheet).
"""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

__all__ = ["MAKERS", "docx", "package", "pdf", "pptx", "sheets", "xlsx"]

_OFFICE = "http://schemas.openxmlformats.org"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_LINES_PER_PAGE = 48


def package(parts: Mapping[str, str]) -> bytes:
    """A ZIP archive with these files. The same parts give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _open_package(main: str, mime_type: str, parts: Mapping[str, str], types: Mapping[str, str]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{each}"/>'
        for name, each in {main: f"{mime_type}.main+xml", **types}.items()
    )
    return package(
        {
            "[Content_Types].xml": f'{_XML}<Types xmlns="{_OFFICE}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
            "_rels/.rels": _relations({"rId1": ("officeDocument", main)}),
            **parts,
        }
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships">{each}</Relationships>'


def docx(text: str) -> bytes:
    """A Word document with a paragraph for each line."""
    lines = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.splitlines())
    main = f'{_XML}<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main"><w:body>{lines}</w:body></w:document>'
    return _open_package("word/document.xml", _WORD, {"word/document.xml": main}, {})


def sheets(text: str) -> list[tuple[str, str]]:
    """Names and CSV of a spreadsheet's sheets. A form feed begins another one, with its name on the same line."""
    first, *others = text.split("\f")
    found = [("Sheet1", first)] if first or not others else []
    for each in others:
        name, _, rows = each.partition("\n")
        found.append((name.strip() or f"Sheet{len(found) + 1}", rows))
    return found


def xlsx(text: str) -> bytes:
    """A workbook with all the sheets; every cell is text."""
    name = f"{_OFFICE}/spreadsheetml/2006/main"
    relation = f"{_OFFICE}/officeDocument/2006/relationships"
    found = list(enumerate(sheets(text), start=1))
    entries = "".join(
        f'<sheet name="{escape(title, {chr(34): "&quot;"})}" sheetId="{at}" r:id="rId{at}"/>'
        for at, (title, _) in found
    )
    parts = {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{name}" xmlns:r="{relation}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at, _ in found}
        ),
    }
    for at, (_, rows) in found:
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'{_XML}<worksheet xmlns="{name}"><sheetData>{_rows(rows)}</sheetData></worksheet>'
        )
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    return _open_package("xl/workbook.xml", _EXCEL, parts, {f"xl/worksheets/sheet{at}.xml": sheet for at, _ in found})


def _rows(text: str) -> str:
    return "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in csv.reader(io.StringIO(text))
    )


def pptx(text: str) -> bytes:
    """A presentation with a slide for each line, as far as readers of its text need it: there is no theme."""
    lines = text.splitlines() or [""]
    names = [f"slides/slide{number}.xml" for number in range(1, len(lines) + 1)]
    space = (
        f'xmlns:p="{_OFFICE}/presentationml/2006/main" xmlns:a="{_OFFICE}/drawingml/2006/main" '
        f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
    )
    slides = "".join(f'<p:sldId id="{256 + at}" r:id="rId{at + 1}"/>' for at in range(len(lines)))
    parts = {
        "ppt/presentation.xml": f"{_XML}<p:presentation {space}><p:sldIdLst>{slides}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(
            {f"rId{at}": ("slide", name) for at, name in enumerate(names, start=1)}
        ),
    }
    for name, line in zip(names, lines, strict=True):
        parts[f"ppt/{name}"] = (
            f"{_XML}<p:sld {space}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>"
            "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
    slide = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml"
    return _open_package("ppt/presentation.xml", _POWERPOINT, parts, {f"ppt/{name}": slide for name in names})


def pdf(text: str) -> bytes:
    """A PDF with 48 lines to a page; what Latin-1 does not have becomes a question mark."""
    lines = text.splitlines() or [""]
    pages = [lines[at : at + _LINES_PER_PAGE] for at in range(0, len(lines), _LINES_PER_PAGE)]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, page in enumerate(pages):
        shown = "\n".join(f"({_pdf_text(line)}) Tj T*" for line in page)
        stream = f"BT /F1 11 Tf 14 TL 56 780 Td\n{shown}\nET".encode("latin-1", "replace")
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * at),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    return _pdf_file(objects)


def _pdf_text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf_file(objects: list[bytes]) -> bytes:
    body = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


MAKERS: Mapping[str, Callable[[str], bytes]] = {
    _WORD: docx,
    _EXCEL: xlsx,
    _POWERPOINT: pptx,
    "application/pdf": pdf,
}
