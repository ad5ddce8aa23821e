"""Which identity provider proves people, and how the Runtime is called in their name. Pure.

One service has one kind of identity. With an OpenID Connect provider of the organisation the Runtime verifies the
person's own JWT. Sign in with Slack gives no token that a Runtime takes, so this service calls an IAM runtime, and
names the person.
"""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from callback.hosts import is_loopback
from callback.variables import SettingsError, Variables

__all__ = ["OidcSettings", "RuntimeAuth", "SignIn", "SlackPeople", "read_oidc", "read_runtime_auth", "read_sign_in"]

SignIn = Literal["oidc", "loopback", "slack"]
RuntimeAuth = Literal["jwt", "iam"]

# https://docs.slack.dev/authentication/sign-in-with-slack/
SLACK_HOST = "slack.com"
SLACK_DISCOVERY_URL = f"https://{SLACK_HOST}/.well-known/openid-configuration"
_TEAM = re.compile(r"T[A-Z0-9]{1,39}")

_DISCOVERY = "DRIVE_AGENT_OIDC_DISCOVERY_URL"
_CLIENT_ID = "DRIVE_AGENT_OIDC_CLIENT_ID"
_CLIENT_SECRET = "DRIVE_AGENT_OIDC_CLIENT_SECRET"  # noqa: S105 - the variable's name


@dataclass(frozen=True)
class SlackPeople:
    """Whom Slack may sign in: people of these workspaces (ids); empty: of any."""

    teams: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OidcSettings:
    """A confidential OpenID Connect client. URL, id and secret come from the identity provider.

    `audience` goes into the authorization request where it is set: Auth0 gives JWT access tokens only to who names it.
    `slack`: the provider is Slack, and a person is who its ID token names; None: who its access token names.
    """

    discovery_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid email"
    audience: str | None = None
    slack: SlackPeople | None = None


def read_sign_in(env: Variables) -> SignIn:
    """How people are signed in. Raises: `SettingsError`."""
    value = env.get("DRIVE_AGENT_SIGN_IN") or "oidc"
    known: dict[str, SignIn] = {"oidc": "oidc", "loopback": "loopback", "slack": "slack"}
    if value not in known:
        raise SettingsError(f"DRIVE_AGENT_SIGN_IN is {value!r}; it must be 'oidc', 'loopback' or 'slack'.")
    return known[value]


def read_runtime_auth(env: Variables, sign_in: SignIn) -> RuntimeAuth:
    """How the Runtime is called: it must take the kind of proof that this sign-in gives. Raises: `SettingsError`."""
    name = "DRIVE_AGENT_RUNTIME_AUTH"
    value = env.get(name) or "jwt"
    if value not in {"jwt", "iam"}:
        raise SettingsError(f"{name} is {value!r}; it must be 'jwt' or 'iam'.")
    if sign_in == "slack" and value != "iam":
        raise SettingsError(
            f"DRIVE_AGENT_SIGN_IN=slack needs {name}=iam and a runtime that takes IAM callers: Slack gives no token"
            " that a Runtime takes."
        )
    if sign_in != "slack" and value == "iam":
        raise SettingsError(
            f"{name}=iam needs DRIVE_AGENT_SIGN_IN=slack. Every other sign-in gives the person's own token, and the"
            " Runtime verifies that: use jwt."
        )
    return "iam" if value == "iam" else "jwt"


def read_oidc(env: Variables, sign_in: SignIn, *, needed: bool) -> OidcSettings | None:
    """The provider: all three or none. None is accepted only where there is another way to sign in.

    Slack's address is known. Raises: `SettingsError`.
    """
    slack = _slack(env, sign_in)
    if not needed and not any(env.get(name) for name in (_DISCOVERY, _CLIENT_ID, _CLIENT_SECRET)):
        return None
    if slack is None:
        env.need(_DISCOVERY, "the identity provider's …/.well-known/openid-configuration address")
    who = "of the Slack app (Basic Information)" if slack else "of this service"
    return OidcSettings(
        discovery_url=(env.url(_DISCOVERY) or "") if slack is None else _slack_discovery_url(env),
        client_id=env.need(_CLIENT_ID, f"the OpenID Connect client id {who}"),
        client_secret=env.need(_CLIENT_SECRET, f"the OpenID Connect client secret {who}"),
        scopes=env.scopes("DRIVE_AGENT_OIDC_SCOPES", "openid email" if slack is None else "openid profile"),
        audience=env.get("DRIVE_AGENT_OIDC_AUDIENCE") if slack is None else None,
        slack=slack,
    )


def _slack(env: Variables, sign_in: SignIn) -> SlackPeople | None:
    name = "DRIVE_AGENT_SLACK_TEAMS"
    text = env.get(name)
    if sign_in != "slack":
        return None
    # Commas alone are somebody's rule that got lost, and no rule at all would let everybody in.
    teams = frozenset(part.strip() for part in (text or "").split(",") if part.strip()) or frozenset(text or "")
    for wrong in sorted(team for team in teams if not _TEAM.fullmatch(team)):
        raise SettingsError(
            f"{name} holds {wrong!r}, which is no id of a workspace. It looks like T0123ABCD,T0456EFGH."
        )
    return SlackPeople(teams)


def _slack_discovery_url(env: Variables) -> str:
    """Slack's, or a stand-in's on this machine: nobody else may say which Slack person somebody is."""
    url = env.url(_DISCOVERY, SLACK_DISCOVERY_URL) or ""
    parts = urlsplit(url)
    if (parts.scheme, parts.netloc) != ("https", SLACK_HOST) and not is_loopback(parts.hostname or ""):
        raise SettingsError(
            f"{_DISCOVERY} is {url!r}; with DRIVE_AGENT_SIGN_IN=slack it is Slack's own, {SLACK_DISCOVERY_URL}."
            " Leave it unset."
        )
    return url
