"""The stand-in's own routes, below `/_standin`: what it is, faults, switches, revocation, the journal, reset.

They exist on loopback only, as everything here does, and no Google has them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints  # JSON bodies

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.google.faults import Fault, FaultError
from local.google.state import State
from local.google.switches import Switches
from local.people import GOOGLE_ACCOUNTS

__all__ = ["admin_routes"]

_EMAILS = frozenset(account.email for account in GOOGLE_ACCOUNTS)


class _AdminError(Exception):
    """The request cannot be done; the text says why."""


async def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise _AdminError("The body must be JSON.") from error
    if not isinstance(body, dict):
        raise _AdminError("The body must be a JSON object.")
    return body


def _fault(body: Mapping[str, Any]) -> Fault:
    try:
        return Fault(**body)
    except TypeError as error:
        names = ", ".join(each.name for each in fields(Fault))
        raise _AdminError(f"A fault has target and kind, and may have: {names}.") from error
    except FaultError as error:
        raise _AdminError(str(error)) from error


def _account(body: Mapping[str, Any]) -> str:
    email = body.get("account")
    if not isinstance(email, str) or email not in _EMAILS:
        raise _AdminError(f"account must be one of {', '.join(sorted(_EMAILS))}.")
    return email


def _switch(switches: Switches, body: Mapping[str, Any]) -> None:
    allowed = {name: get_args(hint) for name, hint in get_type_hints(Switches).items()}
    for name, value in body.items():
        if value not in allowed.get(name, ()):
            raise _AdminError(f"There are these switches: {json.dumps(allowed)}")
    for name, value in body.items():
        setattr(switches, name, value)


def _about(state: State) -> dict[str, Any]:
    return {
        "service": "google",
        "standin": True,
        "message": "This is a stand-in for Google on this machine. It is not Google and knows nobody who exists.",
        "seeded_at": state.seeded_at.isoformat(),
        "drive_revision": state.discovery.revision,
        "accounts": [account.email for account in GOOGLE_ACCOUNTS],
        "drive_dir_owner": state.folder.owner if state.folder else None,
        "faults": [asdict(fault) for fault in state.faults.all()],
        "switches": asdict(state.switches),
    }


def admin_routes(state: State) -> list[Route]:
    """The routes below `/_standin`."""

    async def about(_: Request) -> Response:
        return JSONResponse(_about(state))

    async def clear_faults(_: Request) -> Response:
        state.faults.clear()
        return JSONResponse({"faults": []})

    async def requests(_: Request) -> Response:
        return JSONResponse({"requests": list(state.journal.entries)})

    async def secrets(_: Request) -> Response:
        return JSONResponse({"secrets": state.grants.ledger.as_list()})

    async def reset(_: Request) -> Response:
        state.reset()
        return JSONResponse({"reset": True})

    def add_fault(body: Mapping[str, Any]) -> dict[str, Any]:
        state.faults.add(_fault(body))
        return {"faults": [asdict(fault) for fault in state.faults.all()]}

    def revoke(body: Mapping[str, Any]) -> dict[str, Any]:
        return {"revoked": state.grants.revoke_account(_account(body))}

    def expire(body: Mapping[str, Any]) -> dict[str, Any]:
        return {"expired": state.grants.expire_account(_account(body), state.clock())}

    def switch(body: Mapping[str, Any]) -> dict[str, Any]:
        _switch(state.switches, body)
        return {"switches": asdict(state.switches)}

    return [
        Route("/_standin", about),
        Route("/_standin/faults", _posted(add_fault), methods=["POST"]),
        Route("/_standin/faults", clear_faults, methods=["DELETE"]),
        Route("/_standin/switches", _posted(switch), methods=["POST"]),
        Route("/_standin/revoke", _posted(revoke), methods=["POST"]),
        Route("/_standin/expire", _posted(expire), methods=["POST"]),
        Route("/_standin/requests", requests),
        Route("/_standin/secrets", secrets),
        Route("/_standin/reset", reset, methods=["POST"]),
    ]


def _posted(act: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(act(await _body(request)))
        except _AdminError as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint
