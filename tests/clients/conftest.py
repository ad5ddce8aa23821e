"""Clients that are not ours, against the whole stack."""

import os

import pytest

from local.stack import Options, Ports, Stack
from tests.clients.scripts import not_run_because

NODE = ("node", "npm")
SCRIPTS = {"agentcore_cli.sh": NODE, "agui_client.sh": NODE, "agui_web.sh": NODE, "toolkit_invoke.sh": ()}


def pytest_terminal_summary(terminalreporter):
    for name, programs in SCRIPTS.items():
        reason = not_run_because(*programs)
        if reason:
            terminalreporter.write_line(f"tests/clients/{name} was not run: {reason}")


@pytest.fixture(scope="session")
def stack(tmp_path_factory, _scrubbed_environment):
    with Stack(Options(home=tmp_path_factory.mktemp("stack"), ports=Ports.free()), os.environ) as running:
        yield running
