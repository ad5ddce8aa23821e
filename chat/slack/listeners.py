"""From Bolt's listeners to what is done. A listener acknowledges, starts the work, and ends: Slack waits for 3 s."""

import re
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from chat.slack import views
from chat.slack.buttons import Buttons
from chat.slack.incoming import (
    Opened,
    Stopped,
    delivery_of,
    read_click,
    read_mention,
    read_message,
    read_opened,
    read_stopped,
)
from chat.slack.places import Places
from chat.slack.state import Deliveries
from chat.slack.turns import Turns
from chat.slack.work import Work

__all__ = ["EVENTS", "listen"]

# What the manifest subscribes to.
EVENTS = ("agent_session_stopped", "app_home_opened", "app_mention", "message.im")

# Any: JSON of Slack's.
_Body = dict[str, Any]


def listen(app: AsyncApp, turns: Turns, buttons: Buttons, places: Places, deliveries: Deliveries, work: Work) -> None:
    """Register everything."""

    def start(body: _Body, doing: Coroutine[None, None, None] | None) -> None:
        work.start(_begun(deliveries, body, doing))

    @app.event("message")
    async def on_message(body: _Body) -> None:
        question = read_message(body)
        start(body, turns.ask(question) if question else None)

    @app.event("app_mention")
    async def on_mention(body: _Body) -> None:
        question = read_mention(body)
        start(body, turns.ask(question) if question else None)

    @app.event("agent_session_stopped")
    async def on_stop(body: _Body) -> None:
        stopped = read_stopped(body)
        start(body, _stop(turns, places, stopped) if stopped else None)

    @app.event("app_home_opened")
    async def on_opened(body: _Body) -> None:
        opened = read_opened(body)
        start(body, _opened(buttons, opened) if opened else None)

    @app.event(re.compile(".*"))
    async def on_other_event(body: _Body) -> None:
        start(body, None)

    @app.action(re.compile(".*"))
    async def on_action(ack: AsyncAck, body: _Body) -> None:
        # Buttons that are links arrive here, too, and need no more than this.
        await ack()
        click = read_click(body)
        start(body, buttons.press(click) if click and click.action != views.CONNECT else None)


async def _begun(deliveries: Deliveries, body: _Body, doing: Coroutine[None, None, None] | None) -> None:
    if name := delivery_of(body):
        await deliveries.done(name)
    if doing is not None:
        await doing


async def _stop(turns: Turns, places: Places, stopped: Stopped) -> None:
    await turns.stop(await places.conversation(stopped.place, stopped.member))


async def _opened(buttons: Buttons, opened: Opened) -> None:
    if opened.tab == "home":
        await buttons.show_home(opened.member)
    elif opened.tab == "messages" and opened.channel:
        await buttons.suggest(opened.member, opened.channel)
