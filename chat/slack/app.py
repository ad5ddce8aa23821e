"""The Bolt app: what Slack delivers is checked, taken once, acknowledged, and done in the background."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from chat.slack.incoming import delivery_of
from chat.slack.retries import ShortWaits
from chat.slack.settings import SlackSettings
from chat.slack.slack import Slack
from chat.slack.state import Deliveries
from chat.slack.work import Work

__all__ = ["bolt_app", "web_client"]

# Bolt and the SDK put bodies, texts and tokens into their lines: into those about a bad signature and about a request
# that nobody handles, for instance. What is left of a line is where it came from.
_libraries = logging.getLogger("chat.slack.libraries")

_TIMEOUT_S = 15


def bolt_app(settings: SlackSettings, slack: Slack, deliveries: Deliveries, work: Work) -> AsyncApp:
    """Make the app, without listeners. Bolt checks the signature of whatever comes over HTTP."""

    async def authorize(**_: object) -> AuthorizeResult:
        bot = await slack.bot()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=bot.team,
            bot_token=settings.bot_token,
            bot_id=bot.bot,
            bot_user_id=bot.user,
        )

    # Given `authorize`, Bolt leaves SLACK_CLIENT_ID and other variables of the environment alone.
    app = AsyncApp(
        name="drive-agent",
        logger=_quiet_logger(),
        client=web_client(settings, has_token=False),
        signing_secret=settings.signing_secret,
        authorize=authorize,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(_once(deliveries, work))
    return app


def web_client(
    settings: SlackSettings, *, has_token: bool = True, http: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """The Web API, tried again after a limit, a lost connection or a server error."""
    retries: list[AsyncRetryHandler] = [
        ShortWaits(max_retry_count=3),
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
        AsyncServerErrorRetryHandler(max_retry_count=2),
    ]
    client = AsyncWebClient(
        token=settings.bot_token if has_token else None,
        base_url=settings.api_url,
        timeout=_TIMEOUT_S,
        session=http,
        logger=_quiet_logger(),
        retry_handlers=retries,
    )
    if settings.is_stand_in:
        client.proxy = None  # a proxy of the environment leads out, never to this machine itself
    return client


def _once(deliveries: Deliveries, work: Work) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Middleware that lets each delivery through once. Any other status than 200 has Slack come again in a moment."""

    async def once(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        name = delivery_of(body)
        if name is None:
            await next_()
            return None
        if work.is_full:
            return BoltResponse(status=503)
        match await deliveries.take(name):
            case "done":
                return BoltResponse(status=200)
            case "taken":
                return BoltResponse(status=503)
        await next_()
        return None

    return once


class _OnlyWhere(logging.Filter):
    """Takes the words out of a log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line, with nothing in it that anybody sent."""
        record.msg = f"module={record.module} line={record.lineno} | Slack's library has something to report"
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return True


def _quiet_logger() -> logging.Logger:
    if not any(isinstance(one, _OnlyWhere) for one in _libraries.filters):
        _libraries.addFilter(_OnlyWhere())
        _libraries.setLevel(logging.WARNING)
    return _libraries
