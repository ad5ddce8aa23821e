"""Run a command beside a stack of its own, on free ports: `python tests/clients/beside_stack.py COMMAND …`.

The command finds the stack in its environment: STACK_AGENT_PORT, the agent's port, and STACK_SETTINGS, the settings
file that `drive-agent setup` wrote. Everything ends with the command, whose exit code is returned.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from local.children import StackError
from local.stack import Options, Ports, Stack


def main(command):
    # So that whoever ends this process ends the stack as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="drive-agent-") as home:
        try:
            with Stack(Options(home=Path(home), ports=Ports.free()), os.environ) as stack:
                here = {
                    "STACK_AGENT_PORT": str(stack.options.ports.agent),
                    "STACK_SETTINGS": str(stack.settings_path),
                }
                return subprocess.run(command, env=os.environ | here, check=False).returncode
        except StackError as error:
            sys.stderr.write(f"{error}\n")
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
