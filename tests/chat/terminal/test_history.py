import json
import os
import stat

from chat.events import FileCard
from chat.terminal import history
from chat.terminal.history import KeptHistory, Said

SAID = Said("2026-11-20T09:00:00+00:00", "which files?", "These.", (FileCard("Q3 budget", link="https://d.example/1"),))


def kept(tmp_path, who="alice\narn"):
    return KeptHistory(tmp_path / "state", who)


def modes(tmp_path):
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").rglob("*")}


def test_what_was_said_comes_back_as_it_was(tmp_path):
    keeping = kept(tmp_path)
    keeping.add("chat-1", SAID)
    keeping.add("chat-1", Said(SAID.asked, "日本語\nと\u2028改行", "\ud800"))
    assert keeping.said("chat-1")[0] == SAID
    assert keeping.said("chat-1")[1].question == "日本語\nと\u2028改行"
    [past] = keeping.conversations()
    assert (past.runtime_session, past.first_question) == ("chat-1", "which files?")


def test_only_the_owner_can_read_it_whatever_the_mask(tmp_path):
    before = os.umask(0)
    try:
        kept(tmp_path).add("chat-1", SAID)
        history.private_file(tmp_path / "state" / "typed")
    finally:
        os.umask(before)
    assert {oct(mode) for path, mode in modes(tmp_path).items() if path.is_dir()} == {"0o700"}
    assert {oct(mode) for path, mode in modes(tmp_path).items() if path.is_file()} == {"0o600"}


def test_neither_person_nor_conversation_is_named_by_a_file(tmp_path):
    kept(tmp_path).add("chat-1", SAID)
    names = " ".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert "alice" not in names
    assert "chat-1" not in names


def test_each_person_and_agent_has_their_own(tmp_path):
    kept(tmp_path).add("chat-1", SAID)
    for other in ("bob\narn", "alice\nother"):
        assert kept(tmp_path, other).conversations() == []
        assert kept(tmp_path, other).said("chat-1") == []
        assert kept(tmp_path, other).clear() == 0
    assert len(kept(tmp_path).conversations()) == 1


def test_what_is_to_be_kept_is_not_forgotten(tmp_path):
    keeping = kept(tmp_path)
    for name in ("chat-1", "chat-2", "chat-3"):
        keeping.add(name, SAID)
    assert keeping.clear(["chat-2", "chat-9"]) == 2
    assert [past.runtime_session for past in keeping.conversations()] == ["chat-2"]


def test_the_oldest_conversations_are_pushed_out(tmp_path, monkeypatch):
    keeping = kept(tmp_path)
    for number in range(history.MOST_CONVERSATIONS + 2):
        keeping.add(f"chat-{number}", SAID)
        for path in tmp_path.rglob("*.jsonl"):  # a day goes by
            os.utime(path, (path.stat().st_mtime - 86_400,) * 2)
    sessions = [past.runtime_session for past in keeping.conversations()]
    assert len(sessions) == history.MOST_CONVERSATIONS
    assert sessions[0] == f"chat-{history.MOST_CONVERSATIONS + 1}"
    assert "chat-0" not in sessions
    assert "chat-1" not in sessions


def test_one_conversation_does_not_fill_the_disk(tmp_path):
    keeping = kept(tmp_path)
    long = Said(SAID.asked, "?", "x" * 200_000)
    for _ in range(60):
        keeping.add("chat-1", long)
    [path] = tmp_path.rglob("*.jsonl")
    assert path.stat().st_size <= 2_000_000
    assert len(keeping.said("chat-1")[0].answer) == 50_000


def test_lines_that_cannot_be_understood_are_left_out(tmp_path):
    keeping = kept(tmp_path)
    keeping.add("chat-1", SAID)
    keeping.add("chat-2", SAID)
    first, second = sorted(tmp_path.rglob("*.jsonl"))
    first.write_text("{}\nnonsense\n")
    with second.open("a") as file:
        file.write('[1]\n{"asked": "x"}\n{"asked": "x", "question": "q", "files": [{"nonsense": 1}]}\n{"asked": "20')
    [past] = keeping.conversations()
    assert keeping.said(past.runtime_session) == [SAID]


def test_forgetting_leaves_nothing(tmp_path):
    keeping = kept(tmp_path)
    keeping.add("chat-1", SAID)
    assert keeping.clear() == 1
    assert list(tmp_path.rglob("*.jsonl")) == []
    assert json.dumps([past.first_question for past in keeping.conversations()]) == "[]"
