"""chat.postMessage, chat.postEphemeral, chat.update and chat.delete.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON values

from local.slack.blocks import MAX_CHARS, MAX_MARKDOWN_CHARS, block_faults, chars_in
from local.slack.calls import Answer, Call, Perform
from local.slack.errors import SlackError, invalid_arguments
from local.slack.messages import Message
from local.slack.payloads import message_event
from local.slack.state import State

__all__ = ["CHAT_METHODS", "checked_blocks", "put_message", "read_content", "with_ids"]

MAX_TEXT_CHARS, MAX_UPDATE_CHARS = 40_000, 4_000


def checked_blocks(blocks: Sequence[Any] | None) -> list[Any]:
    """The blocks with the ids that Slack gives to those without. Raises: `SlackError`."""
    if not blocks:
        return []
    if faults := block_faults(blocks):
        raise invalid_arguments(faults, "invalid_blocks")
    if chars_in(blocks) > MAX_CHARS:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def with_ids(blocks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Each block with a `block_id`, each button with an `action_id`."""
    return [_named(block, f"b{number}") for number, block in enumerate(blocks)]


def _named(item: Mapping[str, Any], name: str, key: str = "block_id") -> dict[str, Any]:
    named = dict(item)
    named.setdefault(key, name)
    for inner in ("elements", "actions", "child_blocks", "accessory"):
        value = named.get(inner)
        if isinstance(value, list):
            named[inner] = [_inner(each, f"{name}-{number}") for number, each in enumerate(value)]
        elif isinstance(value, dict):
            named[inner] = _inner(value, f"{name}-a")
    return named


def _inner(item: Any, name: str) -> Any:
    if not isinstance(item, dict) or item.get("type") in {"mrkdwn", "plain_text", "image", "text"}:
        return item
    is_block = item.get("type") in {"card", "section", "actions", "context", "markdown", "task_card"}
    return _named(item, name, "block_id" if is_block else "action_id")


def read_content(call: Call, *, most_chars: int = MAX_TEXT_CHARS) -> dict[str, Any]:
    """What is to be said: `text`, `blocks`, `markdown`. Raises: `SlackError`."""
    markdown = call.arguments.get("markdown_text")
    blocks = checked_blocks(call.arguments.get("blocks"))
    text = call.text("text")
    if markdown is not None and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if (markdown is not None and len(markdown) > MAX_MARKDOWN_CHARS) or len(text) > most_chars:
        raise SlackError("msg_too_long")
    if not (markdown or text or blocks or call.arguments.get("attachments")):
        raise SlackError("no_text")
    return {"text": markdown if markdown is not None else text, "blocks": blocks, "markdown": markdown is not None}


def put_message(state: State, channel_id: str, **values: Any) -> Message:
    """Say something as the app; what it said about being at work goes away."""
    message = state.messages.add(channel_id, state.app.bot_user_id, bot_id=state.app.bot_id, **values)
    if not message.only_for:
        state.surfaces.answered(message.channel, message.root_ts)
        _tell(state, message)
    return message


def _tell(state: State, message: Message, changed_from: Mapping[str, Any] | None = None) -> None:
    """An app with message.im hears what it says itself."""
    channel = state.rooms.find(message.channel)
    if channel is None or not channel.is_im or state.switches.own_events == "off":
        return
    event = message_event(message, channel, state.app.team_id, "message")
    if changed_from is not None:
        inner = message.as_dict() | {"bot_id": message.bot_id}
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": inner,
            "previous_message": dict(changed_from),
            "channel": message.channel,
            "channel_type": "im",
            "hidden": True,
            "ts": message.edited,
            "event_ts": message.edited,
        }
    state.delivery.event(event)


def _post(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel"), state.app)
    content = read_content(call)
    unfurls = bool(call.arguments.get("unfurl_links", True)) or bool(call.arguments.get("unfurl_media", True))
    metadata = call.arguments.get("metadata")
    message = put_message(
        state, channel.id, thread_ts=call.text("thread_ts"), unfurls=unfurls, metadata=metadata, **content
    )
    shown = message.as_dict() | {"bot_id": state.app.bot_id, "app_id": state.app.app_id, "team": state.app.team_id}
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _post_ephemeral(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel"), state.app)
    if call.text("user") not in channel.members or call.text("user") == state.app.bot_user_id:
        raise SlackError("user_not_in_channel")
    message = put_message(
        state, channel.id, only_for=call.text("user"), thread_ts=call.text("thread_ts"), **read_content(call)
    )
    return {"message_ts": message.ts}


def _update(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel"), state.app, writing=False)
    message = state.messages.of_app(channel.id, call.text("ts"), state.app.bot_id, code="cant_update_message")
    if message.stream is not None and message.stream.state == "open":
        raise SlackError("streaming_state_conflict")
    content = read_content(call, most_chars=MAX_UPDATE_CHARS)
    # Blocks alone leave the text, a text alone takes the blocks away.
    if not content["text"]:
        content["text"] = message.text
    before = message.as_dict()
    # What was streamed is replaced like anything else.
    state.messages.change(message, stream=None, **content)
    _tell(state, message, before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.as_dict()}


def _delete(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel"), state.app, writing=False)
    message = state.messages.of_app(channel.id, call.text("ts"), state.app.bot_id, code="cant_delete_message")
    state.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


CHAT_METHODS: dict[str, Perform] = {
    "chat.postMessage": _post,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
}
