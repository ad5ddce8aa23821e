"""`python -m local.aws`: serve the AWS stand-in on loopback until it is told to stop."""

import argparse
import ipaddress
import logging
import socket
from collections.abc import Sequence

import uvicorn

from local.aws.app import build_app
from local.aws.cloud import Cloud, Config

logger = logging.getLogger("local.aws")

BANNER = """
================================================================================
  THIS IS NOT AWS. It is a stand-in for AWS on this machine: %s
  AgentCore Identity and Runtime, a scripted model behind Bedrock's API (not a
  language model), Cognito's pages; moto for the rest. Any credentials are
  accepted and everything is forgotten when it stops.
================================================================================
"""


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.aws", description="A stand-in for AWS on loopback.")
    parser.add_argument("--host", default="127.0.0.1", type=_loopback, help="a loopback address (127.0.0.1)")
    parser.add_argument("--port", type=int, default=4566, help="0 picks a free one")
    parser.add_argument("--google-url", default="http://127.0.0.1:4567", help="the Google stand-in")
    parser.add_argument("--agent-url", default="http://127.0.0.1:8080", help="the agent's container")
    parser.add_argument("--iam-agent-url", default="", help="the container of the IAM runtime, where it is another one")
    parser.add_argument("--people", default="", help="names to show on the sign-in page, comma-separated")
    return parser.parse_args(argv)


def _loopback(host: str) -> str:
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise argparse.ArgumentTypeError(f"{host} is not a loopback address, and a stand-in never listens elsewhere")
    return host


def main(argv: Sequence[str] | None = None) -> None:
    """Listen, announce, serve."""
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "httpcore", "botocore", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log URLs, which hold codes and states
    with _listen(arguments.host, arguments.port) as listener:
        host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
        config = Config(
            origin=f"http://{host}:{listener.getsockname()[1]}",
            google_url=arguments.google_url.rstrip("/"),
            agent_url=arguments.agent_url.rstrip("/"),
            iam_agent_url=arguments.iam_agent_url.rstrip("/"),
            people=tuple(name.strip() for name in arguments.people.split(",") if name.strip()),
        )
        logger.warning(BANNER, config.origin)
        options = uvicorn.Config(
            build_app(Cloud(config)),
            log_level="warning",
            access_log=False,  # query strings hold authorization codes
            server_header=False,
            timeout_graceful_shutdown=2,  # a stream that nobody ends must not keep the process alive
        )
        uvicorn.Server(options).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only then; else every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SystemExit(f"The AWS stand-in cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


if __name__ == "__main__":
    main()
