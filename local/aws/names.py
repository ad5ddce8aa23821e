"""The one account and region of the stand-in, and how AWS spells its ARNs. Pure.

The service field of a credential provider's ARN is `acps` in AWS's own service model
(botocore `bedrock-agentcore-control`, shape `CredentialProviderArnType`), so it is here.
"""

ACCOUNT = "123456789012"
REGION = "us-west-2"


def workload_arn(name: str) -> str:
    """ARN of a workload identity."""
    return f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:workload-identity-directory/default/workload-identity/{name}"


def provider_arn(name: str) -> str:
    """ARN of an OAuth2 credential provider in the default token vault."""
    return f"arn:aws:acps:{REGION}:{ACCOUNT}:token-vault/default/oauth2credentialprovider/{name}"


def runtime_arn(name: str) -> str:
    """ARN of an agent runtime."""
    return f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{name}"


def provider_secret_name(name: str) -> str:
    """Name under which AgentCore Identity keeps a provider's client secret in Secrets Manager."""
    return f"bedrock-agentcore-identity!default/oauth2/{name}"
