"""Sign in with Slack: what was asked, who said yes, codes and access tokens. State with its rules.

https://docs.slack.dev/authentication/sign-in-with-slack; PKCE: RFC 7636.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from local.ledger import Ledger
from local.slack.clock import Clock
from local.slack.errors import SlackError
from local.slack.workspace import App

__all__ = ["Ask", "AskError", "Grant", "SignIns", "read_ask"]

CODE_LIFE = timedelta(minutes=10)
ASK_LIFE = timedelta(minutes=10)
_SCOPES = frozenset({"openid", "email", "profile"})


class AskError(Exception):
    """Slack shows this on its own page and does not redirect, because nothing in the request can be trusted."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What an application wants."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or an access token stands for."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    nonce: str
    challenge: str
    user: str
    signed_in: datetime


def read_ask(parameters: Mapping[str, str], app: App) -> Ask:
    """The authorization request. Raises: `AskError`."""
    if parameters.get("client_id") != app.client_id:
        raise AskError("invalid_client_id: the client id is not that of an app of this workspace.")
    if parameters.get("response_type") != "code":
        raise AskError("invalid_response_type: only response_type=code is offered.")
    scopes = frozenset(parameters.get("scope", "").replace(",", " ").split())
    if "openid" not in scopes or not scopes <= _SCOPES:
        raise AskError("invalid_scope: openid is needed; email and profile may be asked for.")
    if parameters.get("team") not in (None, "", app.team_id):
        raise AskError("team_not_found: the app is not in that workspace.")
    redirect_uri = parameters.get("redirect_uri", "")
    if not _may_return(redirect_uri, app):
        raise AskError("bad_redirect_uri: redirect_uri did not match any configured URIs.")
    if parameters.get("code_challenge") and parameters.get("code_challenge_method") != "S256":
        raise AskError("invalid_request: code_challenge_method must be S256.")
    return Ask(
        client_id=app.client_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=parameters.get("state"),
        nonce=parameters.get("nonce", ""),
        challenge=parameters.get("code_challenge", ""),
    )


def _may_return(url: str, app: App) -> bool:
    """Slack takes a registered address and what lies below it; this stand-in, on this machine only."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.hostname not in {"127.0.0.1", "localhost", "::1"} or "#" in url:
        return False
    return not app.redirect_urls or any(_is_below(url, known) for known in app.redirect_urls)


def _is_below(url: str, known: str) -> bool:
    return url == known or url.startswith(known if known.endswith("/") else known + "/")


class SignIns:
    """Requests on their way, codes and access tokens."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._asks: dict[str, tuple[Ask, str, datetime]] = {}
        self._codes: dict[str, tuple[Grant, datetime]] = {}
        self._tokens: dict[str, Grant] = {}

    def clear(self) -> None:
        """Nobody is signed in."""
        self._asks.clear()
        self._codes.clear()
        self._tokens.clear()

    def begin(self, ask: Ask, browser: str) -> str:
        """Keep a request for the page that asks; returns the name it has there."""
        name = secrets.token_urlsafe(18)
        self._asks[name] = (ask, browser, self._clock() + ASK_LIFE)
        return name

    def take(self, name: str, browser: str) -> Ask:
        """The request, once, in the browser in which it began. Raises: `AskError`."""
        ask, owner, ends = self._asks.pop(name, (None, "", self._clock()))
        if ask is None or not browser or not hmac.compare_digest(owner, browser) or self._clock() >= ends:
            raise AskError("This page is over, or was opened in another browser. Go back and start again.")
        return ask

    def allow(self, ask: Ask, user: str) -> str:
        """The person said yes; returns the code."""
        now = self._clock()
        code = secrets.token_urlsafe(32)
        self._ledger.note("authorization code", code)
        grant = Grant(ask.client_id, ask.redirect_uri, ask.scopes, ask.nonce, ask.challenge, user, now)
        self._codes[code] = (grant, now + CODE_LIFE)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> tuple[Grant, str]:
        """The grant of a code, once, and its access token. Raises: `SlackError`."""
        grant, ends = self._codes.pop(code, (None, self._clock()))
        if grant is None or self._clock() >= ends:
            raise SlackError("invalid_code")
        if redirect_uri != grant.redirect_uri:
            raise SlackError("bad_redirect_uri")
        if grant.challenge or verifier:
            digest = hashlib.sha256(verifier.encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != grant.challenge:
                raise SlackError("invalid_grant")
        access_token = f"xoxp-sample-{secrets.token_urlsafe(24)}"
        self._ledger.note("person's token", access_token)
        self._tokens[access_token] = grant
        return grant, access_token

    def grant_of(self, access_token: str) -> Grant | None:
        """What an access token stands for."""
        return self._tokens.get(access_token)
