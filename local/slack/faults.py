"""Faults on demand: what goes wrong next, how, and how often. State with its rules."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local.slack.arguments import METHODS

__all__ = ["KINDS", "TARGETS", "Fault", "FaultError", "Faults", "Struck"]

KINDS = frozenset({"rate_limit", "error", "status", "not_json", "drop", "stall"})
# Beside the methods: every method, the page that asks who signs in, the addresses that an interaction answers to.
TARGETS = frozenset({*METHODS, "*", "authorize", "response_url"})


class FaultError(Exception):
    """The fault that was asked for does not exist. The text says what does."""


@dataclass(slots=True)
class Fault:
    """`times` None: until cleared. `error` is the code of kind `error`; `seconds` belong to `stall` and `rate_limit`.

    `drop`: the call is carried out, and its answer is lost (a status 502).
    """

    target: str
    kind: str
    times: int | None = 1
    seconds: float = 1.0
    status: int = 503
    error: str = "internal_error"

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise FaultError(f"target must be one of {', '.join(sorted(TARGETS))}")
        if self.kind not in KINDS:
            raise FaultError(f"kind must be one of {', '.join(sorted(KINDS))}")
        if not 400 <= self.status <= 599 or (self.times is not None and self.times < 1) or not 0 <= self.seconds <= 600:
            raise FaultError("status is 400 to 599, times is 1 or more (null: until cleared), seconds is 0 to 600")


@dataclass(frozen=True, slots=True)
class Struck:
    """What one request meets: how long it is held up, and the fault that answers it."""

    stall_seconds: float = 0.0
    fault: Fault | None = None


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

    def strike(self, target: str) -> Struck:
        """Take what applies to one request: every stall, and the oldest of the rest."""
        stalls = self._take(target, lambda fault: fault.kind == "stall", most=None)
        others = self._take(target, lambda fault: fault.kind != "stall", most=1)
        return Struck(sum(fault.seconds for fault in stalls), others[0] if others else None)

    def _take(self, target: str, is_wanted: Callable[[Fault], bool], *, most: int | None) -> list[Fault]:
        wide = target in METHODS
        fitting = [
            fault
            for fault in self._waiting
            if (fault.target == target or (wide and fault.target == "*")) and is_wanted(fault)
        ][:most]
        for fault in fitting:
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
        return fitting
