"""Everything the stand-in knows, made in one place, with one reset."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import httpx

from local.aws.bedrock.app import BedrockState
from local.aws.clock import Clock, utc_now
from local.aws.cognito.pools import Pools
from local.aws.cognito.sessions import SignIns
from local.aws.faults import Faults
from local.aws.identity.flows import Flows
from local.aws.identity.oauth_client import OauthClient
from local.aws.identity.providers import Providers
from local.aws.identity.vault import Vault
from local.aws.identity.workloads import Workloads
from local.aws.issuers import Issuers
from local.aws.journal import Journal
from local.aws.moto_bridge import Secrets, reset_moto
from local.aws.runtime.registry import Registry
from local.aws.runtime.relay import TIMEOUT
from local.aws.switches import Switches
from local.ledger import Ledger


@dataclass(frozen=True)
class Config:
    """Where things are. URLs have no trailing slash; `people` are shown on the sign-in page.

    `iam_agent_url`: the container of the IAM runtime; empty: that of the other one.
    """

    origin: str
    google_url: str
    agent_url: str
    people: Sequence[str] = ()
    iam_agent_url: str = ""


class Cloud:
    """State and HTTP clients. The clients are closed by the app."""

    def __init__(self, config: Config, clock: Clock = utc_now) -> None:
        self.config = config
        self.clock = clock
        self.switches = Switches()
        self.faults = Faults()
        self.journal = Journal()
        # The environment is not asked for proxies: everything is on loopback.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self.http = httpx.AsyncClient(trust_env=False, timeout=10, limits=limits)
        self.agent_http = httpx.AsyncClient(trust_env=False, timeout=TIMEOUT, limits=limits)
        self.ledger = Ledger()
        self.workloads = Workloads(clock, self.ledger)
        self.providers = Providers(Secrets(), clock)
        self.vault = Vault()
        self.flows = Flows(clock, self.ledger)
        self.oauth = OauthClient(self.http, config.google_url, clock)
        self.issuers = Issuers(self.http, config.origin, clock)
        self.registry = Registry(config.agent_url, config.iam_agent_url)
        self.pools = Pools()
        self.sign_ins = SignIns(clock, self.ledger)
        self.bedrock = BedrockState()
        self.ensure_managed_identities()

    def ensure_managed_identities(self) -> None:
        """Every runtime has a workload identity of its name, which starts without return URLs."""
        known = {workload.name for workload in self.workloads.all()}
        for runtime in self.registry.all():
            if runtime.name not in known:
                self.workloads.create(runtime.name, (), managed=True)

    def reset(self, *, with_moto: bool = True) -> None:
        """As if just started; a switch that was turned is turned back."""
        defaults = Switches()
        for field in fields(Switches):
            self.switches.set(field.name, getattr(defaults, field.name))
        for state in (
            self.faults,
            self.journal,
            self.workloads,
            self.providers,
            self.vault,
            self.flows,
            self.registry,
            self.sign_ins,
        ):
            state.clear()
        self.issuers.forget()
        self.bedrock.reset()
        if with_moto:
            reset_moto()
        self.ensure_managed_identities()

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()
        await self.agent_http.aclose()
