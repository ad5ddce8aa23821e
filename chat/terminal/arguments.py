"""The arguments of `drive-agent chat`."""

import argparse
from dataclasses import dataclass

__all__ = ["ChatOptions", "add_arguments"]


@dataclass(frozen=True, kw_only=True)
class ChatOptions:
    """Arguments of the command. `is_direct`: talk to an agent on this machine, without the Runtime.

    `once` is a question, or `-` for what standard input holds.
    """

    once: str | None = None
    is_json: bool = False
    runtime_session: str | None = None
    is_direct: bool = False
    may_open_browser: bool = True
    keeps_history: bool = True

    @classmethod
    def of(cls, given: argparse.Namespace) -> "ChatOptions":
        """Return what was given on the command line."""
        return cls(
            once=given.once,
            is_json=given.json,
            runtime_session=given.session,
            is_direct=given.direct,
            may_open_browser=not given.no_browser,
            keeps_history=not given.no_history,
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    parser.add_argument("--user", metavar="EMAIL", help="somebody in the user pool, whose password you have")
    parser.add_argument("--once", metavar="QUESTION", help="ask one question, print the answer, end; - reads it")
    parser.add_argument("--json", action="store_true", help="print the events as JSON lines")
    parser.add_argument("--session", metavar="ID", help="continue this conversation")
    parser.add_argument(
        "--direct", action="store_true", help="talk to the agent's own port, as the person at this computer"
    )
    parser.add_argument(
        "--local", action="store_true", help="use the stack of `make up`, whatever was set up beside it"
    )
    parser.add_argument("--no-browser", action="store_true", help="open no page, only show its link")
    parser.add_argument("--no-history", action="store_true", help="keep no conversations on this computer")
