"""The identity provider at which a person signs in from this terminal, as the settings name it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from chat.errors import InvalidSettingError
from chat.terminal.surroundings import has_browser, state_dir

__all__ = ["REDIRECT_URLS", "IssuerSettings"]

# What `drive-agent setup` registers for the terminal (deploy/app_clients.py): Cognito compares them letter by letter,
# port included, so there are a few to choose from. Below the ports that systems give out by themselves.
REDIRECT_URLS = tuple(f"http://127.0.0.1:{port}/signed-in" for port in (17631, 18631, 19631))
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, kw_only=True)
class IssuerSettings:
    """One public client (no secret) of one identity provider.

    `redirect_urls`: where the browser comes back to on this machine, the first with a free port; port 0 is any.
    `has_browser`: one can be opened here, in front of the person. `state_dir` is for everything the terminal keeps.
    """

    discovery_url: str
    client_id: str
    state_dir: Path
    scopes: str = "openid email"
    audience: str = ""
    redirect_urls: tuple[str, ...] = REDIRECT_URLS
    has_browser: bool = True

    @classmethod
    def load(cls, environ: Mapping[str, str], platform: str = sys.platform) -> "IssuerSettings | None":
        """Read `environ`: the settings file's values with the process environment over them. None: nobody is named.

        Raises:
            InvalidSettingError: tokens would travel in the clear, or a redirect URL leads to another machine.
        """
        discovery_url = environ.get("DRIVE_AGENT_OIDC_DISCOVERY_URL", "")
        client_id = environ.get("DRIVE_AGENT_CLI_CLIENT_ID", "")
        if not discovery_url or not client_id:
            return None
        redirect_urls = environ.get("DRIVE_AGENT_CLI_REDIRECT_URLS", "").replace(",", " ").split()
        return cls(
            discovery_url=_checked_discovery(discovery_url),
            client_id=client_id,
            state_dir=state_dir(environ),
            scopes=" ".join((environ.get("DRIVE_AGENT_OIDC_SCOPES") or cls.scopes).split()),
            audience=environ.get("DRIVE_AGENT_OIDC_AUDIENCE", ""),
            redirect_urls=tuple(map(_checked_redirect, redirect_urls)) or REDIRECT_URLS,
            has_browser=has_browser(environ, platform),
        )


def _checked_discovery(url: str) -> str:
    name = "DRIVE_AGENT_OIDC_DISCOVERY_URL"
    parts = _split(url, name)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSettingError(f"{name} is not a web address.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidSettingError(f"{name} has to be https: tokens must not travel in the clear.")
    return url


def _checked_redirect(url: str) -> str:
    name = "DRIVE_AGENT_CLI_REDIRECT_URLS"
    parts = _split(url, name)
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.port is not None
    if not is_here or "@" in parts.netloc or parts.query or parts.fragment or not url.isascii():
        raise InvalidSettingError(f"{name} has to list addresses of this machine, as in {REDIRECT_URLS[0]}.")
    return url if parts.path else f"{url}/"


def _split(url: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read only now
    except ValueError as error:  # a bracket that is not closed, a port that is no number
        raise InvalidSettingError(f"{name} is not a web address.") from error
    return parts
