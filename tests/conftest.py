"""For every test: no socket leaves this machine, and no setting of this shell reaches the code."""

import ipaddress
import os
import socket

import pytest
from hypothesis import configuration, settings

# A machine that is busy is no failure; the same examples every time, so that a failure can be repeated.
configuration.set_hypothesis_home_dir(".env.cache/hypothesis")
settings.register_profile("drive-agent", deadline=None, derandomize=True)
settings.load_profile("drive-agent")

_connect = socket.socket.connect
_SCRUBBED = ("AWS_", "BEDROCK_", "DRIVE_AGENT_", "GOOGLE_", "ANTHROPIC_", "OPENAI_", "OTEL_", "MODEL", "LOCAL_DEV")


def _is_here(address):
    if not isinstance(address, tuple):  # a Unix socket
        return True
    return address[0] == "localhost" or ipaddress.ip_address(address[0]).is_loopback


def _connect_here(self, address):
    if not _is_here(address):
        raise PermissionError(f"a test tried to connect to {address}")
    return _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine():
    socket.socket.connect = _connect_here
    yield
    socket.socket.connect = _connect


@pytest.fixture(autouse=True, scope="session")
def _scrubbed_environment():
    kept = dict(os.environ)
    for name in kept:
        if name.startswith(_SCRUBBED):
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    yield
    os.environ.clear()
    os.environ.update(kept)
