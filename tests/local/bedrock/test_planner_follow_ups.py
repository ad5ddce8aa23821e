# ruff: noqa: RUF001 - Japanese punctuation
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.aws.bedrock.planner import plan
from tests.local.bedrock.samples import (
    BEN,
    CLOSE,
    DETAILS,
    DRIVES,
    FOLDER,
    NO_FILE,
    NO_FOLDER,
    NOT_CONNECTED,
    RECENT,
    SEVERAL,
    SYSTEM,
    TEXT,
    TOOLS,
    assistant,
    calls,
    exchange,
    result,
    said,
    use,
    user,
)  # fmt: skip

LISTED = exchange("find the budget", use("t1", words="budget"), BEN)
FOLDERS = exchange("what's in Finance?", use("t1", "list_files", folder="Finance"), FOLDER)


def ask(text, before):
    return plan([*before, user(text)], TOOLS, SYSTEM)


POINTING = {
    "open the second one's folder, and show me more like it": ("list_files", {"folder": "[2]"}),
    "open the second one's folder": ("list_files", {"folder": "[2]"}),
    "what else is in the folder of number 2?": ("list_files", {"folder": "[2]"}),
    "its folder": ("list_files", {"folder": "[1]"}),
    "who can see the second one?": ("get_file", {"file": "[2]"}),
    "who owns the last one": ("get_file", {"file": "[3]"}),
    "where is it?": ("get_file", {"file": "[1]"}),
    "details of [7]": ("get_file", {"file": "[7]"}),
    "open 3": ("get_file", {"file": "[3]"}),
    "read 2": ("read_file", {"file": "[2]"}),
    "summarise the first one please": ("read_file", {"file": "[1]"}),
    "what does the second one say about payments?": ("read_file", {"file": "[2]"}),
    "who can see hiring plan?": ("get_file", {"file": "[3]"}),
    "2番目": ("get_file", {"file": "[2]"}),
    "2番目のファイルのフォルダを開いて": ("list_files", {"folder": "[2]"}),
    "最後のファイルを読んで": ("read_file", {"file": "[3]"}),
    "そのフォルダ": ("list_files", {"folder": "[1]"}),
    "それは誰が見られますか": ("get_file", {"file": "[1]"}),
}


@pytest.mark.parametrize(("question", "call"), POINTING.items(), ids=POINTING)
def test_a_file_that_was_listed_is_pointed_at(question, call):
    assert calls(ask(question, LISTED)) == [call]


@pytest.mark.parametrize("question", ["open 2", "what is in the second one?", "and in Budgets?", "2番目を開いて"])
def test_a_folder_that_was_listed_is_opened(question):
    assert calls(ask(question, FOLDERS)) == [("list_files", {"folder": "[10]"})]


def test_a_file_that_was_not_listed_is_not_guessed():
    assert calls(ask("open the second one's folder", [])) == []
    assert "which file you mean" in said(ask("open the fifth one's folder", LISTED))
    assert "どのファイル" in said(ask("5番目を読んで", LISTED))


def test_after_one_files_details_the_list_is_still_the_list_and_it_is_that_file():
    before = [
        *LISTED,
        *exchange("who owns the second one?", use("t2", "get_file", file="[2]"), DETAILS.replace("[1]", "[2]")),
    ]
    assert calls(ask("how big is it?", before)) == [("get_file", {"file": "[2]"})]
    assert calls(ask("read the third one", before)) == [("read_file", {"file": "[3]"})]


def test_what_was_close_can_be_pointed_at():
    before = exchange('find "zebra launch plan"', use("t1", words="zebra launch plan"), CLOSE)
    assert calls(ask("read the first one", before)) == [("read_file", {"file": "[8]"})]


@pytest.mark.parametrize(
    "text", ["more", "Show me more, please", "next", "the rest", "continue", "もっと", "続きを見せて"]
)
def test_more_goes_on_with_the_last_list(text):
    before = exchange("which files did I open last?", use("t1", "list_files"), RECENT)
    assert calls(ask(text, before)) == [("more_files", {})]


def test_more_of_a_list_that_was_complete_is_no_call():
    assert calls(ask("more", LISTED)) == []
    assert "There are no more" in said(ask("more", LISTED))
    assert "ほかにはありません" in said(ask("もっと", LISTED))


