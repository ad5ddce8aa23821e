"""The two AWS clients that `deploy` talks through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from deploy.desired import is_loopback

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})


@dataclass(frozen=True)
class Clients:
    """Clients of AgentCore's control plane and of Cognito user pools."""

    control: "BedrockAgentCoreControlClient"
    cognito: "CognitoIdentityProviderClient"

    @classmethod
    def connect(cls, region: str, endpoint_url: str | None, config: Config = _CONFIG) -> "Clients":
        """Build both; credentials come from where boto3 finds them.

        An endpoint on this machine is a stand-in: it takes any signature, so it gets sample keys and never a
        signature made with the person's own.
        """
        session = boto3.Session(region_name=region)
        config = _past_the_proxy(config, endpoint_url)
        if is_loopback(endpoint_url):
            session = boto3.Session(
                region_name=region,
                aws_access_key_id="sample-key-for-a-stand-in",
                aws_secret_access_key="sample-secret-for-a-stand-in",  # noqa: S106 - a sample, as it says
            )
        return cls(
            control=session.client("bedrock-agentcore-control", endpoint_url=endpoint_url, config=config),
            cognito=session.client("cognito-idp", endpoint_url=endpoint_url, config=config),
        )


def sign_in_client(region: str, endpoint_url: str | None, config: Config = _CONFIG) -> "CognitoIdentityProviderClient":
    """Build a client for signing in: a public app client needs no AWS credentials."""
    unsigned = _past_the_proxy(config, endpoint_url).merge(Config(signature_version=UNSIGNED))
    return boto3.Session(region_name=region).client("cognito-idp", endpoint_url=endpoint_url, config=unsigned)


def _past_the_proxy(config: Config, endpoint_url: str | None) -> Config:
    """A proxy of the environment leads out, never to a stand-in on this machine itself."""
    return config.merge(Config(proxies={})) if is_loopback(endpoint_url) else config
