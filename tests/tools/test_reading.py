import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.drive import MemoryDrive, file
from tests.support.model import call, say
from tests.support.stand_in import ToolRunner
from tools.extraction.extract import MAX_BYTES
from tools.reading import PIECE

DOCUMENT = "application/vnd.google-apps.document"


def memory(content, mime_type=DOCUMENT, **values):
    one = file("Paper", id="root", mime_type=mime_type, **values)
    api = MemoryDrive(folders={"root": one}, contents={"root": content})
    return api, ToolRunner(None, "sample-token", api=api)


def body(answer):
    return "\n".join(line[2:] for line in answer.text.splitlines() if line.startswith("> "))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Roadmap 2026", "offline mode"),
        ("Q3 budget", "120000"),
        ("Apollo kick-off", "Goals, people, dates"),
        ("Apollo contract.docx", "Contract about Apollo"),
        ("Expenses 2025.xlsx", "Train"),
        ("Budget review.pptx", "Planned and spent"),
        ("Annual report 2025.pdf", "Revenue grew"),
        ("Bank export.csv", "-120.50"),
        ("README.md", "Where everything about Hermes is"),
        ("todo.txt", "Book Osaka"),
        ("2026年11月 議事録", "予算を承認する"),
    ],
)
def test_every_kind_that_holds_text_is_read(drive, name, said):
    answer = drive.tools()("read_file", file=name)
    assert answer.status == "success"
    assert said in body(answer)
    assert answer.names == [name]


def test_short_text_is_shown_whole_and_says_so():
    _, tools = memory(b"Hello\nworld")
    answer = tools("read_file", file="root")
    assert answer.text.splitlines() == [
        'Read: [1] "Paper" | document | changed 2026-11-12',
        "Shown: all 11 characters",
        "> Hello",
        "> world",
    ]


def test_long_text_comes_in_pieces_that_make_the_whole():
    text = "".join(f"Line {number} of a long document.\n" for number in range(2000)).rstrip()
    _, tools = memory(text.encode())
    pieces, start = [], 0
    while True:
        answer = tools("read_file", file="root", start=start)
        assert len(answer.text) < PIECE * 1.5
        pieces.append(body(answer))
        shown = answer.text.splitlines()[1]
        if "for more" not in shown:
            break
        start = int(shown.rpartition("=")[2])
    assert "\n".join(piece.strip("\n") for piece in pieces) == text


def test_the_pieces_of_one_turn_are_fetched_once():
    api, tools = memory(b"word " * 5000)
    first = call("read_file", "t1", file="root")
    second = call("read_file", "t2", file="root", start=8000)
    tools.model.turns += [[first], [second], [say("done")]]
    tools.agent("go", invocation_state=tools.state)
    assert len([each for each in api.calls if "export" in each]) == 1
    tools("read_file", file="root")
    assert len([each for each in api.calls if "export" in each]) == 2


@pytest.mark.parametrize("start", [-1, 11, 12])
def test_a_start_outside_of_the_text_is_explained(start):
    _, tools = memory(b"Hello world")
    answer = tools("read_file", file="root", start=start)
    assert answer.status == "error"
    assert "from 0 to 10" in answer.text


def test_a_google_spreadsheet_is_exported_with_all_its_sheets():
    api, tools = memory(b"", "application/vnd.google-apps.spreadsheet")
    tools("read_file", file="root")
    assert [call["mime_type"] for call in api.calls if "export" in call] == [
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ]


@pytest.mark.parametrize(
    ("mime_type", "said"),
    [
        ("image/png", "a picture, a sound or a video"),
        ("video/mp4", "a picture, a sound or a video"),
        ("application/vnd.google-apps.drawing", "a picture"),
        ("application/vnd.google-apps.form", "cannot read this kind of file"),
        ("application/zip", "an archive"),
        ("application/msword", "old Office format"),
    ],
)
def test_what_holds_no_text_is_not_even_downloaded_and_the_reason_is_said(mime_type, said):
    api, tools = memory(b"x", mime_type)
    answer = tools("read_file", file="root")
    assert answer.status == "error"
    assert said in answer.text
    assert not [call for call in api.calls if "download" in call or "export" in call]


def test_a_folder_is_listed_and_not_read(drive):
    answer = drive.tools()("read_file", file="Finance/2026")
    assert answer.status == "error"
    assert "list_files" in answer.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"may_use_ai": False}, "kept from AI"),
        ({"may_download": False}, "does not allow downloading"),
        ({"mime_type": "application/pdf", "size_bytes": MAX_BYTES + 1}, "I read up to 25.0 MB"),
    ],
)
def test_what_may_not_be_read_is_not_fetched_and_the_reason_is_said(values, said):
    api, tools = memory(b"secret", **values)
    answer = tools("read_file", file="root")
    assert answer.status == "error"
    assert said in answer.text
    assert not [call for call in api.calls if "download" in call or "export" in call]


@given(st.text(max_size=300))
def test_no_content_can_pass_for_anything_but_content(text):
    _, tools = memory(text.encode("utf-8", "replace"), "text/plain")
    answer = tools("read_file", file="root")
    if answer.status == "success":
        lines = answer.text.split("\n")
        marked = [line for line in lines if not line.startswith("> ")]
        assert [line.partition(":")[0] for line in marked] in (["Read", "Shown"], ["Read", "Shown", "Note"])
