"""One person's connection to Google Drive outside a turn: start consent, tell what is connected, revoke."""

import contextlib
from dataclasses import dataclass

from tools.drive_api import Account, DriveApi
from tools.errors import AccessTokenRejectedError, ConsentRequired
from tools.pause import Tokens, with_access_token


class DriveConnection:
    """What the `connect`, `status` and `disconnect` actions do. Blocking: call it in a worker thread.

    Every method raises a `ToolError` where AgentCore Identity or Google does not answer.
    """

    def __init__(self, api: DriveApi, tokens: Tokens) -> None:
        self._api = api
        self._tokens = tokens

    def connect(self, *, state: str, force: bool) -> Account:
        """Return the connected account, or raise `ConsentRequired` with a flow that carries `state`.

        A grant that Google no longer honours is discarded, so that a person who opens the link always gets further.
        """
        flow = _FlowTokens(self._tokens, state)
        if force:
            return self._api.account(flow.require_consent(discard=True))
        return with_access_token(flow, self._api.account)

    def status(self) -> Account | None:
        """Return the connected account; None where there is no grant, or none that Google honours. Changes nothing."""
        for _ in range(2):  # the vault may refresh the access token on the second read
            try:
                return self._api.account(self._tokens.read())
            except ConsentRequired:
                return None
            except AccessTokenRejectedError:
                continue
        return None

    def missing_consent(self) -> str | None:
        """Return AgentCore's authorization URL where the vault holds no access token, else None. Asks nobody else."""
        try:
            self._tokens.read()
        except ConsentRequired as required:
            return required.authorization_url
        return None

    def disconnect(self) -> None:
        """Revoke the grant at Google and discard it here; nothing to do where nothing is connected.

        AgentCore has no call that deletes one person's token; `forceAuthentication` is what clears it.
        """
        with contextlib.suppress(ConsentRequired):
            self._api.revoke(self._tokens.read())
            self._tokens.require_consent(discard=True)


@dataclass(frozen=True, slots=True)
class _FlowTokens:
    """Tokens whose every question to the vault carries the flow's state."""

    tokens: Tokens
    state: str

    def read(self) -> str:
        return self.tokens.require_consent(state=self.state)

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        return self.tokens.require_consent(state=state or self.state, discard=discard)
