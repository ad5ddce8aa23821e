"""Consents on their way: what a browser has begun and not yet answered. State with its rules.

A flow belongs to the browser that began it (a cookie) and to the forms it was shown (a CSRF value). It ends with
one answer, or after half an hour.
"""

import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from local.google.asks import Ask

__all__ = ["Flow", "FlowError", "Flows"]

_LIFETIME = timedelta(minutes=30)
_MAX_FLOWS = 1000


class FlowError(Exception):
    """No such flow in this browser: it is over, too old, or another browser's."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`email` is empty until an account was chosen."""

    id: str
    ask: Ask
    browser: str
    csrf: str
    expires: datetime
    email: str = ""


@dataclass(slots=True)
class Flows:
    """The flows that are open."""

    _open: dict[str, Flow] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget all."""
        self._open.clear()

    def begin(self, ask: Ask, browser: str, now: datetime) -> Flow:
        """A new flow for this browser."""
        while len(self._open) >= _MAX_FLOWS:
            del self._open[next(iter(self._open))]
        flow = Flow(secrets.token_urlsafe(16), ask, browser, secrets.token_urlsafe(16), now + _LIFETIME)
        self._open[flow.id] = flow
        return flow

    def find(self, flow_id: str, browser: str, now: datetime) -> Flow:
        """This browser's flow. Raises `FlowError`."""
        flow = self._open.get(flow_id)
        if flow is None or now >= flow.expires or not hmac.compare_digest(flow.browser.encode(), browser.encode()):
            raise FlowError("no such flow")
        return flow

    def find_for_form(self, flow_id: str, browser: str, csrf: str, now: datetime) -> Flow:
        """The same, for a form that was sent: its CSRF value must be the flow's. Raises `FlowError`."""
        flow = self.find(flow_id, browser, now)
        if not hmac.compare_digest(flow.csrf.encode(), csrf.encode()):
            raise FlowError("not our form")
        return flow

    def choose(self, flow: Flow, email: str) -> Flow:
        """Note the account."""
        self._open[flow.id] = replace(flow, email=email)
        return self._open[flow.id]

    def end(self, flow: Flow) -> None:
        """The flow has its answer."""
        self._open.pop(flow.id, None)
