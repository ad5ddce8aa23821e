"""What the service remembers, as frozen records. Pure.

Everything here is kept on the server; the browser holds only random handles (`sessions`). Fields that must never be
printed have `repr=False`.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from callback.accounts import Concern
from callback.addresses import Ask

Source = Literal["oidc", "loopback", "local", "slack"]

# The Runtime refuses a bearer token in its last minute; the second minute is for the person to read the page.
MIN_TOKEN_LIFE = timedelta(minutes=2)


@dataclass(frozen=True)
class UserProof:
    """The artifact that tells AWS who the person is: it starts a flow, and the same one must complete it.

    `userToken` holds the browser's own access token, byte for byte. AgentCore compares the artifact, not its claims:
    https://github.com/aws/bedrock-agentcore-sdk-typescript/issues/37. `userId` is a name that this service vouches for.
    """

    kind: Literal["userToken", "userId"]
    value: str = field(repr=False)


@dataclass(frozen=True)
class Person:
    """Who is at the browser. `key` (`person_key`) decides; `name` is only shown.

    `email` is an address that the identity provider has verified, else empty. `refresh_token` is empty where there is
    none. `workspace` is where a Slack person is at home, as it is shown.
    """

    key: str
    name: str = field(repr=False)
    source: Source
    proof: UserProof
    expires_at: datetime | None
    email: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    workspace: str = field(default="", repr=False)

    def can_act(self, now: datetime) -> bool:
        """Whether the proof lives long enough to start something with it."""
        return self.can_act_for(MIN_TOKEN_LIFE, now)

    def can_act_for(self, life: timedelta, now: datetime) -> bool:
        """Whether the proof lives at least that long."""
        return self.expires_at is None or self.expires_at - now >= life

    def runtime_session(self, secret: str) -> str:
        """The runtime session for questions outside any conversation: 76 characters, the same one every time.

        Keyed, because a runtime session belongs to whoever uses it first: who could work out another person's would
        shut them out.
        """
        key = hashlib.sha256(f"drive-agent connections|{secret}".encode()).digest()
        return f"connections-{hmac.new(key, self.key.encode(), hashlib.sha256).hexdigest()}"


@dataclass(frozen=True)
class PendingSignIn:
    """An OpenID Connect request on its way: what the answer must match (RFC 7636, OpenID Connect Core 3.1.2.1).

    `browser_sha256` is of the handle of the browser session that began it: no other browser can finish it.
    `code_verifier` is empty where the provider knows no PKCE.
    """

    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    return_to: str
    browser_sha256: str
    created: datetime


@dataclass(frozen=True)
class ConnectedAccount:
    """The Google account of a connection, as the agent named it, and the scopes of the grant. Empty where not known."""

    email: str = field(repr=False)
    name: str = field(repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finished:
    """How a flow of this browser ended, for the page that says so and offers to use another account.

    `client` is the kind of front end that the conversation began in; empty where there is none, or it is not known.
    """

    account: ConnectedAccount
    concern: Concern
    runtime_session: str
    ask: Ask
    at: datetime
    client: str = ""
    flow: str = ""  # its id in the browser's cookie; empty where there was nothing to consent to


# What a browser session remembers instead, after the person has disconnected.
DISCONNECTED: Literal["disconnected"] = "disconnected"


@dataclass(frozen=True)
class Grant:
    """What this service remembers of a connection: since when there is one."""

    since: datetime


@dataclass(frozen=True)
class BrowserSession:
    """One browser's server-side session. `sign_ins` are the `state`s of its open sign-ins, the oldest first."""

    created: datetime
    seen: datetime
    csrf: str = field(repr=False)
    person: Person | None = None
    return_to: str = "/"
    sign_ins: tuple[str, ...] = field(default=(), repr=False)
    finished: Finished | Literal["disconnected"] | None = None


@dataclass(frozen=True)
class Flow:
    """One authorization that somebody started here and that waits for its return from Google.

    `auth_url` is AgentCore's, for this browser alone. `ask` is what the person was told, `client` as in
    `Finished`. `is_retry`: it was taken before, by a process that has not said how that ended.
    """

    state_sha256: str
    session_uri: str = field(repr=False)
    auth_url: str = field(repr=False)
    ask: Ask
    user_key: str
    proof: UserProof
    runtime_session: str
    created: datetime
    client: str = ""
    is_retry: bool = False


def person_key(kind: Literal["jwt", "local", "user"], issuer: str, subject: str) -> str:
    """The name under which the agent knows a person, too: a SHA-256 of who they are, in hex (`agent.caller`)."""
    return sha256(json.dumps([kind, issuer, subject]))


def sha256(text: str) -> str:
    """Hex digest. For random handles and identifiers: nothing here is a password."""
    return hashlib.sha256(text.encode()).hexdigest()
