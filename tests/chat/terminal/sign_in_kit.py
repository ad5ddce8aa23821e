"""A person at a terminal, for tests: a `SignIn` on the scripted issuer, a clock that nobody waits for, a keyring."""

import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep
from chat.terminal.sign_in.keyring_store import KeyringStore
from chat.terminal.sign_in.sign_in import SignIn
from tests.chat.terminal.scripted_issuer import CLIENT_ID, Browser, Issuer


@dataclass
class Terminal:
    """`slept` are the pauses; each moves the clock on."""

    issuer: Issuer
    folder: Path
    browser: Browser = field(default_factory=Browser)
    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=lambda: [1_800_000_000.0])
    settings: dict[str, Any] = field(default_factory=dict)

    def now(self) -> float:
        return self.clock[0]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock[0] += seconds

    def issuer_settings(self) -> IssuerSettings:
        members = {
            "discovery_url": self.issuer.discovery_url,
            "client_id": CLIENT_ID,
            "state_dir": self.folder,
            "redirect_urls": ("http://127.0.0.1:0/signed-in",),
        }
        return IssuerSettings(**{**members, **self.settings})

    def keep(self, keyring: KeyringStore | None = None) -> Keep:
        return Keep(self.issuer_settings(), keyring, sleep=self.sleep)

    @contextlib.asynccontextmanager
    async def person(self, keep: Keep | None = None, **options: Any) -> AsyncIterator[SignIn]:
        async with httpx.AsyncClient(trust_env=False) as http:
            members = {
                "http": http,
                "open_browser": self.browser,
                "say": self.said.append,
                "now": self.now,
                "sleep": self.sleep,
                "patience_s": 10.0,
            }
            yield SignIn(self.issuer_settings(), keep or self.keep(), **{**members, **options})


class Memory(KeyringBackend):
    """A keyring as one should be. `hangs` until let go; `fails` as one that is locked."""

    priority = 5

    def __init__(self):
        super().__init__()
        self.kept = {}
        self.asked = []
        self.is_asked = threading.Event()
        self.fails = False
        self.let_go = threading.Event()
        self.let_go.set()

    def get_password(self, service, username):
        self._ask("get")
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self._ask("set")
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self._ask("delete")
        del self.kept[service, username]

    def _ask(self, what):
        self.asked.append((what, threading.current_thread() is threading.main_thread()))
        self.is_asked.set()
        self.let_go.wait(5)
        if self.fails:
            raise KeyringLocked("locked")
