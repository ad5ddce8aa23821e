import dataclasses
import io
import json
import threading

import pytest
from rich.console import Console

from chat import terminal
from chat.consent import Waiting
from chat.errors import SignInNeededError
from chat.terminal.settings import ChatSettings
from chat.terminal import ChatOptions

from .conftest import ARN, DONE, Answer, as_json, sse, text

LINK = "http://localhost:9090/connect/google-drive?session=chat-1"
ASK = {
    "type": "auth_required",
    "provider": "google-drive",
    "auth_url": LINK,
    "message": f"Connect: {LINK}",
    "scopes": ["s"],
}
ASKED = Answer(sse(text(f"Please allow it.\nConnect: {LINK}\n"), ASK, DONE))
TOOL = {"type": "tool", "id": "1", "name": "search_files", "label": "Searching Drive for spreadsheets …"}
FILES = {
    "type": "files",
    "files": [
        {
            "name": "Q3 budget",
            "type": "spreadsheet",
            "link": "https://docs.example/1",
            "modified": "2026-11-12T09:30:00Z",
        },
        {"name": "evil\x1b[2J\nyou> ", "type": "pdf", "link": "javascript:alert(1)", "owner": "Mallory\u202e"},
    ],
}
ANSWERED = Answer(sse(TOOL | {"status": "running"}, TOOL | {"status": "done"}, FILES, text("Two files."), DONE))


class Desk:
    """A person at a terminal: what they type, what they see, and a clock that runs while they wait."""

    def __init__(self, runtime, lines=(), *, pause=None):
        self.runtime = runtime
        self.lines = iter(lines)
        self.seen = io.StringIO()
        self.naps = []
        self.pause = pause
        self.settings = ChatSettings(
            runtime_url=runtime.url, runtime_arn=ARN, agent_url=runtime.url, timezone="Asia/Tokyo", locale="ja-JP"
        )

    def run(self, bearer=lambda: "sample-bearer", **options):
        console = Console(file=self.seen, width=60, highlight=False)
        return terminal.main(
            ChatOptions(**options),
            self.settings,
            bearer=bearer,
            console=console,
            read_line=self.read,
            waiting=Waiting(sleep=self.sleep, now=lambda: sum(self.naps)),
        )

    def read(self, prompt):
        line = next(self.lines, EOFError())
        if isinstance(line, BaseException):
            raise line
        return line

    def sleep(self, seconds):
        self.naps.append(seconds)
        if self.pause:
            self.pause()

    @property
    def text(self):
        return self.seen.getvalue()

    def bodies(self):
        return [asked.body for asked in self.runtime.asked]


def test_consent_is_waited_for_and_the_question_answered_without_asking_again(runtime):
    runtime.answer(ASKED, ASKED, ASKED, ANSWERED)
    desk = Desk(runtime)
    assert desk.run(once="which spreadsheets?") == 0
    assert [body.get("action", "turn") for body in desk.bodies()] == ["turn", "resume", "resume", "resume"]
    assert desk.bodies()[1] == {"action": "resume", "timezone": "Asia/Tokyo", "locale": "ja-JP"}
    assert desk.text.count("Connect: ") == 1
    assert LINK in desk.text.splitlines()[1]
    assert desk.text.index("Waiting for you") < desk.text.index("Searching Drive") < desk.text.index("Two files.")
    assert len({asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked}) == 1


def test_the_consent_link_is_shown_when_it_did_not_come_as_text(runtime):
    runtime.answer(Answer(sse(ASK)), ANSWERED)
    desk = Desk(runtime)
    desk.run(once="?")
    assert LINK in desk.text.splitlines()


def test_waiting_slows_down_and_ends_after_ten_minutes(runtime):
    runtime.answer(ASKED)
    desk = Desk(runtime)
    assert desk.run(once="?") == terminal.NO_CONSENT
    assert desk.naps[0] == 0.5
    assert max(desk.naps) == 1.0
    assert 600 <= sum(desk.naps) < 601
    assert "I have stopped waiting" in desk.text