@pytest.mark.parametrize("text", ["more", "read on", "continue", "続き"])
def test_more_of_a_text_reads_on(text):
    before = exchange("read the roadmap", use("t1", "read_file", file="roadmap"), TEXT)
    assert calls(ask(text, before)) == [("read_file", {"file": "[6]", "start": 8000})]


REFINED = {
    "only the PDFs": {"kind": "pdf"},
    "just the spreadsheets": {"kind": "spreadsheet"},
    "PDFだけ": {"kind": "pdf"},
    "what about last week?": {"modified": "2026-11-09..2026-11-15"},
    "only mine": {"owner": "me"},
    "sorted by name": {"order": "name"},
}


@pytest.mark.parametrize(("question", "extra"), REFINED.items(), ids=REFINED)
def test_a_refinement_asks_the_last_question_again_with_something_else_in_it(question, extra):
    assert calls(ask(question, LISTED)) == [("search_files", {"words": "budget", **extra})]


def test_a_refined_list_becomes_a_search_where_a_list_cannot_filter():
    starred = exchange("my starred files", use("t1", "list_files", view="starred"), RECENT)
    assert calls(ask("only the PDFs", starred)) == [("list_files", {"view": "starred", "kind": "pdf"})]
    assert calls(ask("only the ones Ben changed", starred)) == [
        ("search_files", {"starred": True, "changed_by": "Ben"})
    ]


def test_a_file_that_is_described_is_searched_for_first():
    question = "who can see the spreadsheet that Ben changed last week?"
    search = ("search_files", {"kind": "spreadsheet", "changed_by": "Ben", "modified": "2026-11-09..2026-11-15"})
    assert calls(ask(question, [])) == [search]
    one = 'Found: 1 file, all shown\n[1] "Q3 budget" | spreadsheet | changed 2026-11-12 by Ben Ortiz'
    messages = [user(question), assistant(use("t1", **search[1])), user(result("t1", one))]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == [("get_file", {"file": "[1]"})]
    assert said(blocks) == ""
    last = blocks[-1]["toolUse"]
    messages += [assistant(*blocks), user(result(last["toolUseId"], DETAILS))]
    assert said(plan(messages, TOOLS, SYSTEM)).startswith("Who can see [1]: Alice Archer")


def test_several_files_that_fit_a_description_are_asked_about_and_the_choice_goes_on():
    question = "summarise the spreadsheet that Ben changed last week"
    call = use("t1", kind="spreadsheet", changed_by="Ben", modified="2026-11-09..2026-11-15")
    messages = [user(question), assistant(call), user(result("t1", BEN))]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == []
    assert said(blocks).startswith("Several files fit. Which one do you mean?\n1. [1]")
    assert calls(ask("the second one", [*messages, assistant(*blocks)])) == [("read_file", {"file": "[2]"})]


def test_the_choice_between_files_of_one_name_goes_on_with_what_was_asked():
    before = exchange("what does Notes say?", use("t1", "read_file", file="Notes"), SEVERAL, "error")
    assert calls(ask("2", before)) == [("read_file", {"file": "[2]"})]
    before = exchange("Notesは誰のもの？", use("t1", "get_file", file="Notes"), SEVERAL, "error")
    assert calls(ask("1番目", before)) == [("get_file", {"file": "[1]"})]


def test_a_name_that_no_file_has_exactly_is_searched_for():
    messages = [user("what does the roadmap say?"), assistant(use("t1", "read_file", file="roadmap"))]
    messages.append(user(result("t1", NO_FILE, "error")))
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == [("search_files", {"words": "roadmap"})]
    found = 'Found: 1 file, all shown\n[6] "Roadmap 2026" | document'
    messages += [assistant(*blocks), user(result(blocks[-1]["toolUse"]["toolUseId"], found))]
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("read_file", {"file": "[6]"})]


def test_a_name_that_is_not_found_by_a_search_either_is_said_not_to_be_there():
    messages = [
        user("what does the roadmap say?"),
        assistant(use("t1", "read_file", file="roadmap")),
        user(result("t1", NO_FILE, "error")),
        assistant(use("t2", words="roadmap")),
        user(result("t2", "Found: nothing")),
    ]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == []
    assert said(blocks) == "I found no files with “roadmap” in the name."


