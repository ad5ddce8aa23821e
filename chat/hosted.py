"""Front ends on the callback service's origin: as whom they ask the agent."""

from callback.door import Door, Visitor
from chat.callers import Caller, DirectCaller, IamCaller, JwtCaller

__all__ = ["caller_for"]


def caller_for(door: Door, visitor: Visitor) -> Caller:
    """Return the way to the agent of somebody who is signed in in a browser.

    Each request proves anew who asks: a sign-in that has ended raises `callback.errors.SignInAgainError`.
    """
    settings = door.settings
    if visitor.source == "local":
        return DirectCaller(settings.local_agent_url or "")
    if visitor.proof.kind == "userId":
        return IamCaller(settings.runtime_url, settings.runtime_arn, visitor.proof.value, door.sign)

    async def bearer() -> str:
        return (await door.proof(visitor)).value

    return JwtCaller(settings.runtime_url, settings.runtime_arn, bearer)
