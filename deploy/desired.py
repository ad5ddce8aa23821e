"""What should exist, from what was said and what the settings file remembers. Pure.

In: `SetupOptions` (may be silent on anything) and the keys of the settings file.
Out: `Desired`, complete but for the runtime ARN, which is unknown until the agent is deployed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from deploy.settings import SetupOptions

_DEFAULT_CALLBACK_URL = "http://localhost:9090"
_DEFAULT_PROVIDER = "google-drive-provider"
_DEFAULT_WORKLOAD = "drive-agent-local"
_DEFAULT_MODEL = "bedrock:global.anthropic.claude-sonnet-4-6"
_STAND_IN_ACCOUNT = "123456789012"
_STAND_IN_RUNTIMES = ("drive_agent", "drive_agent_iam")


@dataclass(frozen=True, kw_only=True)
class Desired:
    """The wanted state. `managed_workloads` belong to Runtimes: they can be updated, never created."""

    region: str
    endpoint_url: str | None
    is_stand_in: bool
    is_local: bool
    callback_url: str
    return_url: str
    connect_url: str
    provider: str
    workload: str
    managed_workloads: tuple[str, ...]
    runtime_arn: str | None
    runtime_url: str
    user_pool_id: str | None

    def discovery_url(self, pool_id: str) -> str:
        """OpenID configuration of the user pool.

        https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints-oauth-grants.html
        """
        issuer_host = self.endpoint_url or f"https://cognito-idp.{self.region}.amazonaws.com"
        return f"{issuer_host}/{pool_id}/.well-known/openid-configuration"


def same_cloud(options: SetupOptions, remembered: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the file remembers, or nothing when it was written for another region or endpoint.

    Pool ids and ARNs of a stand-in mean nothing to AWS and the other way round.
    """
    endpoint = remembered.get("AWS_ENDPOINT_URL") or None
    region = remembered.get("AWS_REGION", options.region)
    return remembered if (endpoint, region) == (options.endpoint_url, options.region) else {}


def desired(options: SetupOptions, remembered: Mapping[str, str]) -> Desired:
    """Complete `options` from `remembered` (already limited to the same cloud) and the defaults."""
    is_stand_in = is_loopback(options.endpoint_url)
    callback_url = options.callback_url or remembered.get("DRIVE_AGENT_CALLBACK_URL") or _DEFAULT_CALLBACK_URL
    connect_url = options.connect_url
    if connect_url is None:
        # An empty value is a choice: AgentCore's own link goes into the chat.
        is_switched_off = remembered.get("DRIVE_AGENT_CONNECT_URL") == ""
        connect_url = "" if is_switched_off else f"{callback_url}/connect/google-drive"
    runtime_arn = options.runtime_arn or remembered.get("DRIVE_AGENT_RUNTIME_ARN") or None
    if runtime_arn is None and is_stand_in:
        name = _STAND_IN_RUNTIMES[0]
        runtime_arn = f"arn:aws:bedrock-agentcore:{options.region}:{_STAND_IN_ACCOUNT}:runtime/{name}"
    workload = options.workload or remembered.get("DRIVE_AGENT_WORKLOAD") or _DEFAULT_WORKLOAD
    return Desired(
        region=options.region,
        endpoint_url=options.endpoint_url,
        is_stand_in=is_stand_in,
        is_local=is_stand_in or is_loopback(callback_url),
        callback_url=callback_url,
        return_url=options.return_url or f"{callback_url}/callback",
        connect_url=connect_url,
        provider=options.provider or remembered.get("DRIVE_AGENT_PROVIDER") or _DEFAULT_PROVIDER,
        workload=workload,
        managed_workloads=_managed(options.workloads, workload, runtime_arn, is_stand_in=is_stand_in),
        runtime_arn=runtime_arn,
        runtime_url=options.runtime_url
        or options.endpoint_url
        or f"https://bedrock-agentcore.{options.region}.amazonaws.com",
        user_pool_id=options.user_pool_id or remembered.get("DRIVE_AGENT_USER_POOL_ID") or None,
    )


def agent_variables(want: Desired, options: SetupOptions, audit_key: str) -> dict[str, str]:
    """The environment of the deployed agent, in the order of agentcore/agentcore.json.

    `audit_key` is the callback service's, so that both name a person alike in the audit. Without a connect URL there is
    none: the AgentCore CLI takes no empty values.
    """
    connect = {"DRIVE_AGENT_CONNECT_URL": want.connect_url} if want.connect_url else {}
    return {
        "DRIVE_AGENT_PROVIDER": want.provider,
        "DRIVE_AGENT_RETURN_URL": want.return_url,
        **connect,
        "DRIVE_AGENT_MODEL": options.model or _DEFAULT_MODEL,
        # Session storage, mounted there by agentcore.json.
        "DRIVE_AGENT_STATE": "/mnt/drive-agent/state",
        "DRIVE_AGENT_AUDIT_KEY": audit_key,
    }


def _managed(named: tuple[str, ...], workload: str, runtime_arn: str | None, *, is_stand_in: bool) -> tuple[str, ...]:
    """A Runtime's workload identity is named after the runtime's id.

    https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/oauth2-authorization-url-session-binding.html
    """
    names = named
    if not named:
        of_arn = (runtime_arn.rpartition("/")[2],) if runtime_arn else ()
        names = of_arn + (_STAND_IN_RUNTIMES if is_stand_in else ())
    return tuple(name for name in dict.fromkeys(names) if name != workload)


def is_loopback(url: str | None) -> bool:
    """Whether the host of `url` is this machine."""
    host = (urlsplit(url).hostname if url else None) or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
