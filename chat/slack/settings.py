"""The Slack app's settings: the only place here that reads the environment.

Every refusal is a `SettingsError` whose sentence names the variable and says what to write instead.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from callback.settings import Settings, SettingsError

__all__ = ["APP_TOKEN", "BOT_TOKEN", "Language", "SlackSettings"]

Language = Literal["en", "ja"]

_API_URL = "https://slack.com/api/"
_SLACK_HOSTS = ("slack.com", "slack-gov.com")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

BOT_TOKEN = "DRIVE_AGENT_SLACK_BOT_TOKEN"  # noqa: S105 - the variable's name
_SIGNING_SECRET = "DRIVE_AGENT_SLACK_SIGNING_SECRET"  # noqa: S105 - the variable's name
APP_TOKEN = "DRIVE_AGENT_SLACK_APP_TOKEN"  # noqa: S105 - the variable's name
_URL = "DRIVE_AGENT_SLACK_API_URL"
_LANGUAGE = "DRIVE_AGENT_SLACK_LANGUAGE"

_AFTER_PREFIX = r"-[A-Za-z0-9-]+"
# A secret is hex at Slack; what begins so is a token in the wrong place.
_NO_SECRET = re.compile(r"xox|xapp-|xwfp-")


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
        values = {name: environ.get(name, "").strip() for name in (BOT_TOKEN, _SIGNING_SECRET, APP_TOKEN)}
        if not any(values.values()):
            return None
        _refuse_other_service(service)
        for name, begins in ((BOT_TOKEN, "xoxb"), (APP_TOKEN, "xapp")):
            if values[name] and not re.fullmatch(f"{begins}{_AFTER_PREFIX}", values[name]):
                raise SettingsError(
                    f"{name} must be a token that begins with {begins}- and goes on with letters, digits and hyphens:"
                    " docs/slack.md says which one."
                )
        if not values[BOT_TOKEN]:
            raise SettingsError(f"{BOT_TOKEN} is not set. It is the Bot User OAuth Token of the Slack app.")
        _refuse_wrong_secret(values[_SIGNING_SECRET])
        if not values[_SIGNING_SECRET] and not values[APP_TOKEN]:
            raise SettingsError(
                f"Slack cannot reach this service: set {_SIGNING_SECRET} where it sends its events here, or"
                f" {APP_TOKEN} for Socket Mode."
            )
        return cls(
            bot_token=values[BOT_TOKEN],
            signing_secret=values[_SIGNING_SECRET],
            app_token=values[APP_TOKEN],
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
            f"{BOT_TOKEN} needs DRIVE_AGENT_SIGN_IN=slack: the people of the Slack app sign in with Slack. Run a"
            " second service for them, on an origin of its own (docs/slack.md)."
        )


def _refuse_wrong_secret(secret: str) -> None:
    is_plain = secret.isascii() and secret.isprintable() and " " not in secret
    if not is_plain or _NO_SECRET.match(secret):
        raise SettingsError(
            f"{_SIGNING_SECRET} must be the Signing Secret of the Slack app (Basic Information): 32 letters and digits,"
            " no token."
        )


def _api_url(url: str, *, is_local: bool) -> str:
    """Where the bot token is sent: to Slack, or, in local mode, to a stand-in on this machine."""
    if not url:
        return _API_URL
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:  # a bracket that is not closed, a port that is no number
        raise SettingsError(f"{_URL} is not a web address.") from error
    is_at_slack = any(host == own or host.endswith(f".{own}") for own in _SLACK_HOSTS)
    is_slack = parts.scheme == "https" and port is None and is_at_slack
    is_stand_in = is_local and parts.scheme in {"http", "https"} and host in _LOOPBACK
    is_bare = not ("@" in parts.netloc or "?" in url or "#" in url)
    if not is_bare or not (is_slack or is_stand_in):
        raise SettingsError(
            f"{_URL} gets the bot token, so it must be https://slack.com/api/ or, with DRIVE_AGENT_MODE=local, a"
            " stand-in on this machine, as in http://127.0.0.1:4568/api/."
        )
    return url if url.endswith("/") else f"{url}/"


def _language(value: str) -> Language:
    if value not in {"en", "ja"}:
        raise SettingsError(f"{_LANGUAGE} is {value!r}; it must be 'en' or 'ja'.")
    return "ja" if value == "ja" else "en"
