"""Where audit lines go, in both services: whole lines, whoever else writes, and never at a request's cost."""

import fcntl
import importlib
import json
import logging
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
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
    for handler in logger.handlers:
        handler.flush()
        handler.close()
    logger.handlers[:], logger.level, logger.propagate = kept


@pytest.fixture
def configure(module):
    def run(**environ):
        if module.__name__.startswith("agent"):
            settings = AgentSettings.load({"DRIVE_AGENT_MODE": "local"} | environ)
        else:
            settings = CallbackSettings.load(CALLBACK | environ)
        for handler in module.audit_logger.handlers:
            handler.close()
        module.configure_audit(settings)
        return module.audit_logger

    return run


@pytest.fixture
def limited():
    """A limit to the size of files: what is beyond it is refused, as on a full disk, after what still fits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def audited(line):
    return logging.LogRecord("x", 20, "f", 1, "%s", (line,), None)


@pytest.fixture
def queueing(module):
    """A handler that queues for a pipe of its own, and both ends of that."""
    reading, writing = os.pipe()
    handler = module.QueueingAuditHandler("stdout", module.AuditStream(writing).write)
    yield handler, reading, writing
    thread = handler._thread
    handler.close()
    # Whoever still waits for a reader gets an error, and comes to its end.
    with suppress(OSError):
        os.close(reading)
    thread.join(10)
    os.close(writing)


def read_lines(descriptor, number):
    """Read so many lines, and nothing of the next one."""
    text = b""
    while (missing := number - text.count(b"\n")) > 0:
        text += os.read(descriptor, 1 if missing == 1 else missing)  # no line is empty
    return text.decode().splitlines()


@contextmanager
def refusing(service):
    """A service as a process with a small pipe for its output, a request that it refuses, and one for its health."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"PORT": str(port), "DRIVE_AGENT_MODE": "local"}
    if service == "callback":
        own = CALLBACK | {"DRIVE_AGENT_CALLBACK_URL": f"http://localhost:{port}"}
    with tempfile.TemporaryDirectory() as folder:
        own |= {"DRIVE_AGENT_CALLBACK_STATE": f"{folder}/callback", "DRIVE_AGENT_STATE": f"{folder}/state"}
        command = [sys.executable, *(["main.py"] if service == "agent" else ["-m", "callback"])]
        process = subprocess.Popen(
            command, cwd=ROOT, env=kept | own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4_096)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client:

            def is_well():
                if service == "agent":
                    return client.get("/ping").is_success
                return client.get("/healthz", headers={"host": f"localhost:{port}"}).is_success

            def ask():
                if service == "callback":
                    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
                    return
                twice = [
                    ("authorization", "a"),
                    ("authorization", "b"),
                    ("x-amzn-bedrock-agentcore-runtime-session-id", "c" * 40),
                ]
                assert client.post("/invocations", json={"prompt": "x"}, headers=twice).is_success

            try:
                while not answers(is_well):
                    assert process.poll() is None, process.communicate()
                yield process, ask, is_well
            finally:
                process.kill()
                process.communicate()


def answers(is_well):
    try:
        return is_well()
    except httpx.TransportError:
        time.sleep(0.05)
        return False


def test_standard_output_gets_the_lines_and_no_other_log_does(configure, module, capfd, caplog):
    logger = configure()
    logger.info("%s", '{"a": 1}')
    logger.info("%s", '{"a": 2}')
    module.flush_audit()
    written = capfd.readouterr()
    assert written.out == '{"a": 1}\n{"a": 2}\n'
    assert written.err == ""
    assert caplog.records == []


def test_no_log_level_silences_the_audit(configure, module, capfd, caplog):
    with caplog.at_level("CRITICAL"):
        configure(DRIVE_AGENT_LOG_LEVEL="ERROR").info("%s", '{"a": 1}')
        module.flush_audit()
    assert capfd.readouterr().out == '{"a": 1}\n'


