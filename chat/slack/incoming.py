"""What Slack delivers, as far as it means anything to us. Pure.

In: the JSON of an Events API request or of an interaction, its signature checked. Out: a record, or None for what is
not for us: what the app or another bot has written, edits, deletions, people who join.
https://docs.slack.dev/apis/events-api/ · https://docs.slack.dev/interactivity/handling-user-interaction
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from chat.slack.conversations import Member, Place

__all__ = ["Click", "Opened", "Question", "Stopped", "delivery_of", "read_click", "read_mention", "read_message"]
__all__ += ["read_opened", "read_stopped"]

# Any: JSON that somebody else wrote, looked at member by member.
_Json: TypeAlias = Mapping[str, Any]

# A message with a file is a message, and so is a reply that is shown in the channel, too; every other subtype is news
# about one.
_SUBTYPES = {"", "file_share", "thread_broadcast"}
# Mentioning the app in an old message asks nothing: by then nobody knows any more whether it was answered.
_LATEST_EDIT_S = 24 * 3600.0


@dataclass(frozen=True)
class Question:
    """Somebody wrote to the app. `text` is as Slack writes it; `ts` is the message's own."""

    member: Member
    place: Place
    ts: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Stopped:
    """Somebody pressed Slack's own stop button."""

    member: Member
    place: Place


@dataclass(frozen=True)
class Opened:
    """Somebody looks at the app: `tab` is `home` or `messages`."""

    member: Member
    tab: str
    channel: str


@dataclass(frozen=True)
class Click:
    """Somebody pressed a button of ours: which one, with what behind it, in which message."""

    member: Member
    action: str
    value: str
    place: Place
    message: str


def delivery_of(body: _Json) -> str | None:
    """The name under which Slack delivers something again; None for what is never repeated.

    A question is named by its message: Slack tells of a mention once more, as another event, when it is edited.
    """
    if question := read_message(body) or read_mention(body):
        return f"message {question.place.channel} {question.ts}"
    if event := _text(body, "event_id"):
        return f"event {event}"
    actions = body.get("actions")
    if isinstance(actions, list) and actions and isinstance(actions[0], dict):
        parts = (_text(_object(body, "user"), "id"), _text(actions[0], "action_id"), _text(actions[0], "action_ts"))
        return " ".join(("action", *parts))
    return None


def read_message(body: _Json) -> Question | None:
    """A direct message to the app."""
    event = _object(body, "event")
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return None
    return _question(body, event, is_private=True)


def read_mention(body: _Json) -> Question | None:
    """A message in a channel that mentions the app. In direct messages it comes as a message, too: there it is that."""
    event = _object(body, "event")
    if event.get("type") != "app_mention" or _is_direct(_text(event, "channel")):
        return None
    return None if _is_late_edit(event) else _question(body, event, is_private=False)


def read_stopped(body: _Json) -> Stopped | None:
    """https://docs.slack.dev/reference/events/agent_session_stopped/."""
    event = _object(body, "event")
    channel, thread = _text(event, "channel"), _text(event, "thread_ts")
    member = _member(body, event)
    if member is None or not channel or not thread:
        return None
    return Stopped(member, Place(channel, thread, _is_direct(channel)))


def read_opened(body: _Json) -> Opened | None:
    """https://docs.slack.dev/reference/events/app_home_opened/."""
    event = _object(body, "event")
    member, tab = _member(body, event), _text(event, "tab")
    return Opened(member, tab, _text(event, "channel")) if member and tab else None


def read_click(body: _Json) -> Click | None:
    """The first action of a `block_actions` request: our blocks send one at a time."""
    user, actions = _object(body, "user"), body.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        return None
    team = _text(user, "team_id") or _text(_object(body, "team"), "id")
    if not team or not _text(user, "id"):
        return None
    container, message = _object(body, "container"), _object(body, "message")
    channel = _text(_object(body, "channel"), "id") or _text(container, "channel_id")
    ts = _text(container, "message_ts") or _text(message, "ts")
    thread = _text(message, "thread_ts") or _text(container, "thread_ts") or ts
    return Click(
        member=Member(team, _text(user, "id")),
        action=_text(actions[0], "action_id"),
        value=_text(actions[0], "value"),
        place=Place(channel, thread, _is_direct(channel)),
        message=ts,
    )


def _question(body: _Json, event: _Json, *, is_private: bool) -> Question | None:
    member, channel, ts = _member(body, event), _text(event, "channel"), _text(event, "ts")
    is_ours = "bot_id" not in event and not event.get("hidden") and _text(event, "subtype") in _SUBTYPES
    if not is_ours or member is None or not channel or not ts:
        return None
    place = Place(channel, _text(event, "thread_ts") or ts, is_private)
    return Question(member, place, ts, _text(event, "text"))


def _is_late_edit(event: _Json) -> bool:
    edited = _text(_object(event, "edited"), "ts")
    if not edited:
        return False
    try:
        return float(edited) - float(_text(event, "ts")) > _LATEST_EDIT_S
    except ValueError:
        return True


def _member(body: _Json, event: _Json) -> Member | None:
    """Who it was, at home: `user_team` is there where somebody writes from another workspace."""
    team = _text(event, "user_team") or _text(event, "team") or _text(body, "team_id")
    user = _text(event, "user")
    return Member(team, user) if team and user else None


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def _text(value: _Json, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _object(value: _Json, key: str) -> _Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}
