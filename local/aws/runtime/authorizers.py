"""Who may invoke a runtime: the rules. Pure; the keys and the clock are arguments.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from joserfc.jwk import KeySet

from local.aws.calls import signing_service
from local.aws.errors import AwsError, access_denied
from local.aws.jwt_check import JwtError, UnknownKeyError, issuer_and_subject, verified_claims
from local.aws.runtime.registry import Runtime

# Reported: a token with about a minute left is refused already
# (https://github.com/aws-samples/sample-strands-agent-with-agentcore/issues/265).
LEAST_TIME_LEFT = timedelta(minutes=1)
SKEW = timedelta(seconds=5)
MISMATCH = (
    "Authorization method mismatch. The agent is configured for a different authorization method than what was used "
    "in your request. Check the agent's authorization configuration and ensure your request uses the matching method "
    "(OAuth or SigV4)"
)


class BadTokenError(Exception):
    """The bearer token proves nothing. Its text is for the caller and never quotes the token."""


@dataclass(frozen=True)
class Credential:
    """What came in the `Authorization` header; `token` is empty unless it is a bearer token."""

    kind: Literal["none", "bearer", "sigv4", "other"]
    token: str = ""


def read_credential(authorization: str | None) -> Credential:
    """Tell the methods apart."""
    if not authorization:
        return Credential("none")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return Credential("bearer", token.strip())
    return Credential("sigv4" if signing_service(authorization) else "other")


def check_method(runtime: Runtime, credential: Credential) -> None:
    """The method has to be the runtime's own. Raises AccessDeniedException; `none` with `jwt` is left to the caller."""
    if runtime.authorizer == "iam" and credential.kind == "none":
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    wanted = {"jwt": ("bearer", "none"), "iam": ("sigv4",)}[runtime.authorizer]
    if credential.kind not in wanted:
        raise access_denied(MISMATCH)


def check_token(token: str, issuer: str, keys: KeySet, runtime: Runtime, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that this runtime accepts.

    Raises: `UnknownKeyError` (read the keys again), `BadTokenError` (401), AccessDeniedException (claims, 403).
    """
    try:
        claims = verified_claims(token, keys)
        issuer_and_subject(claims)
    except UnknownKeyError:
        raise
    except JwtError as error:
        raise BadTokenError(str(error)) from error
    if claims["iss"] != issuer:
        raise BadTokenError("The token comes from another issuer.")
    _check_times(claims, now)
    _check_claims(claims, runtime)
    return claims


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    expires, not_before = _time(claims.get("exp")), _time(claims.get("nbf", 0))
    if expires <= now.timestamp():
        raise BadTokenError("The token has expired.")
    if expires <= (now + LEAST_TIME_LEFT).timestamp():
        raise BadTokenError("The token expires within a minute.")
    if not_before > (now + SKEW).timestamp():
        raise BadTokenError("The token is not valid yet.")


def _check_claims(claims: Mapping[str, Any], runtime: Runtime) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if runtime.allowed_audience and not set(runtime.allowed_audience).intersection(audiences):
        raise access_denied("Claim 'aud' value mismatch.")
    if runtime.allowed_clients and claims.get("client_id") not in runtime.allowed_clients:
        raise access_denied("Claim 'client_id' mismatch")


def _time(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadTokenError("The token does not say when it is valid.")
    return value
