"""What an identity provider says about itself, checked before anybody rests on it. Pure.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata, and the keys of RFC 7517. Fields that
nobody here uses are left out; what is left may be handed to Authlib, which believes whatever it is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from callback.hosts import is_loopback
from callback.sign_in.issuers import issuer_fits

__all__ = ["ForeignIssuerError", "Keys", "Metadata", "read_keys", "read_metadata"]

# A provider's list may name HS256 or none; only signatures that the provider alone can make are accepted (RFC 8725).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_PUBLIC_KEYS = frozenset({"RSA", "EC", "OKP"})
# Entra ID has about ten; each costs something at every sign-in.
MAX_KEYS = 50
MAX_URL_CHARS = 2000
MAX_NAMES = 50

# A JWKS that has been checked: `{"keys": [...]}`.
Keys = Mapping[str, list[Any]]


class ForeignIssuerError(ValueError):
    """The document names an issuer that it may not speak for."""


@dataclass(frozen=True)
class Metadata:
    """The document, as far as it is used. `issuer` may be a template (`callback.sign_in.issuers`).

    `always_sends_iss`: an authorization response without its `iss` is not this provider's (RFC 9207, 3).
    `knows_s256`: the document says that the provider understands PKCE with S256 (RFC 8414, 2).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str | None
    userinfo_endpoint: str | None
    signatures: tuple[str, ...]
    always_sends_iss: bool
    knows_s256: bool


def read_metadata(said: object, discovery_url: str) -> Metadata:
    """Check the document that was found at this address. Raises: `ValueError` for anything that is not as it must be.

    Addresses must be on https; on http they may be only on this machine, and only where the document is, too.
    """
    if not isinstance(said, dict):
        raise ValueError("no object")  # noqa: TRY004 - one kind of error for a document that is of no use
    may_be_http = is_loopback(urlsplit(discovery_url).hostname or "")
    issuer, always_sends_iss = said.get("issuer"), said.get("authorization_response_iss_parameter_supported")
    if not isinstance(issuer, str) or not _is_plain(issuer):
        raise ValueError("issuer")
    if not issuer_fits(issuer, discovery_url):
        raise ForeignIssuerError("issuer")
    if always_sends_iss is not None and not isinstance(always_sends_iss, bool):
        raise ValueError("authorization_response_iss_parameter_supported")
    revocation_endpoint = said.get("revocation_endpoint")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_url(said.get("authorization_endpoint"), may_be_http=may_be_http),
        token_endpoint=_url(said.get("token_endpoint"), may_be_http=may_be_http),
        jwks_uri=_url(said.get("jwks_uri"), may_be_http=may_be_http),
        revocation_endpoint=None if revocation_endpoint is None else _url(revocation_endpoint, may_be_http=may_be_http),
        userinfo_endpoint=_url_or_none(said.get("userinfo_endpoint"), may_be_http=may_be_http),
        signatures=_signatures(said.get("id_token_signing_alg_values_supported")),
        always_sends_iss=always_sends_iss is True,
        knows_s256=_knows_s256(said.get("code_challenge_methods_supported")),
    )


def read_keys(said: object) -> Keys:
    """The keys of a JWKS with which a provider can have signed. Others are left out (RFC 7517, 5).

    Raises: `ValueError` where none is left.
    """
    listed = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("keys")
    usable = [key for key in listed if isinstance(key, dict) and _is_usable(key)]
    if not usable:
        raise ValueError("no usable key")
    return {"keys": usable}


def _is_usable(key: dict[str, Any]) -> bool:
    kind, kid = key.get("kty"), key.get("kid")
    if not isinstance(kind, str) or kind not in _PUBLIC_KEYS or not isinstance(kid, str | None):
        return False
    if key.get("use") not in {"sig", None} if isinstance(key.get("use"), str | None) else True:
        return False
    try:
        JWKRegistry.import_key(key).public_key  # noqa: B018 - joserfc reads the numbers only now
    except (JoseError, ValueError, TypeError, KeyError, OverflowError):
        return False
    return True


def _signatures(offered: object) -> tuple[str, ...]:
    """RS256 where the document names none: every provider can (OpenID Connect Discovery 3)."""
    offered = [] if offered is None else offered
    if not isinstance(offered, list) or len(offered) > MAX_NAMES or not all(isinstance(name, str) for name in offered):
        raise ValueError("id_token_signing_alg_values_supported")
    return tuple(name for name in _SIGNATURES if name in offered) or ("RS256",)


def _knows_s256(methods: object) -> bool:
    return isinstance(methods, list) and "S256" in methods


def _url_or_none(value: object, *, may_be_http: bool) -> str | None:
    """An address that nothing depends on: where it is of no use, there is none."""
    try:
        return _url(value, may_be_http=may_be_http)
    except ValueError:
        return None


def _url(value: object, *, may_be_http: bool) -> str:
    if not isinstance(value, str) or not _is_plain(value):
        raise ValueError("no address")
    parts = urlsplit(value)
    host = parts.hostname or ""
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and may_be_http and is_loopback(host))
    if not is_allowed or not host or parts.port == 0 or "@" in parts.netloc or parts.fragment:
        raise ValueError("no address that may be used")
    return value


def _is_plain(text: str) -> bool:
    """Printable ASCII without blanks and what no address holds unquoted."""
    return (
        0 < len(text) <= MAX_URL_CHARS
        and all("!" <= character <= "~" for character in text)
        and not (set(text) & set('"<>\\^`'))
    )
