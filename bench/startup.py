"""From the start of the process to the first `/ping`, and on to the end of a first turn that lists files."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import QUESTION, Rig
from local.stack import ROOT, Ports

PAIRS = 9

_POLL_S = 0.002
_TIMEOUT_S = 30.0
_PING = b"GET /ping HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"


@dataclass(slots=True)
class _Started:
    """Milliseconds from the start of the process, one sample for each start."""

    ping_ms: list[float] = field(default_factory=list)
    turn_ms: list[float] = field(default_factory=list)


def measure(rig: Rig, home: Path) -> list[Figure]:
    """Start the product and the baseline in turn, `PAIRS` times each after one start that warms the disk."""
    ours, baseline = _Started(), _Started()
    for attempt in range(PAIRS + 1):
        for command, samples in (("main.py", ours), ("bench/baseline_agent.py", baseline)):
            ping_ms, turn_ms = _start(rig, command, home)
            if attempt:
                samples.ping_ms.append(ping_ms)
                samples.turn_ms.append(turn_ms)
    return [
        Figure(
            name="process start to first /ping",
            unit="ms",
            ours=Spread.of(ours.ping_ms),
            baseline=Spread.of(baseline.ping_ms),
            budget=0.6,
        ),
        Figure(
            name="process start to the end of a first turn",
            unit="ms",
            ours=Spread.of(ours.turn_ms),
            baseline=Spread.of(baseline.turn_ms),
            note="asked right after the first /ping: what is not done before it is done now",
        ),
    ]


def _start(rig: Rig, command: str, home: Path) -> tuple[float, float]:
    port = Ports.free().agent
    environ = rig.stack.agent_environ() | {"PORT": str(port), "DRIVE_AGENT_STATE": str(home / "startup-state")}
    environ["PYTHONPATH"] = str(ROOT)
    log = home / "startup.log"
    with rig.client(f"http://127.0.0.1:{port}") as client, log.open("ab") as output:
        started = time.perf_counter()
        process = _spawn(command, environ, output.fileno())
        try:
            _wait_for_ping(process, port, started, log)
            ping_ms = (time.perf_counter() - started) * 1000
            answered = client.send(f"bench-{uuid4().hex}", {"prompt": QUESTION, "timezone": "Europe/Berlin"})
            turn_ms = (time.perf_counter() - started) * 1000
        finally:
            process.kill()  # what it would still say is not measured
            process.wait()
    said = "".join(
        event["event"].get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        for event in answered.events
        if "event" in event
    )
    if not re.search(r"1\. \[(Roadmap 2026|1)\]", said):  # the baseline gives the model's own words, with its handles
        raise BenchError(f"{command} did not list alice's files in its first turn: {answered.events[-3:]}")
    return ping_ms, turn_ms


def _spawn(command: str, environ: Mapping[str, str], output: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, command], env=dict(environ), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )


def _wait_for_ping(process: "subprocess.Popen[bytes]", port: int, started: float, log: Path) -> None:
    while time.perf_counter() - started < _TIMEOUT_S:
        if process.poll() is not None:
            raise BenchError(f"The process ended while starting: {log.read_text(encoding='utf-8')[-1000:]}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(_PING)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except ConnectionError:
            time.sleep(_POLL_S)
    raise BenchError("The process did not answer /ping in time.")
