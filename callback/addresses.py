"""Which addresses and identifiers from outside are taken. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Literal
from urllib.parse import urlencode, urlsplit

CONNECT_PATH = "/connect/google-drive"
CONTINUE_PATH = f"{CONNECT_PATH}/continue"

# Names and details of files; or what they contain as well.
Ask = Literal["details", "contents"]
SCOPES: Mapping[Ask, str] = {
    "details": "https://www.googleapis.com/auth/drive.metadata.readonly",
    "contents": "https://www.googleapis.com/auth/drive.readonly",
}

# The Runtime wants 33 to 256 characters; `agentcore dev` uses `local-dev-session`, 17 of them.
_RUNTIME_SESSION = re.compile(r"[A-Za-z0-9_-]{16,256}")
_FLOW_ID = re.compile(r"[0-9a-f]{16}")
# Printable ASCII without what could end a header, an attribute or a URL's authority early.
_PLAIN_URL = re.compile(r"[!#$%&()*+,\-./0-9:;=?@A-Z\[\]_a-z~]{1,4096}")


def is_runtime_session(text: str) -> bool:
    """Whether the text can name a conversation."""
    return _RUNTIME_SESSION.fullmatch(text) is not None


def connect_path(runtime_session: str) -> str:
    """Our own path of the confirmation page. The only thing a sign-in ever returns to, besides fixed paths."""
    return f"{CONNECT_PATH}?{urlencode({'session': runtime_session})}" if runtime_session else CONNECT_PATH


def continue_path(flow_id: str) -> str:
    """Our own path that sends a flow's browser on to AgentCore."""
    return f"{CONTINUE_PATH}?{urlencode({'flow': flow_id})}"


def is_flow_id(text: str) -> bool:
    """Whether the text can name one of a browser's flow cookies."""
    return _FLOW_ID.fullmatch(text) is not None


def read_ask(text: str | None) -> Ask:
    """What the person was told. It goes to the agent as such, which asks for no more than that."""
    return "contents" if text == "contents" else "details"


def read_client(text: str | None) -> str:
    """Where the page says that the conversation began: "web", whose page people are led back to, or nowhere known."""
    return "web" if text == "web" else ""


def ask_for(scopes: Collection[str]) -> Ask:
    """What to tell the person where the agent would ask for these scopes."""
    return "contents" if SCOPES["contents"] in scopes else "details"


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
