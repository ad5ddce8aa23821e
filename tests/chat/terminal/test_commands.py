import signal
import threading

import pytest

from tests.chat.conftest import DONE, Answer, as_json, sse, text

from .stage import ANSWERED, STATUS, Stage, by_request

FOUND = {
    "provider": "google-drive",
    "connected": True,
    "account": {"email": "alice@gmail.example"},
    "scopes": ["https://www.googleapis.com/auth/drive.metadata.readonly", "https://a.example/unheard-of"],
    "missing_scopes": [],
    "last_used": "2026-11-20T17:45:00Z",
}


def told(runtime, answer, *lines):
    runtime.answer(as_json(answer))
    stage = Stage(runtime, lines)
    stage.run()
    return " ".join(stage.text.split())


def test_a_new_conversation_gets_a_new_session_and_quit_leaves(runtime):
    runtime.answer(Answer(sse(DONE)))
    stage = Stage(runtime, ["", "one", "/new", "two", "/quit", "three"])
    assert stage.run() == 0
    sessions = [asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked]
    assert len(set(sessions)) == 2
    assert all(session.startswith("chat-") and len(session) == 37 for session in sessions)
    assert stage.said() == ["one", "two"]


def test_a_path_is_a_question(runtime):
    runtime.answer(Answer(sse(DONE)))
    lines = ["/Finance/2026", "/Team Finance", "/Finance/", "what is in /Finance?", "/new budget plans"]
    stage = Stage(runtime, lines)
    stage.run()
    assert stage.said() == lines
    assert "no command" not in stage.text


@pytest.mark.parametrize("word", ["/statsu", "/quitt", "/hlep", "/histroy", "/histroy 2", "/foo", "/Finance", "/予算"])
def test_a_word_that_is_no_command_is_said_to_be_none(runtime, word):
    stage = Stage(runtime, [word])
    stage.run()
    said = " ".join(stage.text.split())
    assert f"There is no command {word}; /help names those there are." in said
    assert "(For a folder, write its name without the slash.)" in said
    assert runtime.asked == []


def test_help_names_every_command(runtime):
    stage = Stage(runtime, ["/help"])
    stage.run()
    named = {line.split()[0] for line in stage.text.splitlines() if line.startswith("/")}
    assert named == {"/connections", "/connect", "/disconnect", "/new", "/history", "/help", "/quit"}


@pytest.mark.parametrize("command", ["/connections", "/status"])
def test_connections_tell_whose_for_what_and_when_last_used(runtime, command):
    said = told(runtime, {"connections": [FOUND]}, command)
    assert "Google Drive is connected as alice@gmail.example." in said
    assert "seeing the names and details of files (read-only); https://a.example/unheard-of." in said
    assert "Last used: 2026-11-21 02:45." in said
    assert [asked.body for asked in runtime.asked] == [{"action": "status"}]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"connections": [{"connected": False}]}, "not connected."),
        ({"connections": [{"connected": False, "insufficient": True}]}, "not enough to see any file"),
        ({"connections": [{"connected": True, "account": None, "last_used": None}]}, "connected as somebody. Not used"),
        ({"connections": [FOUND | {"missing_scopes": ["x/drive.readonly"]}]}, "needs more: seeing the names, details"),
        ({"connections": [FOUND | {"account": {"email": "a\x1b[2J\u202e@b.example"}}]}, "as a[2J@b.example."),
        ({"error": "It is not yours.", "type": "error", "code": "not_owner"}, "It is not yours."),
        ({"connections": None}, "not connected."),
        ({"connections": [7]}, "not connected."),
    ],
)
def test_connections_are_told_in_sentences_whatever_the_answer(runtime, answer, said):
    assert said in told(runtime, answer, "/connections")


@pytest.mark.parametrize("answer", ["n", "", "yeah no"])
def test_disconnecting_is_asked_about_first(runtime, answer):
    stage = Stage(runtime, ["/disconnect", answer], is_person=True)
    stage.run()
    assert "[y/N]" in stage.asked_back[0]
    assert "Nothing has been changed." in stage.text
    assert runtime.asked == []