def test_ctrl_c_stops_the_waiting_and_something_else_can_be_asked(runtime):
    def interrupt():
        raise KeyboardInterrupt

    runtime.answer(ASKED, as_json({"cancelled": False}), ANSWERED)
    desk = Desk(runtime, ["which spreadsheets?", "only the new ones"], pause=interrupt)
    assert desk.run() == 0
    assert [body.get("prompt") or body["action"] for body in desk.bodies()] == [
        "which spreadsheets?",
        "cancel",
        "only the new ones",
    ]
    assert "Two files." in desk.text


def test_passing_troubles_are_waited_out_while_waiting_for_consent(runtime):
    busy = as_json({}, 429)
    runtime.answer(ASKED, *[busy] * 4, ANSWERED)
    desk = Desk(runtime)
    assert desk.run(once="?") == 0
    assert "Two files." in desk.text


def test_a_wider_permission_is_asked_for_with_its_own_link(runtime):
    wider = ASK | {"scopes": ["s", "more"], "auth_url": LINK + "&wider"}
    runtime.answer(ASKED, Answer(sse(text(f"More: {LINK}&wider\n"), wider, DONE)), ANSWERED)
    desk = Desk(runtime)
    assert desk.run(once="?") == 0
    assert f"More: {LINK}&wider" in desk.text


def test_agentcores_own_links_that_change_each_time_are_shown_once(runtime):
    links = iter(range(9))

    def asked(_):
        return Answer(
            sse(ASK | {"auth_url": f"https://bedrock-agentcore.example/{next(links)}", "message": "Please."}, DONE)
        )

    runtime.answer(asked, asked, asked, ANSWERED)
    desk = Desk(runtime)
    runtime.answers = [asked, asked, asked, ANSWERED]
    assert desk.run(once="?") == 0
    assert desk.text.count("https://bedrock-agentcore.example/") == 1


def test_text_is_shown_as_it_comes(runtime):
    shown_before_the_rest = []
    desk = Desk(runtime)
    has_looked = threading.Event()

    def look(index):
        if index == 1:
            for _ in range(500):
                if "first" in desk.text:
                    break
                has_looked.wait(0.01)
            shown_before_the_rest.append(desk.text)

    runtime.answer(Answer(sse(text("first "), text("second"), DONE), before_chunk=look))
    desk.run(once="?")
    assert shown_before_the_rest == ["first "]
    assert desk.text == "first second\n"


def test_nothing_that_comes_from_others_moves_the_cursor_or_leads_elsewhere(runtime):
    hostile = text("ok\x1b]0;x\x07 [bold]not markup[/] \x9b2J")
    runtime.answer(
        Answer(
            sse(
                TOOL | {"status": "running", "label": "L\x1b[1A"},
                FILES,
                hostile,
                {"type": "notice", "message": "n\r\x1b"},
                DONE,
            )
        )
    )
    desk = Desk(runtime)
    desk.run(once="?")
    assert not set(desk.text) & set("\x1b\x07\x9b\r\u202e")
    assert "[bold]not markup[/]" in desk.text
    assert "javascript" not in desk.text
    assert "  evil[2J you> | pdf | Mallory" in desk.text.splitlines()


def test_files_are_listed_once_each_with_day_and_link(runtime):
    runtime.answer(Answer(sse(FILES, FILES, text("Here."), DONE)))
    desk = Desk(runtime)
    desk.run(once="?")
    assert desk.text.splitlines()[:4] == [
        "Here.",
        "Files:",
        "  Q3 budget | spreadsheet | 2026-11-12",
        "    https://docs.example/1",
    ]
    assert desk.text.count("Q3 budget") == 1


def test_a_failed_turn_is_said_and_the_conversation_goes_on(runtime):
    failed = {"error": "The model is overloaded. Please ask again.", "type": "error", "code": "model_busy"}
    runtime.answer(Answer(sse(text("Half"), failed)), Answer(sse(text("Whole."), DONE)))
    desk = Desk(runtime, ["one", "two"])
    assert desk.run() == 0
    assert "Half\nThe model is overloaded. Please ask again.\n" in desk.text
    assert "Whole." in desk.text


