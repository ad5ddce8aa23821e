"""A request's body, read before the request is handed on."""

from starlette.types import Message, Receive


async def read_body(receive: Receive) -> bytes:
    """Return the whole body."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def replayed(body: bytes) -> Receive:
    """Return what gives the next application the body that was read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
