"""OAuth2 credential providers. State without I/O, but for the secret, which Secrets Manager keeps."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from local.aws.clock import Clock
from local.aws.errors import conflict, invalid, not_found
from local.aws.names import provider_secret_name

GOOGLE_DISCOVERY = "https://accounts.google.com/.well-known/openid-configuration"
_CONFIG_MEMBERS = {"GoogleOauth2": "googleOauth2ProviderConfig", "CustomOauth2": "customOauth2ProviderConfig"}
_SECRET_KEY = "client_secret"


class SecretStore(Protocol):
    """Secrets Manager, as far as it is needed here."""

    def put(self, name: str, values: Mapping[str, str]) -> str:
        """Create or replace a secret; its ARN."""

    def find(self, secret_id: str) -> str | None:
        """The ARN of a secret, given its name or ARN."""

    def read(self, secret_id: str, key: str) -> str | None:
        """One value of a secret, or None."""

    def delete(self, secret_id: str) -> None:
        """Remove a secret at once, if it is there."""


@dataclass(frozen=True)
class Secret:
    """Where the client secret is kept; `external`: in the caller's own secret."""

    arn: str
    key: str
    external: bool


@dataclass(frozen=True)
class Provider:
    """An OAuth client registered in AgentCore Identity. `discovery` is spelled as the API spells it."""

    name: str
    vendor: str
    client_id: str
    discovery: Mapping[str, Any]
    secret: Secret
    callback_id: str
    created: datetime
    updated: datetime


class Providers:
    """The credential providers of the token vault."""

    def __init__(self, store: SecretStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._providers: dict[str, Provider] = {}

    def create(self, name: str, vendor: str, config_input: Mapping[str, Any]) -> Provider:
        """Add a provider. Raises ConflictException, ValidationException."""
        if name in self._providers:
            raise conflict(f"Credential provider with name: {name} already exists")
        config = _config(vendor, config_input)
        now = self._clock()
        provider = Provider(
            name=name,
            vendor=vendor,
            client_id=config.get("clientId", ""),
            discovery=_discovery(vendor, config),
            secret=self._keep_secret(name, config),
            callback_id=str(uuid.uuid4()),
            created=now,
            updated=now,
        )
        self._providers[name] = provider
        return provider

    def update(self, name: str, vendor: str, config_input: Mapping[str, Any]) -> Provider:
        """Replace a provider's client; the callback URL stays."""
        known = self.get(name)
        if vendor != known.vendor:
            raise invalid(f"The vendor of credential provider {name} cannot be changed")
        config = _config(vendor, config_input)
        self._providers[name] = replace(
            known,
            client_id=config.get("clientId", ""),
            discovery=_discovery(vendor, config),
            secret=self._keep_secret(name, config),
            updated=self._clock(),
        )
        return self._providers[name]

    def get(self, name: str) -> Provider:
        """Raises ResourceNotFoundException."""
        if name not in self._providers:
            raise not_found(f"Credential provider with name: {name} not found")
        return self._providers[name]

    def by_callback(self, callback_id: str) -> Provider | None:
        """The provider whose callback URL ends so."""
        return next((known for known in self._providers.values() if known.callback_id == callback_id), None)

    def delete(self, name: str) -> None:
        """Remove a provider and the secret that was kept for it."""
        secret = self.get(name).secret
        if not secret.external:
            self._store.delete(secret.arn)
        del self._providers[name]

    def all(self) -> list[Provider]:
        """By name."""
        return sorted(self._providers.values(), key=lambda provider: provider.name)

    def clear(self) -> None:
        """Forget every provider; the secrets are somebody else's to forget."""
        self._providers.clear()

    def client_secret(self, provider: Provider) -> str:
        """Read from Secrets Manager at every use, as AWS does with the caller's permission."""
        value = self._store.read(provider.secret.arn, provider.secret.key)
        if value is None:
            raise invalid(f"The client secret of credential provider {provider.name} cannot be read")
        return value

    def _keep_secret(self, name: str, config: Mapping[str, Any]) -> Secret:
        if config.get("clientSecretSource") == "EXTERNAL":
            place = config.get("clientSecretConfig")
            if not place:
                raise invalid("clientSecretConfig is required when clientSecretSource is EXTERNAL")
            arn = self._store.find(place["secretId"])
            if arn is None:
                raise not_found("The secret named in clientSecretConfig was not found")
            return Secret(arn, place["jsonKey"], external=True)
        if not config.get("clientSecret"):
            raise invalid("clientSecret is required when clientSecretSource is MANAGED")
        arn = self._store.put(provider_secret_name(name), {_SECRET_KEY: config["clientSecret"]})
        return Secret(arn, _SECRET_KEY, external=False)


def _config(vendor: str, config_input: Mapping[str, Any]) -> Mapping[str, Any]:
    member = _CONFIG_MEMBERS.get(vendor)
    if member is None:
        raise invalid(f"This stand-in has the vendors {' and '.join(_CONFIG_MEMBERS)} only")
    if member not in config_input:
        raise invalid(f"oauth2ProviderConfigInput for {vendor} must be {member}")
    config: Mapping[str, Any] = config_input[member]
    return config


def _discovery(vendor: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
    if vendor == "GoogleOauth2":
        return {"discoveryUrl": GOOGLE_DISCOVERY}
    discovery: Mapping[str, Any] = config["oauthDiscovery"]
    return discovery
