"""Read an access token's claims. Pure.

The signature is deliberately *not* checked here: these tokens come straight from the token endpoint over TLS, or from
the person's own file, and the Runtime verifies each of them before anything happens. The claims are read to know whom
AgentCore will see (its key is `iss` + `sub`) and when the token ends:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/get-workload-access-token.html
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from callback.errors import TokenUnusableError
from callback.records import Person, Source, UserProof, person_key
from callback.texts import one_line

# Names that the provider gives out and nobody changes: the user name of a pool may be an address.
_GIVEN = frozenset({"cognito:username", "username"})
MAX_NAME_CHARS = 120


def person_of(
    access_token: str, source: Source, profile: Mapping[str, Any] | None = None, refresh_token: str = ""
) -> Person:
    """The person whom the Runtime will see behind a bearer token.

    `profile` are verified ID token claims, for the name that is shown and the e-mail address. Raises:
    `TokenUnusableError`.
    """
    claims = _claims(access_token)
    issuer, subject, expires = claims.get("iss"), claims.get("sub"), claims.get("exp")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not isinstance(expires, int | float):
        raise TokenUnusableError
    names = (shown for told in (profile or {}, claims) for shown in _names(told))
    return Person(
        key=person_key("jwt", issuer, subject),
        name=next(filter(None, names), _one_line(subject)),
        source=source,
        proof=UserProof("userToken", access_token),
        expires_at=_moment(expires),
        email=verified_email(profile or {}),
        refresh_token=refresh_token,
    )


def _names(claims: Mapping[str, Any]) -> Iterator[str]:
    """What the person may be called, the best first.

    Where people choose what it says, it is no address: a page that says "for alice@example.com" must be alice's.
    """
    yield _one_line(verified_email(claims))
    for name in ("preferred_username", "cognito:username", "username", "name"):
        text = _one_line(claims.get(name))
        if "@" not in text or name in _GIVEN:
            yield text


def _one_line(value: object) -> str:
    return one_line(value, MAX_NAME_CHARS) if isinstance(value, str) else ""


def verified_email(profile: Mapping[str, Any]) -> str:
    """The e-mail address in verified ID token claims that the provider vouches for, else "".

    `email_verified` is a boolean (OpenID Connect Core 5.1), and a text where an attribute was mapped into it, as
    Cognito lets one do. Entra ID has no such claim, and its `email` is whatever an administrator of any tenant has
    typed in; it says `xms_edov` instead:
    https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
    """
    email = profile.get("email")
    vouched = profile.get("email_verified", profile.get("xms_edov"))
    is_verified = str(vouched).lower() in {"true", "1"}
    plain = _one_line(email)
    return plain if is_verified and "@" in plain and plain == email else ""


def local_person(user_id: str) -> Person:
    """The person at this computer: no token, a fixed user id (local mode only)."""
    return Person(
        key=person_key("local", "", user_id),
        name="the person at this computer",
        source="local",
        proof=UserProof("userId", user_id),
        expires_at=None,
    )


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise TokenUnusableError from error


def _claims(access_token: str) -> Mapping[str, Any]:
    """The payload of a compact JWS (RFC 7519)."""
    parts = access_token.split(".")
    try:
        if len(parts) != 3 or not access_token.isascii():  # noqa: PLR2004 - header, payload, signature
            raise TokenUnusableError
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise TokenUnusableError from error
    if not isinstance(claims, dict):
        raise TokenUnusableError
    return claims
