"""Whether Slack knows our tokens: asked once at the start, where whoever set them still looks."""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from callback.settings import SettingsError
from chat.slack.errors import SlackTroubleError
from chat.slack.settings import APP_TOKEN, BOT_TOKEN
from chat.slack.slack import Slack, open_connection

__all__ = ["check_app_token", "check_bot_token"]

logger = logging.getLogger(__name__)

# https://docs.slack.dev/reference/methods/auth.test#errors, …/apps.connections.open#errors: what no waiting mends.
_WRONG = {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
_NO_SCOPE = "missing_scope"


async def check_bot_token(slack: Slack) -> None:
    """Ask who we are. Raises: `SettingsError` where Slack does not know the token."""
    try:
        await slack.bot()
    except SlackTroubleError as error:
        if error.code in _WRONG:
            raise SettingsError(
                f"Slack refuses {BOT_TOKEN} ({error.code}). It is the Bot User OAuth Token of the Slack app, under"
                ' "OAuth & Permissions"; after the app was installed again it may be another one.'
            ) from error
        logger.warning("code=%s | Slack could not be asked whether the bot token is right", error.code)


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Ask for a connection. Raises: `SettingsError` where Slack gives none to this token."""
    try:
        await open_connection(client, app_token)
    except SlackTroubleError as error:
        if error.code in _WRONG or error.code == _NO_SCOPE:
            raise SettingsError(
                f"Slack refuses {APP_TOKEN} ({error.code}). It is an App-Level Token of the Slack app with the scope"
                ' connections:write, under "Basic Information".'
            ) from error
        logger.warning("code=%s | Slack could not be asked whether the app token is right", error.code)