@pytest.mark.parametrize(("status", "said"), [(401, "drive-agent token"), (403, "does not accept"), (424, "its log")])
def test_one_question_that_is_refused_fails_with_a_sentence(runtime, status, said):
    runtime.answer(as_json({}, status))
    desk = Desk(runtime)
    assert desk.run(once="?") == terminal.FAILED
    assert said in " ".join(desk.text.split())


def test_a_sign_in_that_fails_is_said(runtime):
    def bearer():
        raise SignInNeededError("That password is wrong.")

    desk = Desk(runtime)
    assert desk.run(bearer, once="?") == terminal.FAILED
    assert desk.text == "That password is wrong.\n"


def test_json_is_one_object_a_line_and_ascii(runtime):
    runtime.answer(ASKED, ANSWERED)
    desk = Desk(runtime)
    assert desk.run(once="?", is_json=True) == 0
    events = [json.loads(line) for line in desk.text.splitlines()]
    assert [event["type"] for event in events] == [
        *("text", "auth_required", "done", "local"),
        *("tool", "tool", "files", "text", "done"),
    ]
    assert events[1]["auth_url"] == LINK
    assert desk.text.isascii()


def test_ctrl_c_in_the_middle_of_an_answer_stops_it_on_the_server_too(runtime):
    class Interrupted(io.StringIO):
        is_interrupted = False

        def write(self, written):
            if "first" in written and not self.is_interrupted:
                self.is_interrupted = True
                raise KeyboardInterrupt
            return super().write(written)

    runtime.answer(Answer(sse(text("first"), DONE)), as_json({"cancelled": True}))
    desk = Desk(runtime)
    desk.seen = Interrupted()
    assert desk.run(once="?") == terminal.INTERRUPTED
    assert [body.get("action") for body in desk.bodies()] == [None, "cancel"]


def test_a_new_conversation_gets_a_new_session_and_quit_leaves(runtime):
    runtime.answer(Answer(sse(DONE)))
    desk = Desk(runtime, ["", "one", "/new", "two", "/quit", "three"])
    assert desk.run() == 0
    sessions = [asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked]
    assert len(set(sessions)) == 2
    assert all(session.startswith("chat-") and len(session) == 37 for session in sessions)
    assert [body["prompt"] for body in desk.bodies()] == ["one", "two"]


def test_a_path_is_a_question(runtime):
    runtime.answer(Answer(sse(DONE)))
    lines = ["/Finance", "/Finance/2026", "/Team Finance", "/Finance/", "what is in /Finance?"]
    desk = Desk(runtime, lines)
    desk.run()
    assert [body["prompt"] for body in desk.bodies()] == lines
    assert desk.text.count("/disconnect") == 1


@pytest.mark.parametrize("word", ["/statsu", "/quitt", "/hlep"])
def test_a_word_that_is_no_command_is_said_to_be_none(runtime, word):
    desk = Desk(runtime, [word, "/help"])
    desk.run()
    assert f"There is no command {word}; /help names those there are." in " ".join(desk.text.split())
    assert desk.text.count("/disconnect") == 2
    assert runtime.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"connections": [{"connected": True, "account": {"email": "alice@gmail.example"}}]}, "alice@gmail.example"),
        ({"connections": [{"connected": False}]}, "not connected"),
        ({"connections": [{"connected": True, "account": None}]}, "connected as somebody"),
        ({"error": "It is not yours.", "type": "error", "code": "not_owner"}, "It is not yours."),
        ({"status": "disconnected"}, "not connected any more"),
        ({"connections": None}, "not connected"),
    ],
)
def test_connections_are_told_in_a_sentence(runtime, answer, said):
    runtime.answer(as_json(answer))
    desk = Desk(runtime, ["/status"])
    desk.run()
    assert said in desk.text
    assert desk.bodies() == [{"action": "status"}]


