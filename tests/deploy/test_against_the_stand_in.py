"""The same commands against the cloud on this desk, as `make up` runs them."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from deploy import setup, token
from deploy.settings import SetupOptions, TokenSettings

PASSWORD = "sample-password-of-nobody"
READS = ("Get", "List", "Describe", "AdminGet", "InitiateAuth")


@pytest.fixture(scope="module")
def desk() -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    nowhere = ["--google-url", "http://127.0.0.1:9", "--agent-url", "http://127.0.0.1:9"]
    arguments = [sys.executable, "-m", "local.aws", "--port", str(port), *nowhere]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, trust_env=False) as client:
        assert client.get("/_standin").json()["standin"]
        yield client
    process.terminate()
    process.wait(10)


def test_a_second_run_against_the_stand_in_writes_nothing_and_its_people_can_sign_in(desk, tmp_path):
    environ = {
        "AWS_ENDPOINT_URL": str(desk.base_url).rstrip("/"),
        "DRIVE_AGENT_SETTINGS": str(tmp_path / "settings.env"),
        "DRIVE_AGENT_TEST_PASSWORD": PASSWORD,
        "GOOGLE_CLIENT_SECRET": "GOCSPX-sample",
    }
    options = SetupOptions.load(
        environ, google_client_id="sample.apps.googleusercontent.com", test_users=("dora@example.com",)
    )
    first = setup.run(options, out=lambda _: None)
    before = len(operations(desk))
    lines = []
    assert setup.run(options, out=lines.append) == first
    second = operations(desk)[before:]
    assert second
    assert [operation for operation in second if not operation.startswith(READS)] == []
    assert not [line for line in lines if line.startswith(("created", "updated", "waiting"))]
    assert token.fetch(TokenSettings.load(first), "dora@example.com", PASSWORD).count(".") == 2


def operations(desk):
    """What was asked of the stand-in, without the questions of this test."""
    answer = desk.get("/_standin/requests").json()
    entries = answer if isinstance(answer, list) else answer["requests"]
    return [entry["operation"] for entry in entries if entry["service"] != "admin"]
