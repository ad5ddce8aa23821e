"""The agent's settings: read once from the environment, frozen, handed down. The list is docs/settings.md."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from agent.errors import SettingsError

_ENDPOINTS = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_BEDROCK_AGENTCORE",
    "AWS_ENDPOINT_URL_BEDROCK_AGENTCORE_CONTROL",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "AWS_ENDPOINT_URL_S3",
    "BEDROCK_AGENTCORE_DP_ENDPOINT",
    "BEDROCK_AGENTCORE_CP_ENDPOINT",
    "DRIVE_AGENT_CONNECT_URL",
    "DRIVE_AGENT_GOOGLE_API_URL",
    "DRIVE_AGENT_GOOGLE_REVOKE_URL",
    "DRIVE_AGENT_RETURN_URL",
)

# RFC 1123, 2.1: two labels or more of letters, digits and inner hyphens; the last one is no number.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between places where the agent runs. URLs are absolute."""

    is_local: bool
    region: str
    provider: str
    return_url: str
    connect_url: str
    google_api_url: str
    google_revoke_url: str
    model: str
    port: int
    state: str
    workload: str
    local_user: str
    log_level: str
    contents: bool = True
    google_domains: frozenset[str] = frozenset()
    audit_key: str = field(default="", repr=False)
    audit_file: Path | None = None

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises: `SettingsError` naming the variable. Outside local mode no endpoint may be plain http or on this
        machine, so that a production agent can never talk to a stand-in.
        """
        mode = environ.get("DRIVE_AGENT_MODE") or ("local" if environ.get("LOCAL_DEV") == "1" else "cloud")
        if mode not in {"local", "cloud"}:
            raise SettingsError("DRIVE_AGENT_MODE must be 'cloud' or 'local'.")
        for name in _ENDPOINTS:
            _check_url(name, environ.get(name, ""), is_local=mode == "local")
        state = environ.get("DRIVE_AGENT_STATE") or ".env.drive-agent/state"
        return cls(
            is_local=mode == "local",
            region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-west-2",
            provider=environ.get("DRIVE_AGENT_PROVIDER") or "google-drive-provider",
            return_url=environ.get("DRIVE_AGENT_RETURN_URL") or _local_default(mode, "http://localhost:9090/callback"),
            connect_url=environ.get("DRIVE_AGENT_CONNECT_URL", ""),
            google_api_url=environ.get("DRIVE_AGENT_GOOGLE_API_URL") or "https://www.googleapis.com/",
            google_revoke_url=environ.get("DRIVE_AGENT_GOOGLE_REVOKE_URL") or "https://oauth2.googleapis.com/revoke",
            model=_model(environ.get("DRIVE_AGENT_MODEL") or "bedrock:global.anthropic.claude-sonnet-4-6"),
            port=_port(environ.get("PORT") or "8080"),
            state=state,
            workload=environ.get("DRIVE_AGENT_WORKLOAD") or "drive-agent-local",
            local_user=environ.get("DRIVE_AGENT_LOCAL_USER") or "local",
            contents=_on_or_off("DRIVE_AGENT_CONTENTS", environ.get("DRIVE_AGENT_CONTENTS") or "on"),
            google_domains=_domains("DRIVE_AGENT_GOOGLE_DOMAINS", environ.get("DRIVE_AGENT_GOOGLE_DOMAINS", "")),
            audit_key=environ.get("DRIVE_AGENT_AUDIT_KEY", ""),
            audit_file=_path(environ.get("DRIVE_AGENT_AUDIT_FILE", "")),
            log_level=_log_level(environ.get("DRIVE_AGENT_LOG_LEVEL") or "INFO"),
        )


def _local_default(mode: str, url: str) -> str:
    if mode == "local":
        return url
    raise SettingsError(
        "DRIVE_AGENT_RETURN_URL is not set. Give it the callback service's address, https://…/callback, "
        "the same that `drive-agent setup` registered."
    )


def _check_url(name: str, url: str, *, is_local: bool) -> None:
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"{name} must be an absolute http or https URL.")
    if not is_local and (parts.scheme == "http" or is_loopback(parts.hostname)):
        raise SettingsError(
            f"{name} points at plain http or at this machine, which only local mode may use. "
            "Unset it, or set DRIVE_AGENT_MODE=local if this is not production."
        )


def is_loopback(hostname: str) -> bool:
    """Say whether a host name is this machine by name or address."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def _path(text: str) -> Path | None:
    return Path(text.strip()) if text.strip() else None


def _model(setting: str) -> str:
    provider, _, model_id = setting.partition(":")
    if not provider.isalpha() or not model_id:
        raise SettingsError(
            "DRIVE_AGENT_MODEL (MODEL of `make up`) must be <provider>:<model id>, as in bedrock:<id>, anthropic:<id>."
        )
    return setting


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):  # noqa: PLR2004 - TCP's
        raise SettingsError("PORT must be a number between 1 and 65535.")
    return int(text)


def _on_or_off(name: str, value: str) -> bool:
    if value.lower() not in {"on", "off"}:
        raise SettingsError(f"{name} must be on or off.")
    return value.lower() == "on"


def _domains(name: str, text: str) -> frozenset[str]:
    # Commas alone are somebody's rule that got lost, and no rule at all would let everything pass.
    domains = frozenset(part.strip().lower() for part in text.split(",") if part.strip()) or frozenset(text.strip())
    for wrong in sorted(part for part in domains if not _DOMAIN.fullmatch(part)):
        raise SettingsError(f"{name} holds {wrong!r}, which is no domain name. It looks like example.com,example.org.")
    return domains


def _log_level(level: str) -> str:
    if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingsError("DRIVE_AGENT_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    return level.upper()
