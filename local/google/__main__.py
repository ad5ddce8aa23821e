"""Run the stand-in for Google: `python -m local.google --port 4567`."""

import argparse
import contextlib
import gc
import logging
import socket
import sqlite3
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import uvicorn

from local.google.app import create_app, is_loopback_host
from local.google.folder import RealFolder
from local.google.large.store import MAX_FILES, LargeWish
from local.google.state import State, build_state
from local.people import ALICE, GOOGLE_ACCOUNTS

logger = logging.getLogger("local.google")
_KEPT = Path(__file__).parents[2] / ".env.cache" / "google"  # where the other caches of this project live


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.astimezone()


def _host(text: str) -> str:
    if not is_loopback_host(text):
        raise argparse.ArgumentTypeError(
            f"{text} is not a loopback address: a stand-in that lets anybody in stays on this machine"
        )
    return text


def _folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_FILES:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to {MAX_FILES}")
    return int(text)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.google", description=__doc__)
    parser.add_argument("--host", type=_host, default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=4567, help="0 takes a free one")
    parser.add_argument("--now", type=_moment, help="ISO 8601; the seeds' times are told from it")
    parser.add_argument("--drive-dir", type=_folder, help="a folder to serve, read-only, as a Drive")
    parser.add_argument(
        "--drive-dir-owner", choices=[account.email for account in GOOGLE_ACCOUNTS], default=ALICE.email
    )
    parser.add_argument("--files", type=_count, help="make up so many files for Alice, beside her seeds")
    parser.add_argument("--files-db", type=Path, help="where they are kept for the next start")
    arguments = parser.parse_args(argv)
    if arguments.files and arguments.drive_dir:
        parser.error("--files and --drive-dir are two Drives; choose one")
    return arguments


def _large(arguments: argparse.Namespace) -> LargeWish | None:
    if not arguments.files:
        return None
    return LargeWish(arguments.files, (arguments.files_db or _KEPT / f"drive-{arguments.files}.sqlite").expanduser())


def _listen(host: str, port: int) -> socket.socket:
    address = host.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; otherwise every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    return listener


def _announce(state: State, host: str, port: int) -> None:
    logger.warning(
        "address=http://%s:%d seeded_at=%s drive_dir=%s files=%d | STAND-IN for Google, on this machine: not Google, "
        "no real account, anybody here may sign in as anybody",
        host,
        port,
        state.seeded_at.isoformat(),
        "yes" if state.folder else "no",
        len(state.large.library.items) if state.large else len(state.seeds.items),
    )


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted. Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    arguments = _arguments(argv)
    folder = RealFolder(arguments.drive_dir, arguments.drive_dir_owner) if arguments.drive_dir else None
    try:
        state = build_state(arguments.now, folder=folder, large=_large(arguments))
    except (OSError, sqlite3.Error) as error:
        logger.error("reason=%s | cannot keep the files that were asked for", error)  # noqa: TRY400 - a sentence, no trace
        return 1
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        logger.error("port=%d reason=%s | cannot listen", arguments.port, error.strerror)  # noqa: TRY400 - a sentence, no trace
        return 1
    gc.freeze()  # what is there now stays: looking through it again and again would hold up answers
    _announce(state, arguments.host, listener.getsockname()[1])
    # No access log: authorization requests and token information carry secrets in their queries.
    config = uvicorn.Config(
        create_app(state), log_config=None, access_log=False, ws="none", lifespan="off", server_header=False
    )
    # uvicorn ends in good order at Ctrl-C and then raises it again; there is nothing left to interrupt.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    if state.large:
        state.large.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