def test_a_folder_that_may_be_a_shared_drive_is_looked_for_among_them():
    messages = [
        user("all spreadsheets in the shared drive Team Finance"),
        assistant(use("t1", kind="spreadsheet", folder="Team Finance")),
        user(result("t1", NO_FOLDER, "error")),
    ]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == [("list_shared_drives", {})]
    messages += [assistant(*blocks), user(result(blocks[-1]["toolUse"]["toolUseId"], DRIVES))]
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("search_files", {"kind": "spreadsheet", "folder": "[12]"})]


def test_a_folder_that_is_no_shared_drive_either_is_said_not_to_be_there():
    messages = [
        user("what's in the shared drive Moon?"),
        assistant(use("t1", "list_files", folder="Moon")),
        user(result("t1", NO_FOLDER.replace("Team Finance", "Moon"), "error")),
        assistant(use("t2", "list_shared_drives")),
        user(result("t2", DRIVES)),
    ]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == []
    assert said(blocks) == "I could not find that out. I see no folder called “Moon” in your Drive."


@pytest.mark.parametrize("question", ["what's in Moon?", "Moonフォルダの中身"])
def test_nobody_is_asked_for_permission_to_see_shared_drives_that_they_did_not_speak_of(question):
    messages = [user(question), assistant(use("t1", "list_files", folder="Moon"))]
    messages.append(user(result("t1", NO_FOLDER, "error")))
    assert calls(plan(messages, TOOLS, SYSTEM)) == []


def test_no_step_is_taken_to_a_tool_that_is_not_offered():
    messages = [user("what's in the shared drive Moon?"), assistant(use("t1", "list_files", folder="Moon"))]
    messages.append(user(result("t1", NO_FOLDER, "error")))
    blocks = plan(messages, TOOLS[:2], SYSTEM)
    assert calls(blocks) == []
    assert said(blocks) == "I could not find that out. I see no folder called “Team Finance” in your Drive."


def test_a_question_goes_on_after_consent():
    question = "who can see the spreadsheet that Ben changed last week?"
    search = {"kind": "spreadsheet", "changed_by": "Ben", "modified": "2026-11-09..2026-11-15"}
    messages = [
        user(question),
        assistant(use("t1", **search)),
        user(result("t1", NOT_CONNECTED, "error"), "done"),
        assistant(use("t2", **search)),
        user(result("t2", 'Found: 1 file, all shown\n[1] "Q3 budget" | spreadsheet')),
    ]
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("get_file", {"file": "[1]"})]


def test_a_file_of_the_second_part_can_be_pointed_at_by_its_number():
    messages = [
        user("find the budget and list my recent files"),
        assistant(use("t1", words="budget"), use("t2", "list_files")),
        user(result("t1", BEN), result("t2", RECENT)),
        assistant("…"),
        user("open the fourth one's folder"),
    ]
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("list_files", {"folder": "[6]"})]


def test_files_of_the_same_name_are_never_chosen_between():
    twins = 'Found: 2 files, all shown\n[1] "Roadmap" | document | in [4]\n[2] "roadmap" | document | in [5]'
    messages = [
        user("what does the roadmap say?"),
        assistant(use("t1", "read_file", file="roadmap")),
        user(result("t1", NO_FILE, "error")),
        assistant(use("t2", words="roadmap")),
        user(result("t2", twins)),
    ]
    blocks = plan(messages, TOOLS, SYSTEM)
    assert calls(blocks) == []
    assert said(blocks).startswith("Several files fit. Which one do you mean?")
    assert calls(ask("the first one", [*messages, assistant(*blocks)])) == [("read_file", {"file": "[1]"})]


def test_the_file_of_that_exact_name_is_chosen_among_others():
    found = 'Found: 2 files, all shown\n[1] "Roadmap.docx" | word\n[2] "Roadmap of last year" | document'
    messages = [
        user("what does the roadmap say?"),
        assistant(use("t1", "read_file", file="roadmap")),
        user(result("t1", NO_FILE, "error")),
        assistant(use("t2", words="roadmap")),
        user(result("t2", found)),
    ]
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("read_file", {"file": "[1]"})]


def test_a_folder_that_was_to_be_read_is_listed():
    failure = "That is a folder, which has no text. Use list_files to see what is in it."
    messages = [user("contents of Finance"), assistant(use("t1", "read_file", file="Finance"))]
    messages.append(user(result("t1", failure, "error")))
    assert calls(plan(messages, TOOLS, SYSTEM)) == [("list_files", {"folder": "Finance"})]


