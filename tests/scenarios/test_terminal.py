"""`drive-agent chat` over the real stack, in a terminal of its own."""

import re
import sys
import time

from local.browser import Browser
from local.demo import choose_account, sign_in
from tests.chat.terminal.program import Program

BUDGET_S = 2.5
QUESTION = "which spreadsheets did Ben change last week?"


def chat(world, tmp_path, *arguments):
    environ = {
        "DRIVE_AGENT_SETTINGS": str(world.stack.settings_path),
        "DRIVE_AGENT_CHAT_STATE": str(tmp_path / "state"),
        "TZ": "Europe/Berlin",
    }
    return Program(environ, *arguments)


def consent_link(program):
    program.until_shown("Waiting for you to connect")
    [link] = set(re.findall(r"^http://localhost:\d+/connect/\S+$", program.text, re.MULTILINE))
    return link


def test_the_answer_comes_by_itself_soon_after_allow(world, tmp_path, capsys):
    program = chat(world, tmp_path)
    browser = Browser()
    try:
        program.until_shown("you>")
        program.type(f"{QUESTION}\r")
        browser.open(consent_link(program))
        sign_in(browser, world.alice)
        browser.press("Connect")
        choose_account(browser, world.alice)
        allowed = time.monotonic()
        page = browser.press("Allow")
        assert "alice@gmail.example" in page.text
        program.until_shown("Ben changed 3 spreadsheets")
        waited_s = time.monotonic() - allowed
        program.until_shown("Hiring plan")
        shown = program.text
        program.type("\x04")
        assert program.ends() == 0
    finally:
        browser.close()
        program.close()
    with capsys.disabled():
        sys.stdout.write(f"\nfrom “Allow” to the first word in the terminal: {waited_s:.2f} s (budget {BUDGET_S} s)\n")
    assert waited_s < BUDGET_S
    told = ["✓ Connected as alice@gmail.example.", "✓ Searching Drive for spreadsheets", "Ben changed 3 spreadsheets"]
    assert sorted(told, key=shown.index) == told
    assert shown.count("Connect Google Drive:") == 1


def test_an_agent_that_dies_in_the_middle_is_taken_up_where_it_was(world, tmp_path):
    world.connected()
    world.google("POST", "/_standin/faults", target="drive", kind="stall", seconds=30, times=5)
    program = chat(world, tmp_path)
    try:
        program.until_shown("you>")
        program.type(f"{QUESTION}\r")
        program.until_shown("Searching Drive for spreadsheets")
        world.stack.kill_agent()
        program.until_shown("Waiting for the agent to come back")
        world.google("DELETE", "/_standin/faults")
        world.stack.start_agent()
        program.until_shown("I am taking it up again")
        program.until_shown("Ben changed 3 spreadsheets")
    finally:
        program.close()


def test_a_conversation_goes_on_after_the_program_was_left(world, tmp_path):
    world.connected()
    first = chat(world, tmp_path)
    try:
        first.until_shown("you>")
        first.type(f"{QUESTION}\r")
        first.until_shown("Hiring plan")
        first.type("\x04")
        assert first.ends() == 0
    finally:
        first.close()
    second = chat(world, tmp_path)
    try:
        second.until_shown("you>")
        second.type("/history 1\r")
        second.until_shown("Hiring plan")
        second.type("open the second one's folder\r")
        second.until_shown("Payments")
        second.until(lambda text: "folder" in text.rpartition("second one's folder")[2])
    finally:
        second.close()
