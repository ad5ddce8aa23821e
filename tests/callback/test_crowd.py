"""Two hundred people at once, and a service that is restarted under them: nobody is mixed up, and nobody is lost.

The service is `python -m callback`, and the cloud is a process of its own; only the people are in this one.
"""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bench.visitors import Visited, Visitor
from tests.callback.cloud import ARN, CLIENT_ID, CLIENT_SECRET

PEOPLE = 200
CUT_OFF = 45
PATIENCE_S = 30.0


def spawn(module: str, *arguments: str, log: Path, with_output: bool = False, **environ: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=kept | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if with_output else output,
            stderr=output,
            text=True,
        )


def ended(process: subprocess.Popen[str]) -> None:
    """Wait for a process that has been told to end, but not for ever."""
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Theatre:
    """The cloud and the callback service, each a process."""

    folder: Path
    port: int = field(default_factory=free_port)
    cloud_url: str = ""
    service: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "callback.log"

    def start(self, *, later_s: float = 0.0) -> None:
        """Start the service and wait for it; `later_s` seconds ahead of the clock where that is given."""
        self.service = spawn(
            *(["tests.callback.later", str(later_s)] if later_s else ["callback"]),
            log=self.log,
            DRIVE_AGENT_MODE="local",
            DRIVE_AGENT_CALLBACK_URL=self.origin,
            DRIVE_AGENT_OIDC_DISCOVERY_URL=f"{self.cloud_url}/oidc/.well-known/openid-configuration",
            DRIVE_AGENT_OIDC_CLIENT_ID=CLIENT_ID,
            DRIVE_AGENT_OIDC_CLIENT_SECRET=CLIENT_SECRET,
            DRIVE_AGENT_RUNTIME_ARN=ARN,
            DRIVE_AGENT_CALLBACK_STATE=str(self.folder / "state"),
            DRIVE_AGENT_SESSION_KEY="sample-session-key-sample-session-key",
            DRIVE_AGENT_AUDIT_KEY="sample-audit-key-sample-audit-key-sample",
            AWS_ENDPOINT_URL=self.cloud_url,
            AWS_ACCESS_KEY_ID="sample",
            AWS_SECRET_ACCESS_KEY="sample",
            AWS_EC2_METADATA_DISABLED="true",
        )
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S:
            assert self.service.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.origin}/healthz", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.service is not None:
            self.service.send_signal(how)
            ended(self.service)
            self.service = None

    async def restart(self, how: signal.Signals, *, later_s: float = 0.0) -> None:
        await asyncio.to_thread(self.end, how)
        await asyncio.to_thread(self.start, later_s=later_s)

    def cloud(self, method: str, **values: Any) -> Any:
        return httpx.request(method, f"{self.cloud_url}/crowd", json=values or None, trust_env=False).json()


@contextmanager
def theatre_in(folder: Path) -> Iterator[Theatre]:
    theatre = Theatre(folder)
    cloud = spawn(
        "tests.callback.crowd_cloud", f"{theatre.origin}/callback", log=folder / "cloud.log", with_output=True
    )
    assert cloud.stdin is not None
    assert cloud.stdout is not None
    try:
        theatre.cloud_url = cloud.stdout.readline().strip()
        assert theatre.cloud_url, (folder / "cloud.log").read_text()
        theatre.start()
        yield theatre
    finally:
        theatre.end()
        cloud.stdin.close()  # which ends it
        ended(cloud)


@dataclass
class Guest:
    """One person with a browser of their own, whom the issuer remembers."""

    name: str
    origin: str
    visitor: Visitor
    returning: str = ""
    end: Visited | None = None

    @property
    def own_name(self) -> str:
        return f"{self.name}@example.com"

    async def sign_in(self) -> None:
        page = await self.visitor.open(f"{self.origin}/sign-in")
        assert page.status == 200, page.text
        assert self.own_name in page.text

    async def consent(self) -> None:
        """Press the button and say yes; stop where Google and AgentCore send the browser back to the service."""
        page = await self.visitor.open(f"{self.origin}/connect/google-drive?session=conversation-{self.name:_>24}")
        assert page.status == 200, page.text
        assert self.own_name in page.text
        left = await self.visitor.press(page, "/connect/google-drive", stop=self._is_return)
        assert left.status == 302, left.text
        self.returning = left.way[-1]

    async def come_back(self) -> None:
        self.visitor.at = self.returning
        await self.reload()

    async def reload(self) -> None:
        """Ask again for what the address bar shows. A service that is not there has no answer."""
        try:
            self.end = await self.visitor.open(self.visitor.at)
        except httpx.TransportError:
            self.end = None

    @property
    def is_connected(self) -> bool:
        return (
            self.end is not None
            and self.end.status == 200
            and urlsplit(self.end.url).path == "/connected"
            and f"{self.name}@gmail.example" in self.end.text
        )

    def _is_return(self, url: str) -> bool:
        return url.startswith(f"{self.origin}/callback?")