def test_a_yes_takes_the_permission_back(runtime):
    runtime.answer(by_request(ANSWERED, disconnect={"status": "disconnected"}))
    stage = Stage(runtime, ["/disconnect", "Y"], is_person=True)
    stage.run()
    assert "Google Drive is disconnected; Google has forgotten the permission." in " ".join(stage.text.split())
    assert stage.said() == ["status", "disconnect"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ({"connections": [{"connected": False, "insufficient": True}]}, "Google has forgotten the permission."),
        ({"connections": [{"connected": False}]}, "There was nothing to take back."),
        ({"error": "Google is silent.", "type": "error", "code": "drive_failed"}, "Google Drive is not connected."),
    ],
)
def test_disconnecting_says_what_it_did_and_no_more(runtime, status, sentence):
    runtime.answer(by_request(ANSWERED, status=status, disconnect={"status": "disconnected"}))
    stage = Stage(runtime, ["/disconnect"])
    stage.run()
    assert " ".join(stage.text.split()).endswith(sentence)
    assert stage.said() == ["status", "disconnect"]


def test_a_script_that_says_disconnect_means_it(runtime):
    said = told(runtime, {"error": "Google does not answer.", "type": "error", "code": "drive_failed"}, "/disconnect")
    assert "Google does not answer." in said


def test_leaving_the_question_whether_to_disconnect_changes_nothing(runtime):
    stage = Stage(runtime, ["/disconnect"], is_person=True)
    stage.confirm = leave
    assert stage.run() == 0
    assert runtime.asked == []


async def leave(_):
    raise KeyboardInterrupt


def test_another_account_is_connected_on_the_page_of_this_conversation(runtime):
    runtime.answer(Answer(sse(DONE)))
    stage = Stage(runtime, ["hello", "/connect"], connect_url="https://chat.example/connect/google-drive")
    stage.run()
    session = runtime.asked[0].headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"]
    link = f"https://chat.example/connect/google-drive?session={session}"
    assert link in stage.text.splitlines()
    assert stage.opened == [link]


def test_without_a_connect_page_the_way_to_a_link_is_told(runtime):
    stage = Stage(runtime, ["/connect"])
    stage.run()
    assert "the link to connect Google Drive comes with the answer" in " ".join(stage.text.split())
    assert stage.opened == []


def test_a_command_that_fails_says_why_and_the_conversation_goes_on(runtime):
    runtime.answer(as_json({}, 403))
    stage = Stage(runtime, ["/connections", "/help"])
    assert stage.run() == 0
    assert "does not accept this sign-in" in " ".join(stage.text.split())
    assert "/history" in stage.text


def test_earlier_conversations_are_listed_gone_back_to_and_forgotten(runtime, tmp_path):
    answers = {"first?": "The [plan](https://docs.example/p).", "second?": "Two.", "third?": "Three."}
    runtime.answer(lambda asked: Answer(sse(text(answers[asked.body["prompt"]]), DONE)))
    Stage(runtime, ["first?"], state=tmp_path).run()
    stage = Stage(runtime, ["second?", "/history", "/history 2", "third?", "/history 9"], state=tmp_path)
    assert stage.run() == 0
    lines = stage.text.splitlines()
    listed = [line.split()[0] for line in lines if line.endswith(("first?", "second?")) and not line.startswith("you>")]
    assert listed == ["1", "2"]
    assert lines[lines.index("you> first?") + 1] == "The plan <https://docs.example/p>."
    sessions = [asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked]
    assert sessions[2] == sessions[0] != sessions[1]
    assert "There is no conversation 9" in stage.text


def two_conversations(runtime, tmp_path):
    """Hold them, and return what they are called."""
    runtime.answer(Answer(sse(text("Here."), DONE)))
    Stage(runtime, ["first?", "/new", "second?"], state=tmp_path).run()
    return names(runtime)


def names(runtime):
    return [asked.headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] for asked in runtime.asked]


def test_conversations_are_forgotten_at_the_agent_too(runtime, tmp_path):
    before = two_conversations(runtime, tmp_path)
    runtime.answer(by_request(ANSWERED, forget={"status": "forgotten"}))
    stage = Stage(runtime, ["/history clear", "y", "/history"], state=tmp_path, is_person=True)
    stage.run()
    assert "(2), on this computer and at the agent? [y/N]" in stage.asked_back[0]
    assert [body for body in stage.bodies() if body != {"action": "status"}][2:] == [{"action": "forget"}] * 2
    forgotten = [name for name, said in zip(names(runtime), stage.said(), strict=True) if said == "forget"]
    assert sorted(forgotten) == sorted(before)
    assert "Forgotten conversations, on this computer and at the agent: 2." in stage.text
    assert "There are no earlier conversations" in stage.text
    assert not list(tmp_path.rglob("*.jsonl"))