def test_a_named_conversation_is_continued_and_a_short_name_refused(runtime):
    runtime.answer(Answer(sse(DONE)))
    desk = Desk(runtime)
    assert desk.run(once="?", runtime_session="chat-" + "a" * 32) == 0
    assert runtime.asked[0].headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] == "chat-" + "a" * 32
    assert desk.run(once="?", runtime_session="short") == terminal.MISUSED
    assert "33 to 256" in desk.text


def test_without_a_runtime_the_way_to_one_is_said(runtime):
    desk = Desk(runtime)
    desk.settings = ChatSettings(runtime_url=runtime.url, runtime_arn="")
    assert desk.run(once="?") == terminal.MISUSED
    assert "make up" in desk.text


def test_direct_mode_needs_neither_runtime_nor_bearer(runtime):
    runtime.answer(Answer(sse(DONE)))
    desk = Desk(runtime)
    assert desk.run(None, once="?", is_direct=True) == 0
    assert runtime.asked[0].path == "/invocations"


def test_bytes_that_are_no_text_are_replaced(runtime):
    runtime.answer(Answer(sse(DONE)))
    Desk(runtime).run(once="caf\udce9")
    assert runtime.asked[0].body["prompt"] == "caf?"


def test_ctrl_c_twice_at_the_prompt_leaves(runtime):
    desk = Desk(runtime, [KeyboardInterrupt(), KeyboardInterrupt(), "never"])
    assert desk.run() == 0
    assert runtime.asked == []


def test_on_a_terminal_words_are_not_cut_and_none_is_lost(runtime):
    tool = TOOL | {"status": "running", "label": "Listing …"}
    runtime.answer(Answer(sse(text("one two th"), text("ree four"), tool, text("five"), DONE)))
    desk = Desk(runtime)
    console = Console(file=desk.seen, width=11, force_terminal=True, color_system=None, highlight=False)
    terminal.main(ChatOptions(once="?"), desk.settings, bearer=lambda: "x", console=console, waiting=Waiting())
    assert desk.text == "one two\nthree four\n  Listing …\nfive\n"


LINKED = text("1. [Q3 budget \\[old\\]](https://docs.example/1), 2. `evil.example`")


def test_a_file_that_the_answer_links_to_is_not_listed_again(runtime):
    runtime.answer(Answer(sse(FILES, LINKED, DONE)))
    desk = Desk(runtime)
    desk.run(once="?")
    assert desk.text.splitlines() == [
        "1. Q3 budget [old] <https://docs.example/1>, 2. `evil.example`",
        "Also found:",
        "  evil[2J you> | pdf | Mallory",
    ]


@pytest.mark.parametrize("opens_links", [True, False])
def test_on_a_terminal_a_link_is_a_name_that_opens_or_is_followed_by_its_address(runtime, opens_links):
    runtime.answer(Answer(sse(LINKED, text("\x1b[31m [a\x1b]8;;x](https://docs.example/2\x9b) end"), DONE)))
    desk = Desk(runtime)
    desk.settings = dataclasses.replace(desk.settings, opens_links=opens_links)
    console = Console(file=desk.seen, width=150, force_terminal=True, color_system=None, highlight=False)
    terminal.main(ChatOptions(once="?"), desk.settings, bearer=lambda: "x", console=console, waiting=Waiting())

    def shown(name, link):
        open_link, close = f"\x1b]8;;{link}\x1b\\\x1b[4m", "\x1b[24m\x1b]8;;\x1b\\"
        return f"{open_link}{name}{close}" if opens_links else f"{name} <{link}>"

    first = shown("Q3 budget [old]", "https://docs.example/1")
    assert desk.text == f"1. {first}, 2. `evil.example`[31m [a]8;;x](https://docs.example/2) end\n"


def test_half_a_link_at_the_end_of_an_answer_is_shown(runtime):
    runtime.answer(Answer(sse(text("see [Q3 bud"), DONE)))
    desk = Desk(runtime)
    desk.run(once="?")
    assert desk.text == "see [Q3 bud\n"
