"""The token vault: a person's tokens for one provider and workload. State without I/O.

There is no API that lists or deletes tokens; what is here beyond put, get and remove is for the admin routes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from local.aws.identity.principals import Principal


@dataclass(frozen=True)
class VaultKey:
    """`scopes` is empty unless the switch `scopes_in_vault_key` is on."""

    workload: str
    kind: str
    user: str
    provider: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """What a provider gave. `expires` None: the provider did not say."""

    access_token: str
    refresh_token: str | None
    expires: datetime | None
    custom_parameters: Mapping[str, str]
    scopes: tuple[str, ...]

    def is_expired(self, now: datetime) -> bool:
        """Past its time; whether the provider has revoked it is never known here."""
        return self.expires is not None and self.expires <= now


def vault_key(
    workload: str, principal: Principal, provider: str, scopes: tuple[str, ...], *, with_scopes: bool
) -> VaultKey:
    """The key under which a person's tokens are kept."""
    return VaultKey(workload, principal.kind, principal.name, provider, tuple(sorted(scopes)) if with_scopes else ())


class Vault:
    """All grants."""

    def __init__(self) -> None:
        self._grants: dict[VaultKey, Grant] = {}

    def put(self, key: VaultKey, grant: Grant) -> None:
        """Keep a grant in place of the one before."""
        self._grants[key] = grant

    def get(self, key: VaultKey) -> Grant | None:
        """The grant, whether fresh or expired."""
        return self._grants.get(key)

    def remove(self, key: VaultKey) -> None:
        """Forget a grant, if there is one."""
        self._grants.pop(key, None)

    def remove_provider(self, provider: str) -> None:
        """Forget everybody's grants at a provider that is being deleted."""
        self._grants = {key: grant for key, grant in self._grants.items() if key.provider != provider}

    def expire_all(self, now: datetime) -> int:
        """Make every access token expire now; how many."""
        self._grants = {key: replace(grant, expires=now) for key, grant in self._grants.items()}
        return len(self._grants)

    def clear(self) -> None:
        """Forget everything."""
        self._grants.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """What is bound to whom, without any token."""
        return [
            {
                "workload": key.workload,
                "kind": key.kind,
                "user": key.user,
                "provider": key.provider,
                "scopes": list(grant.scopes),
                "expires": grant.expires.isoformat() if grant.expires else None,
                "has_refresh_token": grant.refresh_token is not None,
            }
            for key, grant in self._grants.items()
        ]
