"""The ports of the stack's processes, and whether they are free."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, fields

from local.children import StackError

__all__ = ["Ports"]


@dataclass(frozen=True, slots=True)
class Ports:
    """All on loopback; the last three are those of Slack's part."""

    aws: int = 4566
    google: int = 4567
    agent: int = 8080
    callback: int = 9090
    slack: int = 4568
    slack_agent: int = 8081
    slack_service: int = 9091

    @classmethod
    def free(cls) -> "Ports":
        """Return ports that nobody listens on."""
        sockets = [socket.socket() for _ in fields(cls)]
        try:
            for one in sockets:
                one.bind(("127.0.0.1", 0))
            return cls(*(one.getsockname()[1] for one in sockets))
        finally:
            for one in sockets:
                one.close()

    def check(self, names: Iterable[str]) -> None:
        """Raise `StackError` where somebody listens on one of these already."""
        for name in names:
            port = getattr(self, name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise StackError(
                        f"Port {port} ({name}) is taken. End what listens there (another `make up`?) and try again."
                    ) from None
