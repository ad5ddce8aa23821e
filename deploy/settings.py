"""What `drive-agent setup`, `token` and `audit` were told: arguments over environment, nothing else.

`None` means "not said": `deploy.desired` fills it from the settings file or a default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.errors import InvalidOptionError

DEFAULT_SETTINGS_PATH = Path(".env.drive-agent/settings.env")
DEFAULT_REGION = "us-west-2"

_RUNTIME_ARN = re.compile(r"arn:aws[a-z-]*:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime/[A-Za-z][A-Za-z0-9_-]*")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_WORKLOAD = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_PROVIDER = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, kw_only=True)
class SetupOptions:
    """Everything `setup.run` needs to know. Build it with `load`."""

    settings_path: Path = DEFAULT_SETTINGS_PATH
    region: str = DEFAULT_REGION
    endpoint_url: str | None = None
    callback_url: str | None = None
    return_url: str | None = None
    connect_url: str | None = None
    provider: str | None = None
    model: str | None = None
    workload: str | None = None
    workloads: tuple[str, ...] = ()
    runtime_arn: str | None = None
    runtime_url: str | None = None
    user_pool_id: str | None = None
    domain_prefix: str | None = None
    google_client_id: str | None = None
    google_client_secret: str | None = field(default=None, repr=False)
    test_users: tuple[str, ...] = ()
    test_password: str | None = field(default=None, repr=False)
    audit_key: str | None = field(default=None, repr=False)
    audit_file: str | None = None

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str],
        *,
        callback_url: str | None = None,
        runtime_arn: str | None = None,
        workloads: tuple[str, ...] = (),
        user_pool_id: str | None = None,
        domain_prefix: str | None = None,
        google_client_id: str | None = None,
        google_client_secret_file: Path | None = None,
        test_users: tuple[str, ...] = (),
    ) -> "SetupOptions":
        """Check and combine the arguments of the command with `environ`.

        Raises:
            InvalidOptionError: a value is malformed, or the secret's file cannot be read.
        """
        options = cls(
            settings_path=Path(environ.get("DRIVE_AGENT_SETTINGS") or DEFAULT_SETTINGS_PATH),
            region=_region(environ),
            endpoint_url=_origin(environ.get("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"),
            callback_url=_origin(callback_url or environ.get("DRIVE_AGENT_CALLBACK_URL"), "the callback URL"),
            return_url=environ.get("DRIVE_AGENT_RETURN_URL") or None,
            connect_url=environ.get("DRIVE_AGENT_CONNECT_URL"),
            provider=environ.get("DRIVE_AGENT_PROVIDER") or None,
            model=environ.get("DRIVE_AGENT_MODEL") or None,
            workload=environ.get("DRIVE_AGENT_WORKLOAD") or None,
            workloads=workloads,
            runtime_arn=runtime_arn or environ.get("DRIVE_AGENT_RUNTIME_ARN") or None,
            runtime_url=environ.get("DRIVE_AGENT_RUNTIME_URL") or None,
            user_pool_id=user_pool_id,
            domain_prefix=domain_prefix,
            google_client_id=google_client_id or environ.get("GOOGLE_CLIENT_ID") or None,
            google_client_secret=_secret(environ, google_client_secret_file),
            test_users=test_users,
            test_password=environ.get("DRIVE_AGENT_TEST_PASSWORD") or None,
            audit_key=environ.get("DRIVE_AGENT_AUDIT_KEY") or None,
            audit_file=environ.get("DRIVE_AGENT_AUDIT_FILE") or None,
        )
        _check(options)
        return options


@dataclass(frozen=True, kw_only=True)
class TokenSettings:
    """Where and as which client `token.fetch` signs in."""

    region: str = DEFAULT_REGION
    endpoint_url: str | None = None
    cli_client_id: str = ""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "TokenSettings":
        """Read `environ`: the settings file's values with the process environment over them."""
        return cls(
            region=_region(environ),
            endpoint_url=_origin(environ.get("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"),
            cli_client_id=environ.get("DRIVE_AGENT_CLI_CLIENT_ID", ""),
        )


@dataclass(frozen=True, kw_only=True)
class AuditSettings:
    """What `drive-agent audit` has to know to read the audit and to name people as it does."""

    region: str = DEFAULT_REGION
    endpoint_url: str | None = None
    audit_key: str = field(default="", repr=False)
    audit_file: str = ""
    user_pool_id: str = ""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "AuditSettings":
        """Read `environ`: the settings file's values with the process environment over them."""
        return cls(
            region=_region(environ),
            endpoint_url=_origin(environ.get("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"),
            audit_key=environ.get("DRIVE_AGENT_AUDIT_KEY", ""),
            audit_file=environ.get("DRIVE_AGENT_AUDIT_FILE", "").strip(),
            user_pool_id=environ.get("DRIVE_AGENT_USER_POOL_ID", ""),
        )


def _region(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION


def _origin(url: str | None, name: str) -> str | None:
    """Accept `scheme://host[:port]` and drop a slash at the end."""
    if not url:
        return None
    refusal = InvalidOptionError(f"{name} has to look like https://drive-agent.example.com, without a path.")
    try:
        parts = urlsplit(url)
    except ValueError as error:  # a bracket that is not closed
        raise refusal from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise refusal
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidOptionError(f"{name} has to be https; plain http is for this machine alone.")
    return url.rstrip("/")


def _secret(environ: Mapping[str, str], file: Path | None) -> str | None:
    if file is None:
        return environ.get("GOOGLE_CLIENT_SECRET") or None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidOptionError(f"The file with Google's client secret cannot be read: {file}") from error
    if not secret or "\n" in secret:
        raise InvalidOptionError(f"{file} should hold Google's client secret alone, on one line.")
    return secret


def _check(options: SetupOptions) -> None:
    if options.runtime_arn and not _RUNTIME_ARN.fullmatch(options.runtime_arn):
        raise InvalidOptionError(
            "The runtime ARN has to look like arn:aws:bedrock-agentcore:REGION:ACCOUNT:runtime/ID."
        )
    if options.provider and not _PROVIDER.fullmatch(options.provider):
        raise InvalidOptionError("The provider's name may have letters, digits, '-' and '_', 128 at most.")
    for name in (*options.workloads, *filter(None, [options.workload])):
        if not _WORKLOAD.fullmatch(name):
            raise InvalidOptionError(
                f"{name!r} is not a workload identity's name: 3 to 255 letters, digits, '_', '.', '-'."
            )
    for email in options.test_users:
        if email.count("@") != 1 or any(blank in email for blank in " \t\n"):
            raise InvalidOptionError(f"{email!r} is not an e-mail address.")
    if options.test_users and not options.test_password:
        raise InvalidOptionError("Set DRIVE_AGENT_TEST_PASSWORD to the password that the test users should get.")