def test_nothing_is_forgotten_without_a_yes(runtime, tmp_path):
    two_conversations(runtime, tmp_path)
    stage = Stage(runtime, ["/history clear", "n"], state=tmp_path, is_person=True)
    stage.run()
    assert "Nothing has been changed." in stage.text
    assert "forget" not in stage.said()
    assert len(list(tmp_path.rglob("*.jsonl"))) == 2


def test_what_the_agent_has_not_forgotten_stays_in_the_list_and_is_said(runtime, tmp_path):
    first, _ = two_conversations(runtime, tmp_path)
    silent = {"error": "I cannot forget it now.", "type": "error", "code": "not_forgotten"}
    session = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
    runtime.answer(lambda asked: as_json(silent if asked.headers[session] == first else {"status": "forgotten"}))
    stage = Stage(runtime, ["/history clear", "/history"], state=tmp_path)
    stage.run()
    said = " ".join(stage.text.split())
    assert "at the agent: 1. Not forgotten: 1, which are still in the list. I cannot forget" in said
    assert "first?" in said
    assert "second?" not in said


def test_a_conversation_that_the_agent_gives_to_nobody_else_is_forgotten_here(runtime, tmp_path):
    two_conversations(runtime, tmp_path)
    runtime.answer(as_json({"error": "It is not yours.", "type": "error", "code": "not_owner"}))
    Stage(runtime, ["/history clear"], state=tmp_path).run()
    assert not list(tmp_path.rglob("*.jsonl"))


def test_an_agent_that_cannot_be_asked_to_forget_is_not_asked_for_each(runtime, tmp_path):
    runtime.answer(Answer(sse(text("Here."), DONE)))
    Stage(runtime, [line for number in range(10) for line in (f"{number}?", "/new")], state=tmp_path).run()
    runtime.answer(as_json({}, 403))
    stage = Stage(runtime, ["/history clear"], state=tmp_path)
    stage.run()
    assert stage.said().count("forget") == 8
    assert "Not forgotten: 10" in stage.text
    assert len(list(tmp_path.rglob("*.jsonl"))) == 10


def test_a_conversation_that_is_forgotten_while_it_goes_on_is_left(runtime, tmp_path):
    runtime.answer(by_request(ANSWERED, forget={"status": "forgotten"}))
    stage = Stage(runtime, ["which?", "/history clear", "and now?"], state=tmp_path)
    stage.run()
    first, _, second = names(runtime)
    assert first != second
    assert "A new conversation." in stage.text


def test_ctrl_c_ends_the_forgetting_and_says_what_is_left(runtime, tmp_path):
    runtime.answer(Answer(sse(text("Here."), DONE)))
    Stage(runtime, [line for number in range(10) for line in (f"{number}?", "/new")], state=tmp_path).run()

    def forget(_):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return as_json({"status": "forgotten"})

    runtime.answer(forget)
    stage = Stage(runtime, ["/history clear"], state=tmp_path)
    assert stage.run() == 0
    assert "at the agent: 8." in " ".join(stage.text.split())
    assert "Not forgotten: 2, which are still in the list. Stopped." in " ".join(stage.text.split())


def test_nobody_sees_the_conversations_of_somebody_else(runtime, tmp_path):
    runtime.answer(Answer(sse(text("Mine."), DONE)))
    Stage(runtime, ["secret?"], state=tmp_path).run()
    other = Stage(runtime, ["/history"], state=tmp_path)
    other.run(None, is_direct=True)
    assert "secret" not in other.text


def test_where_no_history_is_wanted_none_is_kept(runtime, tmp_path):
    runtime.answer(Answer(sse(text("Mine."), DONE)))
    stage = Stage(runtime, ["secret?", "/history"], state=tmp_path)
    stage.run(keeps_history=False)
    assert "because of --no-history" in stage.text
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_keeps_nothing_is_said_and_the_answer_is_there(runtime, tmp_path):
    (tmp_path / "file").write_text("")
    runtime.answer(Answer(sse(text("Here."), DONE)))
    stage = Stage(runtime, ["?"], state=tmp_path / "file")
    assert stage.run() == 0
    assert "Here." in stage.text
    assert "cannot be kept on this computer" in stage.text


def test_what_asks_for_consent_is_not_kept(runtime, tmp_path):
    from .stage import ASKED

    runtime.answer(by_request(ASKED, resumes=[ANSWERED], status=STATUS))
    stage = Stage(runtime, ["which?"], state=tmp_path)
    stage.run()
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.jsonl"))
    assert "Two files." in kept
    assert "Please allow" not in kept
    assert "connect/google-drive" not in kept
    assert "sample-bearer" not in kept
