"""How one variable of the environment is read, and the rules that all of a kind share. Pure.

What the variables mean together is in `callback.settings`. Every refusal is a `SettingsError` whose sentence names the
variable and says what to write instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from callback.hosts import is_domain, is_loopback

__all__ = ["Mode", "SettingsError", "Variables"]

Mode = Literal["cloud", "local"]

# RFC 6749, 3.3: scope-token.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class SettingsError(ValueError):
    """A setting is missing or dangerous. Cause: the environment; remedy: the sentence."""


@dataclass(frozen=True)
class Variables:
    """The environment with empty values taken as unset."""

    environ: Mapping[str, str]

    @property
    def mode(self) -> Mode:
        """Where the service runs. Raises: `SettingsError`."""
        chosen = self.get("DRIVE_AGENT_MODE") or ("local" if self.get("LOCAL_DEV") == "1" else "cloud")
        if chosen not in {"cloud", "local"}:
            raise SettingsError(f"DRIVE_AGENT_MODE is {chosen!r}; it must be 'cloud' or 'local'.")
        return "local" if chosen == "local" else "cloud"

    def get(self, name: str) -> str | None:
        """The value without white space around it, or None."""
        return self.environ.get(name, "").strip() or None

    def need(self, name: str, what: str) -> str:
        """The value. Raises: `SettingsError` where there is none; `what` says what it is."""
        value = self.get(name)
        if value is None:
            raise SettingsError(f"{name} is not set. It is {what}.")
        return value

    def url(self, name: str, default: str | None = None) -> str | None:
        """An http(s) URL without its trailing slash. In the cloud only https to a host that is not loopback."""
        value = self.get(name) or default
        if value is None:
            return None
        parts = _parts(name, value)
        if self.mode == "cloud" and (parts.scheme != "https" or is_loopback(parts.hostname or "")):
            raise SettingsError(
                f"{name} is {value!r}; with DRIVE_AGENT_MODE=cloud it must be an https URL of another machine."
                " Set DRIVE_AGENT_MODE=local to run everything on this one."
            )
        return value.rstrip("/")

    def domains(self, name: str) -> frozenset[str]:
        """A comma list of domain names, in lower case; empty where it is not set."""
        text = self.get(name) or ""
        # Commas alone are somebody's rule that got lost, and no rule at all would let everything pass.
        names = frozenset(part.strip().lower() for part in text.split(",") if part.strip()) or frozenset(text)
        for wrong in sorted(part for part in names if not is_domain(part)):
            raise SettingsError(
                f"{name} holds {wrong!r}, which is no domain name. It looks like example.com,example.org."
            )
        return names

    def scopes(self, name: str, default: str) -> str:
        """OpenID Connect scopes, one space between them; `openid` must be there (OpenID Connect Core 3.1.2.1)."""
        scopes = (self.get(name) or default).split()
        if "openid" not in scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise SettingsError(f"{name} must be scopes with spaces between them and openid among them.")
        return " ".join(scopes)


def _parts(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.username:
            return parts
    except ValueError:  # a port that is no number, a bracket that is not closed
        pass
    raise SettingsError(f"{name} is not an http or https URL. It looks like https://host.example/path.")
