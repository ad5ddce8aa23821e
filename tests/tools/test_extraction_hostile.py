"""Files made to harm whoever reads them, and the process that they are read in."""

import contextlib
import importlib
import io
import json
import signal
import socket
import struct
import sys
import threading
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from local.google import office
from tools.errors import ReadingBusyError, UnreadableFileError
from tools.extraction import extract as extraction
from tools.extraction import worker
from tools.extraction.archive import MAX_STREAMED_BYTES, MAX_WHOLE_BYTES, Archive
from tools.extraction.draft import MAX_CHARACTERS
from tools.extraction.extract import Limits, extract
from tools.extraction.plans import kind_of
from tools.extraction.process import TooSlowError, run

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document"
EXCEL = f"{OFFICE}spreadsheetml.sheet"
POWERPOINT = f"{OFFICE}presentationml.presentation"
OPEN = "application/vnd.oasis.opendocument."
PDF = "application/pdf"
SAMPLES = {
    WORD: office.docx("Hello\nworld"),
    EXCEL: office.xlsx("a,b\n1,2\n"),
    POWERPOINT: office.pptx("One\nTwo"),
    PDF: office.pdf("Hello\nworld"),
    "application/rtf": rb"{\rtf1\ansi{\fonttbl{\f0\fcharset128 X;}}\f0 Hello \'93\'fa\par}",
    "text/html": b"<title>x</title><table><tr><td>1</table><p>y",
    "message/rfc822": b"From: a@example.com\r\nContent-Type: text/plain\r\n\r\nHello",
}


def refusal(content, content_type, **limits):
    with pytest.raises(UnreadableFileError) as caught:
        extract(content, content_type, Limits(**limits))
    return caught.value.reason


def word(xml):
    return office.package({"word/document.xml": xml})


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", "<a/>")
    bomb = bytearray(buffer.getvalue())
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, MAX_STREAMED_BYTES + 1)  # uncompressed size, APPNOTE 4.3.12
    assert refusal(bytes(bomb), WORD) == "too large"


def test_a_part_that_is_longer_than_it_says_is_not_read_beyond_that():
    bomb = bytearray(office.package({"part": "x" * 1_000_000}))
    struct.pack_into("<I", bomb, bomb.rindex(b"PK\x01\x02") + 24, 10)
    with pytest.raises(zipfile.BadZipFile):
        Archive(bytes(bomb)).read("part")


def test_the_parts_of_an_archive_share_one_limit():
    archive = Archive(office.package({"a": "x" * 600, "b": "x" * 600}), max_bytes=1000)
    assert len(archive.read("a")) == 600
    with pytest.raises(UnreadableFileError) as caught:
        archive.read("b")
    assert caught.value.reason == "too large"


def test_a_part_that_is_held_in_memory_has_a_lower_limit():
    bomb = bytearray(office.package({"ppt/presentation.xml": "<a/>"}))
    struct.pack_into("<I", bomb, bomb.rindex(b"PK\x01\x02") + 24, MAX_WHOLE_BYTES + 1)
    assert refusal(bytes(bomb), POWERPOINT) == "too large"


def test_an_archive_of_endlessly_many_parts_is_refused():
    assert refusal(office.package({f"{number}": "" for number in range(20_001)}), WORD) == "too large"


ENTITIES = '<!DOCTYPE a [<!ENTITY b "{}">]><w:document xmlns:w="w"><w:p><w:t>&b;</w:t></w:p></w:document>'


@pytest.mark.parametrize(
    "xml",
    [
        ENTITIES.format("bomb" * 10),
        '<?xml version="1.0"?>\n<!-- a comment -->' + ENTITIES.format("x"),
        '<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/">%b;]><a/>',
    ],
)
def test_a_document_type_declaration_is_refused(xml):
    assert refusal(word(xml), WORD) == "damaged"


@pytest.mark.parametrize("encoding", ["utf-16", "cp037"])
def test_a_declaration_does_not_get_by_in_another_encoding(encoding):
    header = f'<?xml version="1.0" encoding="{encoding}"?>'
    xml = (header + ENTITIES.format("x")).encode("utf-16") if encoding == "utf-16" else None
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", xml or header.encode() + ENTITIES.format("x").encode(encoding))
    assert refusal(buffer.getvalue(), WORD) == "damaged"


@pytest.mark.parametrize("content_type", [WORD, EXCEL, POWERPOINT, f"{OPEN}text", "application/epub+zip", PDF])
@pytest.mark.parametrize(
    "content", [b"", b"not what its type says", b"PK\x03\x04" + bytes(99), office.package({"x": ""})]
)
def test_a_file_that_is_not_what_its_type_says_is_called_damaged(content_type, content):
    assert refusal(content, content_type) == "damaged"


