"""An app's manifest: what it asks for is what it gets here, as at Slack. Pure.

https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any  # a JSON document

from local.slack.workspace import App

__all__ = ["ManifestError", "app_of"]


class ManifestError(Exception):
    """Slack would not take this manifest. The text says why."""


def app_of(manifest: Mapping[str, Any], app: App) -> App:
    """The app with the manifest's name, scopes and events; addresses stay. Raises: `ManifestError`."""
    try:
        name = str(manifest["display_information"]["name"])
        scopes = frozenset(manifest["oauth_config"]["scopes"]["bot"])
        settings = manifest["settings"]
        events = frozenset(settings["event_subscriptions"]["bot_events"])
        agent = manifest["features"].get("agent_view", {})
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The manifest lacks {error}.") from error
    if not 1 <= len(name) <= 35:
        raise ManifestError("display_information.name has 1 to 35 characters.")
    if len(str(agent.get("agent_description", ""))) > 300 or len(agent.get("suggested_prompts", [])) > 4:
        raise ManifestError("agent_view has a description of at most 300 characters and at most 4 suggested prompts.")
    if agent and "assistant:write" not in scopes:
        raise ManifestError("An agent needs the scope assistant:write.")
    return replace(app, name=name, scopes=scopes, events=events)
