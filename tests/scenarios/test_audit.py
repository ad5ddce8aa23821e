"""The audit over the real stack: what two services wrote about one person joins, and the command reads it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.people import PEOPLE
from local.stack import ROOT
from tests.scenarios.conftest import FIND

LINE_TIME = "%Y-%m-%dT%H:%M:%SZ"


@pytest.fixture
def audit(world):
    """The lines that both services have written since this story began."""
    path = world.stack.options.home / "logs" / "audit.jsonl"
    before = path.stat().st_size if path.exists() else 0
    return lambda: [json.loads(line) for line in path.read_bytes()[before:].decode().splitlines()]


def ask(world, *arguments):
    """Run the command as a person would, for the whole day."""
    now = datetime.now(UTC)
    times = [
        "--from",
        (now - timedelta(days=1)).strftime(LINE_TIME),
        "--to",
        (now + timedelta(days=1)).strftime(LINE_TIME),
    ]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "cli.py", "audit", *times, *arguments],
        cwd=ROOT,
        env=kept | {"DRIVE_AGENT_SETTINGS": str(world.stack.settings_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_signing_in_connecting_and_asking_are_lines_of_one_person_in_both_services(world, audit):
    talk = world.talk()
    browser = world.browser()
    world.consent(talk.ask(FIND).auth_urls[0], browser=browser)
    talk.resume()
    talk.action("disconnect")
    lines = audit()
    told = [(line["service"], line["event"]) for line in lines]
    assert told.index(("callback", "sign_in")) < told.index(("callback", "consent_started"))
    assert told.index(("callback", "consent_started")) < told.index(("callback", "consent_completed"))
    assert ("agent", "drive_call") in told
    assert told[-1] == ("agent", "disconnected")
    assert len({line["who"] for line in lines}) == 1
    assert re.fullmatch("[0-9a-f]{16}", lines[0]["who"])
    assert {line["outcome"] for line in lines if line["event"] != "drive_call"} == {"ok"}
    assert [line["outcome"] for line in lines if line.get("method") == "files.list"] == ["ok"]


def test_which_google_account_was_connected_is_found_by_its_address_and_by_nothing_in_the_lines(world, audit):
    world.connected()
    [checked] = [line for line in audit() if line["event"] == "account_checked"]
    assert (checked["service"], checked["outcome"]) == ("callback", "ok")
    found = json.loads(ask(world, "--json", "--account", world.alice.google.email.upper()))["events"]
    assert {event["account"] for event in found} == {checked["account"]}
    assert {event["who"] for event in found} == {checked["who"]}
    assert world.alice.google.email not in json.dumps(audit())


def test_the_command_tells_who_by_name_from_the_user_pool_of_the_stack(world, audit):
    for person in PEOPLE[:2]:
        world.connected(person)
    made = json.loads(ask(world, "--json", "--user-pool"))
    assert {PEOPLE[0].email, PEOPLE[1].email} <= {person["name"] for person in made["people"]}
    assert made["read"]["skipped_foreign"] == made["read"]["skipped_torn"] == 0
    [alice, bob] = [
        next(event["who"] for event in made["events"] if event["name"] == person.email) for person in PEOPLE[:2]
    ]
    assert {alice, bob} == {line["who"] for line in audit()}
    only = json.loads(ask(world, "--json", "--who", bob))
    assert {event["who"] for event in only["events"]} == {bob}
    assert PEOPLE[0].email in ask(world, "--user-pool")


def test_what_the_containers_log_is_read_as_well(world):
    world.connected()
    made = json.loads(ask(world, "--json", str(world.stack.options.home / "logs" / "agent.log")))
    assert made["read"]["skipped_foreign"] > 0
    assert "files.list" in {event["method"] for event in made["events"]}


def test_a_request_for_somebody_elses_conversation_is_in_the_audit(world, audit):
    talk = world.talk(world.alice)
    talk.ask("hello")
    assert "somebody else" in world.talk(world.bob, runtime_session=talk.runtime_session).ask("hello").error
    [refused] = [line for line in audit() if line["event"] == "request_refused"]
    assert (refused["service"], refused["reason"]) == ("agent", "not_owner")
    assert refused["who"]


def test_a_file_that_is_opened_is_found_by_its_id_and_by_nothing_in_the_lines(world, audit):
    talk = world.connected()
    shown = talk.ask(FIND)
    talk.ask("tell me more about the first one")
    hashes = {line["file"] for line in audit() if "file" in line}
    assert hashes
    links = " ".join(card.get("link", "") for event in shown.of_type("files") for card in event["files"])
    ids = re.findall(r"/d/([\w-]{15,})|/folders/([\w-]{15,})", links)
    for file_id in {one or other for one, other in ids}:
        assert file_id not in json.dumps(audit())
    found = [json.loads(ask(world, "--json", "--file", one or other))["events"] for one, other in ids]
    assert {event["file"] for events in found for event in events} & hashes


AGENT = ["main.py"], {"DRIVE_AGENT_RETURN_URL": "https://c.example/callback"}
CALLBACK = (
    ["-m", "callback"],
    {
        "DRIVE_AGENT_MODE": "local",
        "DRIVE_AGENT_SIGN_IN": "loopback",
        "DRIVE_AGENT_TOKEN": "sample",
        "DRIVE_AGENT_RUNTIME_ARN": "arn:sample",
    },
)


@pytest.mark.parametrize(("command", "environ"), [AGENT, CALLBACK], ids=["agent", "callback"])
def test_standard_output_of_a_service_holds_audit_lines_and_nothing_else(command, environ, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    audit = tmp_path / "audit.jsonl"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    more = {
        "PORT": str(port),
        "DRIVE_AGENT_CALLBACK_URL": f"http://127.0.0.1:{port}",
        "DRIVE_AGENT_CALLBACK_STATE": str(tmp_path / "state"),
        "DRIVE_AGENT_AUDIT_KEY": "sample-audit-key",
        "DRIVE_AGENT_AUDIT_FILE": str(audit),
        "DRIVE_AGENT_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | environ | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        refused = _refused(port, process)
    finally:
        process.terminate()
        written, _ = process.communicate(timeout=30)
    [line] = written.decode().splitlines()
    assert refused
    assert (json.loads(line)["event"], json.loads(line)["who"]) == ("request_refused", "")
    assert audit.read_bytes() == written


def _refused(port, process):
    """Send what every service refuses, once it listens: nobody's turn, under a foreign name."""
    headers = {"host": "evil.example", "x-amzn-bedrock-agentcore-runtime-session-id": "s" * 40}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return httpx.post(
                f"http://127.0.0.1:{port}/invocations",
                json={"prompt": "hi"},
                headers=headers,
                trust_env=False,
                timeout=20,
            )
        except httpx.ConnectError:
            continue
    return None


@pytest.mark.parametrize(("command", "environ"), [AGENT, CALLBACK], ids=["agent", "callback"])
def test_a_service_does_not_start_with_an_audit_file_that_cannot_be_written(command, environ, tmp_path):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | environ | {"DRIVE_AGENT_AUDIT_FILE": str(tmp_path / "nowhere" / "audit.jsonl")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "DRIVE_AGENT_AUDIT_FILE" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
