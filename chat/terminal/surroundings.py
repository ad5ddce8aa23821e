"""What the environment tells about where a program in the terminal runs. Pure but for the home folder's name."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["has_browser", "state_dir"]

_SSH = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY")


def has_browser(environ: Mapping[str, str], platform: str) -> bool:
    """Say whether a browser can be opened in front of the person; `platform` is `sys.platform`.

    Whoever sets BROWSER has one, even over SSH: editors with a remote side open it at the person's end.
    """
    if environ.get("BROWSER"):
        return True
    if any(environ.get(name) for name in _SSH):
        return False
    return platform in {"darwin", "win32"} or any(environ.get(name) for name in _DISPLAY)


def state_dir(environ: Mapping[str, str]) -> Path:
    """Where the terminal keeps what outlives it.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative XDG_STATE_HOME does not count.
    """
    if chosen := environ.get("DRIVE_AGENT_CHAT_STATE"):
        return Path(chosen).expanduser().absolute()
    home = Path(environ.get("XDG_STATE_HOME", ""))
    return (home if home.is_absolute() else Path.home() / ".local" / "state") / "drive-agent"
