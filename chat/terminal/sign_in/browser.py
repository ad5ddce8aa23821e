"""Sign in with a browser on this machine: authorization code with PKCE S256 and a loopback redirect.

RFC 8252, RFC 7636, RFC 9700 section 2.1.1; `state` and `nonce` as in OpenID Connect Core 3.1.2.1.
"""

import asyncio
import base64
import contextlib
import hashlib
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import urlencode, urlsplit

from chat.errors import SignInNeededError
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.loopback import Loopback
from chat.terminal.sign_in.provider import Provider, TokenAnswer, TokenRefusedError

__all__ = ["sign_in_here"]


@contextlib.asynccontextmanager
async def sign_in_here(
    provider: Provider,
    settings: IssuerSettings,
    *,
    open_browser: Callable[[str], bool],
    say: Callable[[str], None],
    patience_s: float,
    ask_again: bool,
) -> AsyncIterator[tuple[TokenAnswer, str]]:
    """Open the browser, wait for it to come back, and yield what the code was exchanged for, with the nonce.

    The page in the browser says "signed in" if the block ends well. Raises: `SignInNeededError` where the person says
    no, or does not come back in `patience_s`.
    """
    endpoints = await provider.endpoints()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    async with Loopback(settings.redirect_urls, state) as loopback:
        query = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": loopback.redirect_url,
            "scope": settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .rstrip(b"=")
            .decode(),
            "code_challenge_method": "S256",
        }
        query |= {"audience": settings.audience} if settings.audience else {}
        query |= {"prompt": "login"} if ask_again else {}
        joint = "&" if urlsplit(endpoints.authorization).query else "?"
        _show(f"{endpoints.authorization}{joint}{urlencode(query)}", loopback.redirect_url, settings, open_browser, say)
        try:
            async with asyncio.timeout(patience_s):
                answer = await loopback.answer()
        except TimeoutError as error:
            raise SignInNeededError("Nobody came back from the browser: run `drive-agent sign-in` again.") from error
        # Before the code goes anywhere (RFC 9207, 2.4).
        if not endpoints.is_of(answer.get("iss")):
            raise SignInNeededError("The answer in the browser comes from another identity provider.")
        form = {
            "grant_type": "authorization_code",
            "code": _code(answer),
            "redirect_uri": loopback.redirect_url,
            "code_verifier": verifier,
        }
        yield await provider.tokens(form), nonce


def _show(
    url: str,
    redirect_url: str,
    settings: IssuerSettings,
    open_browser: Callable[[str], bool],
    say: Callable[[str], None],
) -> None:
    if settings.has_browser:
        say("Your browser opens to sign you in. If it does not, open this address in it:")
        say(url)
        # A browser of the terminal's own kind ends when the person closes it.
        threading.Thread(target=open_browser, args=(url,), name="browser", daemon=True).start()
        return
    say("To sign in, open this address in a browser on this machine:")
    say(url)
    port = urlsplit(redirect_url).port
    say(f"From another machine, first let the browser come back here: ssh -L {port}:127.0.0.1:{port} <this machine>")


def _code(answer: Mapping[str, str]) -> str:
    """The code of an authorization response. Raises: `SignInNeededError` where it is an error response instead."""
    if "error" in answer:
        refused = TokenRefusedError.of(answer)
        if refused.code == "access_denied":
            said = refused.user_message.partition("It says: ")[2]
            raise SignInNeededError(
                "Signing in was refused at the identity provider." + (f" It says: {said}" if said else "")
            )
        raise SignInNeededError(refused.user_message)
    if not answer.get("code"):
        raise SignInNeededError("The answer in the browser has no code in it: run `drive-agent sign-in` again.")
    return answer["code"]
