"""The callback service's settings: the only place here that reads the environment.

Every refusal is a `SettingsError` whose sentence names the variable and says what to write instead.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from callback.accounts import EmailRule
from callback.hosts import is_loopback
from callback.sign_in_settings import OidcSettings, RuntimeAuth, SignIn, read_oidc, read_runtime_auth, read_sign_in
from callback.variables import Mode, SettingsError, Variables

__all__ = ["OidcSettings", "Settings", "SettingsError"]

MIN_SESSION_KEY_CHARS = 32
STATE_DIR = ".env.drive-agent/callback"
DYNAMODB = "dynamodb://"

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")


@dataclass(frozen=True)
class Settings:
    """What one process of the service is told. URLs have no trailing slash."""

    mode: Mode
    callback_url: str
    bind_host: str
    bind_port: int
    sign_in: SignIn
    oidc: OidcSettings | None
    bearer: str | None = field(repr=False)
    bearer_file: Path | None
    region: str
    aws_endpoint_url: str | None
    runtime_arn: str
    runtime_url: str
    # `jwt`: as the person, with their token. `iam`: as this service, which names the person.
    runtime_auth: RuntimeAuth
    local_agent_url: str | None
    local_user: str
    state_dir: Path
    # The DynamoDB table that holds the state instead of the folder; None where the folder does.
    state_table: str | None
    dynamodb_endpoint_url: str | None
    session_key: str = field(repr=False)
    # Empty: who somebody is could be found out from audit lines by trying.
    audit_key: str = field(repr=False)
    audit_file: Path | None
    # Where the Google account must be at home, in lower case; empty: anywhere.
    google_domains: frozenset[str]
    google_email: EmailRule

    @staticmethod
    def load(environ: Mapping[str, str]) -> "Settings":
        """Read and judge the environment. Raises: `SettingsError`."""
        return _load(Variables(environ))

    @staticmethod
    def from_environment() -> "Settings":
        """`load` with this process's environment."""
        return Settings.load(os.environ)

    @property
    def authorization_origins(self) -> frozenset[str]:
        """Where AgentCore's authorization pages are: at AWS, or at the endpoint that stands in for it."""
        endpoints = (self.runtime_url, self.aws_endpoint_url, f"https://bedrock-agentcore.{self.region}.amazonaws.com")
        return frozenset("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in endpoints if url)


def _load(env: Variables) -> Settings:
    callback_url = _callback_url(env)
    host, port = _bind(env, callback_url)
    sign_in = read_sign_in(env)
    runtime_auth = read_runtime_auth(env, sign_in)
    region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or "us-west-2"
    aws_endpoint_url = env.url("AWS_ENDPOINT_URL_BEDROCK_AGENTCORE") or env.url("AWS_ENDPOINT_URL")
    # A stand-in's tokens must never travel to the real service, so the stand-in's address wins over the default.
    runtime_default = aws_endpoint_url or f"https://bedrock-agentcore.{region}.amazonaws.com"
    local_agent_url = _local_agent_url(env)
    settings = Settings(
        mode=env.mode,
        callback_url=callback_url,
        bind_host=host,
        bind_port=port,
        sign_in=sign_in,
        oidc=read_oidc(env, sign_in, needed=sign_in == "slack" or (sign_in == "oidc" and local_agent_url is None)),
        bearer=env.get("DRIVE_AGENT_TOKEN"),
        bearer_file=Path(path) if (path := env.get("DRIVE_AGENT_TOKEN_FILE")) else None,
        region=region,
        aws_endpoint_url=aws_endpoint_url,
        runtime_arn=_runtime_arn(env, needed=local_agent_url is None),
        runtime_url=env.url("DRIVE_AGENT_RUNTIME_URL", runtime_default) or "",
        runtime_auth=runtime_auth,
        local_agent_url=local_agent_url,
        local_user=env.get("DRIVE_AGENT_LOCAL_USER") or "local",
        state_dir=Path(
            STATE_DIR if (table := _state_table(env)) else env.get("DRIVE_AGENT_CALLBACK_STATE") or STATE_DIR
        ),
        state_table=table,
        dynamodb_endpoint_url=env.url("AWS_ENDPOINT_URL_DYNAMODB") or env.url("AWS_ENDPOINT_URL"),
        session_key=_session_key(env),
        # Read as the agent reads it, white space and all: both must name a person alike.
        audit_key=env.environ.get("DRIVE_AGENT_AUDIT_KEY", ""),
        audit_file=Path(path) if (path := env.get("DRIVE_AGENT_AUDIT_FILE")) else None,
        google_domains=env.domains("DRIVE_AGENT_GOOGLE_DOMAINS"),
        google_email=_google_email(env),
    )
    _refuse_open_doors(settings)
    _refuse_what_nobody_passes(settings)
    return settings


def _callback_url(env: Variables) -> str:
    name = "DRIVE_AGENT_CALLBACK_URL"
    url = env.url(name, "http://localhost:9090") or ""
    if urlsplit(url).path or urlsplit(url).query:
        raise SettingsError(f"{name} must be an origin without a path, as in https://drive.example.com.")
    return url


def _bind(env: Variables, callback_url: str) -> tuple[str, int]:
    """Where to listen. Behind a load balancer (cloud) every interface; on a desk only this machine."""
    public_port = urlsplit(callback_url).port
    default = f"127.0.0.1:{public_port or 9090}" if env.mode == "local" else "0.0.0.0:9090"
    name = "DRIVE_AGENT_CALLBACK_BIND"
    value = env.get(name) or default
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit():
        raise SettingsError(f"{name} is {value!r}; it must be host:port, as in 127.0.0.1:9090.")
    return host.strip("[]"), int(port)


def _local_agent_url(env: Variables) -> str | None:
    """The agent that "the person at this computer" reaches without a token: local mode and loopback only."""
    name = "DRIVE_AGENT_LOCAL_AGENT_URL"
    if env.mode != "local" or env.get(name) is None:
        return None
    url = env.url(name) or ""
    if not is_loopback(urlsplit(url).hostname or ""):
        raise SettingsError(f"{name} is {url!r}; it must be on this machine, as in http://127.0.0.1:8080.")
    return url


def _runtime_arn(env: Variables, *, needed: bool) -> str:
    name = "DRIVE_AGENT_RUNTIME_ARN"
    arn = env.need(name, "the ARN of the agent's AgentCore Runtime") if needed else env.get(name) or ""
    if arn and not arn.startswith("arn:"):
        raise SettingsError(f"{name} is {arn!r}; it must be an ARN, as in arn:aws:bedrock-agentcore:….")
    return arn


def _state_table(env: Variables) -> str | None:
    """The table of `dynamodb://table`; None for a folder."""
    name = "DRIVE_AGENT_CALLBACK_STATE"
    value = env.get(name) or ""
    if "://" not in value:
        return None
    table = value.removeprefix(DYNAMODB)
    if table == value or _TABLE.fullmatch(table) is None:
        raise SettingsError(f"{name} is {value!r}; it must be a folder or {DYNAMODB} and the name of a table.")
    return table


def _google_email(env: Variables) -> EmailRule:
    name = "DRIVE_AGENT_GOOGLE_EMAIL"
    value = env.get(name) or "any"
    known: dict[str, EmailRule] = {"any": "any", "warn": "warn", "same": "same"}
    if value not in known:
        raise SettingsError(f"{name} is {value!r}; it must be 'any', 'warn' or 'same'.")
    return known[value]


def _session_key(env: Variables) -> str:
    """The secret that encrypts sessions at rest. On a desk it may be missing: sessions then end with the process."""
    name = "DRIVE_AGENT_SESSION_KEY"
    key = env.get(name)
    if key is None and env.mode == "local":
        return secrets.token_urlsafe(MIN_SESSION_KEY_CHARS)
    if key is None or len(key) < MIN_SESSION_KEY_CHARS:
        raise SettingsError(f"{name} must be {MIN_SESSION_KEY_CHARS} or more random characters.")
    return key


def _refuse_what_nobody_passes(settings: Settings) -> None:
    """A rule about the address of somebody whose sign-in tells none would give every account back."""
    tells = settings.sign_in != "loopback" and settings.oidc is not None and "email" in settings.oidc.scopes.split()
    if settings.google_email == "same" and not tells:
        raise SettingsError(
            "DRIVE_AGENT_GOOGLE_EMAIL=same needs a sign-in that tells the e-mail address: DRIVE_AGENT_SIGN_IN=oidc (or"
            " slack) with email in DRIVE_AGENT_OIDC_SCOPES. Or use warn."
        )


def _refuse_open_doors(settings: Settings) -> None:
    """Ways in that trust whoever is at the keyboard must not be reachable from another machine."""
    public_host = urlsplit(settings.callback_url).hostname or ""
    on_this_machine = is_loopback(settings.bind_host) and is_loopback(public_host)
    if settings.sign_in == "loopback":
        if not on_this_machine:
            raise SettingsError(
                "DRIVE_AGENT_SIGN_IN=loopback signs in whoever opens the page, so DRIVE_AGENT_CALLBACK_BIND and"
                " DRIVE_AGENT_CALLBACK_URL must be loopback addresses. Use DRIVE_AGENT_SIGN_IN=oidc elsewhere."
            )
        if settings.bearer is None and settings.bearer_file is None:
            raise SettingsError("DRIVE_AGENT_SIGN_IN=loopback needs DRIVE_AGENT_TOKEN or DRIVE_AGENT_TOKEN_FILE.")
    if settings.local_agent_url is not None and settings.sign_in == "slack":
        raise SettingsError(
            "DRIVE_AGENT_LOCAL_AGENT_URL is for the person at this computer, whom no Slack workspace knows. Leave it"
            " unset with DRIVE_AGENT_SIGN_IN=slack."
        )
    if settings.local_agent_url is not None and not on_this_machine:
        raise SettingsError(
            "DRIVE_AGENT_LOCAL_AGENT_URL lets whoever opens the page connect without signing in, so"
            " DRIVE_AGENT_CALLBACK_BIND and DRIVE_AGENT_CALLBACK_URL must be loopback addresses."
        )
