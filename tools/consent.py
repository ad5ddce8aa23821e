"""A person's Google access token, from AgentCore Identity with `requires_access_token`; or `ConsentRequired`.

The SDK's decorator polls for ten minutes unless its `on_auth_url` raises, so ours always raises. It builds boto3
clients when it decorates, so it decorates here, on first use, and never at import.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from bedrock_agentcore.identity.auth import requires_access_token
from bedrock_agentcore.runtime.context import BedrockAgentCoreContext
from botocore.exceptions import BotoCoreError, ClientError

from tools.errors import (
    ConsentRequired,
    IdentityMisconfiguredError,
    IdentityUnavailableError,
    NoWorkloadAccessTokenError,
)
from tools.scopes import CONTENTS, DETAILS

__all__ = ["AccessTokens", "ConsentSettings"]

# Without `offline` and `consent` Google gives no refresh token; without `select_account` a browser that knows one
# account never asks which. AgentCore compares them on every read of the vault, so they are the same always: see
# docs/decisions/013.md.
# https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-authentication.html
_GOOGLE_PARAMETERS = {"access_type": "offline", "prompt": "consent select_account"}

_OPERATOR_ERRORS = {"AccessDeniedException", "ResourceNotFoundException", "ValidationException"}


@dataclass(frozen=True, slots=True)
class ConsentSettings:
    """Which credential provider to ask, and how.

    `return_url` is where AgentCore sends the browser back to. `contents`: the wide scope may be asked for.
    `has_connect_page`: the link in the chat is a page of our own, which starts the flow when its button is pressed.
    """

    provider: str
    return_url: str
    contents: bool = True
    has_connect_page: bool = False


class AccessTokens:
    """Reads the caller's access token for one set of scopes. Blocking: call it in a worker thread.

    Whether AgentCore's vault keys its tokens by scopes is not documented, so nothing here depends on it: a read may
    return a token of other scopes (Drive tells by a 403), or find none where there is one for others.
    """

    def __init__(
        self,
        settings: ConsentSettings,
        *,
        local_workload_token: Callable[[], str] | None = None,
        scopes: tuple[str, ...] = DETAILS,
    ) -> None:
        """`local_workload_token` fetches a workload access token where no Runtime does: local mode only."""
        self.settings = settings
        self.scopes = scopes
        self._local_workload_token = local_workload_token
        self._lock = threading.Lock()
        self._plain: Callable[[], str] | None = None
        self._wide = (
            self
            if scopes == CONTENTS
            else AccessTokens(settings, local_workload_token=local_workload_token, scopes=CONTENTS)
        )

    def contents(self) -> "AccessTokens":
        """Return the tokens of the wide scope; itself where contents are switched off, so that none is asked for."""
        return self._wide if self.settings.contents else self

    def every(self) -> tuple["AccessTokens", ...]:
        """Return the tokens of each set of scopes that was ever asked for, whatever is switched on now."""
        return (self, self._wide)

    @property
    def keeps_narrow(self) -> bool:
        """Say whether a grant that lacks scopes is left as it is.

        Discarding it is the only way to a new one, and at once loses what it allows, and that there was one, which the
        page wants to explain. So where the link is a page of ours, its button discards, and who ignores the link keeps
        what they had.
        """
        return self.settings.has_connect_page

    def read(self) -> str:
        """Return the access token.

        Raises: `ConsentRequired`, `NoWorkloadAccessTokenError`, or what went wrong at AgentCore Identity.
        """
        with self._lock:
            if self._plain is None:
                self._plain = self._reader()
        return self._call(self._plain)

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        """As `read`, for a flow that starts now: `state` comes back to the return URL beside the session URI.

        `discard` forgets what the vault holds (`forceAuthentication`), for a grant that Google no longer honours.
        """
        return self._call(self._reader(state=state, discard=discard))

    def _reader(self, *, state: str = "", discard: bool = False) -> Callable[[], str]:
        @requires_access_token(
            provider_name=self.settings.provider,
            scopes=list(self.scopes),
            auth_flow="USER_FEDERATION",
            on_auth_url=_raise_consent_required,
            callback_url=self.settings.return_url,
            force_authentication=discard,
            custom_state=state or None,
            custom_parameters=_GOOGLE_PARAMETERS,
        )
        def read(*, access_token: str) -> str:
            return access_token

        return read  # type: ignore[no-any-return]  # the SDK's decorator is untyped

    def _call(self, reader: Callable[[], str]) -> str:
        is_missing = BedrockAgentCoreContext.get_workload_access_token() is None
        if is_missing and self._local_workload_token is None:
            # Left alone, the SDK would now quietly create a workload identity and a user of its own.
            raise NoWorkloadAccessTokenError("The Runtime sent no workload access token. Tell the person to sign in.")
        try:
            if is_missing and self._local_workload_token:
                BedrockAgentCoreContext.set_workload_access_token(self._local_workload_token())
            return reader()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _OPERATOR_ERRORS:
                raise IdentityMisconfiguredError(f"AgentCore Identity refused with {code}. Tell the person.") from error
            raise IdentityUnavailableError("AgentCore Identity does not answer. Tell the person.") from error
        except (BotoCoreError, RuntimeError) as error:
            raise IdentityUnavailableError("AgentCore Identity does not answer. Tell the person.") from error


def _raise_consent_required(authorization_url: str) -> NoReturn:
    raise ConsentRequired(authorization_url)
