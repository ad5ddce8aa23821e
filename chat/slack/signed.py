"""What comes to `/slack/events`: read within a bound, and signed by Slack, before anything else looks at it.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio

from fastapi import Request
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect

__all__ = ["LONGEST_BODY_BYTES", "RefusedError", "read_signed"]

# Slack's largest is a press with the message that it was in: some 100 KB.
LONGEST_BODY_BYTES = 2**20
_PATIENCE_S = 10.0


class RefusedError(Exception):
    """A request that is not Slack's, or not one that it would send. `status` is all that whoever sent it learns."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_signed(request: Request, signing_secret: str) -> str:
    """Return the body. Raises: `RefusedError`: 413 too long, 401 not signed within five minutes, 408 too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_BODY_BYTES:
                    raise RefusedError(413)
    except (TimeoutError, ClientDisconnect) as error:
        raise RefusedError(408) from error
    stamp, signature = request.headers.get("x-slack-request-timestamp"), request.headers.get("x-slack-signature")
    try:
        text = body.decode()
        is_signed = SignatureVerifier(signing_secret).is_valid(text, stamp, signature)
    except (ValueError, TypeError) as error:  # no UTF-8, a timestamp that is no number, a signature that is not ASCII
        raise RefusedError(401) from error
    if not is_signed:
        raise RefusedError(401)
    return text
