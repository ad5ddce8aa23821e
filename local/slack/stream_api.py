"""chat.startStream, chat.appendStream and chat.stopStream.

https://docs.slack.dev/reference/methods/chat.startStream
"""

from typing import Any  # JSON values

from local.slack.blocks import MAX_MARKDOWN_CHARS
from local.slack.calls import Answer, Call, Perform
from local.slack.chat_api import checked_blocks, put_message
from local.slack.chunks import chunk_faults
from local.slack.errors import SlackError, invalid_arguments
from local.slack.messages import STREAM_LIFE, Message, Stream
from local.slack.state import State
from local.slack.surface_api import SESSION_STATES
from local.slack.workspace import Channel

__all__ = ["STREAM_METHODS", "expire_streams"]

_DISPLAYS = frozenset({"timeline", "plan", "dense"})


def expire_streams(state: State, *, all_of_them: bool = False) -> int:
    """End the streams whose time is over; returns how many."""
    ended = 0
    for message in list(state.messages.open_streams()):
        stream = message.stream
        assert stream is not None
        since = stream.started if state.switches.stream_life == "started" else stream.touched
        if all_of_them or state.now >= since + STREAM_LIFE:
            stream.state = "expired"
            ended += 1
    return ended


def _pieces(call: Call) -> tuple[str | None, list[Any] | None]:
    """Text or chunks. Raises: `SlackError`."""
    text, chunks = call.arguments.get("markdown_text"), call.arguments.get("chunks")
    if text is not None and chunks is not None:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if text is not None and len(text) > MAX_MARKDOWN_CHARS:
        raise SlackError("msg_too_long")
    if chunks and (faults := chunk_faults(chunks)):
        raise invalid_arguments(faults, "invalid_chunks")
    return text, chunks


def _check_recipient(call: Call, channel: Channel) -> str:
    """Outside of direct messages Slack wants to know for whom the stream is. Raises: `SlackError`."""
    user, team = call.text("recipient_user_id"), call.text("recipient_team_id")
    if channel.is_im:
        return user or channel.user
    if not team:
        raise SlackError("missing_recipient_team_id")
    if not user:
        raise SlackError("missing_recipient_user_id")
    if team != call.state.app.team_id:
        raise SlackError("team_not_found")
    if user not in channel.members:
        raise SlackError("user_not_found")
    return user


def _start(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel"), state.app)
    recipient = _check_recipient(call, channel)
    if call.arguments.get("task_display_mode", "timeline") not in _DISPLAYS:
        raise invalid_arguments(["must be one of dense, plan, timeline [json-pointer:/task_display_mode]"])
    text, chunks = _pieces(call)
    stream = Stream(started=state.now, touched=state.now, recipient=recipient)
    message = put_message(state, channel.id, thread_ts=call.text("thread_ts"), markdown=True, stream=stream)
    state.messages.feed(message, text, chunks, state.now)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(call: Call) -> Message:
    """The message, while it streams. Raises: `SlackError`."""
    state = call.state
    expire_streams(state)
    channel = state.rooms.for_app(call.text("channel"), state.app, writing=False)
    message = state.messages.of_app(channel.id, call.text("ts"), state.app.bot_id, code="message_not_owned_by_app")
    if message.stream is not None and message.stream.state == "stopped_by_user":
        raise SlackError("stopped_by_user")
    if message.stream is None or message.stream.state != "open":
        raise SlackError("message_not_in_streaming_state")
    return message


def _append(call: Call) -> Answer:
    text, chunks = _pieces(call)
    if text is None and chunks is None:
        raise SlackError("markdown_text_or_chunks_required")
    message = _streaming(call)
    call.state.messages.feed(message, text, chunks, call.state.now)
    return {"channel": message.channel, "ts": message.ts}


def _stop(call: Call) -> Answer:
    state = call.state
    text, chunks = _pieces(call)
    blocks = checked_blocks(call.arguments.get("blocks"))
    status = call.text("session_status") or "active"
    if status not in SESSION_STATES:
        raise SlackError("invalid_status")
    message = _streaming(call)
    state.messages.feed(message, text, chunks, state.now)
    assert message.stream is not None
    message.stream.state = "done"
    message.blocks = blocks
    thread = (message.channel, message.root_ts)
    if thread in state.surfaces.sessions:
        state.surfaces.sessions[thread] = status
    shown = message.as_dict() | {"bot_id": state.app.bot_id, "app_id": state.app.app_id}
    return {"channel": message.channel, "ts": message.ts, "message": shown}


STREAM_METHODS: dict[str, Perform] = {
    "chat.startStream": _start,
    "chat.appendStream": _append,
    "chat.stopStream": _stop,
}
