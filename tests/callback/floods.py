"""Answers without measure: what unpacks to a hundred times its size, what never ends, what comes drop by drop."""

import gzip
from collections.abc import AsyncIterator, Callable

import anyio
from starlette.responses import Response, StreamingResponse

_CHUNK = b" " * 65_536


class Flood:
    """`sent`: how many bytes have gone out since the last answer began."""

    def __init__(self) -> None:
        self.sent = 0

    def long(self) -> Response:
        """A hundred megabytes."""
        self.sent = 0
        return StreamingResponse(self._chunks(1600, _CHUNK, 0), media_type="application/json")

    def compressed(self) -> Response:
        """Eight megabytes of blanks around an empty object, in gzip."""
        content = gzip.compress(b"{" + b" " * 8_000_000 + b"}", 6)
        return Response(content, headers={"content-encoding": "gzip"}, media_type="application/json")

    def dripping(self) -> Response:
        """A byte every few milliseconds, for much longer than any test waits."""
        self.sent = 0
        return StreamingResponse(self._chunks(2000, b" ", 0.01), media_type="application/json")

    def deep(self) -> Response:
        """JSON inside JSON."""
        return Response(b"[" * 200_000, media_type="application/json")

    def digits(self) -> Response:
        """A number that Python does not read."""
        return Response(b'{"issuer": ' + b"9" * 5_000 + b"}", media_type="application/json")

    async def _chunks(self, times: int, chunk: bytes, pause_s: float) -> AsyncIterator[bytes]:
        for _ in range(times):
            self.sent += len(chunk)
            yield chunk
            await anyio.sleep(pause_s)


KINDS: dict[str, Callable[[Flood], Response]] = {
    "long": Flood.long,
    "compressed": Flood.compressed,
    "dripping": Flood.dripping,
    "deep": Flood.deep,
    "digits": Flood.digits,
}