def test_a_line_is_in_the_file_before_the_request_goes_on(configure, module, tmp_path, capfd):
    path = tmp_path / "audit.jsonl"
    configure(DRIVE_AGENT_AUDIT_FILE=str(path)).info("%s", '{"a": 1}')
    assert path.read_text() == '{"a": 1}\n'
    module.flush_audit()


def test_the_file_gets_the_same_lines_and_is_its_owners_alone(configure, module, tmp_path, capfd):
    path = tmp_path / "audit.jsonl"
    logger = configure(DRIVE_AGENT_AUDIT_FILE=str(path))
    logger.info("%s", '{"a": 1}')
    module.flush_audit()
    configure(DRIVE_AGENT_AUDIT_FILE=str(path)).info("%s", '{"a": 2}')
    module.flush_audit()
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


def test_a_standard_output_that_is_closed_fails_no_request(queueing, caplog):
    handler, reading, _ = queueing
    os.close(reading)
    for _ in range(2):
        handler.handle(audited("{}"))
    handler.flush()
    handler._saying.join(10)
    assert [record.getMessage() for record in caplog.records] == [
        "target=stdout error=Broken pipe | audit lines are being lost"
    ]


def test_a_standard_output_that_nobody_reads_holds_nobody_up_and_what_is_lost_is_counted(queueing, module, caplog):
    handler, reading, _ = queueing
    sent = module.LONGEST_QUEUE + 3_000
    sending = threading.Thread(
        target=lambda: [handler.handle(audited(f"{number:099}")) for number in range(sent)], daemon=True
    )
    sending.start()
    sending.join(30)
    assert not sending.is_alive()
    handler._saying.join(10)
    assert [record.getMessage() for record in caplog.records] == [
        "target=stdout error=nobody reads it | audit lines are being lost"
    ]
    lost = handler._lost
    assert 0 < lost < 3_000, "some of them are in the pipe"

    got = read_lines(reading, sent - lost)
    handler.flush()
    handler._saying.join(10)
    assert caplog.records[1].getMessage() == f"target=stdout lost={lost} | audit lines are written again"
    assert got == sorted(set(got)), "in their order"
    assert len(got) == sent - lost
    handler.handle(audited("{}"))
    assert read_lines(reading, 1) == ["{}"]


def test_a_slow_reader_is_told_of_once_not_with_every_line(queueing, module, caplog):
    handler, reading, _ = queueing
    for number in range(module.LONGEST_QUEUE + 3_000):
        handler.handle(audited(f"{number:099}"))
    for number in range(50):  # each line read makes room for one, and two come
        read_lines(reading, 1)
        handler.handle(audited(f"{number:099}"))
        handler.handle(audited(f"{number:099}"))
    handler._saying.join(10)
    assert len(caplog.records) == 1


def test_the_end_does_not_wait_for_ever_for_a_reader(queueing, module, caplog):
    handler, _, _ = queueing
    for _ in range(100):
        handler.handle(audited("x" * 5_000))
    started = time.monotonic()
    handler.flush()
    assert module.FLUSH_S <= time.monotonic() - started < 3 * module.FLUSH_S
    handler._saying.join(10)
    [said] = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(r"target=stdout waiting=\d\d \| nobody reads the audit lines", said)


@pytest.mark.parametrize("service", ["agent", "callback"])
def test_a_service_whose_output_nobody_reads_goes_on_and_writes_what_waits_when_it_is_told_to_end(service):
    with refusing(service) as (process, ask, is_well):
        for _ in range(60):
            ask()
        assert is_well()
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):  # it is about to end, and waits for a reader
            process.wait(0.4)
        said, log = process.communicate(timeout=20)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == ["request_refused"] * 60, log
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert "Traceback" not in log


@pytest.mark.parametrize("service", ["agent", "callback"])
def test_a_service_whose_output_nobody_reads_ends_when_it_is_told_to(service):
    with refusing(service) as (process, ask, _):
        for _ in range(60):
            ask()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.communicate()


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
