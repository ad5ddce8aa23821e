"""The control plane's operations on workload identities and credential providers: wire names to state and back.

Shapes: botocore service model `bedrock-agentcore-control` 2023-06-05.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local.aws.errors import invalid
from local.aws.identity.providers import Provider, Providers
from local.aws.identity.vault import Vault
from local.aws.identity.workloads import Workload, Workloads
from local.aws.names import provider_arn, workload_arn

Members = Mapping[str, Any]
PAGE_SIZE = 20


class ControlPlane:
    """Ten operations. Each takes the checked members of a request and returns those of the answer."""

    def __init__(self, workloads: Workloads, providers: Providers, vault: Vault, origin: str) -> None:
        self._workloads = workloads
        self._providers = providers
        self._vault = vault
        self._origin = origin

    async def create_workload_identity(self, asked: Members) -> Members:
        """201, ConflictException for a name in use."""
        workload = self._workloads.create(asked["name"], asked.get("allowedResourceOauth2ReturnUrls") or ())
        return _created_workload(workload)

    async def get_workload_identity(self, asked: Members) -> Members:
        """One identity."""
        return _workload(self._workloads.get(asked["name"]))

    async def update_workload_identity(self, asked: Members) -> Members:
        """Replaces the whole list of return URLs."""
        return _workload(self._workloads.update(asked["name"], asked.get("allowedResourceOauth2ReturnUrls") or ()))

    async def delete_workload_identity(self, asked: Members) -> Members:
        """204."""
        self._workloads.delete(asked["name"])
        return {}

    async def list_workload_identities(self, asked: Members) -> Members:
        """A page, by name."""
        listed = [
            {"name": known.name, "workloadIdentityArn": workload_arn(known.name)} for known in self._workloads.all()
        ]
        return _page("workloadIdentities", listed, asked)

    async def create_oauth2_credential_provider(self, asked: Members) -> Members:
        """201, ConflictException for a name in use."""
        provider = self._providers.create(
            asked["name"], asked["credentialProviderVendor"], asked["oauth2ProviderConfigInput"]
        )
        return self._created_provider(provider)

    async def get_oauth2_credential_provider(self, asked: Members) -> Members:
        """One provider, without its secret."""
        return self._provider(self._providers.get(asked["name"]))

    async def update_oauth2_credential_provider(self, asked: Members) -> Members:
        """The second phase of a set-up: the real client in place of the placeholder."""
        provider = self._providers.update(
            asked["name"], asked["credentialProviderVendor"], asked["oauth2ProviderConfigInput"]
        )
        return self._provider(provider)

    async def delete_oauth2_credential_provider(self, asked: Members) -> Members:
        """204; takes everybody's tokens of that provider along."""
        self._providers.delete(asked["name"])
        self._vault.remove_provider(asked["name"])
        return {}

    async def list_oauth2_credential_providers(self, asked: Members) -> Members:
        """A page, by name."""
        listed = [_provider_summary(provider) for provider in self._providers.all()]
        return _page("credentialProviders", listed, asked)

    def _created_provider(self, provider: Provider) -> dict[str, Any]:
        member = "googleOauth2ProviderConfig" if provider.vendor == "GoogleOauth2" else "customOauth2ProviderConfig"
        config: dict[str, Any] = {"oauthDiscovery": dict(provider.discovery)}
        if provider.client_id:
            config["clientId"] = provider.client_id
        answer: dict[str, Any] = {
            "name": provider.name,
            "credentialProviderArn": provider_arn(provider.name),
            "clientSecretArn": {"secretArn": provider.secret.arn},
            "clientSecretSource": "EXTERNAL" if provider.secret.external else "MANAGED",
            "callbackUrl": f"{self._origin}/identities/oauth2/callback/{provider.callback_id}",
            "oauth2ProviderConfigOutput": {member: config},
            "status": "READY",
        }
        if provider.secret.external:
            answer["clientSecretJsonKey"] = provider.secret.key
        return answer

    def _provider(self, provider: Provider) -> dict[str, Any]:
        return {**self._created_provider(provider), **_provider_times(provider)}


def _provider_times(provider: Provider) -> dict[str, Any]:
    return {
        "credentialProviderVendor": provider.vendor,
        "createdTime": provider.created.timestamp(),
        "lastUpdatedTime": provider.updated.timestamp(),
    }


def _provider_summary(provider: Provider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "credentialProviderArn": provider_arn(provider.name),
        **_provider_times(provider),
    }


def _created_workload(workload: Workload) -> dict[str, Any]:
    return {
        "name": workload.name,
        "workloadIdentityArn": workload_arn(workload.name),
        "allowedResourceOauth2ReturnUrls": list(workload.return_urls),
    }


def _workload(workload: Workload) -> dict[str, Any]:
    return {
        **_created_workload(workload),
        "createdTime": workload.created.timestamp(),
        "lastUpdatedTime": workload.updated.timestamp(),
    }


def _page(member: str, listed: Sequence[Members], asked: Members) -> dict[str, Any]:
    token = asked.get("nextToken") or "0"
    if not (token.isascii() and token.isdigit()):
        raise invalid("The nextToken is not one that this service gave out")
    start, size = int(token), asked.get("maxResults") or PAGE_SIZE
    page: dict[str, Any] = {member: list(listed[start : start + size])}
    if start + size < len(listed):
        page["nextToken"] = str(start + size)
    return page
