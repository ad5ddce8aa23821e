"""The process: `python -m local.google`."""

import re
import signal
import subprocess
import sys

import httpx
import pytest


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "local.google", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "8.8.8.8"], "is not a loopback address"),
        (["--host", "192.168.1.5"], "is not a loopback address"),
        (["--drive-dir", "/nowhere/at/all"], "is not a folder"),
        (["--now", "yesterday"], "invalid"),
        (["--drive-dir-owner", "mallory@attacker.example"], "invalid choice"),
        (["--files", "0"], "is not a number from 1 to"),
        (["--files", "many"], "is not a number from 1 to"),
        (["--files", "10", "--drive-dir", "."], "choose one"),
    ],
)
def test_it_does_not_start_where_it_should_not(arguments, sentence):
    process = run("--port", "0", *arguments)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert sentence in said


def test_it_announces_itself_serves_and_ends(tmp_path):
    (tmp_path / "mine.txt").touch()
    process = run("--port", "0", "--now", "2026-11-20T10:00:00+01:00", "--drive-dir", str(tmp_path))
    banner = process.stderr.readline()
    assert "STAND-IN for Google" in banner
    address = re.search(r"address=(http://127\.0\.0\.1:\d+)", banner)[1]
    body = httpx.get(f"{address}/_standin", trust_env=False).json()
    assert (body["seeded_at"], body["drive_dir_owner"]) == ("2026-11-20T10:00:00+01:00", "alice@gmail.example")
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=20)
    assert out == ""
    assert "Traceback" not in rest
    assert str(tmp_path) not in banner + rest


def test_a_taken_port_is_a_sentence(standin):
    process = run("--port", standin.url.rpartition(":")[2])
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "cannot listen" in said
    assert "Traceback" not in said


def test_it_makes_up_as_many_files_as_asked_for_and_keeps_them(tmp_path):
    kept = tmp_path / "files.sqlite"
    process = run("--port", "0", "--files", "200", "--files-db", str(kept))
    banner = process.stderr.readline()
    assert int(re.search(r"files=(\d+)", banner)[1]) > 300
    address = re.search(r"address=(http://127\.0\.0\.1:\d+)", banner)[1]
    assert httpx.get(f"{address}/_standin", trust_env=False).json()["standin"] is True
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=20)
    assert "Traceback" not in rest
    assert kept.exists()


def test_a_place_that_cannot_keep_files_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    process = run("--port", "0", "--files", "10", "--files-db", str(tmp_path / "file" / "files.sqlite"))
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "cannot keep the files" in said
    assert "Traceback" not in said
