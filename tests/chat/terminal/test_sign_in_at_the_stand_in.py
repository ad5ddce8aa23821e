"""The same on the cloud of this desk: what `drive-agent setup` creates is what the terminal signs in with."""

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from deploy import setup
from deploy.settings import SetupOptions

ROOT = Path(__file__).parents[3]
PASSWORD = "sample-password-of-nobody"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """AWS's stand-in, set up; yields the settings."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    nowhere = ["--google-url", "http://127.0.0.1:9", "--agent-url", "http://127.0.0.1:9"]
    arguments = [sys.executable, "-m", "local.aws", "--port", str(port), *nowhere]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), trust_env=False) as http:
        assert http.get(f"http://127.0.0.1:{port}/_standin").json()["standin"]
    environ = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "DRIVE_AGENT_SETTINGS": str(tmp_path_factory.mktemp("desk") / "settings.env"),
        "DRIVE_AGENT_TEST_PASSWORD": PASSWORD,
    }
    yield environ | setup.run(SetupOptions.load(environ, test_users=("dora@example.com",)), out=lambda _: None)
    process.terminate()
    process.wait(10)


def drive_agent(*arguments, environ):
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    whole = {"PATH": os.environ["PATH"], "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **environ}
    nobody, heard = subprocess.DEVNULL, subprocess.PIPE
    process = subprocess.Popen(command, env=whole, cwd=ROOT, text=True, stdin=nobody, stdout=heard, stderr=heard)
    guard = threading.Timer(20, process.kill)
    guard.daemon = True
    guard.start()
    return process


def ended(process):
    out, err = process.communicate()
    return process.returncode, out, err


def sign_in_with_a_browser(url):
    """What the person does on Cognito's page."""
    with httpx.Client(trust_env=False, follow_redirects=True) as http:
        form = http.get(url)
        csrf = re.search(r'name="_csrf" value="([^"]+)"', form.text)[1]
        return http.post(form.url, data={"username": "dora@example.com", "password": PASSWORD, "_csrf": csrf})


def test_the_command_signs_in_at_cognito_stays_signed_in_and_signs_out(desk, tmp_path):
    environ = {**desk, "DRIVE_AGENT_CHAT_STATE": str(tmp_path)}
    signing_in = drive_agent("sign-in", environ=environ)
    assert signing_in.stdout.readline() == "Standard input is no terminal, so this waits for 2 minutes at most.\n"
    assert signing_in.stdout.readline() == "To sign in, open this address in a browser on this machine:\n"
    page = sign_in_with_a_browser(signing_in.stdout.readline().strip())
    assert "You can close this tab" in page.text
    code, out, err = ended(signing_in)
    assert (code, err) == (0, "")
    assert out.endswith("You are dora@example.com.\n")
    [file] = (tmp_path / "sign-in").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600

    kept = file.read_text()
    assert ended(drive_agent("sign-out", environ=environ)) == (0, "You are signed out.\n", "")
    assert not file.exists()
    refresh_token = re.search(r'"refresh_token": "([^"]+)"', kept)[1]
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": desk["DRIVE_AGENT_CLI_CLIENT_ID"],
    }
    with httpx.Client(trust_env=False) as http:
        answer = http.post(f"{desk['AWS_ENDPOINT_URL']}/oauth2/token", data=form)
    assert answer.json() == {"error": "invalid_grant"}
    assert ended(drive_agent("sign-out", environ=environ)) == (0, "Nobody was signed in.\n", "")


def test_cognito_has_no_codes_to_enter_elsewhere_and_the_command_says_so(desk, tmp_path):
    environ = {**desk, "DRIVE_AGENT_CHAT_STATE": str(tmp_path)}
    code, out, err = ended(drive_agent("sign-in", "--device", environ=environ))
    assert (code, out) == (1, "")
    assert err == "This identity provider has no sign-in by code: leave --device out.\n"
