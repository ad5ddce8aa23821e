"""The arguments of `drive-agent sign-in` and `drive-agent sign-out`."""

import argparse

__all__ = ["add_sign_in_arguments", "add_sign_out_arguments"]


def add_sign_in_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `chat.terminal.sign_in.command.run` reads."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--browser", action="store_const", const="browser", dest="way", help="in a browser on this machine (usual)"
    )
    way.add_argument(
        "--device", action="store_const", const="device", dest="way", help="with a code, in a browser anywhere"
    )
    parser.add_argument(
        "--ask-again", action="store_true", help="even if the browser is signed in: to become somebody else"
    )
    parser.add_argument("--local", action="store_true", help="at the stack of `make up`")
    parser.set_defaults(way="auto", is_leaving=False)


def add_sign_out_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `chat.terminal.sign_in.command.run` reads."""
    parser.add_argument("--local", action="store_true", help="at the stack of `make up`")
    parser.set_defaults(is_leaving=True)
