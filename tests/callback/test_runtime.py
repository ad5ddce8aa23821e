"""What the Runtime may take and send, over real HTTP. What the answers say is in `test_answers`."""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest

from callback.aws.runtime import Connection, Runtime
from callback.aws.signing import Signer
from callback.bounded import MAX_BYTES
from callback.errors import SignInAgainError
from callback.records import UserProof
from callback.service_errors import RuntimeBusyError, RuntimeFailedError, RuntimeTimeoutError
from tests.callback.cloud import ARN, Cloud
from tests.callback.floods import KINDS, Flood
from tests.callback.servers import Server

PROOF = UserProof("userToken", "sample")
AS_MANY_AS_A_SOCKET_HOLDS = 12 * 1024 * 1024


async def ask(port: int, deadline_s: float = 10) -> tuple[Connection, ...]:
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:  # noqa: S501 - loopback only
        url = f"http://127.0.0.1:{port}"
        runtime = Runtime(url=url, arn=ARN, local_agent_url=None, http=http, deadline_s=deadline_s)
        return await runtime.connections(PROOF, "conversation-0123456789")


@pytest.mark.parametrize(
    ("proof", "is_signed"),
    [(UserProof("userToken", "sample"), True), (UserProof("userId", "slack:T1:U1"), False)],
)
def test_a_proof_of_another_kind_than_the_runtime_takes_goes_nowhere(server, runtime_cloud, proof, is_signed):
    """A session from a time when the settings were others."""

    async def connections() -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            signer = Signer("us-west-2") if is_signed else None
            url = f"http://127.0.0.1:{server.port}"
            await Runtime(url=url, arn=ARN, local_agent_url=None, http=http, signer=signer).connections(proof, "x")

    with pytest.raises(SignInAgainError):
        asyncio.run(connections())
    assert runtime_cloud.requests == []


def test_a_name_goes_to_the_local_agent_without_a_signature_and_without_the_name(server, runtime_cloud):
    async def connections() -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            url = f"http://127.0.0.1:{server.port}"
            runtime = Runtime(url=url, arn=ARN, local_agent_url=url, http=http)
            await runtime.connections(UserProof("userId", "local"), "connections-0123456789")

    asyncio.run(connections())
    [asked] = runtime_cloud.invocations
    assert asked.raw_path == "/invocations"
    assert not {name for name in asked.headers if "user-id" in name or name == "authorization"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Cloud()
    server = Server(made.app())
    server.cloud = made  # type: ignore[attr-defined]
    yield server
    server.stop()


@pytest.fixture
def runtime_cloud(server: Server) -> Cloud:
    cloud: Cloud = server.cloud  # type: ignore[attr-defined]
    cloud.reset()
    return cloud


def test_a_runtime_that_does_not_answer_in_time_has_its_own_error():
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(RuntimeTimeoutError) as refusal:
        asyncio.run(ask(deaf.getsockname()[1], 0.05))
    assert refusal.value.status == 504


def test_an_answer_that_comes_drop_by_drop_ends_with_the_time(server, runtime_cloud):
    """Each drop comes in time, and the answer does not."""
    flood = Flood()
    runtime_cloud.instead["invoke"] = flood.dripping
    with pytest.raises(RuntimeTimeoutError):
        asyncio.run(asyncio.wait_for(ask(server.port, 0.2), 5))
    assert 1 < flood.sent < 100


@pytest.mark.parametrize("kind", ["long", "compressed", "deep", "digits"])
def test_an_answer_without_measure_is_none(server, runtime_cloud, kind):
    flood = Flood()
    runtime_cloud.instead["invoke"] = lambda: KINDS[kind](flood)
    with pytest.raises(RuntimeFailedError) as failure:
        asyncio.run(ask(server.port))
    assert not isinstance(failure.value, RuntimeTimeoutError)
    assert flood.sent < MAX_BYTES + AS_MANY_AS_A_SOCKET_HOLDS


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, SignInAgainError), (409, RuntimeBusyError), (424, RuntimeFailedError), (302, RuntimeFailedError)],
)
def test_the_words_of_a_failure_are_not_waited_for(server, runtime_cloud, status, error):
    flood = Flood()

    def failing():
        answer = flood.dripping()
        answer.status_code = status
        return answer

    runtime_cloud.instead["invoke"] = failing
    with pytest.raises(error) as failure:
        asyncio.run(ask(server.port, 5))
    assert not isinstance(failure.value, RuntimeTimeoutError)
    assert flood.sent < 50


def test_answers_are_asked_for_as_they_are_and_a_megabyte_is_read(server, runtime_cloud):
    runtime_cloud.answers["status"] = (200, '{"connections": []}' + " " * (MAX_BYTES - 19))
    assert asyncio.run(ask(server.port)) == ()
    assert runtime_cloud.requests == [("invoke", "identity")]
    runtime_cloud.answers["status"] = (200, '{"connections": []}' + " " * (MAX_BYTES - 18))
    with pytest.raises(RuntimeFailedError):
        asyncio.run(ask(server.port))
