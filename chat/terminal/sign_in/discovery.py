"""What an identity provider says about itself, checked before anybody rests on it. Pure.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata, RFC 8414, RFC 8628 section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Endpoints", "read_endpoints"]

_WELL_KNOWN = "/.well-known/openid-configuration"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MAX_URL_CHARS = 2000
# Entra ID names one issuer on several hosts: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
_SAME_PARTY = {
    "login.microsoftonline.com": "sts.windows.net",
    "login.microsoftonline.us": "sts.windows.net",
    "login.partner.microsoftonline.cn": "sts.chinacloudapi.cn",
}
_SHARED_DOMAIN = ".ciamlogin.com"


@dataclass(frozen=True)
class Endpoints:
    """The document, as far as it is used. An empty address: the provider does not have that.

    `issuer` may have `{tenantid}` in it. `always_sends_iss`: an answer without `iss` is not this provider's (RFC 9207).
    """

    issuer: str
    authorization: str
    token_endpoint: str
    keys: str
    device: str = ""
    revocation: str = ""
    always_sends_iss: bool = False

    def issuer_of(self, claims: Mapping[str, Any]) -> str:
        """The `iss` that an ID token with these claims must have. A template takes the tenant that the token names."""
        tenant = claims.get("tid")
        return self.issuer.replace("{tenantid}", tenant) if isinstance(tenant, str) else self.issuer

    def is_of(self, iss: str | None) -> bool:
        """Whether an authorization response with this `iss` parameter comes from here (RFC 9207, 2.4)."""
        return iss == self.issuer if iss is not None else not self.always_sends_iss


def read_endpoints(said: object, discovery_url: str) -> Endpoints:
    """Check the document that was found at this address.

    Raises: `ValueError` where it is not as it must be. Addresses are on https; on http only on this machine, and only
    where the document is, too.
    """
    if not isinstance(said, dict):
        raise ValueError("no object")  # noqa: TRY004 - one kind of error for a document that is of no use
    issuer = said.get("issuer")
    if not isinstance(issuer, str) or not _is_plain(issuer) or not _may_name(discovery_url, issuer):
        raise ValueError("issuer")
    may_be_http = urlsplit(discovery_url).hostname in _LOOPBACK

    def address(name: str, *, needed: bool = True) -> str:
        value = said.get(name)
        return "" if value is None and not needed else _address(value, may_be_http=may_be_http)

    return Endpoints(
        issuer=issuer,
        authorization=address("authorization_endpoint"),
        token_endpoint=address("token_endpoint"),
        keys=address("jwks_uri"),
        device=address("device_authorization_endpoint", needed=False),
        revocation=address("revocation_endpoint", needed=False),
        always_sends_iss=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _may_name(discovery_url: str, issuer: str) -> bool:
    """Whether the document at this address may speak for this issuer: one party, as the callback service has it."""
    if f"{issuer.rstrip('/')}{_WELL_KNOWN}" == discovery_url:
        return True
    found, named = urlsplit(discovery_url), urlsplit(issuer)
    found_host, named_host = found.hostname or "", named.hostname or ""
    if found_host in _LOOPBACK:  # a stand-in on this machine speaks for the provider
        return True
    if named.scheme != "https":
        return False
    is_shared = found_host.endswith(_SHARED_DOMAIN) and named_host.endswith(_SHARED_DOMAIN)
    return named.netloc == found.netloc or is_shared or _SAME_PARTY.get(found_host) == named_host


def _address(value: object, *, may_be_http: bool) -> str:
    if not isinstance(value, str) or not _is_plain(value):
        raise ValueError("no address")
    parts = urlsplit(value)
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and may_be_http and parts.hostname in _LOOPBACK)
    if not is_allowed or not parts.hostname or parts.port == 0 or "@" in parts.netloc or parts.fragment:
        raise ValueError("no address that may be used")
    return value


def _is_plain(text: str) -> bool:
    """Printable ASCII without blanks and what no address holds unquoted."""
    return (
        0 < len(text) <= _MAX_URL_CHARS
        and all("!" <= character <= "~" for character in text)
        and not (set(text) & set('"<>\\^`'))
    )
