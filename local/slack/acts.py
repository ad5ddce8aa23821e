"""What people do in the workspace: write, press a button, stop the agent, look at the App Home, send a modal off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # JSON values

from local.people import Person
from local.slack.delivery import NotTakenError
from local.slack.errors import SlackError
from local.slack.messages import Message
from local.slack.payloads import block_actions, home_opened, message_event, session_stopped, view_submission
from local.slack.state import State
from local.slack.workspace import SLACKBOT, Channel

__all__ = ["ActError", "Done", "channel_of", "open_home", "press", "press_in_view", "say", "stop", "submit"]

_MOST_CHARS = 12_000
_NO_ANSWER = "This app did not respond in time. (It has to take a click within 3 seconds.)"


class ActError(Exception):
    """What the person wanted cannot be done. The text says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """`event_id`: of the event that the app is told; `url`: what a link button opens; `answer`: the app's to a view."""

    message: Message | None = None
    event_id: str = ""
    url: str = ""
    is_taken: bool = True
    answer: Any = None


def channel_of(state: State, person: Person, name: str) -> Channel:
    """A channel by id or name in which the person is, or `dm`: their messages with the app. Raises: `ActError`."""
    if name == "dm":
        return state.rooms.direct(person.slack_id, state.app)
    channel = state.rooms.find(name)
    if channel is None or person.slack_id not in channel.members:
        raise ActError(f"{person.display_name} is in no channel {name}.")
    return channel


def say(state: State, person: Person, channel_name: str, text: str, thread_ts: str = "") -> Done:
    """Write a message; `@Drive Agent` mentions the app. Raises: `ActError`."""
    channel = channel_of(state, person, channel_name)
    app = state.app
    mention = f"<@{app.bot_user_id}>"
    text = text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace(f"&lt;@{app.bot_user_id}&gt;", mention).replace(f"@{app.name}", mention)
    if not text or len(text) > _MOST_CHARS:
        raise ActError(f"A message has 1 to {_MOST_CHARS} characters.")
    try:
        message = state.messages.add(channel.id, person.slack_id, text=text, thread_ts=thread_ts)
    except SlackError as error:
        raise ActError("There is no such thread.") from error
    if channel.is_im:
        event_id = state.delivery.event(message_event(message, channel, app.team_id, "message"))
    elif mention not in text:
        event_id = ""
    elif app.bot_user_id in channel.members:
        event_id = state.delivery.event(message_event(message, channel, app.team_id, "app_mention"))
    else:
        hint = f"{mention} is not in this channel, so it was not told."
        state.messages.add(channel.id, SLACKBOT, text=hint, only_for=person.slack_id, thread_ts=thread_ts)
        event_id = ""
    return Done(message, event_id)


async def press(
    state: State, person: Person, channel_name: str, ts: str, action_id: str, block_id: str = "", value: str = ""
) -> Done:
    """Press a button of a message that the person sees. Raises: `ActError`."""
    channel = channel_of(state, person, channel_name)
    message = state.messages.find(channel.id, ts, person.slack_id)
    if message is None:
        raise ActError("There is no such message.")
    blocks = [*message.blocks, *(message.stream.blocks if message.stream else [])]
    block, element = _element(blocks, action_id, block_id)
    place = state.tickets.place(person.slack_id, channel.id, ts)
    address = f"{state.origin}/actions/{state.app.team_id}/{place}"
    action = _action(block, element, value, state.stamps.next())
    trigger_id = state.tickets.trigger(person.slack_id)
    payload = block_actions(state.app, person, action, trigger_id, at=(message, channel, address))
    return await _interact(state, person, payload, str(element.get("url", "")))


async def press_in_view(
    state: State, person: Person, kind: str, action_id: str, block_id: str = "", value: str = ""
) -> Done:
    """Press a button of the App Home (`home`) or of the open `modal`. Raises: `ActError`."""
    view = _view(state, person, kind)
    block, element = _element(view["blocks"], action_id, block_id)
    action = _action(block, element, value, state.stamps.next())
    payload = block_actions(state.app, person, action, state.tickets.trigger(person.slack_id), view=view)
    return await _interact(state, person, payload, str(element.get("url", "")))


