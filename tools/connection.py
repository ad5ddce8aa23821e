"""One person's connection to Google Drive outside a turn: start consent, tell what is connected, revoke."""

import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tools.errors import (
    AccessTokenRejectedError,
    ConsentRequired,
    DriveForbiddenError,
    NotDisconnectedError,
    ScopeNotGrantedError,
)
from tools.google.drive_files import Account, DriveFiles
from tools.pause import Tokens, with_access_token
from tools.remembered import Remembered
from tools.replacing import replace_grants
from tools.scopes import CONTENT_SCOPE, CONTENTS, DETAILS

__all__ = ["Connection", "DriveConnection", "Standing"]


@dataclass(frozen=True, slots=True)
class Connection:
    """Whose Drive is connected, and what the grant is known to cover."""

    account: Account
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands with Google Drive. `connection` is None where nothing that we use is granted.

    `is_insufficient`: Google honours a grant all the same, which covers nothing of it; its box was left unticked.
    """

    connection: Connection | None
    is_insufficient: bool = False


class DriveConnection:
    """What the `connect`, `status` and `disconnect` actions do. Blocking: call it in a worker thread.

    Every method raises a `ToolError` where AgentCore Identity or Google does not answer.
    """

    def __init__(self, api: DriveFiles, tokens: Tokens, allowed: Tokens | None = None) -> None:
        """`allowed` are the tokens that may be used, where not all of `tokens` may (`tools.allowed`).

        What is there is told and taken back all the same.
        """
        self._api = api
        self._tokens = tokens
        self._allowed = allowed or tokens
        self._narrow: Remembered[bool] = Remembered()  # by access token and the scope that Google has refused it for

    def asked_for(self, needed: Collection[str]) -> tuple[str, ...]:
        """Return the scopes that `connect` asks for where `needed` are: never the wide one where it is switched off."""
        return self._for(needed).scopes

    def connect(self, needed: Collection[str], *, state: str, force: bool) -> Connection:
        """Return what is connected where it covers `needed`; else raise `ConsentRequired` with a flow of this `state`.

        A grant that Google no longer honours, or that is too narrow, is discarded, so that a person who opens the link
        always gets further. `force` gives up whatever is there, at Google as well where Google confirms it.
        """
        tokens = self._for(needed)
        flow = _FlowTokens(tokens, state)
        if force:
            every, forced = self._tokens.every(), _of(self._tokens, needed)
            access_token = replace_grants(self._api, every, forced, lambda: flow.require_consent(discard=True))
            return self._look(access_token, tokens.scopes)
        return with_access_token(flow, lambda access_token: self._look(access_token, tokens.scopes))

    def status(self) -> Standing:
        """Return how the person stands. Changes nothing."""
        wide = self._tokens.contents()
        is_insufficient = False
        # A vault that keys by scopes may hold two tokens; another finds the one it has whichever is asked for.
        for tokens in (self._tokens,) if wide is self._tokens else (wide, self._tokens):
            try:
                with contextlib.suppress(AccessTokenRejectedError):
                    return Standing(self._look(tokens.read(), DETAILS))
                return Standing(self._look(tokens.read(), DETAILS))  # which the vault may have refreshed
            except ScopeNotGrantedError:
                is_insufficient = True
            except (AccessTokenRejectedError, ConsentRequired):
                continue
        return Standing(None, is_insufficient)

    def missing_consent(self, needed: Collection[str], *, ask_drive: bool = False) -> str | None:
        """Return None where the vault's token covers `needed`, else AgentCore's authorization URL or "".

        For names and details the vault alone is asked, unless `ask_drive`. That a token opens contents only Drive can
        tell, so it is asked, too; but a client asks this every second, so no token is refused for its scopes twice.
        """
        tokens = self._for(needed)

        def work(access_token: str) -> None:
            if tokens.scopes == CONTENTS:
                self._unless_refused(tokens.scopes, access_token, self._demand_contents)
            elif ask_drive:
                self._unless_refused(tokens.scopes, access_token, self._api.account)

        try:
            with_access_token(tokens, work)
        except ConsentRequired as required:
            return required.authorization_url
        return None

    def disconnect(self) -> None:
        """Revoke the grant at Google, discard it here, and prove it; nothing to do where nothing is connected.

        AgentCore has no call that deletes one person's token; `forceAuthentication` is what clears it. Raises:
        `NotDisconnectedError` where a grant would still open the person's Drive.
        """
        for tokens in self._tokens.every():  # Google revokes all scopes at once; the vault may hold a token for each
            with contextlib.suppress(ConsentRequired):
                access_token = tokens.read()
                # What Google takes for nothing to revoke must open nothing.
                if not self._api.revoke(access_token) and self._is_honoured(access_token):
                    raise NotDisconnectedError("Google did not confirm the revocation: it still honours the grant.")
                tokens.require_consent(discard=True)
        for tokens in self._tokens.every():
            with contextlib.suppress(ConsentRequired):
                if self._is_honoured(tokens.read()):
                    raise NotDisconnectedError("The vault still holds a grant that Google honours.")

    def _is_honoured(self, access_token: str) -> bool:
        """Say whether a Drive call with this token would ask for no consent, or only for a wider one."""
        try:
            self._api.account(access_token)
        except AccessTokenRejectedError:
            return False
        except (ScopeNotGrantedError, DriveForbiddenError):
            return True
        return True

    def _unless_refused(self, scopes: tuple[str, ...], access_token: str, ask: Callable[[str], object]) -> None:
        """Ask Drive, unless it has refused this token for want of `scopes` before: a token's scopes never change."""
        if self._narrow.find(access_token, *scopes):
            raise ScopeNotGrantedError("The person has not granted the scope that this needs. Ask them to connect.")
        try:
            ask(access_token)
        except ScopeNotGrantedError:
            self._narrow.claim(True, access_token, *scopes)
            raise

    def _for(self, needed: Collection[str]) -> Tokens:
        return _of(self._allowed, needed)

    def _look(self, access_token: str, demanded: tuple[str, ...]) -> Connection:
        """Return what the token opens. Raises: `ScopeNotGrantedError` where that is less than `demanded`."""
        account = self._api.account(access_token)
        if self._tokens.contents() is self._tokens:
            return Connection(account, DETAILS)
        try:
            self._demand_contents(access_token)
        except ScopeNotGrantedError:
            if demanded == CONTENTS:
                raise
            return Connection(account, DETAILS)
        return Connection(account, CONTENTS)

    def _demand_contents(self, access_token: str) -> None:
        """Raise `ScopeNotGrantedError` where the token lacks the wide scope.

        `drives.list` is the cheapest call that Google refuses under the narrow scope and allows under the wide one.
        """
        with contextlib.suppress(DriveForbiddenError):  # an administrator's no is not the person's
            self._api.drives(access_token)


def _of(tokens: Tokens, needed: Collection[str]) -> Tokens:
    return tokens.contents() if CONTENT_SCOPE in needed else tokens


@dataclass(frozen=True, slots=True)
class _FlowTokens:
    """Tokens whose every question to the vault carries the flow's state."""

    tokens: Tokens
    state: str

    @property
    def keeps_narrow(self) -> bool:
        """Say no: the person has pressed the button for the wider one."""
        return False

    def read(self) -> str:
        return self.tokens.require_consent(state=self.state)

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        return self.tokens.require_consent(state=state or self.state, discard=discard)
