"""`drive-agent sign-in` and `drive-agent sign-out`; and how `drive-agent chat` comes to a `SignIn`."""

import argparse
import asyncio
import contextlib
import sys
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import urlsplit

import httpx

from chat.errors import SignInNeededError
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep
from chat.terminal.sign_in.keyring_store import KeyringStore, system_keyring
from chat.terminal.sign_in.sign_in import SignIn

__all__ = ["run", "signing_in"]

_ALONE_S = 120.0
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_NO_PROVIDER = (
    "There is no identity provider to sign in at: run `drive-agent setup`, or set DRIVE_AGENT_OIDC_DISCOVERY_URL and"
    " DRIVE_AGENT_CLI_CLIENT_ID."
)


@contextlib.asynccontextmanager
async def signing_in(
    settings: IssuerSettings | None, *, say: Callable[[str], None], interactive: bool = False
) -> AsyncIterator[SignIn]:
    """A `SignIn` with this machine's browser and keyring. Raises: `SignInNeededError` where no provider is named."""
    if settings is None:
        raise SignInNeededError(_NO_PROVIDER)
    # A proxy of the environment leads out, never to a provider on this machine itself.
    trust_env = urlsplit(settings.discovery_url).hostname not in _LOOPBACK
    async with httpx.AsyncClient(follow_redirects=False, trust_env=trust_env) as http:
        yield SignIn(
            settings,
            Keep(settings, KeyringStore(system_keyring, say=say)),
            http=http,
            open_browser=webbrowser.open,
            say=say,
            now=time.time,
            interactive=interactive,
        )


def run(
    given: argparse.Namespace, environ: Mapping[str, str], *, say: Callable[[str], None], alone_s: float = _ALONE_S
) -> None:
    """Sign in or out, as the arguments have it, and say who it is. Raises: `ChatError`.

    `alone_s`: how long it waits where standard input is no terminal, so that perhaps nobody is there.
    """
    settings = IssuerSettings.load(environ)

    async def act() -> None:
        async with signing_in(settings, say=say) as person:
            if given.is_leaving:
                say("You are signed out." if await person.sign_out() else "Nobody was signed in.")
            else:
                async with _patience(given, environ, say, alone_s):
                    who = await person.sign_in(given.way, ask_again=given.ask_again)
                say(f"You are {who.name}" + (f" <{who.email}>." if who.email not in {"", who.name} else "."))

    asyncio.run(act())


@contextlib.asynccontextmanager
async def _patience(
    given: argparse.Namespace, environ: Mapping[str, str], say: Callable[[str], None], alone_s: float
) -> AsyncIterator[None]:
    """Bound what happens inside, where nobody may be there. Raises: `SignInNeededError` where nobody was.

    Whoever sets BROWSER, as editors do, or asks for a code is there, or has said how somebody else is reached.
    """
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    if is_terminal or given.way == "device" or environ.get("BROWSER"):
        yield
        return
    say(f"Standard input is no terminal, so this waits for {alone_s / 60:.0f} minutes at most.")
    try:
        async with asyncio.timeout(alone_s):
            yield
    except TimeoutError as error:
        raise SignInNeededError(
            "Nobody has signed in: run `drive-agent sign-in` in a terminal, or give the script DRIVE_AGENT_TOKEN."
        ) from error
