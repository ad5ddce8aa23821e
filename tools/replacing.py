"""Gives up every grant of a person who is to choose an account anew, and begins the flow for it."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from tools.errors import ConsentRequired, DriveTimeoutError, ToolError
from tools.google.drive_files import DriveFiles
from tools.pause import Tokens

__all__ = ["replace_grants"]

logger = logging.getLogger(__name__)


def replace_grants(api: DriveFiles, every: Sequence[Tokens], forced: Tokens, begin: Callable[[], str]) -> str:
    """Revoke what the vault holds for `every` set of scopes, return what `begin` does, and discard the others.

    `begin` discards what is there for `forced` and starts a flow. Discarding alone would leave the grant alive at
    Google, where nobody here could take it back any more. But who wants to connect anew gets further whether Google
    confirms that or not. Raises: `ConsentRequired` of `begin`, or a `ToolError` where AgentCore does not answer.
    """
    _revoke(api, every)
    try:
        return begin()
    except ConsentRequired:
        for tokens in every:  # which may be another account's than is chosen now
            if tokens is not forced:
                with suppress(ConsentRequired):
                    tokens.read()
                    tokens.require_consent(discard=True)
        raise


def _revoke(api: DriveFiles, every: Sequence[Tokens]) -> None:
    revoked = set()
    for tokens in every:
        try:
            access_token = tokens.read()
            if access_token not in revoked:  # a vault may answer every set of scopes with one token
                revoked.add(access_token)
                api.revoke(access_token)
        except ConsentRequired:
            continue
        except ToolError as error:
            logger.warning("error=%s | a grant that is being replaced was not revoked", type(error).__name__)
            if isinstance(error, DriveTimeoutError):
                return  # the person is waiting
