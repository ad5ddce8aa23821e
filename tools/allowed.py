"""Access tokens of Google accounts in the operator's domains alone (`DRIVE_AGENT_GOOGLE_DOMAINS`).

The callback service judges an account when it is bound; this one judges each access token before it is used, so that
neither the moment until an account is given back, nor a grant from before the setting, opens a file.
"""

import threading
from concurrent.futures import Future
from typing import Literal

from tools.errors import ConsentRequired, ScopeNotGrantedError
from tools.google.drive_files import DriveFiles
from tools.pause import Tokens
from tools.remembered import Remembered
from tools.replacing import replace_grants

__all__ = ["AllowedTokens", "is_of_domains"]

_Verdict = Literal["allowed", "refused", "no scope"]


def is_of_domains(email: str, domains: frozenset[str]) -> bool:
    """Say whether an address is in one of `domains` (lower case) itself; a domain below one of them is another."""
    _, at, domain = email.rpartition("@")
    return bool(at) and domain.lower() in domains


class AllowedTokens:
    """Tokens in front of `tokens`, for which an account outside `domains` is missing consent. Blocking, as they are.

    Google is asked once for each access token whose it is. Where it does not say, nobody gets the token: every method
    also raises what `DriveFiles.account` does.
    """

    def __init__(self, tokens: Tokens, api: DriveFiles, domains: frozenset[str]) -> None:
        self.scopes = tokens.scopes
        self._tokens = tokens
        self._every = tokens.every()
        self._api = api
        self._domains = domains
        self._verdicts: Remembered[Future[_Verdict]] = Remembered()
        self._discarding = threading.Lock()

    @property
    def keeps_narrow(self) -> bool:
        """Say whether a grant that will not do stays until the person presses our page's button."""
        return self._tokens.keeps_narrow

    def contents(self) -> "AllowedTokens":
        """Return the tokens of the wide scope; itself where contents are switched off."""
        return self._like(self._tokens.contents())

    def every(self) -> "tuple[AllowedTokens, ...]":
        """Return the tokens of each set of scopes that was ever asked for."""
        return tuple(self._like(tokens) for tokens in self._every)

    def read(self) -> str:
        """Return the access token. Raises: `ConsentRequired`, without a URL where our page is to discard the grant."""
        access_token = self._tokens.read()
        if self._is_allowed(access_token):
            return access_token
        if self.keeps_narrow:
            raise ConsentRequired("")
        with self._discarding:  # tools of one turn meet it together
            access_token = self._tokens.read()
            return access_token if self._is_allowed(access_token) else self._replace("")

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        """As `read`, for a flow that starts now. The grant of an account that must not be here is given up for it."""
        access_token = self._tokens.require_consent(state=state, discard=discard)
        return access_token if self._is_allowed(access_token) else self._replace(state)

    def _replace(self, state: str) -> str:
        def begin() -> str:
            return self._tokens.require_consent(state=state, discard=True)

        access_token = replace_grants(self._api, self._every, self._tokens, begin)
        if self._is_allowed(access_token):
            return access_token
        raise ConsentRequired("")  # the vault has not let go of it

    def _is_allowed(self, access_token: str) -> bool:
        """Judge a token, once. Raises: `ScopeNotGrantedError` where it does not even tell whose it is, …"""
        mine: Future[_Verdict] = Future()
        verdict = self._verdicts.claim(mine, access_token)
        if verdict is mine:  # tools that come with the same token meanwhile wait for what is said of it
            try:
                mine.set_result(self._judge(access_token))
            except BaseException as error:
                self._verdicts.forget(access_token)  # it is asked again
                mine.set_exception(error)
                raise
        said = verdict.result()
        if said == "no scope":
            raise ScopeNotGrantedError("The person has not granted the scope that this needs. Ask them to connect.")
        return said == "allowed"

    def _judge(self, access_token: str) -> _Verdict:
        try:
            account = self._api.account(access_token)
        except ScopeNotGrantedError:  # an access token's scopes never change
            return "no scope"
        return "allowed" if is_of_domains(account.email, self._domains) else "refused"

    def _like(self, tokens: Tokens) -> "AllowedTokens":
        if tokens is self._tokens:
            return self
        like = AllowedTokens(tokens, self._api, self._domains)
        like._every = self._every
        like._verdicts, like._discarding = self._verdicts, self._discarding
        return like
