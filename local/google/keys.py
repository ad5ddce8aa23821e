"""The stand-in's signing key: ID tokens, and the public halves in both of Google's forms.

OpenID Connect Core 1.0 sections 2 and 3.1.3.6; https://developers.google.com/identity/openid-connect/openid-connect.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any  # claims and keys are JSON

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from local.google.grants import ACCESS_LIFETIME, Issued
from local.people import GoogleAccount

__all__ = ["Keys", "KeysError", "person_claims"]

_USERINFO = "https://www.googleapis.com/auth/userinfo."


class KeysError(Exception):
    """The ID token is not ours, or is over."""


@dataclass
class Keys:
    """One RSA key for the life of the process, made when it is first needed."""

    @cached_property
    def _private(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def _key(self) -> RSAKey:
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return RSAKey.import_key(pem)

    @cached_property
    def key_id(self) -> str:
        """The `kid`."""
        return self._key.thumbprint()

    def jwks(self) -> dict[str, Any]:
        """The JSON Web Key Set of `/oauth2/v3/certs`."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}

    @cached_property
    def certificates(self) -> Mapping[str, str]:
        """The PEM certificates of `/oauth2/v1/certs`, by key id; google-auth verifies against these."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in for Google")])
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=1))
            .not_valid_after(today + timedelta(days=365))
            .sign(self._private, hashes.SHA256())
        )
        return {self.key_id: certificate.public_bytes(serialization.Encoding.PEM).decode()}

    def id_token(self, issued: Issued, account: GoogleAccount, issuer: str, now: datetime) -> str:
        """An ID token for what was just issued."""
        at_hash = hashlib.sha256(issued.access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": issuer,
            "azp": issued.access.client_id,
            "aud": issued.access.client_id,
            "at_hash": base64.urlsafe_b64encode(at_hash).rstrip(b"=").decode(),
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()) + 1,
            **person_claims(account, issued.access.scopes),
        }
        if issued.nonce:
            claims["nonce"] = issued.nonce
        return jwt.encode({"alg": "RS256", "kid": self.key_id, "typ": "JWT"}, claims, self._key)

    def claims(self, id_token: str, now: datetime) -> dict[str, Any]:
        """The claims of an ID token that is ours and not over. Raises `KeysError`."""
        try:
            claims = jwt.decode(id_token, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as error:
            raise KeysError("not an ID token of ours") from error
        if claims["exp"] <= now.timestamp():
            raise KeysError("over")
        return dict(claims)


def person_claims(account: GoogleAccount, scopes: frozenset[str]) -> dict[str, Any]:
    """What the scopes let an application know about the person."""
    claims: dict[str, Any] = {"sub": account.subject}
    if f"{_USERINFO}email" in scopes:
        claims |= {"email": account.email, "email_verified": True}
    if f"{_USERINFO}profile" in scopes:
        claims |= {
            "name": account.display_name,
            "given_name": account.given_name,
            "family_name": account.family_name,
        }
    return claims
