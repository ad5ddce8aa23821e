"""Between the caller and the container: HTTP both ways, as it comes, until either side goes away."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping

import anyio
import httpx
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from local.aws.errors import AwsError, invalid, runtime_client_error
from local.aws.runtime.headers import to_caller
from local.aws.runtime.registry import RuntimeSession

logger = logging.getLogger(__name__)

LARGEST_BODY_BYTES = 100_000_000
LONGEST_SENTENCE = 500
# https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html
TIMEOUT = httpx.Timeout(15 * 60, connect=5)


class CallerGoneError(Exception):
    """The caller closed the connection before the container answered; nobody is left to be told."""


async def read_body(request: Request) -> bytes:
    """The payload. Raises ValidationException beyond 100 MB, before all of it is read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise invalid("Payload is larger than 100000000 bytes")
    return bytes(body)


async def ask_container(request: Request, http: httpx.AsyncClient, asked: httpx.Request) -> httpx.Response:
    """Send to the container and wait for its headers, or for the caller to leave.

    Raises: RuntimeClientError when nobody answers, `CallerGoneError`.
    """
    answer = asyncio.ensure_future(http.send(asked, stream=True))
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise CallerGoneError
        return answer.result()
    except httpx.HTTPError as error:
        logger.warning("error=%s | the agent does not answer", type(error).__name__)
        raise runtime_client_error(
            f"The agent at {asked.url.scheme}://{asked.url.netloc.decode()} does not answer. Is it running?"
        ) from error
    finally:
        for task in (answer, gone):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def container_failure(answer: httpx.Response) -> AwsError:
    """The 424 for a container's 4xx or 5xx.

    AWS says no more than the first two sentences; the third is a convenience of this stand-in.
    """
    body = await answer.aread()
    await answer.aclose()
    message = (
        f"Received error ({answer.status_code}) from runtime. Please check your CloudWatch logs for more information."
    )
    sentence = _error_sentence(body)
    return runtime_client_error(f"{message} The container said: {sentence}" if sentence else message)


class RelayedResponse(StreamingResponse):
    """The container's answer, chunk by chunk. Ends with the caller, the container, or the runtime session."""

    def __init__(self, answer: httpx.Response, session_id: str, session: RuntimeSession) -> None:
        headers = to_caller(answer.headers, session_id)
        super().__init__(_chunks(answer), answer.status_code, headers)
        self._answer = answer
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream, and close the container's answer whatever happens."""
        running = anyio.CancelScope()
        self._session.running.add(running)
        try:
            with running:
                await super().__call__(scope, receive, send)
        finally:
            self._session.running.discard(running)
            with anyio.CancelScope(shield=True):
                await self._answer.aclose()


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    async for chunk in answer.aiter_raw():
        yield chunk


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _error_sentence(body: bytes) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    sentence = content.get("error") if isinstance(content, Mapping) else None
    return sentence[:LONGEST_SENTENCE] if isinstance(sentence, str) else ""
