import re
import signal
import threading

import pytest

from tests.chat.conftest import DONE, Answer, sse, text

from .glass import Glass
from .stage import ANSWERED, ASKED, BUDGET, FILES, HOSTILE, LINK, TOOL, Stage, by_request, interrupt

RUNNING, ENDED, FAILED = (TOOL | {"status": status} for status in ("running", "done", "failed"))
LISTING = {"type": "tool", "id": "2", "name": "list_files", "label": "Listing Finance …", "status": "running"}
OPEN_BUDGET = "\x1b]8;"


def until(holds):
    """Let a thread of the server wait for what is seen; the test fails by what it then shows."""
    never = threading.Event()
    for _ in range(300):
        if holds():
            return
        never.wait(0.01)


def test_a_tool_that_runs_is_a_line_that_moves_and_then_a_line_that_stays(runtime):
    seen = []

    def look(index):
        if index == 1:
            until(lambda: stage.text.count("Searching Drive for spreadsheets …") >= 3)
            seen.append(stage.glass.lines)

    runtime.answer(Answer(sse(RUNNING, ENDED, text("Two files."), DONE), before_chunk=look))
    stage = Stage(runtime, width=80)
    assert stage.run(once="?") == 0
    assert seen[0][0][1:] == " Searching Drive for spreadsheets …"
    assert stage.glass.lines[:2] == ["✓ Searching Drive for spreadsheets", "Two files."]
    assert stage.text.count("\x1b[?25l") > 0
    assert stage.text.rindex("\x1b[?25h") > stage.text.rindex("\x1b[?25l")


@pytest.mark.parametrize(
    ("label", "ended"),
    [
        ("予算を検索しています …", "✓ 予算を検索しました"),
        ("詳細を調べています …", "✓ 詳細を調べています"),
        ("「しています」を開く…", "✓ 「しています」を開く"),
    ],
)
def test_a_tool_that_has_ended_is_told_in_the_past_where_japanese_allows_it(runtime, label, ended):
    runtime.answer(Answer(sse(RUNNING | {"label": label}, ENDED | {"label": label}, text("2 件です。"), DONE)))
    stage = Stage(runtime, width=80, locale="ja-JP")
    stage.run(once="?")
    assert stage.glass.lines[0] == ended


def test_each_frame_is_one_piece_so_that_nothing_flickers(runtime):
    pieces = []

    class Pieces(type(Stage(runtime).seen)):
        def write(self, written):
            pieces.append(written)
            return super().write(written)

    runtime.answer(Answer(sse(RUNNING, ENDED, DONE), before_chunk=lambda index: index == 1 and until(frames)))
    stage = Stage(runtime, width=80)
    stage.seen = Pieces()

    def frames():
        return sum("Searching" in piece for piece in pieces) >= 3

    stage.run(once="?")
    for piece in pieces:
        if "\x1b[J" in piece and "\x1b[?25h" not in piece:
            assert "…" in piece


def test_several_tools_at_once_are_counted_and_each_gets_its_line(runtime):
    seen = []

    def look(index):
        if index == 2:
            until(lambda: "and 1 more" in stage.text)
            seen.append(stage.glass.lines[-1])

    runtime.answer(
        Answer(sse(RUNNING, LISTING, FAILED, LISTING | {"status": "done"}, text("Half."), DONE), before_chunk=look)
    )
    stage = Stage(runtime, width=80)
    stage.run(once="?")
    assert seen[0].endswith("Searching Drive for spreadsheets (and 1 more) …")
    assert stage.glass.lines[:3] == [
        "✗ Searching Drive for spreadsheets (failed)",
        "✓ Listing Finance",
        "Half.",
    ]


def test_the_line_that_moves_never_stands_in_the_middle_of_a_word(runtime):
    def look(index):
        if index == 1:
            until(lambda: "first" in stage.text)
            threading.Event().wait(0.15)  # longer than a frame

    runtime.answer(Answer(sse(text("first sec"), text("ond"), DONE), before_chunk=look))
    stage = Stage(runtime, width=80)
    stage.run(once="?")
    assert stage.glass.text == "first second\n"
    after = stage.text[stage.text.index("first") :]
    assert "\x1b[J" not in after


