"""Who has signed in: the ID token, checked. Pure.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chat.plain import plain_line
from chat.terminal.sign_in.discovery import Endpoints

__all__ = ["InvalidIdTokenError", "Who", "read_id_token", "who_of"]

# Signatures that the provider alone can make; never HS256 or none (RFC 8725, 3.2).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_S = 120
_MAX_NAME_CHARS = 120


@dataclass(frozen=True)
class Who:
    """A person, as the identity provider calls them. One line each; `email` may be empty."""

    name: str
    email: str


class InvalidIdTokenError(ValueError):
    """The ID token is not this provider's, not for this client, or not for this sign-in."""


def read_id_token(
    id_token: str, keys: object, endpoints: Endpoints, client_id: str, nonce: str | None, now: float
) -> Mapping[str, Any]:
    """Verify the signature with the provider's `keys` (a JWKS) and the claims; return these.

    `nonce` None: none was sent (device code). Raises: `InvalidIdTokenError`.
    """
    try:
        if not isinstance(keys, dict):
            raise InvalidIdTokenError("keys")
        usable = [key for key in keys["keys"] if key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use") != "enc"]
        claims = jwt.decode(id_token, KeySet.import_key_set({"keys": usable}), algorithms=_SIGNATURES).claims
        jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": endpoints.issuer_of(claims)},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InvalidIdTokenError("the ID token does not pass") from error
    if nonce is not None and claims.get("nonce") != nonce:
        raise InvalidIdTokenError("nonce")
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
        raise InvalidIdTokenError("azp")
    return claims


def who_of(claims: Mapping[str, Any]) -> Who:
    """What to call the person with these claims."""
    email = _text(claims.get("email"))
    names = ("name", "preferred_username", "cognito:username", "sub")
    name = email or next(filter(None, (_text(claims.get(key)) for key in names)), "")
    return Who(name=_text(claims.get("name")) or name, email=email)


def _text(value: object) -> str:
    return plain_line(value)[:_MAX_NAME_CHARS] if isinstance(value, str) else ""