def test_what_is_asked_twice_is_called_once():
    assert calls(ask("open the first and tell me who owns it", LISTED)) == [("get_file", {"file": "[1]"})]


def test_it_in_the_second_half_of_a_question_is_the_file_of_the_first_half():
    assert calls(ask("read the roadmap and tell me who owns it", [])) == [
        ("read_file", {"file": "roadmap"}),
        ("get_file", {"file": "roadmap"}),
    ]


def test_shared_drives_are_asked_for_once():
    messages = [
        user("what's in the shared drive Team Finance?"),
        assistant(use("t1", "list_files", folder="Team Finance")),
        user(result("t1", NO_FOLDER, "error")),
        assistant(use("t2", "list_shared_drives")),
        user(result("t2", DRIVES)),
        assistant(use("t3", "list_files", folder="[12]")),
        user(result("t3", NO_FOLDER, "error")),
    ]
    assert calls(plan(messages, TOOLS, SYSTEM)) == []


PIECES = [
    "the second one", "it", "its folder", "who can see", "read", "more", "only", "PDFs", "in", "Finance/2026", "[3]",
    "“x”", "and", "last week", "?", "それ", "2番目", "の", "フォルダ", "を読んで", "「a/b」", "もっと", "先週",
    "だけ", "は誰の",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8), st.sampled_from(["", " "]))
@settings(max_examples=300, deadline=None)
def test_any_follow_up_gets_an_answer_or_a_call_that_the_tools_take(pieces, between):
    blocks = ask(between.join(pieces), [*LISTED, *FOLDERS])
    assert blocks
    offered = {tool["name"]: set(tool["inputSchema"]["json"]["properties"]) for tool in TOOLS}
    assert all(set(arguments) <= offered[name] for name, arguments in calls(blocks))
    assert all(block["text"].strip() for block in blocks if "text" in block)


WEEK = {"modified": "2026-11-09..2026-11-15"}
OF_A_FOLDER = {
    "その中のPDFだけ": ("search_files", {"folder": "[4]", "kind": "pdf"}),
    "only the PDFs in it": ("list_files", {"folder": "[4]", "kind": "pdf"}),
    "PDFs in there": ("search_files", {"folder": "[4]", "kind": "pdf"}),
    "PDFは？": ("list_files", {"folder": "Finance", "kind": "pdf"}),
    "only the PDFs": ("list_files", {"folder": "Finance", "kind": "pdf"}),
    "先週変更されたスプレッドシートは？": ("search_files", {"kind": "spreadsheet", **WEEK}),
    "Benが変更したものは？": ("search_files", {"changed_by": "Ben"}),
    "spreadsheets changed last week": ("search_files", {"kind": "spreadsheet", **WEEK}),
    "what is in Finance and all its subfolders": ("search_files", {"folder": "Finance"}),
    "what's in it?": ("read_file", {"file": "[1]"}),
}


@pytest.mark.parametrize(("question", "call"), OF_A_FOLDER.items(), ids=OF_A_FOLDER)
def test_after_a_folder_only_a_fragment_stays_in_it(question, call):
    assert calls(ask(question, FOLDERS)) == [call]


OF_FOUND = {
    "その中のPDFだけ": ("search_files", {"words": "budget", "kind": "pdf"}),
    "only the PDFs in there": ("search_files", {"words": "budget", "kind": "pdf"}),
    "先週変更されたスプレッドシートは？": ("search_files", {"kind": "spreadsheet", **WEEK}),
}


@pytest.mark.parametrize(("question", "call"), OF_FOUND.items(), ids=OF_FOUND)
def test_among_files_that_were_found_a_kind_narrows_the_search(question, call):
    assert calls(ask(question, LISTED)) == [call]


def test_a_folder_that_was_spoken_of_alone_is_the_one_to_look_into():
    found = 'Looked for: folders\nSearched: My Drive\nFound: 1 folder, all shown\n[7] "Archive" | folder'
    before = exchange("find the folder Archive", use("t1", words="Archive", kind="folder"), found)
    assert calls(ask("その中のPDFだけ", before)) == [("search_files", {"folder": "[7]", "kind": "pdf"})]
