"""Socket Mode: this service calls Slack, and needs no way in.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from chat.slack.app import web_client
from chat.slack.settings import SlackSettings
from chat.slack.tokens import check_app_token

__all__ = ["connected"]

# The start of the service does not wait longer for Slack; connecting goes on behind it.
_PATIENCE_S = 3.0


@asynccontextmanager
async def connected(app: AsyncApp, settings: SlackSettings) -> AsyncIterator[None]:
    """Be connected, again and again. Raises: `SettingsError` where the app token is wrong."""
    client = web_client(settings, has_token=False)
    await check_app_token(client, settings.app_token)
    handler = AsyncSocketModeHandler(app, settings.app_token, web_client=client)
    if settings.is_stand_in:
        handler.client.proxy = None  # it reads the environment by itself
    # The SDK tries for as long as it takes, and never says that it could not.
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # Bolt's
    await asyncio.wait((connecting,), timeout=_PATIENCE_S)
    try:
        yield
    finally:
        connecting.cancel()
        await asyncio.wait((connecting,))
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
