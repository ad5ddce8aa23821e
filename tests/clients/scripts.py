"""Run the shell scripts of this folder from tests, where somebody has asked for that."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASK = "DRIVE_AGENT_CLIENT_TESTS"
LONGEST_S = 900  # an installation from slow registries, and then the script itself


def not_run_because(*programs):
    """Say why a script cannot be run here; "" where it can.

    They install other people's programs from public registries, half a gigabyte in about a minute. Nobody expects that
    of `make test`, so they run where it is asked for and in CI (GitHub, GitLab and others set CI=true).
    """
    if os.environ.get(ASK) != "1" and os.environ.get("CI") != "true":
        return f"it installs from public registries; {ASK}=1 runs it"
    missing = [program for program in programs if not shutil.which(program)]
    return f"{' and '.join(missing)} not found" if missing else ""


def run(name):
    """Run a script with a stack of its own; return (exit code, what it said)."""
    script = subprocess.Popen(
        ["bash", HERE / name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a process group of its own, so that it can be ended as a whole
    )
    with script:
        try:
            said, _ = script.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(script.pid, signal.SIGTERM)
            said, _ = script.communicate()  # until its stack has ended
            with contextlib.suppress(ProcessLookupError):
                os.killpg(script.pid, signal.SIGKILL)  # a package manager in the middle of its work
            said += f"\n{name} took longer than {LONGEST_S} s."
    return script.returncode, said
