"""Host names and address literals: which are this machine, which are domain names. Pure."""

import ipaddress
import re

__all__ = ["is_domain", "is_loopback"]

# RFC 1123, 2.1: labels of letters, digits and inner hyphens; the last one is no number, so addresses do not count.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")
_MAX_DOMAIN_CHARS = 253


def is_loopback(host: str) -> bool:
    """Whether the host name or address literal is this machine. Other names are not resolved: DNS can lie."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_domain(text: str) -> bool:
    """Whether the text is a domain name of two labels or more, in lower case (other scripts in their `xn--` form)."""
    return len(text) <= _MAX_DOMAIN_CHARS and _DOMAIN.fullmatch(text) is not None
