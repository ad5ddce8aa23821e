"""Page tokens: opaque, bound to the person and the request they continue, good for six hours. Pure.

Drive says "typically valid for several hours" and to keep all other parameters the same:
https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

__all__ = ["LIFETIME", "PageTokenError", "fingerprint", "make", "read"]

LIFETIME = timedelta(hours=6)
_MAC_BYTES = 12
# Where a page ends may change from page to page, and how much of a file is shown is no part of the question.
_FREE = frozenset({"pageToken", "pageSize", "fields", "alt", "prettyPrint", "quotaUser", "key"})


class PageTokenError(Exception):
    """The token is not ours, is too old, or belongs to another request."""


def fingerprint(caller: str, parameters: Mapping[str, str]) -> str:
    """What must stay the same from page to page."""
    kept = sorted((name, value) for name, value in parameters.items() if name not in _FREE)
    return hashlib.sha256(json.dumps([caller, kept]).encode()).hexdigest()[:24]


def make(position: int, bound_to: str, now: datetime, key: bytes) -> str:
    """A token that continues at `position`."""
    body = json.dumps([position, bound_to, int(now.timestamp())], separators=(",", ":")).encode()
    return "~!!~" + base64.urlsafe_b64encode(_mac(body, key) + body).decode()


def read(text: str, bound_to: str, now: datetime, key: bytes) -> int:
    """The position in a token. Raises `PageTokenError`."""
    try:
        raw = base64.urlsafe_b64decode(text.removeprefix("~!!~").encode())
    except (binascii.Error, ValueError) as error:
        raise PageTokenError("not base64") from error
    body = raw[_MAC_BYTES:]
    if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(body, key)):
        raise PageTokenError("not ours")
    position, bound, issued = json.loads(body)
    if bound != bound_to or now.timestamp() - issued > LIFETIME.total_seconds():
        raise PageTokenError("old, or of another request")
    return int(position)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_MAC_BYTES]
