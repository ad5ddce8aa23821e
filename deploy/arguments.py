"""The arguments of `drive-agent setup`."""

import argparse
from pathlib import Path

__all__ = ["add_arguments"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    parser.add_argument("--callback-url", metavar="URL", help="where the callback service is reached: https://…")
    parser.add_argument("--runtime-arn", metavar="ARN", help="the deployed agent (default: looked up)")
    parser.add_argument(
        "--workload",
        action="append",
        default=[],
        metavar="NAME",
        help="whose return URLs to set, in place of the usual",
    )
    parser.add_argument("--user-pool-id", metavar="ID", help="use this user pool")
    parser.add_argument("--domain-prefix", metavar="NAME", help="of the sign-in pages")
    parser.add_argument("--google-client-id", metavar="ID", help="of the OAuth client at Google")
    parser.add_argument("--google-client-secret-file", type=Path, metavar="FILE", help="holds the client's secret")
    parser.add_argument("--test-user", action="append", default=[], metavar="EMAIL", help="a person to create")
