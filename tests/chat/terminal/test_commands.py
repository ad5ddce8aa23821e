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
    lines = ["/Finance", "/Finance/2026", "/Team Finance", "/Finance/", "what is in /Finance?", "/new budget plans"]
    stage = Stage(runtime, lines)
    stage.run()
    assert stage.said() == lines
    assert "no command" not in stage.text


@pytest.mark.parametrize("word", ["/statsu", "/quitt", "/hlep", "/conections", "/histroy"])
def test_a_word_that_is_no_command_is_said_to_be_none(runtime, word):
    stage = Stage(runtime, [word])
    stage.run()
    assert f"There is no command {word}; /help names those there are." in " ".join(stage.text.split())
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
    assert "not connected any more" in stage.text
    assert stage.said() == ["disconnect"]


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
    cleared = Stage(runtime, ["/history clear", "/history"], state=tmp_path)
    cleared.run()
    assert "Forgotten: 2 conversations" in cleared.text
    assert "There are no earlier conversations" in cleared.text


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
