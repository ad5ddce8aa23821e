"""Who a workload access token acts for, and whether a second proof is that same person. Pure.

The vault is keyed on issuer and subject of a JWT, or on the user id:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/get-workload-access-token.html
Completing a flow compares the artifact itself (AWS Support, quoted in
https://github.com/aws/bedrock-agentcore-sdk-typescript/issues/37).
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from local.aws.jwt_check import issuer_and_subject, read_claims


@dataclass(frozen=True)
class Principal:
    """A person. `name` is `<issuer>#<subject>` or the user id; `artifact` a digest of what proved it."""

    kind: Literal["jwt", "user_id"]
    name: str
    artifact: str


def principal_of_jwt(token: str) -> Principal:
    """The person of a JWT, whose signature is somebody else's to check. Raises `JwtError`."""
    issuer, subject = issuer_and_subject(read_claims(token))
    return Principal("jwt", f"{issuer}#{subject}", _digest(token))


def principal_of_user_id(user_id: str) -> Principal:
    """The person whom a trusted caller names."""
    return Principal("user_id", user_id, _digest(user_id))


def same_person(starter: Principal, finisher: Principal, *, strict: bool) -> bool:
    """May `finisher` complete what `starter` began? Lax: the same issuer and subject will do."""
    if starter.kind != finisher.kind:
        return False
    if strict:
        return hmac.compare_digest(starter.artifact, finisher.artifact)
    return starter.name == finisher.name


def _digest(artifact: str) -> str:
    return hashlib.sha256(artifact.encode()).hexdigest()
