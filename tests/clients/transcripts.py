"""Play the transcripts of docs/agentcore.md and hold them to what happens: `python tests/clients/transcripts.py WORK`.

A transcript is an indented block whose commands begin with `$ `; what follows is what they print. `…` stands for
anything within a line, and for any lines where it is a line of its own. `$ # …` is something that a person does: whose
browser opens the last link is told by its first word. WORK is a copy of the project. In the environment:
AGENTCORE_CLI is the CLI's index.mjs, STACK_AGENT_PORT and STACK_SETTINGS are what `beside_stack.py` sets.

The CLI takes no endpoint where it invokes with a bearer token, so that the name of AWS's data plane has to lead to
the stand-in: agentcore_endpoint.mjs is loaded before it.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.clients import consent

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "agentcore.md"
PEOPLE = {"alice": "alice@example.com", "the": ""}  # "the person at this computer"
LONGEST_S = 120

# What a terminal shows for a moment and wipes out again.
_WIPED = re.compile(r"\r|\x1b\[[0-9;]*[A-Za-z]|[\u2800-\u28ff] Invoking agent\.\.\.")
_ASSIGNMENT = re.compile(r"([A-Z]+)=(.*)")
_LINK = re.compile(r"http://localhost:\d+/connect/google-drive\S*")


def transcripts(document):
    """Yield (command, expected lines) of every transcript, in order."""
    command, expected = None, []
    for line in [*document.splitlines(), "$"]:
        is_inside = line.startswith("    ") or (command is not None and not line)
        if command is not None and (line.startswith("    $ ") or not is_inside):
            yield command, "\n".join(expected).strip("\n").split("\n")
            command, expected = None, []
        if line.startswith("    $ "):
            command = line.removeprefix("    $ ")
        elif command is not None:
            expected.append(line[4:])


def is_told(expected, said):
    """Say whether the lines of a transcript tell what was said."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r" *\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in said)) is not None


class Shell:
    """Runs the commands of transcripts in a copy of the project, and keeps what they set."""

    def __init__(self, folder):
        self._folder = folder
        self._variables = {}
        self._stack = Path(os.environ["STACK_SETTINGS"])
        settings = dict(line.split("=", 1) for line in self._stack.read_text().splitlines() if "=" in line)
        self._aws = settings["AWS_ENDPOINT_URL"]
        self._link = ""

    def run(self, command):
        """Run a command; return the lines that it leaves on the screen."""
        if command.startswith("# "):
            return self._consent(PEOPLE[command.split()[1]])
        if assigned := _ASSIGNMENT.fullmatch(command):
            [self._variables[assigned[1]]] = self._bash(f"echo {assigned[2]}")
            return [""]
        said = self._bash(command.replace("127.0.0.1:8080", f"127.0.0.1:{os.environ['STACK_AGENT_PORT']}"))
        self._link = next(iter(_LINK.findall("\n".join(said))), self._link)
        return [re.sub(r"localhost:\d+", "localhost:9090", line) for line in said]

    def _consent(self, person):
        said = subprocess.run(
            [sys.executable, consent.__file__, self._link, *filter(None, [person])],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        if said.returncode:
            raise SystemExit(f"Consent was not given: {said.stdout}{said.stderr}")
        return [""]

    def _bash(self, command):
        functions = f"""
            agentcore() {{
              if [[ $1 == dev ]]; then set -- dev --port "$STACK_AGENT_PORT" "${{@:2}}"; fi
              NODE_OPTIONS="--import {HERE}/agentcore_endpoint.mjs" node "$AGENTCORE_CLI" "$@"
            }}
            drive-agent() {{ {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "cli.py"))} "$@"; }}
        """
        here = {"DRIVE_AGENT_SETTINGS": str(self._stack), "STACK_AWS_ENDPOINT": self._aws, "NO_COLOR": "1"}
        done = subprocess.run(
            ["bash", "-c", f"{functions}\n{command}"],
            cwd=self._folder,
            env=os.environ | here | self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # in the order in which a terminal shows it
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        return _WIPED.sub("", done.stdout).strip().split("\n")


def main(folder):
    shell = Shell(folder)
    for command, expected in transcripts(DOCUMENT.read_text(encoding="utf-8")):
        sys.stdout.write(f"$ {command}\n")
        sys.stdout.flush()
        said = shell.run(command)
        if not is_told(expected, said):
            shown = "\n".join(f"    {line}" for line in said)
            sys.stdout.write(f"{DOCUMENT.name} tells something else. What it says:\n{shown}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
