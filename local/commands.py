"""`drive-agent demo` and `drive-agent up`: the stack of this machine, for a minute or until Ctrl-C."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from local.browser import BrowserError
from local.children import StackError
from local.demo import DemoError, play
from local.stack import Options, Ports, Stack
from local.up import serve

__all__ = ["demo", "up"]


def demo(environ: Mapping[str, str]) -> int:
    """Play one whole conversation; return the exit code."""
    console = Console(highlight=False)
    console.print("[dim]Starting the agent, its callback service and the stand-ins for AWS, Google and Claude …[/]")
    with tempfile.TemporaryDirectory(prefix="drive-agent-") as home:
        try:
            with Stack(Options(home=Path(home), ports=Ports.free()), environ) as stack:
                play(stack, console)
        except (DemoError, BrowserError, StackError) as error:
            console.print(str(error), style="red", markup=False)
            return 1
    console.print("\nNext: [bold]make up[/] keeps it running, with a web chat; [bold]make chat[/] asks in a terminal.")
    return 0


def up(environ: Mapping[str, str], home: Path) -> int:
    """Run the stack until Ctrl-C; return the exit code. `home` keeps its settings, state and logs."""
    options = Options(
        home=home.resolve(),
        model=environ.get("MODEL", ""),
        drive_dir=environ.get("DRIVE_DIR", ""),
        slack=environ.get("SLACK", "") not in {"", "0"},
    )
    try:
        with Stack(options, environ) as stack:
            serve(stack)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
