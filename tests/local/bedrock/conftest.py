import gc
import socket
import threading
import warnings
from collections.abc import Iterator

import boto3
import httpx
import pytest
import uvicorn
from botocore.config import Config
from starlette.applications import Starlette

from local.aws.bedrock.app import BedrockState, bedrock_routes


@pytest.fixture(scope="package")
def server() -> Iterator[tuple[str, BedrockState]]:
    """One stand-in for all tests of this folder, on a free port."""
    # asyncio sets TCP_NODELAY only where the protocol is spelled out; without it every answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    state = BedrockState()
    config = uvicorn.Config(Starlette(routes=bedrock_routes(state)), lifespan="off", ws="none", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", state
    server.should_exit = True
    thread.join(timeout=5)
    listener.close()


@pytest.fixture
def url(server) -> str:
    address, state = server
    state.reset()
    return address


@pytest.fixture(scope="package")
def session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="AKIASAMPLE", aws_secret_access_key="sample-not-a-secret", region_name="us-west-2"
    )


@pytest.fixture(scope="package")
def shared_client(server, session):
    config = Config(retries={"total_max_attempts": 1})
    client = session.client("bedrock-runtime", endpoint_url=server[0], config=config)
    yield client
    client.close()


@pytest.fixture
def open_streams_are_dropped() -> Iterator[None]:
    """Strands leaves the connection of a broken stream to the garbage collector: let it go here, not later."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def client(url, shared_client):
    return shared_client


@pytest.fixture
def admin(url) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        yield client