def test_consent_is_a_link_on_its_own_line_a_wait_and_a_line_that_says_who(runtime):
    seen = []

    def waited():
        until(lambda: "Waiting for you to connect Google Drive" in stage.text)
        seen.append(stage.glass.lines)

    runtime.answer(by_request(ASKED, resumes=[ASKED, ANSWERED]))
    stage = Stage(runtime, ["?"], width=100, pause=waited, is_person=True)
    assert stage.run() == 0
    assert seen[0][1:7] == ["Please allow it.", "Connect:", "", LINK, "", "I will carry on."]
    assert seen[0][-1].endswith("Waiting for you to connect Google Drive …  (Ctrl-C: ask something else)")
    lines = stage.glass.lines
    assert "✓ Connected as alice@gmail.example." in lines
    assert not any("Waiting" in line for line in lines)
    assert stage.glass.links[LINK] == LINK


def test_a_link_longer_than_the_line_is_in_one_piece(runtime):
    link = "https://chat.example/connect?session=" + "a" * 80
    ask = {"type": "auth_required", "provider": "g", "auth_url": link, "message": f"Go: {link}", "scopes": []}
    runtime.answer(by_request(Answer(sse(text(f"Go: {link}"), ask, DONE)), resumes=[ANSWERED]))
    stage = Stage(runtime, width=40)
    stage.run(once="?")
    assert f"\n{link}" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\", "", stage.text)


def test_files_are_a_table_whose_names_open(runtime):
    runtime.answer(Answer(sse(FILES, text("Here."), DONE)))
    stage = Stage(runtime, width=120)
    stage.run(once="?")
    lines = stage.glass.lines
    [head] = [line for line in lines if "Modified" in line]
    assert head.split() == ["Name", "Type", "Modified", "Owner", "Where"]
    [row] = [line for line in lines if "Q3 budget" in line]
    assert re.split(r"\s{2,}", row.strip()) == [
        "1",
        "Q3 budget",
        "spreadsheet",
        "2026-11-13 04:30",
        "Ben Ortiz",
        "Finance / 2026",
    ]
    assert stage.glass.links == {"https://docs.example/1": "Q3 budget"}


def test_at_eighty_columns_the_folder_stands_below_the_name(runtime):
    runtime.answer(Answer(sse({"type": "files", "files": [BUDGET]}, text("Here."), DONE)))
    stage = Stage(runtime, width=80)
    stage.run(once="?")
    lines = stage.glass.lines
    at = next(index for index, line in enumerate(lines) if "Q3 budget" in line)
    assert re.split(r"\s{2,}", lines[at].strip()) == ["1", "Q3 budget", "spreadsheet", "2026-11-13 04:30", "Ben Ortiz"]
    assert lines[at + 1].strip() == "Finance / 2026"


def test_a_narrow_terminal_gets_a_list(runtime):
    runtime.answer(Answer(sse({"type": "files", "files": [BUDGET]}, text("Here."), DONE)))
    stage = Stage(runtime, width=50)
    stage.run(once="?")
    assert stage.glass.lines[1:5] == [
        "Files:",
        "  1  Q3 budget",
        "     spreadsheet · Finance / 2026 · 2026-11-13",
        "     04:30 · Ben Ortiz",
    ]
    assert stage.glass.links == {"https://docs.example/1": "Q3 budget"}


