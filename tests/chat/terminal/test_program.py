"""The whole command in a terminal: a real prompt, real signals, a real (fake) browser."""

import shlex
import signal
import stat
import sys
import threading

import pytest

from tests.chat.conftest import DONE, Answer, as_json, sse, text

from .program import Program
from .stage import ANSWERED, ASKED, LINK, TOOL, by_request


@pytest.fixture
def start(runtime, tmp_path):
    """Start the program against the scripted agent; whatever is started is ended."""
    started = []
    browser = f"{shlex.quote(sys.executable)} -c 'import sys; open(sys.argv[1], \"a\").write(sys.argv[2] + chr(10))'"

    def start(*arguments, **environ):
        defaults = {
            "DRIVE_AGENT_LOCAL_AGENT_URL": runtime.url,
            "DRIVE_AGENT_CHAT_STATE": str(tmp_path / "state"),
            "BROWSER": f"{browser} {tmp_path / 'opened'} %s",
        }
        started.append(Program(defaults | environ, "--direct", *arguments))
        return started[-1]

    yield start
    for program in started:
        program.close()


def test_a_question_consent_in_the_browser_and_the_answer(start, runtime, tmp_path):
    runtime.answer(by_request(ASKED, resumes=[ASKED, ANSWERED]))
    program = start()
    program.until_shown("you>")
    program.until_shown("alice@gmail.example")
    program.type("which spreadsheets?\r")
    program.until_shown(LINK)
    program.until_shown("✓ Connected as alice@gmail.example.")
    program.until_shown("Two files.")
    program.until_shown("Q3 budget")
    program.until_shown("you>", times=3)
    program.type("\x04")
    assert program.ends() == 0
    assert (tmp_path / "opened").read_text() == f"{LINK}\n"
    assert [asked.body.get("prompt") for asked in runtime.asked if "prompt" in asked.body] == ["which spreadsheets?"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert "which spreadsheets?" in (tmp_path / "state" / "typed").read_text()


def test_ctrl_c_stops_an_answer_and_what_was_typed_meanwhile_is_in_the_line(start, runtime, tmp_path):
    never = threading.Event()

    def answer(asked):
        if asked.body.get("action") == "status":
            return as_json({"connections": []})
        if asked.body.get("action") == "cancel":
            never.set()
            return as_json({"cancelled": True})
        if asked.body.get("prompt") == "slow?":
            return Answer(sse(TOOL | {"status": "running"}, DONE), before_chunk=lambda index: index and never.wait(20))
        return Answer(sse(text(f"You said {asked.body['prompt']}."), DONE))

    runtime.answer(answer)
    program = start("--no-history", "--no-browser")
    program.until_shown("you>")
    program.type("slow?\r")
    program.until_shown("Searching Drive")
    program.type("typed ahead")
    program.type("\x03")
    program.until_shown("Stopped.")
    program.until(
        lambda shown: shown.rindex("typed ahead") > shown.index("Stopped.") if "typed ahead" in shown else False
    )
    assert "typed ahead" not in program.text[: program.text.index("Stopped.")]
    program.type("\r")
    program.until_shown("You said typed ahead.")
    program.type("two\x1b\rlines\r")
    program.until_shown("You said two\nlines.")
    program.type("\x03")
    program.until_shown("Ctrl-C again")
    program.type("\x03")
    assert program.ends() == 0
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_window_that_is_closed_and_a_kill_end_it_cleanly(start, runtime, number):
    never = threading.Event()
    runtime.answer(
        lambda asked: (
            as_json({"connections": []})
            if asked.body.get("action")
            else Answer(sse(text("Half "), DONE), before_chunk=lambda index: index and never.wait(20))
        )
    )
    program = start()
    program.until_shown("you>")
    program.type("?\r")
    program.until_shown("Half")
    if number == signal.SIGHUP:
        program.hang_up()
        code = program.process.wait(20)
    else:
        program.process.send_signal(number)
        code = program.ends()
        assert "Traceback" not in program.text
    never.set()
    assert code == 128 + number


def test_a_pipe_gets_plain_lines(runtime, tmp_path):
    import os
    import subprocess

    from .program import ROOT

    runtime.answer(Answer(sse(TOOL | {"status": "running"}, text("Here, [plan](https://docs.example/p)."), DONE)))
    environ = {
        "PATH": os.environ["PATH"],
        "DRIVE_AGENT_SETTINGS": "/dev/null",
        "DRIVE_AGENT_LOCAL_AGENT_URL": runtime.url,
        "DRIVE_AGENT_CHAT_STATE": str(tmp_path),
    }
    command = [sys.executable, "cli.py", "chat", "--direct"]
    answer = subprocess.run(
        command, input="which?\n/help\n", env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "  Searching Drive for spreadsheets …\nHere, plan <https://docs.example/p>.\n" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert "you>" not in answer.stdout
    once = subprocess.run(
        [*command, "--once", "-", "--json"],
        input="which?\n",
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert once.returncode == 0
    assert once.stdout.splitlines()[-1].startswith('{"type": "done"')
