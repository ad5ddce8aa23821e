"""views.*, assistant.threads.* and agents.sessions.*: what an app shows beside messages.

https://docs.slack.dev/surfaces/app-home, https://docs.slack.dev/ai/agent-sessions
"""

import json
from typing import Any  # views are JSON

from local.slack.blocks import view_faults
from local.slack.calls import Answer, Call, Perform
from local.slack.chat_api import with_ids
from local.slack.errors import SlackError, invalid_arguments
from local.slack.surfaces import Status
from local.slack.workspace import USERS

__all__ = ["SESSION_STATES", "SURFACE_METHODS"]

SESSION_STATES = frozenset({"active", "processing", "suspended", "closed"})
MAX_VIEW_BYTES = 250_000
_STOP_EVENT = "agent_session_stopped"


def _view(call: Call, kind: str) -> dict[str, Any]:
    """The view as it is kept. Raises: `SlackError`."""
    view = call.arguments["view"]
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    faults = view_faults(view)
    if view.get("type") != kind:
        faults.append(f"must be {kind} [json-pointer:/view/type]")
    if faults:
        raise invalid_arguments(faults)
    app = call.state.app
    kept: dict[str, Any] = {
        "id": call.state.surfaces.new_view_id(),
        "team_id": app.team_id,
        "app_id": app.app_id,
        "bot_id": app.bot_id,
    }
    kept |= {"private_metadata": "", "callback_id": "", "state": {"values": {}}, "hash": call.state.stamps.next()}
    return {**kept, **view, "blocks": with_ids(view["blocks"])}


def _publish(call: Call) -> Answer:
    user = call.text("user_id")
    if user not in USERS:
        raise SlackError("user_not_found")
    view = _view(call, "home")
    known = call.state.surfaces.homes.get(user)
    if call.text("hash") and known is not None and known["hash"] != call.text("hash"):
        raise SlackError("hash_conflict")
    if known is not None:
        view["id"] = known["id"]
    call.state.surfaces.homes[user] = view
    return {"view": view}


def _open(call: Call) -> Answer:
    if not call.text("trigger_id"):
        raise invalid_arguments(["missing required field: trigger_id"])
    view = _view(call, "modal")
    user = call.state.tickets.exchange(call.text("trigger_id"))
    call.state.surfaces.modals[user] = view
    return {"view": view}


def _set_status(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel_id"), state.app)
    loading = call.arguments.get("loading_messages") or []
    if len(loading) > 10:
        raise invalid_arguments(["no more than 10 items allowed [json-pointer:/loading_messages]"])
    try:
        root = state.messages.thread(channel.id, call.text("thread_ts"))
    except SlackError as error:
        raise SlackError("invalid_thread_ts") from error
    thread = (channel.id, root.ts)
    if call.text("status"):
        state.surfaces.statuses[thread] = Status(call.text("status"), state.now, tuple(map(str, loading)))
    else:
        state.surfaces.statuses.pop(thread, None)
    return {}


def _set_prompts(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel_id"), state.app)
    prompts = call.arguments["prompts"]
    faults = []
    if not 1 <= len(prompts) <= 4:
        faults.append("must have 1 to 4 items [json-pointer:/prompts]")
    for number, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            faults.append(f"missing required field: title, message [json-pointer:/prompts/{number}]")
    if faults:
        raise invalid_arguments(faults)
    if call.text("thread_ts"):
        state.messages.thread(channel.id, call.text("thread_ts"))
    state.surfaces.prompts[channel.id] = {"title": call.text("title"), "prompts": prompts}
    return {}


def _set_session(call: Call) -> Answer:
    state = call.state
    channel = state.rooms.for_app(call.text("channel_id"), state.app, writing=False)
    if state.app.bot_user_id not in channel.members:
        raise SlackError("not_authorized")
    status = call.text("status")
    if status not in SESSION_STATES:
        raise SlackError("invalid_status")
    if not call.text("thread_ts"):
        raise SlackError("thread_ts_required")
    if call.text("initiator_user_id") and call.text("initiator_user_id") not in channel.members:
        raise SlackError("user_not_found")
    if len(call.text("title")) > 200:
        raise invalid_arguments(["must be less than 201 characters [json-pointer:/title]"])
    thread = (channel.id, state.messages.thread(channel.id, call.text("thread_ts")).ts)
    if thread not in state.surfaces.sessions:
        state.surfaces.titles[thread] = call.text("title")
    state.surfaces.sessions[thread] = status
    answer: Answer = {"status": status, "agent_status": status, "title": state.surfaces.titles[thread]}
    if _STOP_EVENT not in state.app.events:
        answer["warning"] = f"missing_{_STOP_EVENT}_event_subscription"
    return answer


SURFACE_METHODS: dict[str, Perform] = {
    "views.publish": _publish,
    "views.open": _open,
    "assistant.threads.setStatus": _set_status,
    "assistant.threads.setSuggestedPrompts": _set_prompts,
    "agents.sessions.setStatus": _set_session,
}
