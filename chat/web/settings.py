"""The web chat's settings: the only place here that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from callback.settings import SettingsError

__all__ = ["WebSettings"]

_NAME = "DRIVE_AGENT_WEB_CHAT"


@dataclass(frozen=True)
class WebSettings:
    """Whether the service has a web chat. It needs no more than the callback service is told."""

    is_on: bool

    @staticmethod
    def load(environ: Mapping[str, str]) -> "WebSettings":
        """Read and judge the environment. Raises: `SettingsError`."""
        value = environ.get(_NAME, "").strip() or "on"
        if value not in {"on", "off"}:
            raise SettingsError(f"{_NAME} is {value!r}; it must be 'on' or 'off'.")
        return WebSettings(is_on=value == "on")

    @staticmethod
    def from_environment() -> "WebSettings":
        """`load` with this process's environment."""
        return WebSettings.load(os.environ)
