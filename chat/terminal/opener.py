"""Opens a page in the person's browser, where they have one on this machine."""

import threading
import webbrowser
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

__all__ = ["Open", "browser_opener"]

# Returns whether a browser has been asked to open the address.
Open: TypeAlias = Callable[[str], bool]

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def browser_opener(*, is_wanted: bool, open_page: Callable[[str], object] = webbrowser.open) -> Open:
    """Return what opens https pages, and those of this machine; `is_wanted` is false without a display."""

    def open_in_browser(url: str) -> bool:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not is_wanted or not is_safe:
            return False
        # Some browsers return when they are closed, and some are not to be waited for at the end of the program.
        threading.Thread(target=open_page, args=(url,), daemon=True, name="browser").start()
        return True

    return open_in_browser
