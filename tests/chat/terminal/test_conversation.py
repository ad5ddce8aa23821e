import dataclasses
import io
import json
import signal
import threading

import pytest

from chat.errors import SignInNeededError
from chat.terminal import command
from tests.chat.conftest import DONE, Answer, as_json, sse, text

from .stage import ANSWERED, ASK, ASKED, FILES, LINK, STATUS, TOOL, Stage, by_request, interrupt

TURN_ENDS = {"type": "done", "stop_reason": "nothing_pending", "usage": {}, "timings": {}}


def test_consent_is_waited_for_and_the_question_answered_without_asking_again(runtime):
    runtime.answer(ASKED, ASKED, ASKED, ANSWERED, as_json(STATUS))
    stage = Stage(runtime)
    assert stage.run(once="which spreadsheets?") == 0
    assert stage.said() == ["which spreadsheets?", "resume", "resume", "resume", "status"]
    assert stage.bodies()[1] == {"action": "resume", "timezone": "Asia/Tokyo", "locale": "en-GB"}
    assert stage.text.count("Connect:") == stage.text.count(LINK) == 1
    assert LINK in stage.text.splitlines()
    assert "Ctrl-C" not in stage.text
    told = ["Waiting for you", "Connected as alice@gmail.example.", "Searching Drive", "Two files."]
    assert sorted(told, key=stage.text.index) == told
    assert len({asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked}) == 1


def test_the_consent_link_is_shown_when_it_did_not_come_as_text(runtime):
    runtime.answer(Answer(sse(ASK)), ANSWERED)
    stage = Stage(runtime)
    stage.run(once="?")
    assert LINK in stage.text.splitlines()


def test_the_page_is_opened_once_for_each_thing_that_is_asked_for(runtime):
    runtime.answer(by_request(ASKED, resumes=[ASKED, ASKED, ANSWERED]))
    stage = Stage(runtime)
    stage.run(once="?")
    assert stage.opened == [LINK]
    assert "Opening it in your browser" in stage.text


def test_what_could_not_be_learned_about_the_account_holds_nothing_up(runtime):
    runtime.answer(by_request(ASKED, resumes=[ANSWERED], status={"error": "Google is silent.", "type": "error"}))
    stage = Stage(runtime)
    assert stage.run(once="?") == 0
    assert "Two files." in stage.text
    assert "Connected" not in stage.text


def test_waiting_slows_down_and_ends_after_ten_minutes(runtime):
    runtime.answer(ASKED)
    stage = Stage(runtime)
    assert stage.run(once="?") == command.NO_CONSENT
    assert stage.naps[0] == 0.5
    assert max(stage.naps) == 1.0
    assert 600 <= sum(stage.naps) < 601
    assert "I have stopped waiting" in stage.text


def test_ctrl_c_stops_the_waiting_and_something_else_can_be_asked(runtime):
    runtime.answer(ASKED, as_json({"cancelled": False}), ANSWERED)
    stage = Stage(runtime, ["which spreadsheets?", "only the new ones"], pause=interrupt)
    assert stage.run() == 0
    assert stage.said() == ["which spreadsheets?", "cancel", "only the new ones"]
    assert "Stopped." in stage.text
    assert "Two files." in stage.text


@pytest.mark.parametrize("is_person", [True, False])
def test_what_ctrl_c_does_is_said_where_something_can_be_asked_then(runtime, is_person):
    runtime.answer(ASKED, ANSWERED)
    stage = Stage(runtime, ["which?"], is_person=is_person)
    stage.run()
    assert ("(Ctrl-C: ask something else)" in " ".join(stage.text.split())) == is_person


def test_ctrl_c_again_while_stopping_leaves_at_once(runtime):
    def cancelled(_):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        never.wait(5)
        return as_json({"cancelled": True})

    never = threading.Event()
    runtime.answer(ASKED, cancelled)
    stage = Stage(runtime, ["?", "never asked"], pause=interrupt)
    assert stage.run() == command.INTERRUPTED
    never.set()
    assert stage.said() == ["?", "cancel"]


