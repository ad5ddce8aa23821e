"""Whether a discovery document, a token and an answer come from the identity provider that was configured. Pure.

OpenID Connect Discovery 4.3: the issuer must be the address at which its document was found, less the well-known part.
Where providers differ from that, they differ within one party:

- Entra ID serves documents under a tenant's domain name, `common` or a policy, and names the issuer by the tenant's id,
  or, for `common` and its like, by a template: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
- Entra ID's tokens of version 1 have an issuer of another host; so have External ID's (`…ciamlogin.com`).

So another path of the same host is accepted, and these hosts; another host is not.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from callback.hosts import is_loopback

__all__ = ["answer_issuer_fits", "issuer_fits", "issuer_of_tokens"]

_WELL_KNOWN = "/.well-known/openid-configuration"
_TENANT = "{tenantid}"
# Where the document is found → who the issuer may be instead.
_SAME_PARTY = {
    "login.microsoftonline.com": "sts.windows.net",
    "login.microsoftonline.us": "sts.windows.net",
    "login.partner.microsoftonline.cn": "sts.chinacloudapi.cn",
}
_SHARED_DOMAIN = ".ciamlogin.com"


def issuer_fits(issuer: str, discovery_url: str) -> bool:
    """Whether the document at this address may name this issuer."""
    if f"{issuer.rstrip('/')}{_WELL_KNOWN}" == discovery_url:
        return True
    try:
        named, found = urlsplit(issuer), urlsplit(discovery_url)
    except ValueError:
        return False
    named_host, found_host = named.hostname or "", found.hostname or ""
    if is_loopback(found_host):  # a stand-in on this machine speaks for the provider; only local mode goes there
        return True
    if named.scheme != "https" or not named_host:
        return False
    if named.netloc == found.netloc and named.scheme == found.scheme:
        return True
    is_shared = named_host.endswith(_SHARED_DOMAIN) and found_host.endswith(_SHARED_DOMAIN)
    return is_shared or _SAME_PARTY.get(found_host) == named_host


def issuer_of_tokens(issuer: str, claims: Mapping[str, Any]) -> str:
    """The `iss` that an ID token with these claims must have. A template takes the tenant that the token names."""
    tenant = claims.get("tid")
    return issuer.replace(_TENANT, tenant) if isinstance(tenant, str) else issuer


def answer_issuer_fits(issuer: str, iss: str | None, *, is_always_sent: bool) -> bool:
    """Whether an authorization response is of this provider, by its `iss` parameter (RFC 9207, 2.4).

    It may be missing unless the provider says that it always sends one.
    """
    return iss == issuer if iss is not None else not is_always_sent
