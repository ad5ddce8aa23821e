"""Front ends on the callback service's origin: as whom they ask the agent."""

from callback.door import Door, Visitor
from callback.errors import SignInAgainError
from chat.callers import Caller, DirectCaller, IamCaller, JwtCaller

__all__ = ["caller_for"]


def caller_for(door: Door, visitor: Visitor) -> Caller:
    """Return the way to the agent of somebody who is signed in in a browser: the one for their kind of proof.

    A bearer token is looked at anew for each request, which raises `SignInAgainError` where the sign-in has ended. The
    other ways need no more than the visitor: who goes on for long asks `Door.proof` whether the sign-in has ended.

    Raises: `SignInAgainError` for a proof that the settings have no way for, from a time when they were others.
    """
    settings, kind = door.settings, visitor.proof.kind
    if settings.runtime_auth == "iam":
        if kind != "userId" or visitor.source == "local":
            raise SignInAgainError
        return IamCaller(settings.runtime_url, settings.runtime_arn, visitor.proof.value, door.sign)
    if visitor.source == "local" and settings.local_agent_url is not None:
        return DirectCaller(settings.local_agent_url)
    if kind != "userToken":
        raise SignInAgainError

    async def bearer() -> str:
        return (await door.proof(visitor)).value

    return JwtCaller(settings.runtime_url, settings.runtime_arn, bearer)
