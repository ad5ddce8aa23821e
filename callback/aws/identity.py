"""CompleteResourceTokenAuth: tell AgentCore Identity that the person who consented is the person who asked.

https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_CompleteResourceTokenAuth.html
Only this call makes AgentCore exchange Google's code and keep the tokens. No token ever comes here.
"""

import logging
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio.to_thread
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from callback.errors import CallbackError
from callback.hosts import is_loopback
from callback.records import UserProof
from callback.service_errors import (
    AuthorizationInvalidError,
    AuthorizationMissingError,
    AuthorizationOverError,
    IdentityBusyError,
    IdentityFailedError,
    NoAwsCredentialsError,
    ServiceNotAllowedError,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore.client import BedrockAgentCoreClient

# An authorization works once, so a repeated request after a lost answer would say "expired" about a success.
_CONFIG = Config(
    connect_timeout=3,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=40,  # as many as there are worker threads
)


logger = logging.getLogger(__name__)


class Identity:
    """AgentCore Identity's data plane. Raises only `CallbackError`s."""

    def __init__(self, *, region: str, endpoint_url: str | None) -> None:
        self._region = region
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._client: BedrockAgentCoreClient | None = None

    async def complete(self, proof: UserProof, session_uri: str) -> None:
        """Bind a finished consent to a person. boto3 blocks, so it runs in a worker thread."""
        await anyio.to_thread.run_sync(self._complete, proof, session_uri)

    def _complete(self, proof: UserProof, session_uri: str) -> None:
        try:
            if proof.kind == "userToken":
                self._boto().complete_resource_token_auth(
                    userIdentifier={"userToken": proof.value}, sessionUri=session_uri
                )
            else:
                self._boto().complete_resource_token_auth(
                    userIdentifier={"userId": proof.value}, sessionUri=session_uri
                )
        except ClientError as error:
            # The operator needs AWS's own code; its message may name the caller.
            logger.warning("code=%s | AWS refused a completion", error.response.get("Error", {}).get("Code", ""))
            raise _translate(error) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            logger.error("there are no AWS credentials: give this process a role, or AWS_ACCESS_KEY_ID and its secret")  # noqa: TRY400 - the sentence says it all
            raise NoAwsCredentialsError from error
        except BotoCoreError as error:
            raise IdentityFailedError from error

    def _boto(self) -> "BedrockAgentCoreClient":
        """Made at first use: loading the service model takes a moment, and starting must not wait for it."""
        with self._lock:
            if self._client is None:
                # A proxy of the environment leads out, never to a stand-in on this machine itself.
                is_here = is_loopback(urlsplit(self._endpoint_url or "").hostname or "")
                config = _CONFIG.merge(Config(proxies={})) if is_here else _CONFIG
                self._client = boto3.client(
                    "bedrock-agentcore", region_name=self._region, endpoint_url=self._endpoint_url, config=config
                )
            return self._client


def _translate(error: ClientError) -> CallbackError:
    """AWS's error as one of ours. Two causes share AccessDenied, and only the text tells them apart."""
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "")
    if code in {"AccessDeniedException", "ValidationException"} and "invalid or expired session" in message.lower():
        return AuthorizationOverError()
    if "not authorized to perform" in message:
        return ServiceNotAllowedError()
    known: dict[str, type[CallbackError]] = {
        "AccessDeniedException": AuthorizationOverError,
        "UnauthorizedException": ServiceNotAllowedError,
        "UnrecognizedClientException": ServiceNotAllowedError,
        "ExpiredTokenException": ServiceNotAllowedError,
        "ResourceNotFoundException": AuthorizationMissingError,
        "ThrottlingException": IdentityBusyError,
        "ValidationException": AuthorizationInvalidError,
    }
    return known.get(code, IdentityFailedError)()
