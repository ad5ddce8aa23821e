"""Which addresses and identifiers from outside are taken. Pure."""

import re
from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

CONNECT_PATH = "/connect/google-drive"

# The Runtime wants 33 to 256 characters; `agentcore dev` uses `local-dev-session`, 17 of them.
_RUNTIME_SESSION = re.compile(r"[A-Za-z0-9_-]{16,256}")
# Printable ASCII without what could end a header, an attribute or a URL's authority early.
_PLAIN_URL = re.compile(r"[!#$%&()*+,\-./0-9:;=?@A-Z\[\]_a-z~]{1,4096}")


def is_runtime_session(text: str) -> bool:
    """Whether the text can name a conversation."""
    return _RUNTIME_SESSION.fullmatch(text) is not None


def connect_path(runtime_session: str) -> str:
    """Our own path of the confirmation page. The only thing a sign-in ever returns to, besides fixed paths."""
    return f"{CONNECT_PATH}?{urlencode({'session': runtime_session})}" if runtime_session else CONNECT_PATH


def is_authorization_url(url: str, origins: Collection[str]) -> bool:
    """Whether a browser may be sent there: the origin (scheme, host and port) must be one of AgentCore's.

    The agent names the URL; this check keeps a misled agent from making us an open redirect.
    """
    if _PLAIN_URL.fullmatch(url) is None:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" in origins
