"""What the app is told: events and interactions. Pure; ids and times come from whoever calls.

https://docs.slack.dev/apis/events-api/#event-type-structure and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from collections.abc import Mapping
from typing import Any  # JSON bodies

from local.people import Person
from local.slack.messages import Message
from local.slack.workspace import TEAM_DOMAIN, App, Channel

__all__ = ["block_actions", "event_callback", "home_opened", "message_event", "session_stopped", "view_submission"]


def event_callback(app: App, event: Mapping[str, Any], event_id: str, now_s: int) -> dict[str, Any]:
    """An event in its envelope."""
    return {
        "token": "sample-verification-token",
        "team_id": app.team_id,
        "api_app_id": app.app_id,
        "event": dict(event),
        "type": "event_callback",
        "event_id": event_id,
        "event_time": now_s,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": app.team_id,
                "user_id": app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def message_event(message: Message, channel: Channel, team_id: str, kind: str) -> dict[str, Any]:
    """A `message` in direct messages, or an `app_mention` in a channel."""
    event = message.as_dict() | {
        "type": kind,
        "team": team_id,
        "channel": message.channel,
        "event_ts": message.ts,
        "blocks": message.blocks or [_rich_text(message.text)],
    }
    if kind == "message":
        event["channel_type"] = "im" if channel.is_im else "channel"
    if message.bot_id:
        event["bot_id"] = message.bot_id
    else:
        event["client_msg_id"] = f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]}"
    return event


def _rich_text(text: str) -> dict[str, Any]:
    elements = [{"type": "text", "text": text}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def home_opened(user: str, channel: str, tab: str, event_ts: str, view: Mapping[str, Any] | None) -> dict[str, Any]:
    """Somebody looks at the app's Home or at its messages."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel,
        "tab": tab,
        "event_ts": event_ts,
    }
    return event | ({"view": dict(view)} if view and tab == "home" else {})


def session_stopped(user: str, channel: str, thread_ts: str, streaming: list[str], event_ts: str) -> dict[str, Any]:
    """Somebody pressed Stop while the agent was at work."""
    return {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": thread_ts,
        "user": user,
        "streaming_message_ts": streaming,
        "event_ts": event_ts,
    }


def _base(app: App, person: Person, kind: str, trigger_id: str) -> dict[str, Any]:
    return {
        "type": kind,
        "team": {"id": app.team_id, "domain": TEAM_DOMAIN},
        "user": {"id": person.slack_id, "username": person.name, "name": person.name, "team_id": app.team_id},
        "api_app_id": app.app_id,
        "token": "sample-verification-token",
        "trigger_id": trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(
    app: App,
    person: Person,
    action: Mapping[str, Any],
    trigger_id: str,
    *,
    at: tuple[Message, Channel, str] | None = None,
    view: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A button was pressed: `at` a message of a channel, with the address to answer to, or in a `view`."""
    payload = _base(app, person, "block_actions", trigger_id) | {"actions": [dict(action)], "state": {"values": {}}}
    if at is not None:
        message, channel, response_url = at
        container: dict[str, Any] = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container["is_ephemeral"] = bool(message.only_for)
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        name = "directmessage" if channel.is_im else channel.name
        shown = message.as_dict() | {"team": app.team_id, "bot_id": message.bot_id, "app_id": app.app_id}
        payload |= {"container": container, "channel": {"id": channel.id, "name": name}, "response_url": response_url}
        # Slack does not give an ephemeral message along: it keeps none.
        return payload if message.only_for else payload | {"message": shown}
    assert view is not None
    return payload | {"container": {"type": "view", "view_id": view["id"]}, "view": dict(view)}


def view_submission(
    app: App, person: Person, view: Mapping[str, Any], values: Mapping[str, Any], trigger_id: str
) -> dict[str, Any]:
    """A modal was sent off."""
    filled = dict(view) | {"state": {"values": dict(values)}}
    return _base(app, person, "view_submission", trigger_id) | {"view": filled, "response_urls": []}
