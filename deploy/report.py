"""What each step of `drive-agent setup` did, in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What happened to one thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    WAITING = "waiting"


@dataclass(frozen=True)
class Step:
    """One line of the report. `what` and `detail` are shown as they are and hold no secret."""

    what: str
    outcome: Outcome
    detail: str = ""

    def line(self) -> str:
        """Render for a terminal."""
        return f"{self.outcome.value:<10} {self.what}" + (f" ({self.detail})" if self.detail else "")


def authorizer_lines(discovery_url: str, client_ids: Sequence[str]) -> list[str]:
    """What belongs under `authorizerConfiguration.customJwtAuthorizer` in agentcore/agentcore.json."""
    clients = ", ".join(f'"{client_id}"' for client_id in client_ids)
    return [
        "For agentcore/agentcore.json, customJwtAuthorizer:",
        f'  "discoveryUrl": "{discovery_url}",',
        f'  "allowedClients": [{clients}]',
    ]


def google_lines(callback_url: str, host: str, *, is_placeholder: bool) -> list[str]:
    """What to do at Google, and which command comes after it."""
    lines = [
        "At Google (console.cloud.google.com, APIs & Services, Credentials, OAuth client of type Web application):",
        f"  authorized redirect URI: {callback_url}",
        f"  authorized domain (consent screen): {host}",
    ]
    if is_placeholder:
        lines += [
            "The provider holds a placeholder until you run, with Google's client:",
            "  GOOGLE_CLIENT_SECRET=… drive-agent setup --google-client-id …apps.googleusercontent.com",
        ]
    return lines
