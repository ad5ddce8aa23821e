"""Workload identities and the access tokens minted for them. State without I/O."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.aws.clock import Clock
from local.aws.errors import access_denied, conflict, invalid, not_found, unauthorized
from local.aws.identity.principals import Principal
from local.ledger import Ledger

# AWS publishes no lifetime; an hour is longer than any turn and short enough to notice a cached one.
TOKEN_LIFETIME = timedelta(hours=1)

# The two sentences of AWS, samples#528 and collmbo#742; the first also for a URL that is not on the list.
NOT_REGISTERED = (
    "You must register and use at least one ResourceOauth2ReturnUrl on your workload identity to use this flow"
)
NOT_PROVIDED = "You must provide a ResourceOauth2ReturnUrl to proceed with this flow"
LINKED = "WorkloadIdentity is linked to a service and cannot retrieve an access token by the caller"


@dataclass(frozen=True)
class Workload:
    """An agent's own identity. `managed`: it belongs to a runtime, which alone mints its tokens."""

    name: str
    return_urls: tuple[str, ...]
    created: datetime
    updated: datetime
    managed: bool = False


@dataclass(frozen=True)
class WorkloadAccessToken:
    """What a token stands for; `principal` is None for a token without a user."""

    workload: str
    principal: Principal | None
    expires: datetime


def check_return_url(workload: Workload, return_url: str | None) -> str:
    """The return URL, when it is exactly one of those registered. Raises `AwsError` ValidationException."""
    if not workload.return_urls:
        raise invalid(NOT_REGISTERED)
    if not return_url:
        raise invalid(NOT_PROVIDED)
    if return_url not in workload.return_urls:
        raise invalid(NOT_REGISTERED)
    return return_url


class Workloads:
    """The workload identity directory."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._workloads: dict[str, Workload] = {}
        self._tokens: dict[str, WorkloadAccessToken] = {}

    def create(self, name: str, return_urls: Iterable[str], *, managed: bool = False) -> Workload:
        """Add an identity. Raises ConflictException."""
        if name in self._workloads:
            raise conflict(f"WorkloadIdentity with name '{name}' already exists")
        now = self._clock()
        self._workloads[name] = Workload(name, tuple(return_urls), now, now, managed)
        return self._workloads[name]

    def get(self, name: str) -> Workload:
        """Raises ResourceNotFoundException."""
        if name not in self._workloads:
            raise not_found(f"WorkloadIdentity '{name}' not found")
        return self._workloads[name]

    def update(self, name: str, return_urls: Iterable[str]) -> Workload:
        """Replace the list of return URLs."""
        changed = replace(self.get(name), return_urls=tuple(return_urls), updated=self._clock())
        self._workloads[name] = changed
        return changed

    def delete(self, name: str) -> None:
        """Remove an identity that no runtime manages."""
        if self.get(name).managed:
            raise access_denied("WorkloadIdentity is linked to a service and cannot be deleted by the caller")
        del self._workloads[name]

    def all(self) -> list[Workload]:
        """By name."""
        return sorted(self._workloads.values(), key=lambda workload: workload.name)

    def clear(self) -> None:
        """Forget identities and tokens."""
        self._workloads.clear()
        self._tokens.clear()

    def mint(self, name: str, principal: Principal | None) -> str:
        """An opaque access token for a workload that exists."""
        token = secrets.token_urlsafe(96)
        self._ledger.note("workload access token", token)
        self._tokens[token] = WorkloadAccessToken(self.get(name).name, principal, self._clock() + TOKEN_LIFETIME)
        return token

    def mint_for_caller(self, name: str, principal: Principal | None) -> str:
        """The same, asked for over the API: refused for an identity that a runtime manages."""
        if self.get(name).managed:
            raise access_denied(LINKED)
        return self.mint(name, principal)

    def resolve(self, token: str) -> WorkloadAccessToken:
        """Raises UnauthorizedException for a token that is unknown or too old."""
        known = self._tokens.get(token)
        if known is None or known.expires <= self._clock() or known.workload not in self._workloads:
            raise unauthorized("The workload access token is invalid or expired")
        return known
