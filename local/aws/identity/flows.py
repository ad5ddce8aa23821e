"""Authorization flows: one-shot, ten minutes, each step once. State without I/O.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/oauth2-authorization-url-session-binding.html
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from local.aws.clock import Clock
from local.aws.identity.principals import Principal
from local.aws.identity.vault import VaultKey
from local.ledger import Ledger

LIFETIME = timedelta(minutes=10)
_URN = "urn:ietf:params:oauth:request_uri:"

# new: link given out; opened: browser sent to the provider; returned: code kept; done; failed
Stage = Literal["new", "opened", "returned", "done", "failed"]


@dataclass(frozen=True)
class Wish:
    """What a caller of GetResourceOauth2Token asked for."""

    key: VaultKey
    principal: Principal
    scopes: tuple[str, ...]
    return_url: str
    custom_parameters: Mapping[str, str]
    custom_state: str | None


@dataclass
class Flow:
    """One authorization. `state` and `verifier` (RFC 7636) are between AgentCore and the provider."""

    uri: str
    wish: Wish
    expires: datetime
    stage: Stage = "new"
    code: str = ""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """The S256 code challenge."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Flows:
    """Flows by session URI. Expired ones are forgotten."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._flows: dict[str, Flow] = {}

    def start(self, wish: Wish) -> Flow:
        """A new flow with its own session URI."""
        now = self._clock()
        self._flows = {uri: flow for uri, flow in self._flows.items() if flow.expires > now}
        flow = Flow(_URN + secrets.token_urlsafe(32), wish, now + LIFETIME)
        self._flows[flow.uri] = flow
        # What tells one session URI from another; an authorization URL is a session URI behind a fixed address.
        self._ledger.note("session URI", flow.uri.removeprefix(_URN))
        self._ledger.note("state of the caller", wish.custom_state)
        self._ledger.note("state between AgentCore and Google", flow.state)
        self._ledger.note("PKCE verifier for Google", flow.verifier)
        return flow

    def clear(self) -> None:
        """Forget every flow."""
        self._flows.clear()

    def alive(self, uri: str) -> Flow | None:
        """The flow of a session URI, within its ten minutes, whatever its stage."""
        flow = self._flows.get(uri)
        return flow if flow and flow.expires > self._clock() else None

    def open(self, uri: str) -> Flow | None:
        """The browser follows the link: works once."""
        flow = self.alive(uri)
        if flow is None or flow.stage != "new":
            return None
        flow.stage = "opened"
        return flow

    def by_state(self, state: str, provider: str) -> Flow | None:
        """The opened flow that waits for this `state` at this provider."""
        for flow in self._flows.values():
            if flow.stage == "opened" and secrets.compare_digest(flow.state.encode(), state.encode()):
                return flow if flow.wish.key.provider == provider and self.alive(flow.uri) else None
        return None
