"""Each format, in the process of its own that the product reads it in."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from local.google import office
from tools.errors import UnreadableFileError
from tools.extraction.draft import MAX_COLUMNS, MAX_ROWS
from tools.extraction.extract import extract

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document"
EXCEL = f"{OFFICE}spreadsheetml.sheet"
POWERPOINT = f"{OFFICE}presentationml.presentation"
OPEN = "application/vnd.oasis.opendocument."
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def refusal(content, content_type):
    with pytest.raises(UnreadableFileError) as caught:
        extract(content, content_type)
    return caught.value.reason


def relations(**targets):
    each = "".join(
        f'<Relationship Id="{key}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def word(body, **parts):
    space = 'xmlns:w="urn:w" xmlns:mc="urn:mc"'
    files = {"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>"}
    files |= {f"word/{name}.xml": text for name, text in parts.items()}
    files["_rels/.rels"] = relations(r1=("officeDocument", "word/document.xml"))
    files["word/_rels/document.xml.rels"] = relations(**{name: (name, f"{name}.xml") for name in parts})
    return office.package(files)


def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def excel(sheets, workbook="", **parts):
    space = f'xmlns="urn:x" xmlns:r="{RELATION}"'
    listed = "".join(
        f'<sheet name="{name}" r:id="s{at}" {"state=" + chr(34) + "hidden" + chr(34) if "!" in name else ""}/>'
        for at, name in enumerate(sheets)
    )
    files = {
        "_rels/.rels": relations(r1=("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {space}>{workbook}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            **{f"s{at}": ("worksheet", f"worksheets/{at}.xml") for at in range(len(sheets))},
            **{name: (name, f"{name}.xml") for name in parts},
        ),
    }
    for at, rows in enumerate(sheets.values()):
        files[f"xl/worksheets/{at}.xml"] = f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>"
    return office.package(files | {f"xl/{name}.xml": text for name, text in parts.items()})


def opendocument(kind, body):
    spaces = " ".join(f'xmlns:{each}="urn:{each}"' for each in ("office", "text", "table", "draw", "presentation"))
    text = f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
    return office.package({"content.xml": f"{text}</office:document-content>"})


def test_a_word_document_keeps_its_paragraphs():
    extracted = extract(office.docx("Quarterly plan\n売上は三月に増えた"), WORD)
    assert extracted.text == "Quarterly plan\n\n売上は三月に増えた"
    assert extracted.notes == ()


def test_headings_are_told_by_the_name_of_their_style_not_by_its_local_id():
    styles = (
        '<w:styles xmlns:w="urn:w">'
        '<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="a5"><w:name w:val="Title"/></w:style>'
        '<w:style w:styleId="mine"><w:name w:val="社内見出し"/><w:basedOn w:val="1"/></w:style>'
        '<w:style w:styleId="deep"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
        '<w:style w:styleId="dots"><w:name w:val="List Bullet"/><w:pPr><w:numPr/></w:pPr></w:style></w:styles>'
    )
    body = "".join(
        paragraph(text, f'<w:pStyle w:val="{style}"/>')
        for text, style in [("題", "a5"), ("章", "1"), ("節", "mine"), ("項", "deep"), ("点", "dots"), ("文", "none")]
    )
    text = extract(word(body, styles=styles), WORD).text
    assert text == "# 題\n\n# 章\n\n# 節\n\n### 項\n\n- 点\n文"


def test_lists_and_tables_of_a_word_document_are_compact():
    item = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
    cell = "<w:tc>{}</w:tc>"
    row = "<w:tr>" + cell.format(paragraph("a") + paragraph("b")) + cell.format(paragraph("c")) + "</w:tr>"
    nested = "<w:tr>" + cell.format(f"<w:tbl>{row}</w:tbl>") + cell.format(paragraph("d")) + "</w:tr>"
    body = paragraph("one", item.format(0)) + paragraph("two", item.format(1)) + f"<w:tbl>{row}{nested}</w:tbl>"
    assert extract(word(body), WORD).text == "- one\n  - two\na b | c\na b | c | d"


def test_deleted_text_furigana_and_second_drawings_are_not_in_the_text():
    body = (
        "<w:p><w:r><w:t>kept</w:t><w:tab/><w:br/></w:r>"
        "<w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del>"
        "<w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase>"
        "</w:ruby></w:r><mc:Fallback><w:r><w:t>twice</w:t></w:r></mc:Fallback></w:p>"
    )
    assert extract(word(body), WORD).text == "kept\n東京"


def test_footnotes_stand_at_the_end_and_comments_are_mentioned():
    notes = (
        '<w:footnotes xmlns:w="urn:w"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{paragraph("the source")}</w:footnote></w:footnotes>'
    )
    body = '<w:p><w:r><w:t>claim</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    extracted = extract(word(body, footnotes=notes, comments='<w:comments xmlns:w="urn:w"/>'), WORD)
    assert extracted.text == "claim[^2]\n\n[^2]: the source"
    assert extracted.notes == ("comments left out",)


def test_every_sheet_of_a_workbook_is_read_hidden_ones_too():
    cell = '<row><c t="inlineStr"><is><t>{}</t></is></c></row>'
    extracted = extract(excel({"売上": cell.format("いち"), "Rates!": cell.format("two"), "Empty": ""}), EXCEL)
    assert extracted.text == "## Sheet: 売上\n\nいち\n\n## Sheet: Rates! (hidden)\n\ntwo\n\n## Sheet: Empty\n\n(empty)"
    assert extracted.notes == ("3 sheets",)


def test_cells_show_what_a_person_sees_in_them():
    strings = (
        '<sst xmlns="urn:x"><si><t>plain</t></si>'
        "<si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si></sst>"
    )
    styles = (
        '<styleSheet xmlns="urn:x"><numFmts>'
        '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/></cellXfs></styleSheet>'
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>99</v></c></row>'
        '<row r="2"><c r="A2" s="1"><v>46338</v></c><c r="B2" s="2"><v>0.5</v></c><c r="C2"><v>0.1</v></c></row>'
        '<row r="3"/><row r="9"><c r="A9" t="b"><v>1</v></c><c r="B9" t="e"><v>#REF!</v></c>'
        '<c r="C9" t="str"><f>A1&amp;"x"</f><v>plainx</v></c><c r="E9"><f>SUM(A1:A2)</f></c></row>'
    )
    extracted = extract(excel({"S": rows}, sharedStrings=strings, styles=styles), EXCEL)
    assert extracted.text == (
        "## Sheet: S\n\nplain | 東京\n2026-11-12 | 50% | 0.1\n\nTRUE | #REF! | plainx |  | =SUM(A1:A2)"
    )
    assert extracted.notes == ("1 sheet", "some formulas have no stored result and are shown themselves")


def test_a_workbook_that_counts_days_from_1904_says_so_itself():
    styles = '<styleSheet xmlns="urn:x"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    content = excel({"S": '<row><c s="0"><v>44876</v></c></row>'}, '<workbookPr date1904="1"/>', styles=styles)
    assert extract(content, EXCEL).text.endswith("2026-11-12")


def test_a_long_sheet_ends_and_the_next_one_is_still_read():
    rows = "<row><c><v>7</v></c></row>" * (MAX_ROWS + 5_000) + "<row/>" * 9
    extracted = extract(excel({"Long": rows, "Next": "<row><c><v>8</v></c></row>"}), EXCEL)
    assert extracted.text.count("\n7") == MAX_ROWS
    assert extracted.text.endswith("## Sheet: Next\n\n8")
    assert extracted.notes == ("2 sheets", "sheet 1 has 15,000 rows, the first 10,000 are here")


def test_a_cell_far_to_the_right_is_mentioned():
    extracted = extract(excel({"S": '<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'}), EXCEL)
    assert extracted.text == "## Sheet: S\n\n1"
    assert f"sheet 1 has more than {MAX_COLUMNS} columns, the first {MAX_COLUMNS} are here" in extracted.notes


def test_slides_come_in_the_order_of_the_presentation():
    extracted = extract(office.pptx("最初のスライド\nThe second"), POWERPOINT)
    assert extracted.text == "## Slide 1\n\n最初のスライド\n\n## Slide 2\n\nThe second"
    assert extracted.notes == ("2 slides",)


def test_a_slide_has_a_title_tables_and_speakers_notes():
    def shape(kind, *texts):
        lines = "".join(f"<a:p><a:pPr lvl='{level}'/><a:r><a:t>{text}</a:t></a:r></a:p>" for level, text in texts)
        return f"<p:sp><p:nvPr><p:ph type='{kind}'/></p:nvPr><p:txBody>{lines}</p:txBody></p:sp>"

    space = f'xmlns:p="urn:p" xmlns:a="urn:a" xmlns:mc="urn:mc" xmlns:r="{RELATION}"'
    cells = "<a:tc><a:p><a:r><a:t>x</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>y</a:t></a:r></a:p></a:tc>"
    shapes = (
        shape("body", (0, "point"), (1, "detail"))
        + shape("title", (0, "The title"))
        + shape("sldNum", (0, "3"))
        + f"<a:tbl><a:tr>{cells}</a:tr></a:tbl><mc:Fallback>{shape('body', (0, 'twice'))}</mc:Fallback>"
    )
    notes = shape("body", (0, "say this")) + shape("sldNum", (0, "3"))
    content = office.package(
        {
            "ppt/presentation.xml": f'<p:presentation {space}><p:sldId id="256" r:id="s1"/></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(s1=("slide", "slides/slide1.xml")),
            "ppt/slides/slide1.xml": f'<p:sld {space} show="0">{shapes}</p:sld>',
            "ppt/slides/_rels/slide1.xml.rels": relations(n1=("notesSlide", "../notesSlides/notes1.xml")),
            "ppt/notesSlides/notes1.xml": f"<p:notes {space}>{notes}</p:notes>",
        }
    )
    assert extract(content, POWERPOINT).text == (
        "## Slide 1 (hidden): The title\n\npoint\n  detail\nx | y\nNotes: say this"
    )


def test_an_opendocument_text_has_headings_lists_and_footnotes():
    body = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">見出し</text:h>'
        '<text:p>One<text:s text:c="2"/><text:span>two</text:span><text:tab/>three<text:note>'
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>why</text:p></text:note-body></text:note>"
        ".</text:p>"
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
    )
    assert extract(opendocument("text", body), f"{OPEN}text").text == ("## 見出し\n\nOne  two\tthree (why).\n\n- item")


def test_an_opendocument_spreadsheet_has_all_sheets_and_expands_repeated_cells():
    row = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell><text:p>x</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>1</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )
    body = f'<table:table table:name="一">{row}</table:table><table:table table:name="B"></table:table>'
    extracted = extract(opendocument("spreadsheet", body), f"{OPEN}spreadsheet")
    assert extracted.text == "## Sheet: 一\n\nx | 1 | 1\nx | 1 | 1\n\n## Sheet: B"
    assert extracted.notes == ("2 sheets",)


def test_an_opendocument_presentation_has_slides_and_notes():
    body = (
        '<draw:page draw:name="Start"><draw:frame><draw:text-box><text:p>Hello</text:p></draw:text-box></draw:frame>'
        "<presentation:notes><text:p>say this</text:p></presentation:notes></draw:page>"
    )
    extracted = extract(opendocument("presentation", body), f"{OPEN}presentation")
    assert extracted.text == "## Slide 1: Start\n\nHello\n\nNotes:\nsay this"


def test_a_pdf_is_read_page_by_page():
    extracted = extract(office.pdf("\n".join(f"line {number}" for number in range(60))), "application/pdf")
    assert extracted.text.startswith("--- page 1 ---\n\nline 0\nline 1\n")
    assert "\nline 47\n\n--- page 2 ---\n\nline 48\n" in extracted.text
    assert extracted.notes == ("2 pages",)


def with_blank_pages(content, before=0, after=0):
    writer = PdfWriter(clone_from=io.BytesIO(content)) if content else PdfWriter()
    for _ in range(before):
        writer.insert_blank_page(200, 200, 0)
    for _ in range(after):
        writer.add_blank_page(200, 200)
    return written(writer)


def written(writer):
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_pages_without_text_are_named():
    extracted = extract(with_blank_pages(office.pdf("Signed"), before=2, after=1), "application/pdf")
    assert extracted.text == "--- page 3 ---\n\nSigned"
    assert extracted.notes == ("4 pages", "without text, perhaps pictures: page 1 to 2, 4")


def test_a_scanned_pdf_is_said_to_hold_no_text():
    assert refusal(with_blank_pages(b"", after=2), "application/pdf") == "no text"


def test_japanese_in_a_pdf_is_read_through_the_fonts_own_map():
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    mapping = DecodedStreamObject()
    mapping.set_data(
        b"begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"3 beginbfchar <0001> <65E5> <0002> <672C> <0003> <8A9E> endbfchar\nendcmap"
    )
    content = DecodedStreamObject()
    content.set_data(b"BT /F1 12 Tf 10 100 Td <000100020003> Tj ET")
    descendant = DictionaryObject(
        {NameObject("/Subtype"): NameObject("/CIDFontType2"), NameObject("/DW"): NumberObject(1000)}
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/Sample"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): writer._add_object(descendant),
            NameObject("/ToUnicode"): writer._add_object(mapping),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(content)
    assert extract(written(writer), "application/pdf").text == "--- page 1 ---\n\n日本語"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_pdf_behind_a_password_is_refused_and_one_with_an_empty_password_read(algorithm):
    for password, expected in (("sesame", "password"), ("", "Hello")):
        writer = PdfWriter(clone_from=io.BytesIO(office.pdf("Hello")))
        writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
        if password:
            assert refusal(written(writer), "application/pdf") == expected
        else:
            assert expected in extract(written(writer), "application/pdf").text


def test_a_web_page_is_read_without_its_tags_and_scripts():
    page = (
        "<!doctype html><title>報告</title><style>p{}</style><script>alert('no')</script><h2>Part &amp; more</h2>"
        "<p>One <b>two</b>\n  three<br>four</p><svg><svg></svg>no</svg><ul><li>a<li><p>b</p></ul>"
        "<table><tr><th>k<th>v<tr><td></td><td><p>1</p></td></tr></table><pre>x\n  y</pre>"
        "<ruby>漢字<rt>かんじ</rt></ruby><img src=x alt='a chart'><h3></h3>end"
    )
    assert extract(page.encode(), "text/html").text == (
        "# 報告\n\n## Part & more\n\n"
        "One two three\nfour\n\n- a\n- b\nk | v\n | 1\nx\n  y\n\n漢字[picture: a chart]\n\nend"
    )


def test_a_web_page_may_state_its_encoding():
    page = '<meta charset="iso-8859-2"><p>Łódź</p>'.encode("iso-8859-2")
    assert extract(page, "text/html").text == "Łódź"


def test_rich_text_is_read_with_its_japanese():
    fonts = rb"{\rtf1\ansi\ansicpg932{\fonttbl{\f0\fcharset128 MS Gothic;}}\f0 "
    content = fonts + rb"Sum \'93\'fa\'96\'7b\par \u-10179?\u-8704?\par}"
    assert extract(content, "application/rtf").text == "Sum 日本\n😀"


def test_a_message_shows_its_headers_its_text_and_the_names_of_attachments():
    content = (
        b"From: =?utf-8?b?5bGx55Sw?= <yamada@example.com>\r\nTo: alice@example.com\r\nSubject: Hi\r\n"
        b"MIME-Version: 1.0\r\nX-Other: no\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
        + "明日".encode("iso2022_jp")
        + b"\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename=plan.pdf\r\n\r\nxx\r\n--b--\r\n"
    )
    extracted = extract(content, "message/rfc822")
    assert extracted.text == (
        "From: 山田 <yamada@example.com>\nTo: alice@example.com\nSubject: Hi\nAttachments: plan.pdf\n\n明日"
    )
    assert extracted.notes == ("attachments left out",)


def test_a_message_in_html_alone_is_read_as_a_page():
    content = b"From: a@example.com\r\nContent-Type: text/html; charset=nonsense\r\n\r\n<p>Hello <b>you</b></p>"
    assert extract(content, "message/rfc822").text == "From: a@example.com\n\nHello you"


def test_a_book_is_read_in_the_order_of_its_spine():
    content = office.package(
        {
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/p.opf"/></rootfiles></container>',
            "O/p.opf": '<package><manifest><item id="a" href="a.xhtml"/><item id="b" href="t/b%201.xhtml"/></manifest>'
            '<spine><itemref idref="b"/><itemref idref="a"/><itemref idref="gone"/></spine></package>',
            "O/a.xhtml": "<html><body><p>second</p></body></html>",
            "O/t/b 1.xhtml": "<html><body><h1>一章</h1><p>first</p></body></html>",
        }
    )
    assert extract(content, "application/epub+zip").text == "# 一章\n\nfirst\n\nsecond"


def test_the_same_bytes_give_the_same_text():
    content = office.xlsx("a,b\n1,2\n")
    assert extract(content, EXCEL) == extract(content, EXCEL)
