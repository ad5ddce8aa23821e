"""Requests signed as this process's own AWS principal: Signature Version 4, for a Runtime that takes IAM callers.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
The person whom such a request names is proven by nobody but this service, so nothing here reads who that is.
"""

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import anyio.to_thread
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from callback.service_errors import NoAwsCredentialsError

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials

__all__ = ["SERVICE", "Signer", "signed"]

logger = logging.getLogger(__name__)

# The signing name of InvokeAgentRuntime: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html
SERVICE = "bedrock-agentcore"

# What botocore's providers of credentials raise besides their own: STS's refusals, a credential process that is not
# there, credentials that have been refreshed and are over all the same.
_TROUBLE = (BotoCoreError, ClientError, OSError, RuntimeError, ValueError)


class Signer:
    """Signs with the credentials that botocore finds for this process, refreshed before they end."""

    def __init__(self, region: str, aws_session: botocore.session.Session | None = None) -> None:
        """`aws_session`: where the credentials come from, in place of the environment's chain."""
        self._region = region
        self._aws_session = aws_session
        self._lock = threading.Lock()

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """Return all the headers to send: those given, `X-Amz-Date`, `Authorization`, and the token of a role.

        The address and the body must be sent exactly as they are given here. Looking for credentials may ask another
        machine and block, so it happens in a worker thread. Raises: `NoAwsCredentialsError`.
        """
        # Who waits for an answer has a deadline, and is not held up by who is asked for credentials.
        credentials = await anyio.to_thread.run_sync(self._credentials, abandon_on_cancel=True)
        return signed(credentials, self._region, method, url, headers, body)

    def _credentials(self) -> "ReadOnlyCredentials":
        try:
            with self._lock:  # the session is not made for two threads; nor is it made before it is needed
                if self._aws_session is None:
                    self._aws_session = botocore.session.get_session()
                found: Credentials | None = self._aws_session.get_credentials()
            frozen = found.get_frozen_credentials() if found else None
        except _TROUBLE as error:
            # The text may name files and roles.
            logger.error("error=%s | the AWS credentials of this process cannot be used", type(error).__name__)  # noqa: TRY400
            raise NoAwsCredentialsError from error
        if frozen is None:
            logger.error("there are no AWS credentials: give this process a role, or AWS_ACCESS_KEY_ID and its secret")
            raise NoAwsCredentialsError
        return frozen


def signed(
    credentials: "ReadOnlyCredentials", region: str, method: str, url: str, headers: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """Return the headers with a signature over method, address, body, and each header that no proxy may change.

    The clock is botocore's. An `Authorization` that is given is replaced.
    """
    request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    SigV4Auth(credentials, SERVICE, region).add_auth(request)
    return dict(request.headers.items())
