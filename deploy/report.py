"""What each step of `drive-agent setup` did, in words. Pure."""

import json
from collections.abc import Mapping, Sequence
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


def runtime_lines(discovery_url: str, client_ids: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """The members of a runtime in agentcore/agentcore.json that differ from deployment to deployment, as JSON.

    `variables` are the environment of the agent. Between the first line and the last, put into braces, is an object.
    """
    settings = [f"  {json.dumps({'name': name, 'value': value})}" for name, value in variables.items()]
    return [
        "For agentcore/agentcore.json, in place of the members of the same names in the runtime drive_agent:",
        '"authorizerType": "CUSTOM_JWT",',
        '"authorizerConfiguration": {',
        '  "customJwtAuthorizer": {',
        f'    "discoveryUrl": {json.dumps(discovery_url)},',
        f'    "allowedClients": {json.dumps(list(client_ids))}',
        "  }",
        "},",
        '"envVars": [',
        *(f"{line}," for line in settings[:-1]),
        *settings[-1:],
        "]",
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
