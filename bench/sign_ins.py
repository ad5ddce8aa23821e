"""Fifty people who sign in, consent and come back from Google in the same moment, at the callback service.

Everything is behind them: the user pool, the Runtime, the agent and Google, on the same cores. That two hundred get
through the service itself is in `tests/callback/test_crowd.py`.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import boto3
import httpx

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import Rig
from bench.visitors import Visited, VisitError, Visitor
from local.people import GOOGLE_ACCOUNTS, SAMPLE_PASSWORD
from local.stack import REGION

PEOPLE = 50

_CONNECT = "/connect/google-drive"
_ACCOUNT, _CONSENT = "/o/oauth2/v2/auth/account", "/o/oauth2/v2/auth/consent"


def measure(rig: Rig) -> list[Figure]:
    """Return a figure for each step: one person alone as its baseline, then everybody at once."""
    with _pool_of(rig) as add_person:
        for number in range(PEOPLE + 1):
            add_person(_email(number))
    try:
        return asyncio.run(_measure(rig.stack.callback_url))
    except (VisitError, httpx.HTTPError) as error:
        raise BenchError(f"The crowd did not get through: {type(error).__name__} {error}") from error


@dataclass(slots=True)
class _Guest:
    """One person with a browser of their own; `returning` is where Google has sent them back to."""

    number: int
    origin: str
    visitor: Visitor
    returning: str = ""

    async def sign_in(self) -> None:
        page = await self.visitor.open(f"{self.origin}/sign-in/start")
        page = await self.visitor.press(page, "/login", username=_email(self.number), password=SAMPLE_PASSWORD)
        _expect(page, "/")

    async def consent(self) -> None:
        page = await self.visitor.open(f"{self.origin}{_CONNECT}")
        page = await self.visitor.press(page, _CONNECT)
        account = GOOGLE_ACCOUNTS[self.number % len(GOOGLE_ACCOUNTS)]
        page = await self.visitor.press(page, _ACCOUNT, account=account.email)
        page = await self.visitor.press(page, _CONSENT, stop=self._is_return, decision="allow")
        self.returning = page.way[-1]

    async def come_back(self) -> None:
        _expect(await self.visitor.open(self.returning), "/connected")

    def _is_return(self, url: str) -> bool:
        return url.startswith(f"{self.origin}/callback?")


async def _measure(origin: str) -> list[Figure]:
    # A connection for each request: one that is kept may be closed by the server in the moment of its next use.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncHTTPTransport(verify=False, limits=limits) as transport:
        one, *crowd = [_Guest(number, origin, Visitor(transport)) for number in range(PEOPLE + 1)]
        return [
            await _figure("sign-ins", _Guest.sign_in, one, crowd),
            await _figure("consents begun and given", _Guest.consent, one, crowd),
            await _figure("completions", _Guest.come_back, one, crowd),
        ]


async def _figure(what: str, step: Callable[[_Guest], Awaitable[None]], one: _Guest, crowd: list[_Guest]) -> Figure:
    alone = await _timed(step, one)
    started = time.perf_counter()
    took = await asyncio.gather(*(_timed(step, guest) for guest in crowd))
    wall_s = time.perf_counter() - started
    p95 = statistics.quantiles(took, n=20)[-1]
    return Figure(
        name=f"{len(crowd)} {what} at once, each person's wait",
        unit="ms",
        ours=Spread.of(took),
        baseline=Spread.of([alone]),
        note=f"{len(crowd) / wall_s:.0f} a second, 95 % within {p95:,.0f} ms; the baseline is one person alone",
    )


async def _timed(step: Callable[[_Guest], Awaitable[None]], guest: _Guest) -> float:
    started = time.perf_counter()
    await step(guest)
    return (time.perf_counter() - started) * 1000


def _expect(page: Visited, path: str) -> None:
    if page.status != httpx.codes.OK or urlsplit(page.url).path != path:
        raise BenchError(f"Somebody ended on {urlsplit(page.url).path} with {page.status}: {page.text[-1500:]}")


@contextmanager
def _pool_of(rig: Rig) -> Iterator[Callable[[str], None]]:
    """Yield what adds a person to the stack's user pool."""
    client = boto3.client(
        "cognito-idp",
        endpoint_url=rig.stack.aws_url,
        region_name=REGION,
        aws_access_key_id="sample",
        aws_secret_access_key="sample",  # noqa: S106 - says so
    )
    pool = rig.stack.settings["DRIVE_AGENT_USER_POOL_ID"]

    def add(email: str) -> None:
        client.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
        client.admin_set_user_password(UserPoolId=pool, Username=email, Password=SAMPLE_PASSWORD, Permanent=True)

    try:
        yield add
    finally:
        client.close()


def _email(number: int) -> str:
    return f"guest-{number:03}@example.com"
