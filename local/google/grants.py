"""Who allowed what: clients, consents, codes, access tokens and refresh tokens. State with its rules.

Every method takes the clock as an argument. Lifetimes and rules:
https://developers.google.com/identity/protocols/oauth2 and RFC 6749.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from local.google.asks import Ask
from local.ledger import Ledger

__all__ = ["ACCESS_LIFETIME", "CODE_LIFETIME", "Access", "Code", "Grants", "Issued", "TokenError"]

CODE_LIFETIME = timedelta(minutes=10)
ACCESS_LIFETIME = timedelta(seconds=3599)
# "There is a limit of 100 refresh tokens per Google Account per OAuth 2.0 client ID": the oldest goes silently.
_MAX_REFRESH_TOKENS = 100


class TokenError(Exception):
    """The token endpoint's error answer: RFC 6749 section 5.2, with Google's texts."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code's meaning. It is good for one exchange."""

    ask: Ask
    email: str
    scopes: frozenset[str]
    expires: datetime
    is_first_consent: bool


@dataclass(frozen=True, slots=True)
class Access:
    """An access token's meaning."""

    email: str
    client_id: str
    scopes: frozenset[str]
    expires: datetime
    is_offline: bool


@dataclass(frozen=True, slots=True)
class _Refresh:
    email: str
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint hands out. `nonce` belongs into the ID token."""

    access_token: str
    access: Access
    refresh_token: str | None = None
    nonce: str | None = None


@dataclass(slots=True)
class Grants:
    """All of it, in memory."""

    ledger: Ledger = field(default_factory=Ledger)
    _client_secrets: dict[str, str] = field(default_factory=dict)
    _consents: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _codes: dict[str, Code] = field(default_factory=dict)
    _accesses: dict[str, Access] = field(default_factory=dict)
    _refreshes: dict[str, _Refresh] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget everything, clients too."""
        for each in (self._client_secrets, self._consents, self._codes, self._accesses, self._refreshes):
            each.clear()

    def consented(self, email: str, client_id: str) -> frozenset[str]:
        """The scopes that this person has allowed this client so far."""
        return self._consents.get((email, client_id), frozenset())

    def allow(self, ask: Ask, email: str, scopes: frozenset[str], now: datetime) -> str:
        """Record a consent and make its code."""
        before = self.consented(email, ask.client_id)
        self._consents[email, ask.client_id] = before | scopes
        handed = scopes | before if ask.includes_granted else scopes
        code = f"4/0A{secrets.token_urlsafe(48)}"
        self.ledger.note("Google authorization code", code)
        is_first = not before or "consent" in ask.prompts
        self._codes[code] = Code(ask, email, handed, now + CODE_LIFETIME, is_first)
        return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise `TokenError` when this client has used another secret before."""
        self.ledger.note("Google client secret", client_secret)
        known = self._client_secrets.get(client_id)
        if known is not None and not hmac.compare_digest(known.encode(), client_secret.encode()):
            raise TokenError("invalid_client", "The provided client secret is invalid.", 401)

    def redeem(
        self, text: str, *, client_id: str, client_secret: str, redirect_uri: str, verifier: str, now: datetime
    ) -> Issued:
        """Exchange a code. Raises `TokenError`.

        The first exchange that works fixes the client's secret: there is no console here to register one.
        """
        self.ledger.note("PKCE verifier for Google", verifier)
        code = self._codes.get(text)
        if code is None or code.ask.client_id != client_id:
            raise TokenError("invalid_grant", "Malformed auth code." if not text.startswith("4/") else "Bad Request")
        del self._codes[text]  # one exchange, whether it works or not
        if now >= code.expires:
            raise TokenError("invalid_grant", "Bad Request")
        if redirect_uri != code.ask.redirect_uri:
            raise TokenError("redirect_uri_mismatch", "Bad Request")
        _check_verifier(code.ask, verifier)
        self._client_secrets.setdefault(client_id, client_secret)
        access = Access(code.email, client_id, code.scopes, now + ACCESS_LIFETIME, code.ask.is_offline)
        refresh_token = self._new_refresh(access) if code.ask.is_offline and code.is_first_consent else None
        return replace(self._issue(access), refresh_token=refresh_token, nonce=code.ask.nonce)

    def _new_refresh(self, access: Access) -> str:
        mine = [
            key
            for key, each in self._refreshes.items()
            if (each.email, each.client_id) == (access.email, access.client_id)
        ]
        for oldest in mine[: max(0, len(mine) + 1 - _MAX_REFRESH_TOKENS)]:
            del self._refreshes[oldest]
        refresh_token = f"1//0{secrets.token_urlsafe(64)}"
        self.ledger.note("Google refresh token", refresh_token)
        self._refreshes[refresh_token] = _Refresh(access.email, access.client_id, access.scopes)
        return refresh_token

    def _issue(self, access: Access) -> Issued:
        access_token = f"ya29.{secrets.token_urlsafe(96)}"
        self.ledger.note("Google access token", access_token)
        self._accesses[access_token] = access
        return Issued(access_token, access)

    def refresh(self, text: str, *, client_id: str, scopes: frozenset[str], now: datetime) -> Issued:
        """A new access token; `scopes` may narrow it. Raises `TokenError`."""
        known = self._refreshes.get(text)
        if known is None or known.client_id != client_id:
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        if not scopes <= known.scopes:
            raise TokenError("invalid_scope", "Some requested scopes were invalid.")
        return self._issue(
            Access(known.email, client_id, scopes or known.scopes, now + ACCESS_LIFETIME, is_offline=True)
        )

    def access(self, access_token: str, now: datetime) -> Access | None:
        """What an access token stands for; None when it is unknown, expired or revoked."""
        access = self._accesses.get(access_token)
        return access if access and now < access.expires else None

    def revoke(self, text: str) -> bool:
        """End the whole grant behind an access or refresh token. False when there is none."""
        known = self._accesses.get(text) or self._refreshes.get(text)
        if known is None:
            return False
        self._end(known.email, known.client_id)
        return True

    def revoke_account(self, email: str) -> int:
        """End everything this person has allowed; how many clients lost their grant."""
        clients = [client for owner, client in self._consents if owner == email]
        for client in clients:
            self._end(email, client)
        return len(clients)

    def _end(self, email: str, client_id: str) -> None:
        whose = (email, client_id)
        self._consents.pop(whose, None)
        self._codes = {key: code for key, code in self._codes.items() if (code.email, code.ask.client_id) != whose}
        self._accesses = {key: each for key, each in self._accesses.items() if (each.email, each.client_id) != whose}
        self._refreshes = {key: each for key, each in self._refreshes.items() if (each.email, each.client_id) != whose}

    def expire_account(self, email: str, now: datetime) -> int:
        """Let this person's access tokens end now; refresh tokens stay. How many there were."""
        ended = {key: replace(each, expires=now) for key, each in self._accesses.items() if each.email == email}
        self._accesses.update(ended)
        return len(ended)


def _check_verifier(ask: Ask, verifier: str) -> None:
    if not ask.challenge:
        return
    if not verifier:
        raise TokenError("invalid_grant", "Missing code verifier.")
    made = verifier
    if ask.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(made.encode(), ask.challenge.encode()):
        raise TokenError("invalid_grant", "Invalid code verifier.")
