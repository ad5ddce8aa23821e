import asyncio
import socket

import httpx
import pytest

from callback.aws.runtime import Runtime
from callback.records import UserProof
from callback.service_errors import RuntimeTimeoutError


def test_a_runtime_that_does_not_answer_in_time_has_its_own_error():
    async def ask(port: int) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:  # noqa: S501 - loopback only
            url = f"http://127.0.0.1:{port}"
            runtime = Runtime(url=url, arn="arn:x", local_agent_url=None, http=http, timeout=httpx.Timeout(0.05))
            await runtime.connections(UserProof("userToken", "sample"), "conversation-0123456789")

    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(RuntimeTimeoutError) as refusal:
        asyncio.run(ask(deaf.getsockname()[1]))
    assert refusal.value.status == 504
