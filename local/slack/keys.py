"""The stand-in's signing key and the ID tokens of Sign in with Slack.

https://docs.slack.dev/authentication/sign-in-with-slack: RS256, five minutes, and Slack's own claims beside OpenID's.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any  # claims and keys are JSON

from joserfc import jwt
from joserfc.jwk import RSAKey

from local.people import Person
from local.slack.sign_ins import Grant
from local.slack.workspace import TEAM_DOMAIN, TEAM_NAME, App

__all__ = ["ID_TOKEN_LIFE", "Keys", "person_claims"]

ID_TOKEN_LIFE = timedelta(minutes=5)


@dataclass
class Keys:
    """One RSA key for the life of the process, made when it is first needed."""

    @cached_property
    def _key(self) -> RSAKey:
        return RSAKey.generate_key(2048, private=True)

    @cached_property
    def key_id(self) -> str:
        """The `kid`."""
        return self._key.thumbprint()

    def jwks(self) -> dict[str, Any]:
        """The JSON Web Key Set."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}

    def id_token(self, grant: Grant, person: Person, app: App, issuer: str, access_token: str, now: datetime) -> str:
        """An ID token for a code that was just redeemed."""
        at_hash = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": issuer,
            "aud": grant.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ID_TOKEN_LIFE).timestamp()),
            "auth_time": int(grant.signed_in.timestamp()),
            "at_hash": base64.urlsafe_b64encode(at_hash).rstrip(b"=").decode(),
            **person_claims(person, app, grant.scopes),
        }
        if grant.nonce:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": "RS256", "kid": self.key_id, "typ": "JWT"}, claims, self._key)


def person_claims(person: Person, app: App, scopes: frozenset[str]) -> dict[str, Any]:
    """What the scopes let an application know about the person. `sub` is the Slack user id."""
    claims: dict[str, Any] = {
        "sub": person.slack_id,
        "https://slack.com/user_id": person.slack_id,
        "https://slack.com/team_id": app.team_id,
    }
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": True}
    if "profile" in scopes:
        first, _, last = person.display_name.partition(" ")
        claims |= {"name": person.display_name, "given_name": first, "family_name": last, "locale": person.locale}
        claims |= {"https://slack.com/team_name": TEAM_NAME, "https://slack.com/team_domain": TEAM_DOMAIN}
    return claims
