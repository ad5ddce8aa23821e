import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx


def run(environ: dict[str, str]) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "callback"]
    return subprocess.Popen(command, env=kept | environ, stderr=subprocess.PIPE, text=True)


def test_a_missing_setting_ends_the_start_with_a_sentence_and_without_a_traceback():
    with run({"DRIVE_AGENT_MODE": "cloud"}) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.startswith("The callback service cannot start. DRIVE_AGENT_CALLBACK_URL is ")
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_used_ends_the_start_with_a_sentence_and_without_a_traceback(environ):
    folder = Path(environ["DRIVE_AGENT_CALLBACK_STATE"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cache.db").write_bytes(b"not a database" * 500)
    with run(environ | {"DRIVE_AGENT_CALLBACK_BIND": "127.0.0.1:0"}) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    last = said.splitlines()[-1]
    assert last.startswith("The callback service cannot start. DRIVE_AGENT_CALLBACK_STATE is ")
    assert "file is not a database" in last
    assert "Traceback" not in said


def test_the_service_runs_until_it_is_told_to_stop_and_logs_no_addresses(environ):
    with run(environ | {"DRIVE_AGENT_CALLBACK_BIND": "127.0.0.1:0"}) as process:
        assert process.stderr is not None
        said = ""
        while not (running := re.search(r"running on http://127\.0\.0\.1:(\d+)", said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        address = f"http://127.0.0.1:{running.group(1)}/healthz?state=canary"
        name = environ["DRIVE_AGENT_CALLBACK_URL"].removeprefix("http://")
        answer = httpx.get(address, headers={"host": name}, trust_env=False)
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=20)[1]
    assert answer.json() == {"status": "ok", "service": "callback"}
    assert "server" not in answer.headers
    assert "canary" not in said
    assert "Application shutdown complete" in said
