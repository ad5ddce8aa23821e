"""Who is asking, from what the Runtime has already verified. Pure.

Behind a JWT authorizer the Runtime checks signature, issuer, audience and expiry before a request reaches this process,
and hands the `Authorization` header on because it is allowlisted; so the claims are read here, not checked again.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from agent.errors import NoIdentityError

# The Runtime uses the plain header up and does not hand it on, so a backend that signs with IAM sends the second beside
# it. Both come from the same principal, who needs bedrock-agentcore:InvokeAgentRuntimeForUser for the first.
USER_ID_HEADERS = (
    "x-amzn-bedrock-agentcore-runtime-user-id",
    "x-amzn-bedrock-agentcore-runtime-custom-user-id",
)

_REFUSAL = "I cannot tell who is asking. Sign in and send the token as a bearer token, then ask again."


@dataclass(frozen=True, slots=True)
class Caller:
    """One person, as the party that proved them names them. `kind` is `jwt`, `user` or `local`."""

    kind: str
    issuer: str
    subject: str

    @property
    def key(self) -> str:
        """A name for the caller that is safe in file names and logs: a SHA-256 of who they are, in hex."""
        identity = json.dumps([self.kind, self.issuer, self.subject])
        return hashlib.sha256(identity.encode()).hexdigest()


def derive_caller(headers: Mapping[str, str], *, has_workload_token: bool, local_user: str | None) -> Caller:
    """Return the caller of a request.

    `local_user` names the person at this computer in local mode, where a direct call to the agent carries no workload
    access token; whatever else such a call claims is ignored. None outside local mode: such a call is refused.
    Raises: `NoIdentityError`.
    """
    if not has_workload_token:
        if local_user is None:
            raise NoIdentityError(_REFUSAL)
        return Caller(kind="local", issuer="", subject=local_user)
    named = {name.lower(): value for name, value in headers.items()}
    scheme, _, credentials = named.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _from_jwt(credentials.strip())
    user_ids = {named[name] for name in USER_ID_HEADERS if named.get(name)}
    if len(user_ids) != 1:  # none, or two that contradict each other
        raise NoIdentityError(_REFUSAL)
    return Caller(kind="user", issuer="", subject=user_ids.pop())


def _from_jwt(token: str) -> Caller:
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        issuer, subject = claims["iss"], claims["sub"]
    except (ValueError, binascii.Error, KeyError, TypeError):
        raise NoIdentityError(_REFUSAL) from None
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise NoIdentityError(_REFUSAL)
    return Caller(kind="jwt", issuer=issuer, subject=subject)
