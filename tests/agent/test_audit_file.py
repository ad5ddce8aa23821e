"""Where audit lines go, in both services: whole lines, whoever else writes, and never at a request's cost."""

import importlib
import json
import os
import resource
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.settings import Settings as AgentSettings
from callback.settings import Settings as CallbackSettings

ROOT = Path(__file__).parents[2]
CALLBACK = {
    "DRIVE_AGENT_MODE": "local",
    "DRIVE_AGENT_SIGN_IN": "loopback",
    "DRIVE_AGENT_TOKEN": "sample",
    "DRIVE_AGENT_RUNTIME_ARN": "arn:sample",
    "DRIVE_AGENT_SESSION_KEY": "sample-session-key-sample-session-key",
}
WRITER = """
import sys, threading
from pathlib import Path
from {module} import AuditFile, AuditHandler
import logging
name, path = sys.argv[1:]
handler = AuditHandler("file", AuditFile(Path(path)).write)
def write(thread):
    for number in range(100):
        line = '{{"from": "%s-%d-%d", "more": "%s"}}' % (name, thread, number, "x" * 300)
        handler.handle(logging.LogRecord("x", 20, "f", 1, line, None, None))
threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.fixture(params=["agent", "callback"])
def module(request):
    """The module under test; afterwards its logger is as it was."""
    found = importlib.import_module(f"{request.param}.audit_file")
    logger = found.audit_logger
    kept = list(logger.handlers), logger.level, logger.propagate
    yield found
    logger.handlers[:], logger.level, logger.propagate = kept


@pytest.fixture
def configure(module):
    def run(**environ):
        if module.__name__.startswith("agent"):
            settings = AgentSettings.load({"DRIVE_AGENT_MODE": "local"} | environ)
        else:
            settings = CallbackSettings.load(CALLBACK | environ)
        module.configure_audit(settings)
        return module.audit_logger

    return run


@pytest.fixture
def limited():
    """A limit to the size of files: what is beyond it is refused, as on a full disk, after what still fits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_standard_output_gets_the_lines_and_no_other_log_does(configure, capfd, caplog):
    logger = configure()
    logger.info("%s", '{"a": 1}')
    logger.info("%s", '{"a": 2}')
    written = capfd.readouterr()
    assert written.out == '{"a": 1}\n{"a": 2}\n'
    assert written.err == ""
    assert caplog.records == []


def test_no_log_level_silences_the_audit(configure, capfd, caplog):
    with caplog.at_level("CRITICAL"):
        configure(DRIVE_AGENT_LOG_LEVEL="ERROR").info("%s", '{"a": 1}')
    assert capfd.readouterr().out == '{"a": 1}\n'


def test_the_file_gets_the_same_lines_and_is_its_owners_alone(configure, tmp_path, capfd):
    path = tmp_path / "audit.jsonl"
    logger = configure(DRIVE_AGENT_AUDIT_FILE=str(path))
    logger.info("%s", '{"a": 1}')
    configure(DRIVE_AGENT_AUDIT_FILE=str(path)).info("%s", '{"a": 2}')
    assert path.read_text() == capfd.readouterr().out == '{"a": 1}\n{"a": 2}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda _: None])
def test_a_path_that_is_no_file_to_write_to_ends_the_start_with_the_name_of_the_setting(configure, tmp_path, make):
    path = tmp_path / "there"
    make(path)
    path = path if path.exists() else path / "audit.jsonl"
    with pytest.raises(Exception, match=r"DRIVE_AGENT_AUDIT_FILE is .*there") as raised:
        configure(DRIVE_AGENT_AUDIT_FILE=str(path))
    assert type(raised.value).__name__ == "SettingsError"


def test_several_processes_and_threads_write_whole_lines_into_one_file_while_it_is_rotated(module, tmp_path):
    path, rotated = tmp_path / "audit.jsonl", tmp_path / "audit.jsonl.1"
    code = WRITER.format(module=module.__name__)
    writers = [
        subprocess.Popen([sys.executable, "-c", code, name, str(path)], cwd=ROOT, stderr=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    while not path.exists() or path.stat().st_size < 20_000:
        assert any(writer.poll() is None for writer in writers)
    path.rename(rotated)
    assert [writer.communicate(timeout=30)[1] for writer in writers] == [b"", b"", b""]
    lines = [json.loads(line) for file in (rotated, path) for line in file.read_text().splitlines()]
    assert len(lines) == 3 * 4 * 100
    assert len({line["from"] for line in lines}) == len(lines)
    assert path.stat().st_size > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_renamed_or_removed_is_made_anew(module, tmp_path):
    path = tmp_path / "audit.jsonl"
    file = module.AuditFile(path)
    file.write("one")
    path.rename(tmp_path / "audit.jsonl.1")
    file.write("two")
    path.unlink()
    file.write("three")
    file.close()
    assert (tmp_path / "audit.jsonl.1").read_text() == "one\n"
    assert path.read_text() == "three\n"


def test_a_full_disk_fails_no_request_and_is_said_once_and_when_it_is_over(module, tmp_path, caplog, limited):
    path = tmp_path / "audit.jsonl"
    handler = module.AuditHandler("file", module.AuditFile(path).write)

    def write(line):
        handler.handle(module.logging.LogRecord("x", 20, "f", 1, line, None, None))

    write('{"a": 1}')
    limited(14)
    for _ in range(3):
        write('{"a": 2}')
    limited(1_000_000)
    write('{"a": 3}')
    write('{"a": 4}')
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said == [
        ("ERROR", "target=file error=No space left on device | audit lines are being lost"),
        ("WARNING", "target=file lost=3 | audit lines are written again"),
    ]
    # What did not fit is torn, and the lines around it are whole.
    assert path.read_text() == '{"a": 1}\n{"a":\n{"a": 3}\n{"a": 4}\n'


def test_a_standard_output_that_nobody_reads_fails_no_request(module, caplog):
    reading, writing = os.pipe()
    os.close(reading)
    handler = module.AuditHandler("stdout", module.AuditStream(writing).write)
    for _ in range(2):
        handler.handle(module.logging.LogRecord("x", 20, "f", 1, "{}", None, None))
    os.close(writing)
    assert [record.getMessage() for record in caplog.records] == [
        "target=stdout error=Broken pipe | audit lines are being lost"
    ]


def test_threads_of_one_process_share_a_handler(module, tmp_path):
    path = tmp_path / "audit.jsonl"
    handler = module.AuditHandler("file", module.AuditFile(path).write)
    record = module.logging.LogRecord("x", 20, "f", 1, "x" * 500, None, None)
    threads = [
        threading.Thread(target=lambda: [handler.handle(record) for _ in range(200)], daemon=True) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(path.read_text().splitlines()) == {"x" * 500}
    assert path.stat().st_size == 8 * 200 * 501


def test_a_service_in_the_cloud_without_a_key_says_what_that_means(caplog):
    from agent.audit_file import audit_logger, configure_audit

    kept = list(audit_logger.handlers), audit_logger.level, audit_logger.propagate
    cloud = {"DRIVE_AGENT_RETURN_URL": "https://c.example/callback"}
    try:
        configure_audit(AgentSettings.load(cloud | {"DRIVE_AGENT_AUDIT_KEY": "sample"}))
        assert caplog.text == ""
        configure_audit(AgentSettings.load(cloud))
    finally:
        audit_logger.handlers[:], audit_logger.level, audit_logger.propagate = kept
    assert "DRIVE_AGENT_AUDIT_KEY is not set" in caplog.text
