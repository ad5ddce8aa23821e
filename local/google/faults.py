"""Faults on demand: what goes wrong next, how, and how often. State with its rules."""

from dataclasses import dataclass, field

__all__ = ["KINDS", "TARGETS", "Fault", "FaultError", "Faults", "Struck"]

_ANY = frozenset({"status", "stall", "html_502"})
KINDS: dict[str, frozenset[str]] = {
    "drive": _ANY
    | {
        "access_not_configured",
        "bad_query",
        "cut_off",
        "daily_limit",
        "domain_policy",
        "empty_page",
        "expire",
        "export_too_large",
        "file_forbidden",
        "half_json",
        "html_500",
        "html_503",
        "incomplete",
        "not_found",
        "not_json",
        "other_shape",
        "rate_limit",
        "revoke",
        "same_token",
        "scope",
        "short_page",
        "slow_body",
        "stale_page",
        "throttle",
        "unauthorized",
    },
    "token": _ANY | {"invalid_client", "invalid_grant"},
    "revoke": _ANY | {"invalid_token"},
    "auth": _ANY | {"access_denied", "fewer_scopes"},
}
TARGETS = tuple(KINDS)


class FaultError(Exception):
    """The fault that was asked for does not exist. The text says what does."""


@dataclass(slots=True)
class Fault:
    """`times` None: until cleared. `method` (`files.list`) narrows the target `drive` to one method."""

    target: str
    kind: str
    times: int | None = 1
    status: int = 503
    seconds: float = 1.0
    method: str | None = None

    def __post_init__(self) -> None:
        if self.target not in KINDS:
            raise FaultError(f"target must be one of {', '.join(TARGETS)}")
        if self.kind not in KINDS[self.target]:
            raise FaultError(f"kind must be one of {', '.join(sorted(KINDS[self.target]))}")
        if not 400 <= self.status <= 599 or (self.times is not None and self.times < 1) or not 0 <= self.seconds <= 600:
            raise FaultError("status is 400 to 599, times is 1 or more (null: until cleared), seconds is 0 to 600")


@dataclass(frozen=True, slots=True)
class Struck:
    """What one request meets: how long it is held up, and the fault that answers it."""

    stall_seconds: float = 0.0
    fault: Fault | None = None

    @property
    def kind(self) -> str:
        """The answering fault's kind, or nothing."""
        return self.fault.kind if self.fault else ""


@dataclass(slots=True)
class Faults:
    """The faults that are waiting, oldest first."""

    _waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Let it strike from now on."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self._waiting.clear()

    def all(self) -> tuple[Fault, ...]:
        """What is waiting."""
        return tuple(self._waiting)

    def strike(
        self, target: str, method: str | None = None, *, has_page_token: bool = False, is_allowed: bool = False
    ) -> Struck:
        """Take what applies to one request: every stall, and the oldest of the rest.

        A `stale_page` waits for a request with a page token, `fewer_scopes` for a person who allows something, whom no
        other fault of `auth` meets.
        """
        stall_seconds, struck = 0.0, None
        for fault in list(self._waiting):
            if fault.target != target or (fault.method and fault.method != method):
                continue
            if fault.kind == "stale_page" and not has_page_token:
                continue
            if (fault.kind == "fewer_scopes") != is_allowed:
                continue
            if fault.kind == "stall":
                stall_seconds += fault.seconds
            elif struck is None:
                struck = fault
            else:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
        return Struck(stall_seconds, struck)
