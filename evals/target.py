"""The agent under evaluation, reached as every client reaches it: InvokeAgentRuntime over HTTP with a bearer token.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from evals.stream import Heard, hear, sse_objects

# What signs people in need not be safe to share between threads; boto3's clients are not, while they are made.
_SIGNING_IN = threading.Lock()
_SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Target:
    """One runtime. `bearer_for` returns the bearer token of a person, named by e-mail address.

    Turns of several conversations may be taken at the same time. `give_consent` opens a consent link as a person would
    and allows what it asks for; without it, nobody does.
    """

    runtime_url: str
    arn: str
    bearer_for: Callable[[str], str] = field(repr=False)
    timeout_s: float = 120.0
    give_consent: Callable[[str, str], None] | None = field(default=None, repr=False)

    def turn(self, person: str, runtime_session: str, payload: Mapping[str, Any]) -> Heard:
        """Send one turn and hear it out. A refusal becomes `Heard.error`; no connection, `httpx.HTTPError`."""
        address = f"{self.runtime_url.rstrip('/')}/runtimes/{quote(self.arn, safe='')}/invocations"
        headers = {
            "Authorization": f"Bearer {self._bearer(person)}",
            "Accept": "text/event-stream",
            _SESSION_HEADER: runtime_session,
        }
        with httpx.stream(
            "POST",
            address,
            params={"qualifier": "DEFAULT"},
            headers=headers,
            json=payload,
            timeout=self.timeout_s,
            verify=_tls(),
            # A proxy from the environment must not see what goes to this machine itself.
            trust_env=urlsplit(address).hostname not in _LOOPBACK,
        ) as response:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                return hear(sse_objects(response.iter_lines()))
            response.read()
            return Heard(error=_refusal(response))

    def _bearer(self, person: str) -> str:
        with _SIGNING_IN:
            return self.bearer_for(person)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes longer than many a turn.
    return ssl.create_default_context()


def _refusal(response: httpx.Response) -> str:
    try:
        body = response.json()
    except json.JSONDecodeError:
        body = None
    said = body.get("error") or body.get("message") if isinstance(body, dict) else None
    return f"HTTP {response.status_code}: {said or 'no event stream'}"
