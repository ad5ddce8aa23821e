"""One person's connection to Google Drive outside a turn: start consent, tell what is connected, revoke."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass

from tools.errors import AccessTokenRejectedError, ConsentRequired, DriveForbiddenError, ScopeNotGrantedError
from tools.google.drive_files import Account, DriveFiles
from tools.pause import Tokens, with_access_token
from tools.scopes import CONTENT_SCOPE, CONTENTS, DETAILS

__all__ = ["Connection", "DriveConnection"]


@dataclass(frozen=True, slots=True)
class Connection:
    """Whose Drive is connected, and what the grant is known to cover."""

    account: Account
    scopes: tuple[str, ...]


class DriveConnection:
    """What the `connect`, `status` and `disconnect` actions do. Blocking: call it in a worker thread.

    Every method raises a `ToolError` where AgentCore Identity or Google does not answer.
    """

    def __init__(self, api: DriveFiles, tokens: Tokens) -> None:
        self._api = api
        self._tokens = tokens

    def asked_for(self, needed: Collection[str]) -> tuple[str, ...]:
        """Return the scopes that `connect` asks for where `needed` are: never the wide one where it is switched off."""
        return self._for(needed).scopes

    def connect(self, needed: Collection[str], *, state: str, force: bool) -> Connection:
        """Return what is connected where it covers `needed`; else raise `ConsentRequired` with a flow of this `state`.

        A grant that Google no longer honours, or that is too narrow, is discarded, so that a person who opens the link
        always gets further.
        """
        tokens = self._for(needed)
        flow = _FlowTokens(tokens, state)
        if force:
            return self._look(flow.require_consent(discard=True), tokens.scopes)
        return with_access_token(flow, lambda access_token: self._look(access_token, tokens.scopes))

    def status(self) -> Connection | None:
        """Return what is connected; None where there is no grant, or none that Google honours. Changes nothing."""
        wide = self._tokens.contents()
        # A vault that keys by scopes may hold two tokens; another finds the one it has whichever is asked for.
        for tokens in (self._tokens,) if wide is self._tokens else (wide, self._tokens):
            with contextlib.suppress(ConsentRequired, AccessTokenRejectedError, ScopeNotGrantedError):
                with contextlib.suppress(AccessTokenRejectedError):
                    return self._look(tokens.read(), DETAILS)
                return self._look(tokens.read(), DETAILS)  # which the vault may have refreshed
        return None

    def missing_consent(self, needed: Collection[str]) -> str | None:
        """Return None where the vault's token covers `needed`, else AgentCore's authorization URL or "".

        For names and details the vault alone is asked. That a token opens contents only Drive can tell, so it is asked,
        too.
        """
        tokens = self._for(needed)
        try:
            if tokens.scopes == CONTENTS:
                with_access_token(tokens, self._demand_contents)
            else:
                tokens.read()
        except ConsentRequired as required:
            return required.authorization_url
        return None

    def disconnect(self) -> None:
        """Revoke the grant at Google and discard it here; nothing to do where nothing is connected.

        AgentCore has no call that deletes one person's token; `forceAuthentication` is what clears it.
        """
        for tokens in self._tokens.every():  # Google revokes all scopes at once; the vault may hold a token for each
            with contextlib.suppress(ConsentRequired):
                self._api.revoke(tokens.read())
                tokens.require_consent(discard=True)

    def _for(self, needed: Collection[str]) -> Tokens:
        return self._tokens.contents() if CONTENT_SCOPE in needed else self._tokens

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


@dataclass(frozen=True, slots=True)
class _FlowTokens:
    """Tokens whose every question to the vault carries the flow's state."""

    tokens: Tokens
    state: str

    def read(self) -> str:
        return self.tokens.require_consent(state=self.state)

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        return self.tokens.require_consent(state=state or self.state, discard=discard)

    def require_scopes(self) -> str:
        """Discard the narrower grant: the person has pressed the button for the wider one."""
        return self.tokens.require_consent(state=self.state, discard=True)
