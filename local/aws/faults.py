"""Faults on demand: what shall go wrong, how often. State without I/O."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("throttle", "error", "unavailable", "stall", "access_denied")
LONGEST_STALL_S = 600.0


class BadFaultError(Exception):
    """Cause: a fault without a target, with an unknown kind, or with numbers out of range."""


@dataclass
class Fault:
    """One planned fault; `times` counts down."""

    target: str
    kind: str
    times: int
    seconds: float


class Faults:
    """The planned faults, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(self, wish: Mapping[str, Any]) -> Fault:
        """Plan a fault. Raises `BadFaultError`."""
        target, kind = wish.get("target"), wish.get("kind")
        times, seconds = wish.get("times", 1), wish.get("seconds", 30)
        if not isinstance(target, str) or not target:
            raise BadFaultError("A fault needs a target: a service or an operation.")
        if kind not in KINDS:
            raise BadFaultError(f"A fault's kind is one of {', '.join(KINDS)}.")
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise BadFaultError("A fault's times is a whole number from 1.")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_STALL_S:
            raise BadFaultError(f"A fault's seconds are between 0 and {LONGEST_STALL_S:.0f}.")
        fault = Fault(target, kind, times, float(seconds))
        self._planned.append(fault)
        return fault

    def take(self, *targets: str) -> Fault | None:
        """The next fault for any of these names (a service, an operation), used up by one."""
        for fault in self._planned:
            if fault.target in targets:
                fault.times -= 1
                if not fault.times:
                    self._planned.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Plan nothing any more."""
        self._planned.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """The planned faults, for the admin route."""
        return [asdict(fault) for fault in self._planned]
