"""What a client may ask for besides a turn: consent, what is connected, what this conversation is. JSON each."""

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from agent.audit import watch
from agent.caller import Caller
from agent.errors import DriveFailedError
from agent.moments import moment_text
from agent.request import Action, Cancel, Connect, Describe, Forget, Status
from tools.errors import ConsentRequired, ToolError
from tools.scopes import DETAILS, covering, lacking

if TYPE_CHECKING:  # importing it for real takes a second; see `agent.app`
    from agent.build import Service
    from agent.conversation import Conversation
    from tools.connection import Connection


async def act(service: "Service", action: Action, runtime_session: str, caller: Caller) -> dict[str, Any]:
    """Do `action` for the caller and return the answer of docs/wire.md.

    Raises: `NotOwnerError`; `DriveFailedError` where AgentCore Identity or Google does not answer; `NotForgottenError`.
    """
    if isinstance(action, Forget):  # first, for what is to be deleted need not be read
        return await _forget(service, runtime_session, caller)
    conversation = await service.existing(runtime_session, caller)
    try:
        if isinstance(action, Cancel):
            return {"cancelled": conversation.cancel() if conversation else False}
        if isinstance(action, Describe):
            return await _describe(service, conversation, runtime_session, caller)
        if isinstance(action, Connect):
            return await _connect(service, action, _to_connect(conversation))
        if isinstance(action, Status):
            return await _status(service, conversation, caller)
        with watch("disconnected"):
            await asyncio.to_thread(service.connection.disconnect)
    except ToolError as error:
        raise DriveFailedError(error.user_message) from error
    return {"status": "disconnected"}


async def _forget(service: "Service", runtime_session: str, caller: Caller) -> dict[str, Any]:
    await service.beginning(runtime_session, caller)  # somebody else's is refused, which has a line of its own
    with watch("conversation_forgotten"):
        await service.forget(runtime_session, caller)
    return {"status": "forgotten"}


async def _describe(
    service: "Service", conversation: "Conversation | None", runtime_session: str, caller: Caller
) -> dict[str, Any]:
    """Answer from what is kept: a page that somebody opens must not begin anything anywhere."""
    begun = await service.beginning(runtime_session, caller) if conversation else None
    return {
        "conversation": {"client": begun.client, "started": moment_text(begun.started)} if begun else None,
        "pending": conversation.is_pending if conversation else False,
        "scopes": list(service.connection.asked_for(_to_connect(conversation))),
    }


async def _connect(service: "Service", action: Connect, needed: tuple[str, ...]) -> dict[str, Any]:
    connection = service.connection
    if action.force and action.told is not None:  # so that who had allowed contents is asked for contents again
        needed = covering([*needed, *action.told])
    scopes = connection.asked_for(needed)
    if action.told is not None and lacking(scopes, action.told):
        # Nothing has happened yet: who was told of names only has not agreed to more, and forcing loses what they have.
        return {"status": "confirm", "scopes": list(scopes)}
    try:
        connected = await asyncio.to_thread(connection.connect, needed, state=action.state, force=action.force)
    except ConsentRequired as required:
        url = required.authorization_url
        # The session URI is the request URI of AgentCore's own authorization URL, one and the same URN.
        session_uri = parse_qs(urlsplit(url).query).get("request_uri", [""])[0]
        return {"status": "auth_required", "auth_url": url, "session_uri": session_uri, "scopes": list(scopes)}
    return {"status": "connected", "account": _account(connected), "scopes": list(connected.scopes)}


async def _status(service: "Service", conversation: "Conversation | None", caller: Caller) -> dict[str, Any]:
    needed = conversation.needed_scopes if conversation else ()
    standing = await asyncio.to_thread(service.connection.status)
    found = standing.connection
    connected = {
        "provider": service.provider,
        "connected": found is not None,
        "insufficient": standing.is_insufficient,
        "account": _account(found) if found else None,
        "scopes": list(found.scopes) if found else [],
        "missing_scopes": list(lacking(needed, found.scopes if found else ())),
        "last_used": moment_text(await service.last_used.read(caller.key)),
    }
    return {"connections": [connected], "pending": conversation.is_pending if conversation else False}


def _to_connect(conversation: "Conversation | None") -> tuple[str, ...]:
    return conversation.scopes_to_connect if conversation else DETAILS


def _account(connected: "Connection") -> dict[str, str]:
    return {"email": connected.account.email, "name": connected.account.name}


__all__ = ["act"]