def test_passing_troubles_are_waited_out_while_waiting_for_consent(runtime):
    busy = as_json({}, 429)
    runtime.answer(ASKED, *[busy] * 4, ANSWERED)
    stage = Stage(runtime)
    assert stage.run(once="?") == 0
    assert "Two files." in stage.text


def test_a_wider_permission_is_asked_for_with_its_own_link(runtime):
    message = f"More: {LINK}&wider"
    wider = ASK | {"scopes": ["s", "more"], "auth_url": f"{LINK}&wider", "message": message}
    runtime.answer(by_request(ASKED, resumes=[Answer(sse(text(message), wider, DONE)), ANSWERED]))
    stage = Stage(runtime)
    assert stage.run(once="?") == 0
    assert f"{LINK}&wider" in stage.text.splitlines()
    assert stage.opened == [LINK, f"{LINK}&wider"]


def test_agentcores_own_links_that_change_each_time_are_shown_once(runtime):
    links = iter(range(9))

    def asked(_):
        return Answer(
            sse(ASK | {"auth_url": f"https://bedrock-agentcore.example/{next(links)}", "message": "Please."}, DONE)
        )

    runtime.answer(asked, asked, asked, ANSWERED)
    stage = Stage(runtime)
    assert stage.run(once="?") == 0
    assert stage.text.count("https://bedrock-agentcore.example/") == 1


def test_text_is_shown_as_it_comes(runtime):
    shown_before_the_rest = []
    stage = Stage(runtime)
    has_looked = threading.Event()

    def look(index):
        if index == 1:
            for _ in range(500):
                if "first" in stage.text:
                    break
                has_looked.wait(0.01)
            shown_before_the_rest.append(stage.text)

    runtime.answer(Answer(sse(text("first "), text("second"), DONE), before_chunk=look))
    stage.run(once="?")
    assert shown_before_the_rest == ["first "]
    assert stage.text == "first second\n"


def test_nothing_that_comes_from_others_moves_the_cursor_or_leads_elsewhere(runtime):
    hostile = text("ok\x1b]0;x\x07 [bold]not markup[/] \x9b2J")
    notice = {"type": "notice", "message": "n\r\x1b"}
    runtime.answer(Answer(sse(TOOL | {"status": "running", "label": "L\x1b[1A"}, FILES, hostile, notice, DONE)))
    stage = Stage(runtime)
    stage.run(once="?")
    assert not set(stage.text) & set("\x1b\x07\x9b\r\u202e")
    assert "[bold]not markup[/]" in stage.text
    assert "javascript" not in stage.text
    assert "  2. evil[2J]0;x you> | pdf | Mallory[bold]" in stage.text.splitlines()


def test_files_are_listed_once_each_with_the_persons_time_and_link(runtime):
    runtime.answer(Answer(sse(FILES, FILES, text("Here."), DONE)))
    stage = Stage(runtime)
    stage.run(once="?")
    assert stage.text.splitlines()[:4] == [
        "Here.",
        "Files:",
        "  1. Q3 budget | spreadsheet | Finance / 2026 | 2026-11-13 04:30 | Ben Ortiz",
        "     https://docs.example/1",
    ]
    assert stage.text.count("Q3 budget") == 1


def test_a_failed_turn_is_said_and_the_conversation_goes_on(runtime):
    failed = {"error": "The model is overloaded. Please ask again.", "type": "error", "code": "model_busy"}
    runtime.answer(Answer(sse(text("Half"), failed)), Answer(sse(text("Whole."), DONE)))
    stage = Stage(runtime, ["one", "two"])
    assert stage.run() == 0
    assert "Half\nThe model is overloaded. Please ask again.\n" in stage.text
    assert "Whole." in stage.text


@pytest.mark.parametrize(("status", "said"), [(401, "sign in again"), (403, "does not accept"), (400, "cannot use")])
def test_one_question_that_is_refused_fails_with_a_sentence(runtime, status, said):
    runtime.answer(as_json({}, status))
    stage = Stage(runtime)
    assert stage.run(once="?") == command.FAILED
    assert said in " ".join(stage.text.split())


