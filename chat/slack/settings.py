"""The Slack app's settings: the only place here that reads the environment.

Every refusal is a `SettingsError` whose sentence names the variable and says what to write instead.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from callback.settings import Settings, SettingsError

__all__ = ["Language", "SlackSettings"]

Language = Literal["en", "ja"]

_API_URL = "https://slack.com/api/"
_SLACK_HOSTS = ("slack.com", "slack-gov.com")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

_BOT_TOKEN = "DRIVE_AGENT_SLACK_BOT_TOKEN"  # noqa: S105 - the variable's name
_SIGNING_SECRET = "DRIVE_AGENT_SLACK_SIGNING_SECRET"  # noqa: S105 - the variable's name
_APP_TOKEN = "DRIVE_AGENT_SLACK_APP_TOKEN"  # noqa: S105 - the variable's name
_URL = "DRIVE_AGENT_SLACK_API_URL"
_LANGUAGE = "DRIVE_AGENT_SLACK_LANGUAGE"


@dataclass(frozen=True)
class SlackSettings:
    """One app in one workspace. No `signing_secret`: nothing is taken over HTTP; no `app_token`: no Socket Mode.

    `language` is for people whose own Slack does not say.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = _API_URL
    language: Language = "en"

    @property
    def is_stand_in(self) -> bool:
        """Whether Slack is on this machine."""
        return (urlsplit(self.api_url).hostname or "") in _LOOPBACK

    @classmethod
    def load(cls, environ: Mapping[str, str], service: Settings) -> "SlackSettings | None":
        """Read and judge the environment; None where it names no Slack app. Raises: `SettingsError`."""
        values = {name: environ.get(name, "").strip() for name in (_BOT_TOKEN, _SIGNING_SECRET, _APP_TOKEN)}
        if not any(values.values()):
            return None
        _refuse_other_service(service)
        for name, begins in ((_BOT_TOKEN, "xoxb-"), (_APP_TOKEN, "xapp-")):
            if values[name] and not values[name].startswith(begins):
                raise SettingsError(f"{name} must be a token that begins with {begins}: docs/slack.md says which one.")
        if not values[_BOT_TOKEN]:
            raise SettingsError(f"{_BOT_TOKEN} is not set. It is the Bot User OAuth Token of the Slack app.")
        if not values[_SIGNING_SECRET] and not values[_APP_TOKEN]:
            raise SettingsError(
                f"Slack cannot reach this service: set {_SIGNING_SECRET} where it sends its events here, or"
                f" {_APP_TOKEN} for Socket Mode."
            )
        return cls(
            bot_token=values[_BOT_TOKEN],
            signing_secret=values[_SIGNING_SECRET],
            app_token=values[_APP_TOKEN],
            api_url=_api_url(environ.get(_URL, "").strip(), is_local=service.mode == "local"),
            language=_language(environ.get(_LANGUAGE, "").strip() or "en"),
        )

    @classmethod
    def from_environment(cls, service: Settings) -> "SlackSettings | None":
        """`load` with this process's environment."""
        return cls.load(os.environ, service)


def _refuse_other_service(service: Settings) -> None:
    """The person of a browser and of a Slack message must be the same one, so one service knows one kind of people."""
    if service.sign_in != "slack":
        raise SettingsError(
            f"{_BOT_TOKEN} needs DRIVE_AGENT_SIGN_IN=slack: the people of the Slack app sign in with Slack. Run a"
            " second service for them, on an origin of its own (docs/slack.md)."
        )


def _api_url(url: str, *, is_local: bool) -> str:
    """Where the bot token is sent: to Slack, or, in local mode, to a stand-in on this machine."""
    if not url:
        return _API_URL
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:  # a bracket that is not closed
        raise SettingsError(f"{_URL} is not a web address.") from error
    is_slack = parts.scheme == "https" and any(host == own or host.endswith(f".{own}") for own in _SLACK_HOSTS)
    is_stand_in = is_local and parts.scheme in {"http", "https"} and host in _LOOPBACK
    if not is_slack and not is_stand_in:
        raise SettingsError(
            f"{_URL} gets the bot token, so it must be https://slack.com/api/ or, with DRIVE_AGENT_MODE=local, a"
            " stand-in on this machine, as in http://127.0.0.1:4568/api/."
        )
    return url if url.endswith("/") else f"{url}/"


def _language(value: str) -> Language:
    if value not in {"en", "ja"}:
        raise SettingsError(f"{_LANGUAGE} is {value!r}; it must be 'en' or 'ja'.")
    return "ja" if value == "ja" else "en"
