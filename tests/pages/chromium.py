"""The system's Chromium, driven by Playwright, with everything noted that a page must not do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Read when this is imported: the tests run in a scrubbed environment.
IS_REQUIRED = os.environ.get("DRIVE_AGENT_BROWSER_TESTS") == "required"
PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOW_TO_GET_ONE = (
    "no Chromium was found: `apt-get install chromium` (Debian, Ubuntu), `dnf install chromium` (Fedora),"
    " `brew install --cask chromium` (macOS), or Google Chrome"
)
PICTURES = Path(__file__).resolve().parents[2] / "test-output" / "pages"

DESKTOP, PHONE = 1280, 360
# WCAG 2.2, 1.4.10: what a desktop's window becomes at 400 %.
NARROWEST = 320
LOCALES = {"en": "en-US", "ja": "ja-JP"}


@dataclass
class Tab:
    """One page of a browser. `faults` holds what it said in its console; `requests` what it asked for."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Violations of the Content Security Policy are console errors, too.
        self.page.on(
            "console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None
        )
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def forget(self) -> None:
        self.faults.clear()
        self.requests.clear()


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """One browser. Playwright keeps an event loop in this thread meanwhile, so none may outlive its module."""
    assert PROGRAM is not None, HOW_TO_GET_ONE
    # Chromium's sandbox refuses to work for root, as whom containers like to run.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=options)
        yield browser
        browser.close()


def new_context(browser: Browser, language: str = "en", **options: Any) -> BrowserContext:
    """Somebody's browser profile: no cookies, and the language that they read."""
    context = browser.new_context(locale=LOCALES[language], viewport={"width": DESKTOP, "height": 800}, **options)
    context.set_default_timeout(20_000)
    return context


def fit(page: Page, width: int) -> None:
    """Make the window that wide and as high as the page, so that a picture shows all of it and nothing else."""
    page.set_viewport_size({"width": width, "height": 200})
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
