"""The command as a person runs it: what goes wrong is one sentence and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli

ROOT = Path(__file__).parents[2]
BROKEN = "this line is no setting, and may hold sample-secret\n"


def run(*arguments, settings=None, **variables):
    """Run a command without a terminal: a session of its own, nothing to read."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ = kept | {"DRIVE_AGENT_SETTINGS": str(settings or ROOT / "nowhere" / "settings.env")} | variables
    return subprocess.run(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )


def assert_one_sentence(ended, code, words):
    assert ended.returncode == code
    assert ended.stdout == ""
    assert words in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


@pytest.mark.parametrize(("command", "code"), [("chat", 2), ("token", 1), ("setup", 1)])
def test_a_malformed_settings_file_is_one_sentence_that_does_not_quote_it(tmp_path, command, code):
    settings = tmp_path / "settings.env"
    settings.write_text(BROKEN)
    ended = run(command, settings=settings)
    assert_one_sentence(ended, code, "Line 1 of")
    assert "sample-secret" not in ended.stderr


def test_a_password_that_nobody_can_be_asked_for_is_one_sentence():
    ended = run("token", DRIVE_AGENT_CLI_CLIENT_ID="sample")
    assert_one_sentence(ended, 1, "DRIVE_AGENT_TEST_PASSWORD")


def test_chat_says_the_same_when_it_needs_a_password():
    person = ["--user", "alice@example.com", "--once", "hello"]
    ended = run("chat", *person, DRIVE_AGENT_RUNTIME_ARN="arn:sample", DRIVE_AGENT_CLI_CLIENT_ID="sample")
    assert_one_sentence(ended, 2, "DRIVE_AGENT_TEST_PASSWORD")


def test_chat_without_anybody_to_sign_in_as_says_what_to_set():
    ended = run("chat", "--once", "hello", DRIVE_AGENT_RUNTIME_ARN="arn:sample")
    assert ended.returncode == 1
    assert "DRIVE_AGENT_OIDC_DISCOVERY_URL" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_secret_that_is_answered_with_the_end_of_input_is_one_sentence(monkeypatch):
    def end_of_input(_prompt):
        raise EOFError

    from deploy.errors import InvalidOptionError

    monkeypatch.setattr("getpass.getpass", end_of_input)
    with pytest.raises(InvalidOptionError, match="GOOGLE_CLIENT_SECRET"):
        cli._ask_secret("Google's client secret: ")


def test_an_address_that_is_none_is_one_sentence():
    ended = run("setup", "--google-client-id", "sample", AWS_ENDPOINT_URL="http://[::1")
    assert_one_sentence(ended, 1, "AWS_ENDPOINT_URL")


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_no_proxy_is_asked_for_this_machine_and_what_was_excepted_stays_so(name):
    environ = {"HTTP_PROXY": "http://proxy.example.com:3128", name: "internal.example.com"}
    cli._keep_loopback_off_proxies(environ)
    assert environ["no_proxy"] == environ["NO_PROXY"] == "internal.example.com,localhost,127.0.0.1,::1"
