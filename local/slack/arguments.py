"""What each method takes, and reading it from a request. Pure.

Required and optional arguments as on https://docs.slack.dev/reference/methods; `tests/local/slack/test_arguments.py`
holds them against the signatures of slack_sdk. Values of a form are texts; lists and objects in one are JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # JSON values

from local.slack.errors import SlackError, invalid_arguments

__all__ = ["METHODS", "Method", "read_arguments"]

_SAY = ("text", "blocks", "attachments", "markdown_text", "link_names", "parse", "as_user")
_POST = (*_SAY, "thread_ts")
_FACE = ("icon_emoji", "icon_url", "username")
_STREAM = ("markdown_text", "chunks")
_LISTS = frozenset({"blocks", "attachments", "chunks", "prompts", "loading_messages"})
_OBJECTS = frozenset({"metadata", "view"})
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_FLAGS = frozenset(
    {"as_user", "include_locale", "include_num_members", "link_names", "mrkdwn", "reply_broadcast", "return_im"}
    | {"unfurl_links", "unfurl_media", "prevent_creation"}
)


@dataclass(frozen=True, slots=True)
class Method:
    """`kind` of token that may call it; `scope` that the app needs; empty: none."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    scope: str = ""
    kind: str = "bot"


METHODS: dict[str, Method] = {
    "auth.test": Method((), ()),
    "chat.postMessage": Method(
        ("channel",),
        (*_POST, *_FACE, "reply_broadcast", "unfurl_links", "unfurl_media", "container_id", "mrkdwn", "metadata"),
        "chat:write",
    ),
    "chat.postEphemeral": Method(("channel", "user"), (*_POST, *_FACE), "chat:write"),
    "chat.update": Method(
        ("channel", "ts"),
        (*_SAY, "file_ids", "metadata", "reply_broadcast"),
        "chat:write",
    ),
    "chat.delete": Method(("channel", "ts"), ("as_user",), "chat:write"),
    "chat.startStream": Method(
        ("channel", "thread_ts"),
        (*_STREAM, *_FACE, "recipient_team_id", "recipient_user_id", "task_display_mode"),
        "chat:write",
    ),
    "chat.appendStream": Method(("channel", "ts"), _STREAM, "chat:write"),
    "chat.stopStream": Method(("channel", "ts"), (*_STREAM, "blocks", "metadata", "session_status"), "chat:write"),
    "conversations.open": Method((), ("channel", "users", "return_im", "prevent_creation"), "im:write"),
    "conversations.info": Method(("channel",), ("include_locale", "include_num_members")),
    "users.info": Method(("user",), ("include_locale",), "users:read"),
    "views.publish": Method(("user_id", "view"), ("hash",)),
    "views.open": Method(("view",), ("trigger_id", "interactivity_pointer")),
    "assistant.threads.setStatus": Method(
        ("channel_id", "thread_ts", "status"), ("loading_messages", *_FACE), "chat:write"
    ),
    "assistant.threads.setSuggestedPrompts": Method(
        ("channel_id", "prompts"), ("thread_ts", "title"), "assistant:write"
    ),
    # The SDK asks for channel_id always, the method only outside of session channels, of which there are none here.
    "agents.sessions.setStatus": Method(
        ("channel_id", "status"), ("thread_ts", "title", "initiator_user_id", *_FACE), "chat:write"
    ),
    "apps.connections.open": Method((), (), kind="app"),
    "openid.connect.token": Method(
        (),
        ("client_id", "client_secret", "code", "redirect_uri", "grant_type", "refresh_token", "code_verifier"),
        kind="none",
    ),
    "openid.connect.userInfo": Method((), (), kind="person"),
}


def read_arguments(method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the methods use them; what nobody knows is left out, as Slack does. Raises: `SlackError`."""
    known = {*method.required, *method.optional}
    read = {name: _value(name, value) for name, value in given.items() if name in known and value is not None}
    missing = [name for name in method.required if name not in read or read[name] == ""]
    # An empty status takes the status away, so it is no missing one.
    missing = [name for name in missing if not (name == "status" and name in read)]
    if missing:
        raise invalid_arguments([f"missing required field: {name}" for name in missing])
    return read


def _value(name: str, value: Any) -> Any:
    if name in _FLAGS:
        known = _BOOLEANS.get(str(value).lower())
        if known is None:
            raise invalid_arguments([f"must be a boolean [json-pointer:/{name}]"])
        return known
    if name in _LISTS or name in _OBJECTS:
        return _structure(name, value)
    if isinstance(value, list) and name in {"users", "file_ids"}:
        return ",".join(map(str, value))
    if isinstance(value, bool | list | dict):
        raise invalid_arguments([f"must be a string [json-pointer:/{name}]"])
    return str(value)


def _structure(name: str, value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _wrong(name) from error
    if not isinstance(value, dict if name in _OBJECTS else list):
        raise _wrong(name)
    return value


def _wrong(name: str) -> SlackError:
    codes = {"blocks": "invalid_blocks_format", "chunks": "invalid_chunks", "metadata": "invalid_metadata_format"}
    return invalid_arguments([f"invalid value [json-pointer:/{name}]"], codes.get(name, "invalid_arguments"))
