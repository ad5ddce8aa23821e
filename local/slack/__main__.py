"""Run the stand-in for Slack: `python -m local.slack --port 4568 --request-url http://127.0.0.1:9091/slack/events`."""

import argparse
import contextlib
import json
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from local.slack.app import create_app, is_loopback_host
from local.slack.manifest import ManifestError, app_of
from local.slack.state import build_state
from local.slack.workspace import APP, App

logger = logging.getLogger("local.slack")


def _host(text: str) -> str:
    if not is_loopback_host(text):
        raise argparse.ArgumentTypeError(
            f"{text} is not a loopback address: a stand-in that lets anybody in stays on this machine"
        )
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not is_loopback_host(parts.hostname or ""):
        raise argparse.ArgumentTypeError(f"{text} is not an address on this machine, as in http://127.0.0.1:9091/…")
    return text


def _app(text: str) -> App:
    try:
        return app_of(json.loads(Path(text).expanduser().read_text(encoding="utf-8")), APP)
    except (OSError, ValueError, ManifestError) as error:
        raise argparse.ArgumentTypeError(f"{text} is no app manifest: {error}") from error


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.slack", description=__doc__)
    parser.add_argument("--host", type=_host, default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=4568, help="0 takes a free one")
    parser.add_argument("--request-url", type=_url, help="where the app takes events and clicks")
    parser.add_argument(
        "--redirect-url", type=_url, action="append", default=[], help="where Sign in with Slack may lead back to"
    )
    parser.add_argument("--manifest", type=_app, default=APP, metavar="FILE", help="the app's name, scopes and events")
    return parser.parse_args(argv)


def _listen(host: str, port: int) -> socket.socket:
    address = host.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; otherwise every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)  # before anybody is told the address
    return listener


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted. Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log addresses, and that of a socket has its ticket
    arguments = _arguments(argv)
    app = replace(
        arguments.manifest, request_url=arguments.request_url or "", redirect_urls=tuple(arguments.redirect_url)
    )
    state = build_state(app)
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        logger.error("port=%d reason=%s | cannot listen", arguments.port, error.strerror)  # noqa: TRY400 - a sentence, no trace
        return 1
    state.origin = f"http://{arguments.host}:{listener.getsockname()[1]}"
    logger.warning(
        "address=%s request_url=%s | STAND-IN for Slack, on this machine: not Slack, no real workspace, anybody here "
        "may be anybody",
        state.origin,
        app.request_url or "none",
    )
    # No access log: authorization requests and response addresses carry secrets.
    config = uvicorn.Config(
        create_app(state),
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        server_header=False,
        timeout_graceful_shutdown=2,  # sockets that nobody closes must not keep the process alive
    )
    # uvicorn ends in good order at Ctrl-C and then raises it again; there is nothing left to interrupt.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
