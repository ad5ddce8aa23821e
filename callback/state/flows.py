"""Open flows, as encrypted records (`callback.state.store`): each is used up once, and none is lost to a crash.

A flow has three records. The flow itself, under the handle in its browser's cookie: who deletes it has taken it, which
over all processes is one. A lease, from before it is taken until it is known how that ended. And a mark under the hash
of its `state`, which is all that another browser can bring: where that happens, the mark is turned, and whoever takes
the flow gets nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callback.binding import FLOW_LIFE
from callback.records import Flow
from callback.state.sessions import new_handle
from callback.state.store import Records, Sealed

__all__ = ["LEASE_LIFE", "Flows"]

# Longer than a completion can take (`callback.aws.identity`), so that nobody is overtaken who is still at it.
LEASE_LIFE = timedelta(seconds=20)


@dataclass(frozen=True)
class _Lease:
    """A flow that was taken, until it is known how that ended."""

    flow: Flow
    taken: datetime


@dataclass(frozen=True)
class _Mark:
    """Whether the return of a flow was seen in a browser, or with a person, that did not start it."""

    is_astray: bool


class Flows:
    """Open authorizations. Handles are the values of flow cookies."""

    def __init__(self, store: Sealed) -> None:
        self._open = Records(store, "flows", Flow)
        self._leases = Records(store, "leases", _Lease)
        self._marks = Records(store, "returns", _Mark)

    async def open(self, flow: Flow) -> str:
        """Keep a flow for ten minutes and return its handle."""
        handle = new_handle()
        await self._marks.put(flow.state_sha256, _Mark(is_astray=False), FLOW_LIFE)
        await self._open.put(handle, flow, FLOW_LIFE)
        return handle

    async def find(self, handle: str) -> Flow | None:
        """Look at a flow that is open, or was taken and is not done, without using it up."""
        flow = await self._open.get(handle)
        if flow is not None:
            return flow
        lease = await self._leases.get(handle)
        return lease.flow if lease else None

    async def take(self, handle: str, now: datetime) -> Flow | None:
        """Use a flow up: it goes to exactly one caller, also when several arrive at once, in several processes.

        Whoever takes it says `done`, or gives it back with `put_back`. When neither comes, because the process has
        died, the same browser gets the flow once more after 20 seconds, with `is_retry`: nobody knows whether AWS has
        completed it. None also for a flow whose return was seen elsewhere.
        """
        flow = await self._open.get(handle)
        if flow is not None:
            # The lease first: a process that dies, or a store that fails, at any point from here on loses nothing.
            await self._leases.put(handle, _Lease(flow, now), FLOW_LIFE)
            is_taken = await self._open.delete(handle)
            return flow if is_taken and await self._is_on_its_way(flow) else None
        lease = await self._leases.get(handle)
        if lease is None or now - lease.taken < LEASE_LIFE or not await self._leases.delete(handle):
            return None
        return replace(lease.flow, is_retry=True) if await self._is_on_its_way(lease.flow) else None

    async def is_under_way(self, handle: str, now: datetime) -> bool:
        """Say whether somebody has taken this flow in the last 20 seconds and has not said how that ended."""
        lease = await self._leases.get(handle)
        return lease is not None and now - lease.taken < LEASE_LIFE and await self._is_on_its_way(lease.flow)

    async def put_back(self, handle: str, flow: Flow) -> None:
        """Open a taken flow again, because AWS has not used it up."""
        await self._open.put(handle, flow, FLOW_LIFE)
        await self._leases.delete(handle)

    async def lost_sight(self, handle: str, flow: Flow, now: datetime) -> None:
        """Say that nobody knows how a taken flow has ended: the same browser may ask again in 20 seconds."""
        await self._leases.put(handle, _Lease(flow, now), FLOW_LIFE)

    async def done(self, handle: str) -> None:
        """Say that a taken flow has come to its end, whichever."""
        await self._leases.delete(handle)

    async def seen_elsewhere(self, state_sha256: str) -> None:
        """End the flow with this `state`, if there is one: a browser that did not start it has brought its return."""
        # Only where there is a mark: a stranger who makes `state`s up must not fill the store.
        if await self._marks.get(state_sha256) is not None:
            await self._marks.put(state_sha256, _Mark(is_astray=True), FLOW_LIFE)

    async def _is_on_its_way(self, flow: Flow) -> bool:
        mark = await self._marks.get(flow.state_sha256)
        return mark is not None and not mark.is_astray