def test_an_encrypted_office_file_is_said_to_have_a_password_and_an_old_one_not():
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(compound + "EncryptedPackage".encode("utf-16-le"), WORD) == "password"
    assert refusal(compound, WORD) == "damaged"


def test_an_encrypted_opendocument_or_book_is_said_to_have_a_password():
    manifest = "<manifest:manifest xmlns:manifest='m'><manifest:encryption-data/></manifest:manifest>"
    content = office.package({"META-INF/manifest.xml": manifest, "content.xml": "\x01\x02"})
    assert refusal(content, f"{OPEN}text") == "password"
    assert refusal(office.package({"META-INF/rights.xml": "<a/>"}), "application/epub+zip") == "password"


def test_an_encrypted_archive_is_said_to_have_a_password():
    content = bytearray(office.docx("Hello"))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1
    assert refusal(bytes(content), WORD) == "password"


def test_elements_within_elements_without_end_are_survived():
    deep = "<w:p>" * 100_000 + "<w:t>deep</w:t>" + "</w:p>" * 100_000
    assert "deep" in extract(word(f'<w:document xmlns:w="w">{deep}</w:document>'), WORD).text
    spans = "<t:span>" * 100_000 + "x" + "</t:span>" * 100_000
    body = office.package({"content.xml": f'<d xmlns:t="t"><t:p>{spans}</t:p></d>'})
    assert refusal(body, f"{OPEN}text") == "damaged"


def test_absurd_dimensions_of_a_sheet_cost_nothing():
    rows = (
        '<row r="4000000000"><c r="ZZZ4000000000"><v>1</v></c></row><row r="1"><c r="A1" s="999999999"><v>2</v></c>'
        '<c r="B1" t="s"><v>-5</v></c><c r="C1" t="s"><v>99999999999</v></c></row>'
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = office.package(
        {
            "xl/workbook.xml": f'<workbook xmlns:r="{relation}"><sheets><sheet name="S" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<R><R Id="a" Type="{relation}/worksheet" Target="s.xml"/></R>',
            "xl/s.xml": f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>',
        }
    )
    assert extract(content, EXCEL).text == "## Sheet: S\n\n2"


def test_repetitions_in_an_opendocument_are_bounded():
    cell = '<t:table-cell t:number-columns-repeated="2000000000"><p>abc</p></t:table-cell>'
    row = f'<t:table-row t:number-rows-repeated="2000000000">{cell}</t:table-row>'
    xml = f'<d xmlns:t="t"><spreadsheet><t:table t:name="S">{row}<t:table-row><t:table-cell><p><s t:c="2000000000"/>'
    content = office.package({"content.xml": f"{xml}</p></t:table-cell></t:table-row></t:table></spreadsheet></d>"})
    extracted = extract(content, f"{OPEN}spreadsheet")
    assert len(extracted.text) <= MAX_CHARACTERS
    assert any("longer than 2,000,000 characters" in note for note in extracted.notes)


def test_a_relation_out_of_the_archive_leads_nowhere():
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = office.package(
        {"_rels/.rels": f'<R><R Id="a" Type="{relation}/officeDocument" Target="../../../../etc/hostname"/></R>'}
    )
    assert refusal(content, WORD) == "damaged"


def test_a_page_of_a_pdf_that_unpacks_to_too_much_is_left_out():
    writer = PdfWriter(clone_from=io.BytesIO(office.pdf("Hello")))
    stream = DecodedStreamObject()
    stream.set_data(b" " * 80_000_000)
    page = writer.add_blank_page(200, 200)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(1))
    buffer = io.BytesIO()
    writer.write(buffer)
    extracted = extract(buffer.getvalue(), PDF)
    assert extracted.text == "--- page 1 ---\n\nHello"
    assert extracted.notes[0] == "2 pages"
    assert extracted.notes[1].endswith(": page 2")


def test_a_pdf_whose_pages_contain_themselves_is_called_damaged():
    content = office.pdf("Hello").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    assert refusal(content, PDF) in {"damaged", "no text"}


@pytest.mark.parametrize("content_type", sorted(SAMPLES))
@settings(max_examples=40)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content_type, data):
    content = bytearray(SAMPLES[content_type])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    reader = importlib.import_module(f"tools.extraction.{kind_of(content_type)}").read
    answer = json.loads(json.dumps(worker._read(reader, bytes(content), 5.0)))
    assert answer.keys() == {"text", "notes"} or answer["reason"] in UnreadableFileError.REASONS


@pytest.mark.parametrize(
    "content",
    [b"<p" * 300_000, b"<!--" * 300_000, b"<![CDATA[" * 100_000, b"<a href='" * 100_000, b"<svg>" * 300_000 + b"x"],
    ids=["tags", "comments", "sections", "attributes", "nested"],
)
def test_a_page_made_to_be_slow_is_given_up(content):
    assert refusal(content, "text/html", reading_s=0.2, timeout_s=0.4) in {"no text", "too slow"}


