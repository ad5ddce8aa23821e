"""Child processes of the stack: started, waited for, ended by their process id."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 5.0


class StackError(Exception):
    """The stack could not be started or has lost a part. The text says which, and shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and the address at which it says that it is ready."""

    name: str
    process: subprocess.Popen[bytes]
    health_url: str
    log: Path


def start(
    name: str, command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, log: Path, health_url: str
) -> Child:
    """Start a process whose output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
            list(command), env=dict(environ), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    return Child(name=name, process=process, health_url=health_url, log=log)


def run(name: str, command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, log: Path) -> None:
    """Run a command to its end. Raises: `StackError` where it fails."""
    with log.open("ab") as output:
        code = subprocess.run(  # noqa: S603 - our own modules, no shell
            list(command),
            env=dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        ).returncode
    if code != 0:
        raise StackError(f"{name} failed (exit code {code}).\n{tail(log)}")


def wait_until_ready(child: Child, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return when the process answers. Raises: `StackError` where it ends or takes longer than `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    with httpx.Client(timeout=2.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                raise StackError(f"{child.name} ended while starting.\n{tail(child.log)}")
            try:
                if client.get(child.health_url).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
    raise StackError(f"{child.name} did not answer within {timeout_s:.0f} s.\n{tail(child.log)}")


def stop(child: Child, *, kill: bool = False) -> None:
    """End the process; `kill` gives it no chance to say goodbye."""
    if child.process.poll() is None:
        if kill:
            child.process.kill()
        else:
            child.process.terminate()
    try:
        child.process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()


def tail(log: Path, lines: int = 15) -> str:
    """Return the end of a log."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
