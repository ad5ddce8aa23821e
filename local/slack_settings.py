"""What the Slack part of the stack is told: the stand-in's arguments and the settings of the second service and agent.

One service has one kind of people, so those of Slack have their own: another host (cookies do not tell ports apart),
another agent process, and the runtime that takes IAM callers. Pure.
"""

from collections.abc import Mapping

from local.people import SLACK_TEAM_ID

__all__ = ["agent_settings", "service_settings", "stand_in_arguments"]

# A file that is handed over, as somebody hands it to Slack; nothing of it is imported.
_MANIFEST = "chat/slack/manifest.json"
# Samples of `local.slack.workspace`, which that stand-in takes and nobody else.
_BOT_TOKEN, _APP_TOKEN = "xoxb-sample-bot-token", "xapp-sample-app-token"
_SIGNING_SECRET = "sample-signing-secret-of-the-stand-in"
_CLIENT_ID, _CLIENT_SECRET = "1000000000001.1000000000002", "sample-client-secret-of-the-stand-in"


def stand_in_arguments(port: int, service_url: str) -> list[str]:
    """For `python -m local.slack`."""
    urls = ["--request-url", f"{service_url}/slack/events", "--redirect-url", service_url]
    return ["--port", str(port), *urls, "--manifest", _MANIFEST]


def agent_settings(service_url: str, port: int, state: str) -> dict[str, str]:
    """Beside the settings of every agent: whose pages consent goes through, and where this one keeps its state."""
    return {
        "PORT": str(port),
        "DRIVE_AGENT_RETURN_URL": f"{service_url}/callback",
        "DRIVE_AGENT_CONNECT_URL": f"{service_url}/connect/google-drive",
        "DRIVE_AGENT_STATE": state,
    }


def service_settings(
    common: Mapping[str, str], *, service_url: str, slack_url: str, runtime_arn: str, state: str, socket_mode: bool
) -> dict[str, str]:
    """The whole of the second service's settings; `common` are those that every service has."""
    how = {"DRIVE_AGENT_SLACK_APP_TOKEN": _APP_TOKEN} if socket_mode else {}
    mine = {
        "DRIVE_AGENT_CALLBACK_URL": service_url,
        "DRIVE_AGENT_CALLBACK_STATE": state,
        "DRIVE_AGENT_SIGN_IN": "slack",
        "DRIVE_AGENT_RUNTIME_AUTH": "iam",
        "DRIVE_AGENT_RUNTIME_ARN": runtime_arn,
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{slack_url}/.well-known/openid-configuration",
        "DRIVE_AGENT_OIDC_CLIENT_ID": _CLIENT_ID,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": _CLIENT_SECRET,
        "DRIVE_AGENT_SLACK_API_URL": f"{slack_url}/api/",
        "DRIVE_AGENT_SLACK_BOT_TOKEN": _BOT_TOKEN,
        "DRIVE_AGENT_SLACK_SIGNING_SECRET": _SIGNING_SECRET,
        "DRIVE_AGENT_SLACK_TEAMS": SLACK_TEAM_ID,
        "DRIVE_AGENT_WEB_CHAT": "off",
    }
    # Those of the other service name its provider and its people; scopes are Slack's own.
    kept = {name: value for name, value in common.items() if not name.startswith("DRIVE_AGENT_OIDC_")}
    return kept | mine | how