@pytest.mark.parametrize("content", [b"![" * 1_000_000, b"(data:" * 500_000, b"[" * 2_000_000, b"[a]:" * 500_000])
def test_markdown_made_to_be_slow_is_not(content):
    assert extract(content, "text/markdown").text


def rows_of(number):
    return office.xlsx("\n".join(f"{row},text {row}" for row in range(number)))


def test_what_was_read_when_the_time_was_over_is_the_answer():
    content = office.pdf("\n".join(f"line {number} of many" for number in range(60_000)))
    whole = Limits(reading_s=0.6, timeout_s=10)
    extracted = extract(content, PDF, whole)
    assert extracted.text.startswith("--- page 1 ---\n\nline 0 of many\n")
    assert "reading it took too long; only a beginning of it is here" in extracted.notes


def test_when_the_time_was_over_before_anything_was_read_it_was_too_slow():
    assert refusal(rows_of(20_000), EXCEL, reading_s=0.000_001) == "too slow"


def test_a_reader_that_does_not_end_is_killed():
    content = office.pdf("\n".join(f"line {number}" for number in range(60_000)))
    assert refusal(content, PDF, reading_s=60, timeout_s=0.3) == "too slow"


def test_a_file_that_needs_more_memory_than_there_is_is_too_large():
    slide = "<a>" + "<b/>" * 1_500_000 + "</a>"
    content = office.package({"ppt/presentation.xml": slide})
    assert refusal(content, POWERPOINT, memory_bytes=150_000_000) == "too large"


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("application/x-ipynb+json", "cells"), ("application/vnd.google-apps.script+json", "files")],
)
def test_json_that_unpacks_to_too_much_does_so_in_the_parsers_process(content_type, name):
    content = f'{{"{name}": [{"[]," * 3_000_000}[]]}}'.encode()
    assert refusal(content, content_type, memory_bytes=150_000_000) == "too large"


def test_no_more_than_two_files_are_parsed_at_once_and_who_waits_in_vain_is_told():
    with extraction._PROCESSES, extraction._PROCESSES, pytest.raises(ReadingBusyError, match="Read one at a time"):
        extract(SAMPLES[WORD], WORD, Limits(waiting_s=0.01))
    assert extract(SAMPLES[WORD], WORD).text == "Hello\n\nworld"


def test_only_so_many_wait_and_the_next_one_is_told_at_once():
    def wait():
        with contextlib.suppress(ReadingBusyError):
            extract(SAMPLES[WORD], WORD)

    held = extraction._PROCESSES
    waiting = [threading.Thread(target=wait) for _ in range(6)]
    with held, held, extraction._CALLS, extraction._CALLS:  # as two calls that are parsing
        for thread in waiting:
            thread.start()
        started = time.monotonic()
        while extraction._CALLS._value and time.monotonic() - started < 5:
            pass
        started = time.monotonic()
        with pytest.raises(ReadingBusyError):
            extract(SAMPLES[WORD], WORD)
        assert time.monotonic() - started < 1
        assert extract(b"plain text", "text/plain").text == "plain text", "what needs no parser needs no place"
    for thread in waiting:
        thread.join()
    assert extract(SAMPLES[WORD], WORD).text == "Hello\n\nworld"


def test_the_place_is_free_again_after_a_file_that_could_not_be_read():
    for _ in range(3):
        assert refusal(b"", WORD, waiting_s=0.01) == "damaged"


def test_a_parsers_process_has_no_secrets_in_its_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("PYTHONSTARTUP", "canary")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    status, output = run([sys.executable, "-I", "-c", "import os; print(sorted(os.environ))"], b"", 10)
    assert status == 0
    assert set(eval(output)) <= {"LD_LIBRARY_PATH", "LC_CTYPE"}  # noqa: S307 - LC_CTYPE is Python's own


def test_a_parsers_process_that_crashes_is_told_from_one_that_ends():
    assert run([sys.executable, "-c", "import os; os.abort()"], b"x" * 1_000_000, 10)[0] == -signal.SIGABRT


def test_whatever_a_process_has_started_ends_with_it():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        grandchild = f"import socket, signal; s = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))"
        start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild + '; signal.pause()'!r}])"
        with pytest.raises(TooSlowError):
            run([sys.executable, "-I", "-S", "-c", start], b"", 0.7)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            assert connection.recv(1) == b""


def test_a_parsers_process_can_write_no_file(tmp_path):
    wanted = tmp_path / "written"
    program = (
        f"from tools.extraction.worker import _limit; _limit(5, 1 << 30); open({str(wanted)!r}, 'wb', 0).write(b'x')"
    )
    status, _ = run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"], b"", 10)
    assert status == 1
    assert wanted.read_bytes() == b""
