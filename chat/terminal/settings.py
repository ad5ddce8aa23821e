"""Which agent to talk to, and how the person at this computer reads time and language."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from chat.errors import InvalidSettingError
from chat.plain import plain_link
from chat.terminal.surroundings import has_browser, state_dir

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
_TMUX_WITH_LINKS = (3, 4)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, kw_only=True)
class ChatSettings:
    """Read once by the command; `bearer_token` and `bearer_token_file` serve people who have a bearer token already.

    `opens_links`: a terminal, if this is one, opens the link behind a name. `has_browser`: one can be opened here, in
    front of the person. `connect_url`: the page where accounts are connected. `state_dir`: for what outlives the chat.
    """

    runtime_url: str
    runtime_arn: str
    agent_url: str = "http://127.0.0.1:8080"
    bearer_token: str = field(default="", repr=False)
    bearer_token_file: Path | None = None
    timezone: str | None = None
    locale: str | None = None
    opens_links: bool = True
    has_browser: bool = False
    connect_url: str = ""
    state_dir: Path = Path(".drive-agent")

    @property
    def has_bearer(self) -> bool:
        """Whoever runs this has a bearer token already."""
        return bool(self.bearer_token or self.bearer_token_file)

    @property
    def language(self) -> str:
        """The language of the chat's own words, such as `ja`; English where nothing is said."""
        return (self.locale or "en").partition("-")[0].lower()

    @property
    def zone(self) -> tzinfo:
        """The time zone in which times are shown."""
        return ZoneInfo(self.timezone) if self.timezone else datetime.now().astimezone().tzinfo or UTC

    @classmethod
    def load(cls, environ: Mapping[str, str], platform: str = sys.platform) -> "ChatSettings":
        """Read `environ`: the settings file's values with the process environment over them.

        Raises:
            InvalidSettingError: a bearer token would travel in the clear.
        """
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-west-2"
        runtime_url = environ.get("DRIVE_AGENT_RUNTIME_URL") or f"https://bedrock-agentcore.{region}.amazonaws.com"
        file = environ.get("DRIVE_AGENT_TOKEN_FILE")
        return cls(
            runtime_url=_checked(runtime_url, "DRIVE_AGENT_RUNTIME_URL"),
            runtime_arn=environ.get("DRIVE_AGENT_RUNTIME_ARN", ""),
            agent_url=_checked(
                environ.get("DRIVE_AGENT_LOCAL_AGENT_URL") or "http://127.0.0.1:8080", "DRIVE_AGENT_LOCAL_AGENT_URL"
            ),
            bearer_token=environ.get("DRIVE_AGENT_TOKEN", ""),
            bearer_token_file=Path(file) if file else None,
            timezone=_timezone(environ),
            locale=_locale(environ),
            opens_links=_opens_links(environ),
            has_browser=has_browser(environ, platform),
            connect_url=plain_link(environ.get("DRIVE_AGENT_CONNECT_URL", "")),
            state_dir=state_dir(environ),
        )


def _opens_links(environ: Mapping[str, str]) -> bool:
    """Apple's Terminal, the Linux console, GNU screen and tmux before 3.4 show a name and lead nowhere."""
    program, version = environ.get("TERM_PROGRAM", ""), environ.get("TERM_PROGRAM_VERSION", "")
    if program == "tmux" or environ.get("TMUX"):
        numbers = re.match(r"(?:next-)?(\d+)\.(\d+)", version)
        return numbers is not None and (int(numbers[1]), int(numbers[2])) >= _TMUX_WITH_LINKS
    name = environ.get("TERM", "")
    return program != "Apple_Terminal" and name != "linux" and not name.startswith("screen")


def _checked(url: str, name: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:  # a bracket that is not closed
        raise InvalidSettingError(f"{name} is not a web address.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSettingError(f"{name} is not a web address.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidSettingError(f"{name} has to be https: a bearer token must not travel in the clear.")
    return url


def _timezone(environ: Mapping[str, str]) -> str | None:
    """The IANA name, from TZ or from where /etc/localtime points; None when neither says."""
    named = environ.get("TZ", "").removeprefix(":")
    if not named:
        _, is_zone, named = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
        if not is_zone:
            return None
    # What this machine knows, the agent most likely knows; it refuses names that it does not.
    return named if _ZONE.fullmatch(named) and named in available_timezones() else None


def _locale(environ: Mapping[str, str]) -> str | None:
    """A language tag such as `ja-JP`, from the first of the POSIX variables that is set."""
    name = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    name = name.partition(".")[0].partition("@")[0]
    return name.replace("_", "-") if _LANGUAGE.fullmatch(name) else None
