"""The Slack app as a front end on the callback service's door: its route, and what lives as long as the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

import aiohttp
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp

from callback.door import Door
from chat.callers import IamCaller
from chat.client import RuntimeClient, http_client
from chat.slack.app import bolt_app, web_client
from chat.slack.buttons import Buttons
from chat.slack.conversations import Member
from chat.slack.desk import Desk
from chat.slack.listeners import listen
from chat.slack.people import People
from chat.slack.places import Places
from chat.slack.settings import SlackSettings
from chat.slack.signed import RefusedError, read_signed
from chat.slack.slack import Slack
from chat.slack.sockets import connected
from chat.slack.state import State
from chat.slack.tokens import check_bot_token
from chat.slack.turns import Turns
from chat.slack.work import Turnstile, Work

__all__ = ["EVENTS_PATH", "SlackApp"]

EVENTS_PATH = "/slack/events"

# How a person's line to the agent is made; tests bring their own.
Lines: TypeAlias = Callable[[Member], RuntimeClient]


class SlackApp:
    """A `callback.door.FrontEnd`. `lines` makes the lines to the agent; without it they go to the Runtime, signed."""

    start_path = ""  # what it has of its own is in Slack

    def __init__(
        self,
        settings: SlackSettings,
        lines: Callable[[Door], Lines] | None = None,
        *,
        stop_button_after_s: float = 4.0,
    ) -> None:
        self._settings, self._lines, self._stop_button_after_s = settings, lines, stop_button_after_s
        self._app: AsyncApp | None = None
        self.router = APIRouter()
        # Without a secret there is no signature to check, and so nothing is taken.
        if settings.signing_secret:
            self.router.add_api_route(EVENTS_PATH, self._events, methods=["POST"])

    async def _events(self, request: Request) -> Response:
        """Events and interactions alike. Bolt checks the signature once more."""
        assert self._app is not None
        try:
            body = await read_signed(request, self._settings.signing_secret)
        except RefusedError as error:
            return Response(status_code=error.status)
        try:
            bolt_request = to_async_bolt_request(request, body.encode())
        except (ValueError, AttributeError, RecursionError):  # no JSON, or no object
            return Response(status_code=400)
        return to_starlette_response(await self._app.async_dispatch(bolt_request))

    @asynccontextmanager
    async def running(self, door: Door) -> AsyncIterator[None]:
        """Answer Slack for as long as the service runs; with an app token, connect to it. Raises: `SettingsError`."""
        async with AsyncExitStack() as close:
            # Shared by all calls: the SDK alone would open a connection for each piece of an answer.
            http = await close.enter_async_context(aiohttp.ClientSession())
            client = web_client(self._settings, http=http)
            lines = self._lines(door) if self._lines else await _signed_lines(door, close)
            slack, work = Slack(client), Work()
            await check_bot_token(slack)
            people = People(slack, self._settings.language)
            desk = Desk(door, slack, State(door), people, work, Turnstile(), lines, self._stop_button_after_s)
            places = Places(desk)
            turns = Turns(desk, places)
            buttons = Buttons(desk, places, turns)
            app = bolt_app(self._settings, slack, desk.state.deliveries, work)
            listen(app, turns, buttons, places, desk.state.deliveries, work)
            close.push_async_callback(work.close)
            close.callback(door.announcements.subscribe(turns.consents.hear))
            close.callback(door.announcements.subscribe(buttons.hear))
            self._app = app
            if self._settings.app_token:
                await close.enter_async_context(connected(app, self._settings))
            yield


async def _signed_lines(door: Door, close: AsyncExitStack) -> Lines:
    """Lines to the Runtime with IAM auth, over shared connections."""
    settings = door.settings
    http = await close.enter_async_context(http_client(settings.runtime_url))

    def line(member: Member) -> RuntimeClient:
        caller = IamCaller(settings.runtime_url, settings.runtime_arn, member.user_id, door.sign)
        return RuntimeClient(caller, kind="slack", http=http)

    return line
