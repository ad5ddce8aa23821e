"""`drive-agent chat` as a program, in a terminal of its own."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Takes the terminal as its own, so that Ctrl-C and hanging up reach it; then becomes the program.
_BECOME = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_WHERE = b"\x1b[6n"
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]|\r")
_PATIENCE_S = 5


class Program:
    """Runs until `close`. `type` presses keys, `until` reads what is shown."""

    def __init__(self, environ, *arguments, width=100):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
        ours = {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "DRIVE_AGENT_SETTINGS": "/dev/null",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BECOME, "cli.py", "chat", *arguments],
            cwd=ROOT,
            env={**inherited, **ours, **environ},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""

    @property
    def text(self):
        return _SEQUENCES.sub("", self.seen)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def until(self, holds):
        """Read until `holds(text)`, or fail with what is on the screen."""
        deadline = time.monotonic() + _PATIENCE_S
        while not holds(self.text):
            ready, _, _ = select.select([self.master], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"nothing more came:\n{self.text}"
            try:
                self._read()
            except OSError as error:  # the program has ended
                assert holds(self.text), self.text
                raise AssertionError(self.text) from error

    def until_shown(self, words, times=1):
        self.until(lambda text: text.count(words) >= times)

    def ends(self):
        """Read to the end; return the exit code."""
        with contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select([self.master], [], [], _PATIENCE_S)
                if not ready or not self._read():
                    break
        return self.process.wait(_PATIENCE_S)

    def _read(self):
        data = os.read(self.master, 65536)
        self.seen += data.decode("utf-8", "replace")
        if _WHERE in data:  # a terminal says where its cursor is
            self.type("\x1b[1;1R" * data.count(_WHERE))
        return data

    def hang_up(self):
        """Close the window."""
        os.close(self.master)
        self.master = -1

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(_PATIENCE_S)
        if self.master >= 0:
            os.close(self.master)
