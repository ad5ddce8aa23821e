"""Run a command that may do anything with what it is given: no environment, a time limit, nothing left behind."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from tools.extraction.settings import child_environment

__all__ = ["TooSlowError", "run"]


class TooSlowError(Exception):
    """The command was not done in time, and has been killed."""


def run(command: Sequence[str], content: bytes, timeout_s: float) -> tuple[int, bytes]:
    """Give `content` to the command's standard input. Returns its exit status (a signal is negative) and its output.

    The command leads a process group of its own, so that what it started ends with it.
    """
    with subprocess.Popen(  # noqa: S603 - a fixed command; what strangers wrote is on its standard input only
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(content, timeout=timeout_s)
        except BaseException as error:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise TooSlowError from error
            raise
    return process.returncode, output
