"""The agent runtimes and their sessions. State without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import anyio

from local.aws.errors import not_found
from local.aws.names import ACCOUNT, runtime_arn

JWT_RUNTIME = "drive_agent"
IAM_RUNTIME = "drive_agent_iam"


class BadRuntimeError(Exception):
    """Cause: an admin request that makes no sense. Its text is for the person who sent it."""


@dataclass(frozen=True)
class Runtime:
    """One agent runtime. For `jwt`, an empty `discovery_url` means: not configured yet."""

    name: str
    authorizer: Literal["jwt", "iam"]
    agent_url: str
    discovery_url: str = ""
    allowed_clients: tuple[str, ...] = ()
    allowed_audience: tuple[str, ...] = ()
    header_allowlist: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """As AWS spells it."""
        return runtime_arn(self.name)

    def as_dict(self) -> dict[str, Any]:
        """For the admin route."""
        return {
            "name": self.name,
            "arn": self.arn,
            "authorizer": self.authorizer,
            "agentUrl": self.agent_url,
            "discoveryUrl": self.discovery_url,
            "allowedClients": list(self.allowed_clients),
            "allowedAudience": list(self.allowed_audience),
            "headerAllowlist": list(self.header_allowlist),
            "workloadIdentity": self.name,
        }


@dataclass
class RuntimeSession:
    """A session that was invoked, and the requests that run in it right now."""

    running: set[anyio.CancelScope] = field(default_factory=set)


class Registry:
    """Runtimes by name; the name is also that of the managed workload identity."""

    def __init__(self, agent_url: str, iam_agent_url: str = "") -> None:
        self._agent_url = agent_url.rstrip("/")
        self._iam_agent_url = iam_agent_url.rstrip("/") or self._agent_url
        self._runtimes: dict[str, Runtime] = {}
        self._sessions: dict[tuple[str, str], RuntimeSession] = {}
        self.clear()

    def clear(self) -> None:
        """Back to the two seeded runtimes."""
        seeded = (
            Runtime(JWT_RUNTIME, "jwt", self._agent_url, header_allowlist=("Authorization",)),
            Runtime(IAM_RUNTIME, "iam", self._iam_agent_url),
        )
        self._runtimes = {runtime.name: runtime for runtime in seeded}
        self._sessions.clear()

    def find(self, arn_or_id: str, account: str | None, qualifier: str | None) -> Runtime:
        """A runtime by ARN, or by id and account. Raises ResourceNotFoundException."""
        name = arn_or_id.removeprefix(runtime_arn(""))
        if name == arn_or_id and account not in (None, ACCOUNT):
            name = ""
        if name not in self._runtimes or qualifier not in (None, "", "DEFAULT"):
            raise not_found(f"No endpoint or agent found with qualifier '{qualifier or 'DEFAULT'}' for '{arn_or_id}'")
        return self._runtimes[name]

    def configure(self, name: str, wish: Mapping[str, Any]) -> Runtime:
        """Change a runtime, or add one (`authorizer`: jwt or iam). Raises `BadRuntimeError`."""
        known = self._runtimes.get(name) or Runtime(name, wish.get("authorizer", "jwt"), self._agent_url)
        if known.authorizer not in ("jwt", "iam") or wish.get("authorizer", known.authorizer) != known.authorizer:
            raise BadRuntimeError("A runtime's authorizer is jwt or iam, and stays what it was.")
        changed = replace(
            known,
            discovery_url=_text(wish, "discoveryUrl", known.discovery_url),
            agent_url=_text(wish, "agentUrl", known.agent_url).rstrip("/"),
            allowed_clients=_texts(wish, "allowedClients", known.allowed_clients),
            allowed_audience=_texts(wish, "allowedAudience", known.allowed_audience),
            header_allowlist=_texts(wish, "headerAllowlist", known.header_allowlist),
        )
        if changed.discovery_url and not changed.allowed_clients and not changed.allowed_audience:
            raise BadRuntimeError("A JWT authorizer needs allowedClients or allowedAudience.")
        self._runtimes[name] = changed
        return changed

    def all(self) -> list[Runtime]:
        """Every runtime."""
        return list(self._runtimes.values())

    def session(self, runtime: Runtime, session_id: str) -> RuntimeSession:
        """The session of this id, begun if it is new."""
        return self._sessions.setdefault((runtime.name, session_id), RuntimeSession())

    def stop(self, runtime: Runtime, session_id: str) -> None:
        """End a session and what runs in it. Raises ResourceNotFoundException."""
        session = self._sessions.pop((runtime.name, session_id), None)
        if session is None:
            raise not_found("No session with this runtimeSessionId is running")
        for scope in session.running:
            scope.cancel()


def _text(wish: Mapping[str, Any], name: str, default: str) -> str:
    value = wish.get(name, default)
    if not isinstance(value, str):
        raise BadRuntimeError(f"{name} is text.")
    return value


def _texts(wish: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = wish.get(name, default)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise BadRuntimeError(f"{name} is a list of texts.")
    return tuple(value)
