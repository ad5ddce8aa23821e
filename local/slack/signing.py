"""Slack's signature under what it sends to an app. Pure.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac

__all__ = ["signed_headers"]


def signed_headers(body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """The two headers by which the app knows that Slack sent this body, at this time."""
    base = f"v0:{timestamp}:".encode() + body
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": str(timestamp), "x-slack-signature": f"v0={signature}"}