def test_a_sign_in_that_fails_is_said(runtime):
    def bearer():
        raise SignInNeededError("That password is wrong.")

    stage = Stage(runtime)
    assert stage.run(bearer, once="?") == command.FAILED
    assert stage.text == "That password is wrong.\n"


@pytest.mark.parametrize("status", [401, 403, 413, 429, 503])
def test_a_question_that_was_not_answered_is_in_the_line_again(runtime, status):
    runtime.answer(*[as_json({}, status)] * (4 if status in {429, 503} else 1), Answer(sse(text("Here."), DONE)))
    stage = Stage(runtime, ["which files?", "which files?"], is_person=True)
    assert stage.run() == 0
    assert stage.unsent == ["", "which files?", ""]
    assert "Here." in stage.text


def test_an_answer_that_breaks_off_is_taken_up_once_and_shown_anew(runtime):
    runtime.answer(by_request(Answer(sse(text("Half of the ans")), is_cut=True), resumes=[ANSWERED]))
    stage = Stage(runtime)
    assert stage.run(once="which?") == 0
    assert stage.said() == ["which?", "resume"]
    told = ["Half of the ans", "The connection broke", "Two files."]
    assert sorted(told, key=stage.text.index) == told


def test_an_agent_that_is_started_again_is_waited_for(runtime):
    runtime.answer(
        by_request(
            Answer(sse(TOOL | {"status": "running"}), is_cut=True),
            resumes=[as_json({}, 424), as_json({}, 424), Answer(sse(text("x")), is_cut=True), ANSWERED],
        )
    )
    stage = Stage(runtime)
    # The third answer has begun, so it is not taken up a second time.
    assert stage.run(once="which?") == command.FAILED
    assert stage.said() == ["which?", "resume", "resume", "resume"]
    runtime.answer(by_request(as_json({}, 424), resumes=[as_json({}, 424), ANSWERED]))
    again = Stage(runtime)
    assert again.run(once="which?") == 0
    assert "Two files." in again.text


def test_where_the_agent_knows_of_no_broken_answer_the_break_is_said(runtime):
    nothing = Answer(sse({"type": "notice", "message": "Nothing is waiting."}, TURN_ENDS))
    runtime.answer(by_request(Answer(sse(text("Half")), is_cut=True), resumes=[nothing]))
    stage = Stage(runtime)
    assert stage.run(once="which?") == command.FAILED
    assert "Please ask again." in stage.text
    assert "Nothing is waiting" not in stage.text
    assert stage.said() == ["which?", "resume"]


def test_an_agent_that_does_not_come_back_is_given_up_after_half_a_minute(runtime):
    runtime.answer(by_request(Answer(sse(text("Half")), is_cut=True), resumes=[as_json({}, 424)]))
    stage = Stage(runtime)
    assert stage.run(once="which?") == command.FAILED
    assert 30 <= sum(stage.naps) <= 31
    assert "its log says why" in " ".join(stage.text.split())


def test_json_is_one_object_a_line_and_ascii(runtime):
    runtime.answer(ASKED, ANSWERED)
    stage = Stage(runtime)
    assert stage.run(once="?", is_json=True) == 0
    events = [json.loads(line) for line in stage.text.splitlines()]
    assert [event["type"] for event in events] == [
        *("text", "auth_required", "done", "local", "local"),
        *("tool", "tool", "files", "text", "done"),
    ]
    assert events[1]["auth_url"] == LINK
    assert events[7]["files"][1]["path"] == ""
    assert stage.text.isascii()
    assert "Ctrl-C" not in stage.text
    assert stage.said() == ["?", "resume"]