def test_where_the_terminal_opens_no_links_they_are_in_plain_sight(runtime):
    answer = text("1. [Q3 budget](https://docs.example/1) and more\n2. **[Plan](https://docs.example/p)**, see ")
    again = text("[Q3 budget](https://docs.example/1)\n\nBy <https://docs.example/x>")
    other = BUDGET | {"link": "https://docs.example/2"}
    runtime.answer(Answer(sse({"type": "files", "files": [other]}, answer, again, DONE)))
    stage = Stage(runtime, width=120, opens_links=False)
    stage.run(once="?")
    assert stage.glass.lines[:6] == [
        "1. Q3 budget and more",
        "   https://docs.example/1",
        "2. Plan, see Q3 budget",
        "   https://docs.example/p",
        "",
        "By https://docs.example/x",
    ]
    assert "\x1b[2m   https://docs.example/1" in stage.text
    assert "     https://docs.example/2" in stage.glass.lines
    assert OPEN_BUDGET not in stage.text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_hostile_names_change_nothing_but_their_own_text(runtime, width):
    label = TOOL | {"status": "running", "label": "L\x1b[1A\u202eevil"}
    stream = sse(label, label | {"status": "done"}, {"type": "files", "files": [HOSTILE]}, text("ok\x1b[2J\x9b"), DONE)
    runtime.answer(Answer(stream))
    stage = Stage(runtime, width=width)
    stage.run(once="?")
    assert stage.glass.links == {}  # and the glass knows of no sequence that the chat does not write
    assert "✓ L[1Aevil" in stage.glass.lines
    assert "ok[2J" in stage.glass.lines
    flat = " ".join(stage.glass.text.split())
    assert "evil[2J" in flat
    assert "[bold]" in flat.replace(" ", "")
    assert not set(stage.text) & set("\x07\x9b\u202e")


def test_words_and_links_stay_whole_on_a_terminal(runtime):
    runtime.answer(
        Answer(sse(text("one two th"), text("ree four"), RUNNING, text("see [the plan](https://docs.example/p)"), DONE))
    )
    stage = Stage(runtime, width=11)
    stage.run(once="?")
    assert [line for line in stage.glass.lines if line] == ["one two", "three four", "see the", "plan"]
    assert stage.glass.links == {"https://docs.example/p": "theplan"}  # a line break is between


def test_stopping_while_waiting_leaves_a_clean_line(runtime):
    runtime.answer(by_request(ASKED, resumes=[ASKED], cancel={"cancelled": False}))
    stage = Stage(runtime, ["?"], width=80, pause=interrupt)
    stage.run()
    lines = [line for line in stage.glass.lines if line]
    assert lines[-1] == "Stopped."
    assert not any("Waiting" in line for line in lines)


def test_without_colours_the_line_moves_all_the_same(runtime):
    runtime.answer(Answer(sse(RUNNING, ENDED, text("Here."), DONE)))
    stage = Stage(runtime, width=80)
    plain = stage.console
    stage.console = lambda: _without_colour(plain())
    stage.run(once="?")
    assert "\x1b[36m" not in stage.text
    assert "\x1b[32m" not in stage.text
    assert Glass(80).feed(stage.text).lines[:2] == ["✓ Searching Drive for spreadsheets", "Here."]


def _without_colour(console):
    console.no_color = True
    return console


def test_strong_words_are_bold_on_a_terminal_and_stay_as_written_in_a_pipe(runtime):
    answer = "# Found\nThe **[Q3 budget](https://docs.example/1)** is **new**. 2 * 3\n"
    runtime.answer(Answer(sse(*(text(char) for char in answer[:9]), text(answer[9:]), DONE)))
    stage = Stage(runtime, width=80)
    stage.run(once="?")
    assert stage.glass.lines[:2] == ["Found", "The Q3 budget is new. 2 * 3"]
    assert "\x1b[1mFound\x1b[22m" in stage.text
    assert stage.glass.links == {"https://docs.example/1": "Q3 budget"}
    pipe = Stage(runtime)
    pipe.run(once="?")
    assert pipe.text == "# Found\nThe **Q3 budget <https://docs.example/1>** is **new**. 2 * 3\n"


def test_an_end_in_the_middle_of_waiting_leaves_the_terminal_as_it_was(runtime):
    runtime.answer(by_request(ASKED, resumes=[ASKED]))
    stage = Stage(runtime, width=80, pause=lambda: signal.raise_signal(signal.SIGTERM))
    assert stage.run(once="?") == 128 + signal.SIGTERM
    assert "Waiting" in stage.text
    assert "Waiting" not in stage.glass.text
    assert stage.text.endswith("\x1b[?25h")
