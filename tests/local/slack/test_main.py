"""The process: `python -m local.slack`."""

import re
import signal
import subprocess
import sys

import httpx
import pytest


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "local.slack", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "8.8.8.8"], "is not a loopback address"),
        (["--request-url", "https://elsewhere.example/events"], "is not an address on this machine"),
        (["--redirect-url", "ftp://127.0.0.1/"], "is not an address on this machine"),
    ],
)
def test_it_does_not_start_where_it_should_not(arguments, sentence):
    process = run("--port", "0", *arguments)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert sentence in said


def test_it_announces_itself_serves_and_ends():
    process = run("--port", "0", "--request-url", "http://127.0.0.1:9/slack/events")
    banner = process.stderr.readline()
    assert "STAND-IN for Slack" in banner
    address = re.search(r"address=(http://127\.0\.0\.1:\d+)", banner)[1]
    body = httpx.get(f"{address}/_standin", trust_env=False).json()
    assert body["request_url"] == "http://127.0.0.1:9/slack/events"
    assert httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False).json()["issuer"] == address
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=20)
    assert out == ""
    assert "Traceback" not in rest


def test_a_taken_port_is_a_sentence(standin):
    process = run("--port", standin.url.rpartition(":")[2])
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "cannot listen" in said
    assert "Traceback" not in said