def test_ctrl_c_in_the_middle_of_an_answer_stops_it_on_the_server_too(runtime):
    class Interrupted(io.StringIO):
        is_interrupted = False

        def write(self, written):
            if "first" in written and not self.is_interrupted:
                self.is_interrupted = True
                interrupt()
            return super().write(written)

    never = threading.Event()
    runtime.answer(
        Answer(sse(text("first "), DONE), before_chunk=lambda index: index and never.wait(5)),
        lambda _: never.set() or as_json({"cancelled": True}),
    )
    stage = Stage(runtime)
    stage.seen = Interrupted()
    assert stage.run(once="?") == command.INTERRUPTED
    assert [body.get("action") for body in stage.bodies()] == [None, "cancel"]
    assert stage.text == "first \nStopped.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_wants_the_end_gets_it_in_the_middle_of_waiting(runtime, number):
    runtime.answer(ASKED)
    before = signal.getsignal(number)
    stage = Stage(runtime, ["?", "never"], pause=lambda: signal.raise_signal(number))
    assert stage.run() == 128 + number
    assert signal.getsignal(number) == before
    assert stage.said() == ["?"]


def test_a_named_conversation_is_continued_and_a_short_name_refused(runtime):
    runtime.answer(Answer(sse(DONE)))
    stage = Stage(runtime)
    assert stage.run(once="?", runtime_session="chat-" + "a" * 32) == 0
    assert runtime.asked[0].headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] == "chat-" + "a" * 32
    assert stage.run(once="?", runtime_session="short") == command.MISUSED
    assert "33 to 256" in stage.text


def test_without_a_runtime_the_way_to_one_is_said(runtime):
    stage = Stage(runtime, runtime_arn="")
    assert stage.run(once="?") == command.MISUSED
    assert "make up" in stage.text


def test_direct_mode_needs_neither_runtime_nor_bearer(runtime):
    runtime.answer(Answer(sse(DONE)))
    stage = Stage(runtime)
    assert stage.run(None, once="?", is_direct=True) == 0
    assert runtime.asked[0].path == "/invocations"


def test_bytes_that_are_no_text_are_replaced(runtime):
    runtime.answer(Answer(sse(DONE)))
    Stage(runtime).run(once="caf\udce9")
    assert runtime.asked[0].body["prompt"] == "caf?"


def test_a_question_may_come_from_standard_input(runtime, monkeypatch):
    runtime.answer(Answer(sse(text("Here."), DONE)))
    monkeypatch.setattr("sys.stdin", io.StringIO("which files\ndid Ben change?\n"))
    stage = Stage(runtime)
    assert stage.run(once="-") == 0
    assert stage.said() == ["which files\ndid Ben change?"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert stage.run(once="-") == command.MISUSED


def test_ctrl_c_twice_at_the_prompt_leaves(runtime):
    stage = Stage(runtime, [KeyboardInterrupt(), KeyboardInterrupt(), "never"])
    assert stage.run() == 0
    assert runtime.asked == []


def test_a_file_that_the_answer_links_to_is_not_listed_again(runtime):
    runtime.answer(Answer(sse(FILES, LINKED, DONE)))
    stage = Stage(runtime)
    stage.run(once="?")
    assert stage.text.splitlines() == [
        "1. Q3 budget [old] <https://docs.example/1>, 2. `evil.example`",
        "Also found:",
        "  2. evil[2J]0;x you> | pdf | Mallory[bold]",
    ]


LINKED = text("1. [Q3 budget \\[old\\]](https://docs.example/1), 2. `evil.example`")


def test_half_a_link_at_the_end_of_an_answer_is_shown(runtime):
    runtime.answer(Answer(sse(text("see [Q3 bud"), DONE)))
    stage = Stage(runtime)
    stage.run(once="?")
    assert stage.text == "see [Q3 bud\n"


def test_an_answer_that_holds_an_address_like_the_consent_message_is_shown_all_the_same(runtime):
    runtime.answer(Answer(sse(text("See https://a.example/x "), text("for more."), DONE)))
    stage = Stage(runtime)
    stage.run(once="?")
    assert stage.text == "See https://a.example/x for more.\n"


def test_the_chat_speaks_japanese_to_those_who_do(runtime):
    runtime.answer(ASKED, ASKED, ANSWERED, as_json(STATUS))
    stage = Stage(runtime)
    stage.settings = dataclasses.replace(stage.settings, locale="ja-JP")
    assert stage.run(once="?") == 0
    assert "Google ドライブの接続を待っています" in stage.text
    assert "alice@gmail.example として接続しました。" in stage.text
    assert "ファイル:" in stage.text
