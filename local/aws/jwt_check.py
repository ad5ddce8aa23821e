"""JSON Web Tokens: read without trust, or verified with keys. Pure.

Only RS256 is accepted (what Cognito signs with), so that neither `none` nor an HMAC over the public key passes:
https://datatracker.ietf.org/doc/html/rfc8725#section-3.1
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["RS256"]


class JwtError(Exception):
    """Cause: not a JWT, or one whose signature does not hold. The text never quotes the token."""


class UnknownKeyError(JwtError):
    """Cause: the token names a key that the issuer does not publish (any more, or yet)."""


def read_claims(token: str) -> Mapping[str, Any]:
    """The claims, NOT verified. Raises `JwtError` when the token is not shaped like a signed JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        raise JwtError("The token is not a JSON Web Token.")
    return _json_part(parts[1])


def issuer_and_subject(claims: Mapping[str, Any]) -> tuple[str, str]:
    """The pair that names a person. Raises `JwtError`."""
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        raise JwtError("The token has no issuer or no subject.")
    return issuer, subject


def verified_claims(token: str, keys: KeySet) -> Mapping[str, Any]:
    """The claims of a token that one of these keys signed; times and audience are the caller's to check.

    Raises: `UnknownKeyError`, `JwtError`.
    """
    header = _json_part(token.split(".", maxsplit=1)[0])
    if header.get("alg") not in ALGORITHMS:
        raise JwtError("The token is not signed with RS256.")
    if not any(key.kid == header.get("kid") for key in keys.keys):
        raise UnknownKeyError("The token is signed with a key that its issuer does not publish.")
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise JwtError("The token's signature is not valid.") from error


def _json_part(part: str) -> Mapping[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as error:
        raise JwtError("The token is not a JSON Web Token.") from error
    if not isinstance(value, dict):
        raise JwtError("The token is not a JSON Web Token.")
    return value
