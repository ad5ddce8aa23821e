"""Read what another service answers: plain, and no more than a megabyte. For httpx and httpx2 alike.

What comes compressed may be a thousand times as long as what came over the wire, so none is asked for and none is
unpacked (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3). How long an answer may take is said by who asks, with
`anyio.fail_after`: a timeout of httpx is one for each read, and an answer can come drop by drop.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

__all__ = ["MAX_BYTES", "PLAIN", "UnreadableAnswerError", "read_bounded"]

MAX_BYTES = 1024 * 1024
# The header of a request whose answer is read here.
PLAIN: Mapping[str, str] = {"Accept-Encoding": "identity"}


class UnreadableAnswerError(ValueError):
    """An answer is longer than a megabyte, or compressed although that was not asked for."""


class Answer(Protocol):
    """A response of httpx or httpx2 whose body has not been read yet."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By name, in whichever case."""

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """The body as it comes over the wire."""


async def read_bounded(answer: Answer) -> bytes:
    """The body. Whoever asked closes the answer. Raises: `UnreadableAnswerError`, and what the HTTP client raises."""
    if answer.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise UnreadableAnswerError("compressed")
    content = bytearray()
    async for chunk in answer.aiter_raw():
        content += chunk
        if len(content) > MAX_BYTES:
            raise UnreadableAnswerError("too long")
    return bytes(content)