async def submit(state: State, person: Person, texts: Mapping[str, str]) -> Done:
    """Send the open modal off with what was written into its inputs, by block id. Raises: `ActError`."""
    view = _view(state, person, "modal")
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            read = {"type": element["type"], "value": texts.get(block["block_id"]) or None}
            values[block["block_id"]] = {element.get("action_id", "a"): read}
    payload = view_submission(state.app, person, view, values, state.tickets.trigger(person.slack_id))
    done = await _interact(state, person, payload, "")
    said = done.answer if isinstance(done.answer, dict) else {}
    if done.is_taken and said.get("response_action") != "errors":
        state.surfaces.modals.pop(person.slack_id, None)
    return done


def stop(state: State, person: Person, channel_name: str, thread_ts: str) -> Done:
    """Press Stop while the agent is at work in a thread. Raises: `ActError`."""
    channel = channel_of(state, person, channel_name)
    if state.surfaces.sessions.get((channel.id, thread_ts)) != "processing":
        raise ActError("The agent is not at work there.")
    stopped = []
    for message in list(state.messages.open_streams(channel.id, thread_ts)):
        assert message.stream is not None
        message.stream.state = "stopped_by_user"
        stopped.append(message.ts)
    event = session_stopped(person.slack_id, channel.id, thread_ts, stopped, state.stamps.next())
    return Done(event_id=state.delivery.event(event))


def open_home(state: State, person: Person, tab: str) -> Done:
    """Look at the app: its `home` or its `messages`. Raises: `ActError`."""
    if tab not in {"home", "messages"}:
        raise ActError("The tabs are home and messages.")
    channel = channel_of(state, person, "dm")
    view = state.surfaces.homes.get(person.slack_id)
    event = home_opened(person.slack_id, channel.id, tab, state.stamps.next(), view)
    return Done(event_id=state.delivery.event(event))


def _view(state: State, person: Person, kind: str) -> dict[str, Any]:
    kept = state.surfaces.homes if kind == "home" else state.surfaces.modals
    if person.slack_id not in kept:
        raise ActError(f"There is no {kind} to press anything in.")
    return kept[person.slack_id]


async def _interact(state: State, person: Person, payload: Mapping[str, Any], url: str) -> Done:
    now = state.now.timestamp()
    try:
        answer = await state.delivery.interaction(payload)
        outcome = "taken"
        state.surfaces.warnings.pop(person.slack_id, None)
    except NotTakenError as error:
        answer, outcome = None, str(error)
        state.surfaces.warnings[person.slack_id] = _NO_ANSWER
    state.journal.delivery(event_id="", type=payload["type"], attempt=0, outcome=outcome, at=now)
    return Done(url=url, is_taken=outcome == "taken", answer=answer)


def _elements(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Everything in a block that can be pressed."""
    for name in ("elements", "actions", "accessory", "child_blocks"):
        inner = block.get(name)
        for item in [inner] if isinstance(inner, dict) else inner or ():
            if isinstance(item, dict):
                yield item
                yield from _elements(item)


def _element(blocks: Sequence[Mapping[str, Any]], action_id: str, block_id: str) -> tuple[Any, Any]:
    for block in blocks:
        if block_id in ("", block.get("block_id")):
            for element in _elements(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise ActError("There is no such button.")


def _action(block: Mapping[str, Any], element: Mapping[str, Any], value: str, action_ts: str) -> dict[str, Any]:
    """As the payload has it: a button with its value, a menu with the option that was chosen."""
    shown = ("type", "action_id", "text", "value", "url", "style")
    action = {name: element[name] for name in shown if name in element}
    if element["type"] == "feedback_buttons":
        pair = (element["positive_button"], element["negative_button"])
        chosen = next((each for each in pair if each.get("value", "") == value), pair[0])
        action |= {"text": chosen["text"], "value": chosen.get("value", "")}
    elif "options" in element:
        options = element["options"]
        chosen = next((each for each in options if each.get("value") == value), options[0])
        action["selected_option"] = chosen
    return action | {"block_id": block["block_id"], "action_ts": action_ts}