@asynccontextmanager
async def guests(theatre: Theatre, count: int) -> AsyncIterator[list[Guest]]:
    # A connection for each request: one that is kept may be closed by the server in the moment of its next use.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncHTTPTransport(verify=False, limits=limits) as transport:
        made = [Guest(f"person-{number:03}", theatre.origin, Visitor(transport)) for number in range(count)]
        for guest in made:
            guest.visitor.cookies["127.0.0.1"]["who"] = guest.name
        yield made


async def at_once(what: str, people: list[Guest], step: Callable[[Guest], Awaitable[None]]) -> None:
    """Let everybody do it in the same moment, and print how long it took."""
    took: list[float] = []

    async def timed(guest: Guest) -> None:
        begun = time.perf_counter()
        await step(guest)
        took.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(timed(guest) for guest in people))
    wall_s = time.perf_counter() - begun
    ranks = statistics.quantiles(took, n=20)
    print(  # noqa: T201 - figures, for `pytest -s`
        f"\n{what}: {len(took)} at once in {wall_s:.1f} s, {len(took) / wall_s:.0f}/s;"
        f" p50 {ranks[9]:.0f} ms, p95 {ranks[18]:.0f} ms, max {max(took):.0f} ms"
    )


def only_own_name(people: list[Guest]) -> None:
    """Nobody's last page shows anybody else."""
    names = [guest.name for guest in people]
    for guest in people:
        assert guest.end is not None
        assert [name for name in names if name in guest.end.text] == [guest.name]


def test_two_hundred_people_sign_in_and_connect_at_once_and_everybody_gets_their_own(tmp_path):
    async def story(theatre: Theatre) -> None:
        async with guests(theatre, PEOPLE) as people:
            await at_once("sign-ins", people, Guest.sign_in)
            await at_once("consents begun", people, Guest.consent)
            await at_once("completions", people, Guest.come_back)
            assert [guest.name for guest in people if not guest.is_connected] == []
            only_own_name(people)

    with theatre_in(tmp_path) as theatre:
        asyncio.run(story(theatre))
        assert sorted(theatre.cloud("GET")["bound"]) == [f"person-{number:03}" for number in range(PEOPLE)]
        theatre.end()
        assert "Traceback" not in theatre.log.read_text()


async def come_back_to_a_service_that_ends(theatre: Theatre, people: list[Guest], how: signal.Signals) -> None:
    """Everybody comes back; when some have been told that they are connected, the service ends under the others."""
    theatre.cloud("POST", complete_s=0.4)
    early, late = people[: CUT_OFF * 2 // 3], people[CUT_OFF * 2 // 3 :]
    running = [asyncio.create_task(guest.come_back()) for guest in early]
    begun = time.monotonic()
    while sum(guest.is_connected for guest in early) < 3:
        assert time.monotonic() - begun < PATIENCE_S
        await asyncio.sleep(0.005)
    assert theatre.service is not None
    theatre.service.send_signal(how)
    running += [asyncio.create_task(guest.come_back()) for guest in late]
    await asyncio.gather(*running)
    theatre.cloud("POST", complete_s=0.0)


def lost(people: list[Guest]) -> list[Guest]:
    return [guest for guest in people if not guest.is_connected]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_in_the_middle_loses_no_consent_and_nobody_who_was_told_that_they_are_connected(tmp_path, how):
    async def story(theatre: Theatre) -> None:
        async with guests(theatre, CUT_OFF) as people:
            await asyncio.gather(*(guest.sign_in() for guest in people))
            await asyncio.gather(*(guest.consent() for guest in people))
            await come_back_to_a_service_that_ends(theatre, people, how)
            cut_off = lost(people)
            told = [guest for guest in people if guest not in cut_off]
            assert told
            assert cut_off
            await theatre.restart(how)
            await asyncio.gather(*(guest.reload() for guest in people))
            assert lost(told) == []
            in_between = lost(people)
            print(f"\n{how.name}: {len(told)} told, {len(cut_off)} cut off, {len(in_between)} of these need 20 s")  # noqa: T201 - figures, for `pytest -s`
            assert all(guest.end and guest.end.status < 500 for guest in in_between)
            if how is signal.SIGKILL:  # a flow that was taken by a process that died is given out again after 20 s
                await theatre.restart(signal.SIGTERM, later_s=20)
                await asyncio.gather(*(guest.reload() for guest in people))
            assert [guest.name for guest in lost(people)] == []
            only_own_name(people)

    with theatre_in(tmp_path) as theatre:
        asyncio.run(story(theatre))
        assert sorted(theatre.cloud("GET")["bound"]) == [f"person-{number:03}" for number in range(CUT_OFF)]
