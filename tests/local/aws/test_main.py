import os
import subprocess
import sys

import boto3
import httpx


def start(*arguments, **pipes):
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    command = [sys.executable, "-m", "local.aws", *arguments]
    return subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE, **pipes)


def test_addresses_that_are_not_loopback_are_refused():
    with start("--host", "0.0.0.0", "--port", "0") as process:  # noqa: S104  # the point of the test
        _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "not a loopback address" in said


def test_it_says_loudly_what_it_is_serves_forgets_and_ends_when_told(environment):
    with start("--port", "0") as process:
        banner = ""
        while "forgotten when it stops" not in banner:
            line = process.stderr.readline()
            assert line, banner
            banner += line
        assert "THIS IS NOT AWS" in banner
        url = next(word for word in banner.split() if word.startswith("http://"))
        assert httpx.get(f"{url}/_standin", timeout=10, trust_env=False).json()["standin"] is True
        secrets = boto3.client("secretsmanager", endpoint_url=url)
        secrets.create_secret(Name="s", SecretString="{}")
        httpx.post(f"{url}/_standin/reset", timeout=10, trust_env=False).raise_for_status()
        assert secrets.list_secrets()["SecretList"] == []
        secrets.close()
        process.terminate()
        process.wait(10)
