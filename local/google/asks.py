"""Read an authorization request. Pure.

Parameters: https://developers.google.com/identity/protocols/oauth2/web-server#httprest_1; PKCE: RFC 7636.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["SIGN_IN_SCOPES", "Ask", "AskError", "is_loopback_url", "read_ask"]

_USERINFO = "https://www.googleapis.com/auth/userinfo."
_ALIASES = {"email": f"{_USERINFO}email", "profile": f"{_USERINFO}profile"}
SIGN_IN_SCOPES = frozenset({"openid", f"{_USERINFO}email", f"{_USERINFO}profile"})
_PROMPTS = frozenset({"none", "consent", "select_account"})


class AskError(Exception):
    """Google shows this on its own page and does not redirect, because nothing in the request can be trusted."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Ask:
    """What an application wants. Scopes are in Google's long spelling; `challenge` is empty without PKCE."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    is_offline: bool
    prompts: frozenset[str]
    login_hint: str
    challenge: str
    challenge_method: str
    nonce: str | None
    includes_granted: bool


def is_loopback_url(url: str) -> bool:
    """Whether `url` is an absolute http(s) address of this machine, without a fragment or credentials."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or "#" in url or "@" in parts.netloc:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_ask(parameters: Mapping[str, str], known_scopes: frozenset[str]) -> Ask:
    """The request in `parameters`. Raises `AskError`."""
    client_id = parameters.get("client_id", "")
    if not client_id:
        raise AskError("invalid_request", "Missing required parameter: client_id")
    redirect_uri = parameters.get("redirect_uri", "")
    if not redirect_uri:
        raise AskError("invalid_request", "Missing required parameter: redirect_uri")
    if not is_loopback_url(redirect_uri):
        raise AskError("redirect_uri_mismatch", "This stand-in sends people only to addresses on this machine.")
    if parameters.get("response_type") != "code":
        raise AskError("unsupported_response_type", "Only response_type=code is offered here.")
    method = parameters.get("code_challenge_method") or "plain"
    if method not in {"plain", "S256"}:
        raise AskError("invalid_request", "code_challenge_method must be S256 or plain.")
    prompts = frozenset(parameters.get("prompt", "").split())
    if not prompts <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise AskError("invalid_request", "Invalid parameter value for prompt.")
    if parameters.get("access_type", "online") not in {"online", "offline"}:
        raise AskError("invalid_request", "Invalid parameter value for access_type.")
    return Ask(
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=_scopes(parameters.get("scope", ""), known_scopes),
        state=parameters.get("state"),
        is_offline=parameters.get("access_type") == "offline",
        prompts=prompts,
        login_hint=parameters.get("login_hint", ""),
        challenge=parameters.get("code_challenge", ""),
        challenge_method=method,
        nonce=parameters.get("nonce"),
        includes_granted=parameters.get("include_granted_scopes") == "true",
    )


def _scopes(text: str, known: frozenset[str]) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(_ALIASES.get(scope, scope) for scope in text.split()))
    if not scopes:
        raise AskError("invalid_request", "Missing required parameter: scope")
    if unknown := [scope for scope in scopes if scope not in known | SIGN_IN_SCOPES]:
        raise AskError("invalid_scope", f"Some requested scopes were invalid: {', '.join(unknown)}")
    return scopes
